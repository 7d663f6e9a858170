import type { CpuCapture } from '../../results/schema/index.js';
import { layerColour } from '../charts/colours.js';
import { legend, textWidth } from '../charts/legend.js';
import { element, hover, label, svgDocument } from '../charts/svg.js';
import { BUSY_LAYERS } from '../cpu/cpu-profile.js';
import { micros, percent } from '../tables/format.js';
import { buildFrameTree, childrenInOrder, type FrameNode } from './frame-tree.js';

export interface FlamegraphOptions {
  readonly title: string;
  /** Frames below this share of the samples on the CPU are not drawn. */
  readonly minShare?: number;
}

const WIDTH = 1200;
const MARGIN = 12;
const ROW = 17;
/** Deeper frames are cut off: a picture taller than this is not read. */
const DEPTH_MAX = 64;

/**
 * A static flamegraph, callers below and callees above, coloured by the layer that owns the time. Idle time is not drawn; the subtitle
 * gives its share. Frames stand in the order of their names, so that two runs can be laid side by side.
 */
export function flamegraph(capture: CpuCapture, options: FlamegraphOptions): string {
  const { root, idleUs } = buildFrameTree(capture);
  const minUs = root.us * (options.minShare ?? 0.001);
  const depth = Math.min(DEPTH_MAX, depthOf(root, minUs));
  const top = 92;
  const height = top + depth * ROW + MARGIN;
  const shown = BUSY_LAYERS.filter((layer) => capture.layers[layer] > 0);
  const sampledUs = root.us + idleUs;
  const body: string[] = [
    label(options.title, { x: MARGIN, y: 24, class: 'title' }),
    label(
      `${micros(root.us)} on the CPU of ${micros(sampledUs)} sampled` +
        `, ${sampledUs === 0 ? '0 %' : percent(idleUs / sampledUs)} idle (not drawn); width = share of CPU time; ` +
        `frames below ${percent(options.minShare ?? 0.001)} are left out`,
      { x: MARGIN, y: 44, class: 'muted' },
    ),
    legend(
      shown.map((layer) => ({
        name: root.us === 0 ? layer : `${layer} ${percent(capture.layers[layer] / root.us)}`,
        colour: layerColour(layer),
      })),
      MARGIN,
      68,
      WIDTH - MARGIN,
    ),
  ];
  if (root.us > 0) {
    const scale = (WIDTH - 2 * MARGIN) / root.us;
    draw(root, { x: MARGIN, level: 0, bottom: height - MARGIN, scale, minUs, totalUs: root.us }, body);
  }
  return svgDocument({ width: WIDTH, height }, options.title, body);
}

interface Place {
  readonly x: number;
  readonly level: number;
  readonly bottom: number;
  readonly scale: number;
  readonly minUs: number;
  readonly totalUs: number;
}

function draw(node: FrameNode, place: Place, body: string[]): void {
  if (place.level >= DEPTH_MAX) return;
  const width = node.us * place.scale;
  const y = place.bottom - (place.level + 1) * ROW;
  const where = node.file === '' ? '' : ` (${node.file})`;
  const text = fit(node.name, width - 6);
  body.push(
    element(
      'g',
      {},
      hover(`${node.name}${where}, ${node.layer}: ${micros(node.us)}, ${percent(node.us / place.totalUs)}`),
      element('rect', {
        x: place.x,
        y,
        width: Math.max(0.3, width - 0.6),
        height: ROW - 1,
        rx: 1,
        fill: place.level === 0 ? layerColour('idle') : layerColour(node.layer),
      }),
      ...(text === '' ? [] : [label(text, { x: place.x + 3, y: y + 12, class: 'ink' })]),
    ),
  );
  let x = place.x;
  for (const child of childrenInOrder(node)) {
    if (child.us >= place.minUs) draw(child, { ...place, x, level: place.level + 1 }, body);
    x += child.us * place.scale;
  }
}

function depthOf(node: FrameNode, minUs: number): number {
  let deepest = 0;
  for (const child of node.children.values()) {
    if (child.us >= minUs) deepest = Math.max(deepest, depthOf(child, minUs));
  }
  return deepest + 1;
}

/** The name, or as much of it as fits; nothing when fewer than three characters would stay. */
function fit(name: string, width: number): string {
  if (textWidth(name, 11) <= width) return name;
  const characters = Math.floor(width / (0.56 * 11)) - 1;
  return characters < 3 ? '' : `${[...name].slice(0, characters).join('')}…`;
}
