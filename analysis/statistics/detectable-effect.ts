import { differencesCut } from './hodges-lehmann.js';
import { isExact } from './mann-whitney.js';
import { normalQuantile } from './mann-whitney-normal.js';
import { mean, sorted, sum } from './order-statistics.js';
import { normalDraws, seededRandom } from './seeded-random.js';

export interface DetectableOptions {
  /** Two-sided level of the test; that of a test among several is smaller. */
  readonly alpha: number;
  /** Share of the comparisons in which an effect of this size is to be found. */
  readonly power: number;
}

export const DETECTABLE_DEFAULTS: DetectableOptions = { alpha: 0.05, power: 0.8 };

const DRAWS = 1_000;
const SEED = 1;
/** Beyond so many runs on each side nobody repeats. */
export const REPEATS_MAX = 1_000;

/**
 * The smallest shift that a Mann–Whitney test of two samples finds with the power asked for, in standard deviations of the noise, for normal noise. Where
 * the test is exact, by simulation of it: a shift is found as soon as it is greater than the bound of the Hodges–Lehmann
 * interval, so each draw gives the shift it would need, and the answer is a quantile of those. Else by Noether's formula (J. Amer.
 * Statist. Assoc. 82, 1987) with the efficiency 3/π. Deterministic. Null when samples of this size can never reach alpha.
 */
export function detectableShift(
  first: number,
  second: number,
  options: Partial<DetectableOptions> = {},
): number | null {
  const { alpha, power } = { ...DETECTABLE_DEFAULTS, ...options };
  if (!(alpha > 0 && alpha < 1 && power > 0 && power < 1))
    throw new RangeError(`alpha ${alpha} and power ${power} lie between 0 and 1`);
  const cut = differencesCut(first, second, alpha / 2);
  if (cut === 0) return null;
  if (!isExact(first, second)) {
    const reach =
      normalQuantile(alpha / 2) + (power < 0.5 ? -normalQuantile(power) : normalQuantile(1 - power));
    return reach * Math.sqrt((Math.PI / 3) * (1 / first + 1 / second));
  }
  const key = `${first} ${second} ${cut}`;
  const needed = simulated.get(key) ?? neededShifts(first, second, cut);
  if (simulated.size < SIMULATED_MAX) simulated.set(key, needed);
  return needed[Math.ceil(power * needed.length) - 1]!;
}

/** What was simulated once: comparisons ask for the same sizes row by row. It depends on the key alone. */
const simulated = new Map<string, readonly number[]>();
const SIMULATED_MAX = 256;

/** The shift that each draw of two samples without a difference would need to be found, ascending. */
function neededShifts(first: number, second: number, cut: number): number[] {
  const draw = normalDraws(seededRandom(SEED));
  const needed = Array.from({ length: DRAWS }, () => {
    const base = Float64Array.from({ length: first }, draw);
    const differences = new Float64Array(first * second);
    for (let at = 0; at < second; at += 1) {
      const value = draw();
      for (let other = 0; other < first; other += 1) differences[at * first + other] = value - base[other]!;
    }
    return -differences.sort()[cut - 1]!;
  });
  return sorted(needed);
}

/** The fewest values in each of two samples with which a shift of so many standard deviations is found; null above a thousand. */
export function runsFor(shift: number, options: Partial<DetectableOptions> = {}): number | null {
  const finds = (runs: number): boolean => {
    const least = detectableShift(runs, runs, options);
    return least !== null && least <= shift;
  };
  if (!finds(REPEATS_MAX)) return null;
  let [low, high] = [0, REPEATS_MAX];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (finds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Deviation of the noise within arms, pooled over them, each around its own mean. Null when no arm has two values. */
export function pooledDeviation(arms: readonly (readonly number[])[]): number | null {
  const degrees = sum(arms.map(({ length }) => Math.max(0, length - 1)));
  if (degrees === 0) return null;
  const squares = arms.map((arm) => {
    const center = mean(arm) ?? 0;
    return sum(arm.map((value) => (value - center) ** 2));
  });
  return Math.sqrt(sum(squares) / degrees);
}
