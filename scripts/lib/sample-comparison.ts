import {
  BOOTSTRAP_ITEMS_MIN,
  type Bootstrap,
  bootstrapMedianRatio,
} from '../../analysis/statistics/bootstrap.js';
import {
  compareSamples,
  type SampleComparison,
  type SampleSummary,
} from '../../analysis/statistics/compare-samples.js';
import { detectableShift, pooledDeviation } from '../../analysis/statistics/detectable-effect.js';
import { type NoiseFloor, noiseFloor } from '../../analysis/statistics/noise-floor.js';
import { shortNumber, signedShare, unsignedShare } from './number-text.js';
import { textTable } from './output.js';

/** The ratio of the medians, contender / base; with too few values it has no interval. */
export type MedianRatio = Bootstrap | { readonly [Key in keyof Bootstrap]: Bootstrap[Key] | null };

export interface Comparison extends SampleComparison {
  /** Null for a base that is not above 0 throughout, and for samples that are too large to be drawn anew. */
  readonly ratio: MedianRatio | null;
  readonly noise: NoiseFloor | null;
  /** In the unit of the values; null where it is not known, and where the values do not vary at all. */
  readonly detectableShift: number | null;
  /** Why there is no interval of the ratio, or no noise floor; a sentence each. */
  readonly leftOut: readonly string[];
}

/** Both samples are drawn anew thousands of times: beyond this it takes long, and says what the other intervals say. */
const RESAMPLED_MAX = 2_000;

/** Two samples of anything against each other. */
export function comparisonOf(
  base: readonly number[],
  contender: readonly number[],
  alpha: number,
): Comparison {
  const compared = compareSamples(base, contender, alpha);
  const leftOut: string[] = [];
  const isLarge = Math.max(base.length, contender.length) > RESAMPLED_MAX;
  if (isLarge)
    leftOut.push(
      `With more than ${RESAMPLED_MAX} values in a sample there is no bootstrap of the ratio, and no noise floor.`,
    );
  const ratio = isLarge ? null : ratioOf(base, contender, compared, leftOut);
  return {
    ...compared,
    ratio,
    noise: isLarge ? null : noiseFloor(base),
    detectableShift: smallestShift(base, contender, alpha),
    leftOut,
  };
}

function ratioOf(
  base: readonly number[],
  contender: readonly number[],
  compared: SampleComparison,
  leftOut: string[],
): MedianRatio | null {
  if (base.some((value) => value <= 0)) return null;
  if (Math.min(base.length, contender.length) >= BOOTSTRAP_ITEMS_MIN)
    return bootstrapMedianRatio(base, contender, { confidence: 1 - compared.alpha });
  leftOut.push(`The ratio has no interval below ${BOOTSTRAP_ITEMS_MIN} values in each sample.`);
  const estimate = compared.contender.median / compared.base.median;
  return { estimate, percentile: null, bca: null, bias: null, acceleration: null };
}

function smallestShift(base: readonly number[], contender: readonly number[], alpha: number): number | null {
  const deviation = pooledDeviation([base, contender]);
  const shift = detectableShift(base.length, contender.length, { alpha });
  // Values without any spread say nothing of the noise that there would be.
  return deviation === null || deviation === 0 || shift === null ? null : shift * deviation;
}

export function comparisonText(found: Comparison): string {
  const lines = [
    textTable([
      ['', 'n', 'median', `${shortNumber((1 - found.alpha) * 100)} % interval`],
      sampleRow('base', found.base),
      sampleRow('contender', found.contender),
    ]),
    '',
    verdictLine(found),
    shiftLine(found),
    ...ratioLines(found),
  ];
  if (found.noise !== null)
    lines.push(
      `halves of the base differ by up to ${unsignedShare(found.noise.share)} (95 % of ${found.noise.splits} splits)`,
    );
  if (found.detectableShift !== null)
    lines.push(`a shift of ${shortNumber(found.detectableShift)} would be found in 80 % of the cases`);
  if (found.samplesNeeded !== null)
    lines.push(
      `too few to tell: p can only reach ${found.alpha} with ${found.samplesNeeded} values on each side`,
    );
  lines.push(...found.leftOut);
  return lines.join('\n');
}

/** What cannot be told from chance has a size all the same: it says what was not told. */
function verdictLine({ verdict, delta, test }: Comparison): string {
  const size = delta === null ? 'from 0' : signedShare(delta);
  const p = test.p < 1e-4 ? 'p<0.0001' : `p=${test.p.toFixed(4)}`;
  const how = `${p}, ${test.method} Mann-Whitney`;
  return verdict === '~' ? `~  (${size}, ${how})` : `${size}  (${how})`;
}

function shiftLine({ shift: { shift, interval } }: Comparison): string {
  const range = interval === null ? '' : `, ${shortNumber(interval.low)} to ${shortNumber(interval.high)}`;
  return `shift ${shortNumber(shift)}${range}`;
}

function ratioLines({ ratio }: Comparison): string[] {
  if (ratio === null || ratio.estimate === null) return [];
  const { estimate, bca, percentile } = ratio;
  const interval = bca ?? percentile;
  if (interval === null) return [`ratio ${shortNumber(estimate)}`];
  const range = `${shortNumber(interval.low)} to ${shortNumber(interval.high)}`;
  return [`ratio ${shortNumber(estimate)}, ${range} (bootstrap, ${bca === null ? 'percentiles' : 'BCa'})`];
}

function sampleRow(name: string, { count, median, interval }: SampleSummary): string[] {
  const range =
    interval === null ? 'too few values' : `${shortNumber(interval.low)} to ${shortNumber(interval.high)}`;
  return [name, `${count}`, shortNumber(median), range];
}
