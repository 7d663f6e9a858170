import { layerColour } from '../../charts/colours.js';
import { t } from '../../language/language.js';
import type { Compared, FrameKind } from './graph.js';
import type { TreeNode } from './tree.js';

/** Tells code apart from code within the colour of a layer. */
export type Texture = 'plain' | 'light' | 'lighter' | 'lightest' | 'hatched' | 'neutral';

export const TEXTURES: Readonly<Record<FrameKind, Texture>> = {
  js: 'plain',
  pseudo: 'plain',
  builtin: 'light',
  native: 'lighter',
  kernel: 'hatched',
  thread: 'neutral',
  unknown: 'lightest',
};

/** Words of the legend, in its order. */
export const KIND_NAMES: readonly (readonly [FrameKind, string])[] = [
  ['js', 'JavaScript'],
  ['builtin', 'V8 built-in'],
  ['native', 'native'],
  ['kernel', 'kernel'],
  ['unknown', 'unknown'],
];

const NEUTRAL = '#d5dae0';

/** The colour of a frame that is coloured by its layer. */
export function layerFill(layer: string, kind: FrameKind | null): string {
  if (kind === null) return NEUTRAL;
  const texture = TEXTURES[kind];
  if (texture === 'neutral') return NEUTRAL;
  const colour = layerColour(layer);
  const paler = { plain: 0, hatched: 0, light: 0.3, lighter: 0.55, lightest: 0.78 }[texture];
  return mix(colour, '#ffffff', paler);
}

const GREW = '#e5604d';
const SHRANK = '#4a90d9';
const SAME = '#dfe2e6';

/** Difference of a frame's shares that chance alone gives rarely: two standard errors of a difference of proportions. */
export function chanceOf(node: TreeNode, compared: Compared): number {
  const { samples, samplesBefore } = compared;
  if (samples <= 0 || samplesBefore <= 0) return 1;
  const pooled = (node.total * samples + node.before * samplesBefore) / (samples + samplesBefore);
  return 2 * Math.sqrt(Math.max(0, pooled * (1 - pooled)) * (1 / samples + 1 / samplesBefore));
}

/** Red where a frame's share grew, blue where it shrank, grey where chance explains it; full at `most`, the greatest change in the picture. */
export function changeFill(node: TreeNode, compared: Compared, most: number): string {
  const change = node.total - node.before;
  // Sums of shares differ from one by the last digits.
  if (most < 1e-9 || Math.abs(change) <= chanceOf(node, compared) + 1e-9) return SAME;
  // The root brings small changes into view beside a great one.
  const strength = 0.25 + 0.75 * Math.sqrt(Math.min(1, Math.abs(change) / most));
  return mix(SAME, change > 0 ? GREW : SHRANK, strength);
}

/** The keys of the legend of a comparison. */
export function changeKeys(names: Compared['names']): (readonly [string, string])[] {
  return [
    [names === undefined ? t`share grew` : t`greater share: ${names.after}`, GREW],
    [names === undefined ? t`share shrank` : t`greater share: ${names.before}`, SHRANK],
    [t`within two standard errors of sampling`, SAME],
  ];
}

export function greatestChange(root: TreeNode): number {
  let most = 0;
  const open = [root];
  while (open.length > 0) {
    const node = open.pop()!;
    most = Math.max(most, Math.abs(node.total - node.before));
    for (const child of node.children) open.push(child);
  }
  return most;
}

/** Between two colours `#rrggbb`: `share` 0 gives the first, 1 the second. */
export function mix(one: string, other: string, share: number): string {
  const parts = [1, 3, 5].map((at) => {
    const from = Number.parseInt(one.slice(at, at + 2), 16);
    const to = Number.parseInt(other.slice(at, at + 2), 16);
    return Math.round(from + (to - from) * share)
      .toString(16)
      .padStart(2, '0');
  });
  return `#${parts.join('')}`;
}
