import type { Random } from './random.js';

const DELAY_MS_MIN = 4;
const DELAY_MS_MAX = 250;

/**
 * Wait before a client's next request after its n-th error in a row (1, 2, …), milliseconds. Doubles up to a quarter of a second, short
 * enough to see a new leader soon; drawn between half and all of it, so that a thousand clients do not come
 * back at once. Without it a dead leader turns every client into a hot loop.
 */
export function backoffMs(errorsInARow: number, random: Random): number {
  const ceilingMs = Math.min(DELAY_MS_MAX, DELAY_MS_MIN * 2 ** Math.min(errorsInARow, 16));
  return ceilingMs * (0.5 + random.nextFloat() / 2);
}
