import { t } from '../../language/language.js';
import type { Canvas2D, PageDocument, PageElement } from './dom.js';
import { fitName, type Graph, shownName } from './graph.js';
import type { Box, Layout } from './layout.js';
import { TEXTURES } from './look.js';
import type { Shape } from './state.js';
import type { TreeNode } from './tree.js';

export const ROW_PX = 19;
const FONT = '12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const INK = '#1f2328';

export interface Scene {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly shape: Shape;
  readonly zoom: TreeNode;
  readonly cursor: TreeNode;
  /** Frames of a search; null when nothing is looked for. */
  readonly found: ReadonlySet<number> | null;
  readonly fill: (node: TreeNode) => string;
  readonly width: number;
  readonly height: number;
  readonly scrollTop: number;
  /** Colour of the line around the cursor. */
  readonly accent: string;
}

/** Upper edge of a level within the whole picture. */
export function topOf(level: number, levels: number, shape: Shape): number {
  return (shape === 'icicle' ? level : levels - 1 - level) * ROW_PX;
}

/** Level under a height of the whole picture. */
export function levelAt(y: number, levels: number, shape: Shape): number {
  const row = Math.floor(y / ROW_PX);
  return shape === 'icicle' ? row : levels - 1 - row;
}

/** Draws the rows in view and no others: what is above or below costs nothing. */
export function paint(context: Canvas2D, scene: Scene, hatch: unknown): void {
  const { layout, shape, scrollTop, height, width } = scene;
  context.clearRect(0, 0, width, height);
  context.font = FONT;
  context.textBaseline = 'middle';
  const column = context.measureText('0').width;
  layout.levels.forEach((boxes, level) => {
    const top = topOf(level, layout.levels.length, shape) - scrollTop;
    if (top + ROW_PX < 0 || top > height) return;
    for (const box of boxes) paintBox(context, scene, box, { top, column, hatch });
  });
  context.globalAlpha = 1;
}

function paintBox(
  context: Canvas2D,
  { graph, width, zoom, cursor, found, fill, accent }: Scene,
  { node, x, width: share }: Box,
  { top, column, hatch }: { top: number; column: number; hatch: unknown },
): void {
  const frame = graph.frames[node.frame];
  const left = x * width;
  const span = Math.max(0.5, share * width - 0.7);
  const faded = node.depth < zoom.depth || (found !== null && !found.has(node.frame));
  context.globalAlpha = faded ? 0.35 : 1;
  context.fillStyle = fill(node);
  context.fillRect(left, top, span, ROW_PX - 1);
  if (frame !== undefined && TEXTURES[frame.kind] === 'hatched') {
    context.fillStyle = hatch;
    context.fillRect(left, top, span, ROW_PX - 1);
  }
  const text = fitName(frame === undefined ? t`all` : shownName(frame), (span - 6) / column);
  context.globalAlpha = faded ? 0.6 : 1;
  if (text !== '') {
    context.fillStyle = faded ? accent : INK;
    context.fillText(text, left + 3, top + ROW_PX / 2);
  }
  if (node !== cursor) return;
  context.globalAlpha = 1;
  context.strokeStyle = accent;
  context.lineWidth = 2;
  context.strokeRect(left + 1, top + 1, Math.max(1, span - 2), ROW_PX - 3);
}

/** The hatching of kernel frames, as a pattern to fill with. */
export function hatching(document: PageDocument, context: Canvas2D): unknown {
  const tile = document.createElement('canvas');
  tile.width = 6;
  tile.height = 6;
  const pen = tile.getContext('2d');
  pen.strokeStyle = 'rgba(31, 35, 40, 0.3)';
  pen.lineWidth = 1.4;
  pen.beginPath();
  for (const shift of [-6, 0, 6]) {
    pen.moveTo(shift, 6);
    pen.lineTo(shift + 6, 0);
  }
  pen.stroke();
  return context.createPattern(tile, 'repeat');
}

/** Gives a canvas its size, with as many pixels as the screen has, and a pen that counts in those of the page. */
export function sizedCanvas(canvas: PageElement, width: number, height: number, ratio: number): Canvas2D {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Scrolls as little as brings a row into view. */
export function scrollToRow(scroller: PageElement, top: number): void {
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + ROW_PX > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = top + ROW_PX - scroller.clientHeight;
}
