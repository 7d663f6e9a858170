import { columnsOf } from '../charts/legend.js';
import { coordinate, element, hover, label } from '../charts/svg.js';
import { t } from '../language/language.js';
import { integer } from '../tables/format.js';
import { fitName, type Graph, shownName } from './viewer/graph.js';
import type { Box, Layout, Side } from './viewer/layout.js';
import { TEXTURES } from './viewer/look.js';
import type { TreeNode } from './viewer/tree.js';
import { frameText } from './viewer/words.js';

export const WIDTH = 1200;
export const MARGIN = 12;
export const ROW = 17;
/** Deeper frames are cut off: a picture taller than this is not read. The picture says how many. */
export const LEVELS_MAX = 64;

const FONT_SIZE = 11;
/** Of a monospaced font; wide scripts take two. The widest of the usual ones has 0.61. */
const CHARACTER_WIDTH = 0.62 * FONT_SIZE;

/** The pattern of kernel frames, and the fixed-width font of names, whose width is known without measuring. */
export const FRAME_STYLE = [
  '<style>.frame{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:11px;fill:#1f2328}</style>',
  '<defs><pattern id="kernel" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">',
  '<rect width="1.6" height="5" fill="#1f2328" fill-opacity="0.22"/></pattern></defs>',
].join('');

export interface FramePicture {
  readonly graph: Graph;
  readonly root: TreeNode;
  readonly layout: Layout;
  readonly side: Side;
  /** Bottom edge of the root's row. */
  readonly bottom: number;
  readonly fill: (node: TreeNode) => string;
}

/** The frames of a layout as SVG, callers below and callees above. */
export function drawFrames(picture: FramePicture): string[] {
  return picture.layout.levels.flatMap((boxes) => boxes.map((box) => drawFrame(picture, box)));
}

function drawFrame({ graph, root, side, bottom, fill }: FramePicture, box: Box): string {
  const frame = graph.frames[box.node.frame];
  const span = WIDTH - 2 * MARGIN;
  const width = box.width * span;
  const place = {
    x: MARGIN + box.x * span,
    y: bottom - (box.level + 1) * ROW,
    width: Math.max(0.3, width - 0.6),
    height: ROW - 1,
    rx: 1,
  };
  const hatched = frame !== undefined && TEXTURES[frame.kind] === 'hatched';
  const text = fitted(frame === undefined ? t`all` : shownName(frame), width - 6);
  return element(
    'g',
    {},
    hover(frameText(graph, box.node, root, side)),
    element('rect', { ...place, fill: fill(box.node) }),
    hatched ? `<rect ${sameBox(place)} fill="url(#kernel)"/>` : '',
    text === '' ? '' : label(text, { x: place.x + 3, y: place.y + 12, class: 'frame' }),
  );
}

function sameBox(place: { x: number; y: number; width: number; height: number }): string {
  const { x, y, width, height } = place;
  return `x="${coordinate(x)}" y="${coordinate(y)}" width="${coordinate(width)}" height="${coordinate(height)}"`;
}

/** The name, or as much of it as fits into so many pixels. */
export function fitted(name: string, width: number): string {
  return fitName(name, width / CHARACTER_WIDTH);
}

/** Behind a space; around characters of scripts without spaces, except before their punctuation. */
const BREAKS = /(?<= )|(?<=[\p{Script=Han}，。；：、）])(?=[^，。；：、）])/u;

/** Sentences broken into lines that fit the picture, in the font of notes. */
export function noteLines(text: string, y: number): string[] {
  const lines: string[] = [];
  for (const piece of text.split(BREAKS)) {
    const last = lines.at(-1);
    // 180 characters of 11 px sans serif fill the width in the widest of the usual fonts.
    if (last === undefined || columnsOf(last) + columnsOf(piece.trimEnd()) > 175) lines.push(piece);
    else lines[lines.length - 1] = last + piece;
  }
  return lines.map((line, index) => label(line.trimEnd(), { x: MARGIN, y: y + index * 16, class: 'muted' }));
}

/** What the picture does not show; empty when it shows all. */
export function cutNote({ narrow, deep }: Layout, minShareText: string): string {
  const parts = [
    narrow === 0 ? '' : t`${counted(narrow)} narrower than ${minShareText}`,
    deep === 0 ? '' : t`${counted(deep)} deeper than ${LEVELS_MAX} levels`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? t`all frames are drawn` : t`not drawn: ${parts.join(t`, `)}`;
}

function counted(count: number): string {
  return count === 1 ? t`${integer(count)} frame` : t`${integer(count)} frames`;
}
