import { compareText } from '../../measures/node-measures.js';
import { type StackCapture, stackModel } from '../stack-model.js';
import { wholeNumbers } from './whole-numbers.js';

/**
 * `layer;outer;inner 1234` lines, microseconds or bytes, ascending, as flamegraph.pl, inferno and speedscope read them. Where the capture
 * knows kinds of threads they stand between layer and callers. The lines sum to the capture's total; a line that would be 0 is left out.
 */
export function foldedStacks(capture: StackCapture): string {
  const model = stackModel(capture);
  const names = model.frames.map(({ name }) => folded(name));
  const lines = new Map<string, number>();
  for (const { frames, layer, thread, weight } of model.stacks) {
    const above = thread === null ? [layer] : [layer, thread];
    const key = [...above, ...frames.map((index) => names[index]!)].join(';');
    lines.set(key, (lines.get(key) ?? 0) + weight);
  }
  const ascending = [...lines].sort((one, other) => compareText(one[0], other[0]));
  const whole = wholeNumbers(ascending.map(([, weight]) => weight));
  return ascending.map(([key], index) => (whole[index] === 0 ? '' : `${key} ${whole[index]}\n`)).join('');
}

/** A name without what separates frames and lines. */
function folded(name: string): string {
  return name.replaceAll(';', ':').replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
}
