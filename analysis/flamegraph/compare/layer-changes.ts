import type { LayerName } from '../../../results/schema/index.js';
import { t } from '../../language/language.js';
import { hodgesLehmann, type Shift } from '../../statistics/hodges-lehmann.js';
import { holm } from '../../statistics/holm.js';
import { mannWhitney, samplesNeeded, smallestP } from '../../statistics/mann-whitney.js';
import { mean } from '../../statistics/order-statistics.js';
import { decimal } from '../../tables/format.js';
import { LAYER_ORDER } from '../layer-order.js';
import { type StackCapture, stackModel, totalWeight } from '../stack-model.js';
import type { Sides } from './compare-graphs.js';

/** How sure a verdict is, over all layers together. */
export const ALPHA = 0.05;

export interface LayerChange {
  readonly layer: LayerName;
  /** Mean shares (0 to 1) of what is no idle time. */
  readonly before: number;
  readonly after: number;
  /** Hodges–Lehmann, after minus before, with its 95 % interval where there is one. */
  readonly shift: Shift;
  /** Mann–Whitney, adjusted by Holm over the layers. */
  readonly p: number;
  /** `~`: nothing can be said, and `because` says why. */
  readonly verdict: 'grew' | 'shrank' | '~';
  readonly because: string;
}

export interface LayerChanges {
  readonly rows: readonly LayerChange[];
  /** How many captures stand behind it, and how many it would take. */
  readonly note: string;
}

/** Does any layer have another share than before? Layers that weigh nothing on both sides are left out. */
export function layerChanges({ before, after }: Sides): LayerChanges {
  const shares = { before: before.flatMap(layerShares), after: after.flatMap(layerShares) };
  const layers = LAYER_ORDER.filter((layer) =>
    [...shares.before, ...shares.after].some((capture) => (capture.get(layer) ?? 0) > 0),
  );
  if (shares.before.length === 0 || shares.after.length === 0)
    return { rows: [], note: t`Nothing to compare: a side has no sample of work.` };
  const values = layers.map((layer) => ({
    first: shares.before.map((capture) => capture.get(layer) ?? 0),
    second: shares.after.map((capture) => capture.get(layer) ?? 0),
  }));
  const adjusted = holm(values.map(({ first, second }) => mannWhitney(first, second)!.p));
  const least = Math.min(1, smallestP(shares.before.length, shares.after.length) * layers.length);
  const rows = layers.map((layer, index): LayerChange => {
    const { first, second } = values[index]!;
    const shift = hodgesLehmann(first, second)!;
    const p = adjusted[index]!;
    const found = p <= ALPHA && shift.shift !== 0;
    return {
      layer,
      before: mean(first)!,
      after: mean(second)!,
      shift,
      p,
      verdict: found ? (shift.shift > 0 ? 'grew' : 'shrank') : '~',
      because: !found && least > ALPHA ? t`too few captures` : `p = ${pText(p)}`,
    };
  });
  return { rows, note: noteOf(shares.before.length, shares.after.length, least, layers.length) };
}

function noteOf(before: number, after: number, least: number, layers: number): string {
  const captures =
    before + after === 2 ? t`${before} against ${after} capture` : t`${before} against ${after} captures`;
  const test =
    layers === 1
      ? t`exact Mann-Whitney, Holm over ${layers} layer`
      : t`exact Mann-Whitney, Holm over ${layers} layers`;
  if (least <= ALPHA) return t`${captures}: ${test}, ${decimal(ALPHA * 100, 0)} % for all layers together.`;
  const needed = samplesNeeded(ALPHA / layers);
  return t`${captures} cannot tell a change from chance: the smallest p of the first layer is ${pText(least)} (${test}); ${needed} captures on each side could.`;
}

/** Empty for a capture without a sample of work: it has no shares. */
function layerShares(capture: StackCapture): ReadonlyMap<LayerName, number>[] {
  const busy = stackModel(capture).stacks.filter(({ layer }) => layer !== 'idle');
  const whole = totalWeight(busy);
  const shares = new Map<LayerName, number>();
  for (const { layer, weight } of busy) shares.set(layer, (shares.get(layer) ?? 0) + weight / whole);
  return whole === 0 ? [] : [shares];
}

export function pText(p: number): string {
  return p < 0.001 ? t`below 0.001` : decimal(p, p < 0.1 ? 3 : 2);
}
