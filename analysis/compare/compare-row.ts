import { t } from '../language/language.js';
import type { Measured } from '../measures/measured.js';
import { BOOTSTRAP_ITEMS_MIN, bootstrapMedianRatio, type Interval } from '../statistics/bootstrap.js';
import { compareSamples, type SampleComparison } from '../statistics/compare-samples.js';
import { detectableShift, pooledDeviation, runsFor } from '../statistics/detectable-effect.js';
import { samplesNeeded, smallestP } from '../statistics/mann-whitney.js';
import { noiseFloor, noiseFloorOf } from '../statistics/noise-floor.js';
import type { ComparedPoint } from './compared-run.js';
import type { Metric } from './metrics.js';

export interface CompareOptions {
  /** A change for the worse beyond this share of the base is a regression. */
  readonly threshold: number;
  /** Chance that one row or more of a comparison without a difference is called a change. */
  readonly alpha: number;
  /** Share of the comparisons in which the detectable effect would be found. */
  readonly power: number;
  readonly resamples: number;
  readonly seed: number;
}

export const COMPARE_DEFAULTS: CompareOptions = {
  threshold: 0.05,
  alpha: 0.05,
  power: 0.8,
  resamples: 2_000,
  seed: 1,
};

/** `changed`: for certain, and neither good nor bad by itself. `~`: cannot be told from chance. */
export type RowVerdict = 'better' | 'worse' | 'changed' | '~';

/** Two samples of one metric at one point, one value a run, before they are judged together with the other rows. */
export interface RowValues {
  readonly point: string;
  readonly clients: number;
  readonly series: 'sweep' | 'fsync';
  readonly metric: Metric;
  readonly base: readonly number[];
  readonly contender: readonly number[];
}

export interface ComparisonRow {
  readonly point: string;
  readonly clients: number;
  readonly series: 'sweep' | 'fsync';
  /** Id of the metric. */
  readonly metric: string;
  readonly base: SampleComparison['base'];
  readonly contender: SampleComparison['contender'];
  /** contender / base − 1 of the medians, null for a base of 0; its interval by bootstrap over runs (BCa), null below five runs. */
  readonly delta: number | null;
  readonly deltaInterval: Interval | null;
  readonly shift: SampleComparison['shift'];
  readonly test: SampleComparison['test'];
  /** Adjusted for all rows of the comparison after Holm. */
  readonly pAdjusted: number;
  /** A/A noise floor of the runs themselves, a share of the median; null below four runs in both arms. */
  readonly noiseFloor: number | null;
  /** The smallest change that so many runs would find, a share of the base; null where none would, or the noise is not known. */
  readonly detectable: number | null;
  /** Runs in each arm that it takes to find a change of the threshold's size through the noise seen; null where that is not known, or `tooNoisy`. */
  readonly runsNeeded: number | null;
  /** No number of repeats that anybody would wait for finds such a change. */
  readonly tooNoisy: boolean;
  /** False: with so few runs and so many rows p could not have reached alpha, whatever the numbers. */
  readonly enoughRuns: boolean;
  readonly verdict: RowVerdict;
  /** Worse, and by more than the threshold. */
  readonly regression: boolean;
  /** Why the verdict is `~`; null for any other. */
  readonly because: string | null;
}

/** The values of one metric at one point, from the runs that have it, and the reason of the first that has not. */
export function valuesOf(
  metric: Metric,
  points: readonly ComparedPoint[],
): { readonly values: readonly number[]; readonly because: string | null } {
  const read = points.map(metric.read);
  const gap = read.find((value): value is Measured & { ok: false } => !value.ok);
  return { values: read.flatMap((value) => (value.ok ? [value.value] : [])), because: gap?.because ?? null };
}

/** Everything but the verdict, which takes the p values of all rows. */
export function measureRow(row: RowValues, rows: number, options: CompareOptions) {
  const { base, contender } = row;
  const { alpha, power, threshold, resamples, seed } = options;
  const compared = compareSamples(base, contender, alpha);
  const strict = { alpha: alpha / rows, power };
  const deviation = pooledDeviation([base, contender]);
  const relative =
    deviation === null || compared.base.median === 0 ? null : deviation / Math.abs(compared.base.median);
  const shift = detectableShift(base.length, contender.length, strict);
  const enough = Math.min(base.length, contender.length) >= BOOTSTRAP_ITEMS_MIN;
  const ratio = enough
    ? bootstrapMedianRatio(base, contender, { confidence: 1 - alpha, resamples, seed })
    : null;
  const interval = ratio?.bca ?? ratio?.percentile ?? null;
  const runsNeeded = relative === null ? null : runsThrough(relative, threshold, strict);
  return {
    ...compared,
    deltaInterval: interval === null ? null : { low: interval.low - 1, high: interval.high - 1 },
    noiseFloor: noiseOf(base, contender),
    detectable: relative === null || shift === null ? null : shift * relative,
    runsNeeded,
    tooNoisy: relative !== null && runsNeeded === null,
    enoughRuns: smallestP(base.length, contender.length) <= strict.alpha,
  };
}

function runsThrough(
  relative: number,
  threshold: number,
  strict: { readonly alpha: number; readonly power: number },
): number | null {
  return relative === 0 ? samplesNeeded(strict.alpha) : runsFor(threshold / relative, strict);
}

export function judgeRow(
  row: RowValues,
  found: ReturnType<typeof measureRow>,
  pAdjusted: number,
  options: CompareOptions,
): ComparisonRow {
  const { base, contender, delta, shift, test, ...rest } = found;
  const { verdict, because } = verdictOf(row.metric, found, pAdjusted, options.alpha);
  return {
    point: row.point,
    clients: row.clients,
    series: row.series,
    metric: row.metric.id,
    base,
    contender,
    delta,
    deltaInterval: rest.deltaInterval,
    shift,
    test,
    pAdjusted,
    noiseFloor: rest.noiseFloor,
    detectable: rest.detectable,
    runsNeeded: rest.runsNeeded,
    tooNoisy: rest.tooNoisy,
    enoughRuns: rest.enoughRuns,
    verdict,
    regression: verdict === 'worse' && (delta === null || Math.abs(delta) > options.threshold),
    because,
  };
}

function verdictOf(
  { better }: Metric,
  { enoughRuns, delta, shift, noiseFloor: noise }: ReturnType<typeof measureRow>,
  pAdjusted: number,
  alpha: number,
): { readonly verdict: RowVerdict; readonly because: string | null } {
  // Holm asks less of a row once others have been told: only of one that was not is it said why.
  if (pAdjusted > alpha && !enoughRuns)
    return { verdict: '~', because: t`too few runs for any difference to be told` };
  if (pAdjusted > alpha || shift.shift === 0) return { verdict: '~', because: t`not told from chance` };
  if (noise !== null && delta !== null && Math.abs(delta) <= noise)
    return { verdict: '~', because: t`smaller than the noise of repeats` };
  if (better === null) return { verdict: 'changed', because: null };
  return { verdict: shift.shift > 0 === (better === 'higher') ? 'better' : 'worse', because: null };
}

/** The wider of the two arms' floors: a change has to stand out of both. */
function noiseOf(base: readonly number[], contender: readonly number[]): number | null {
  const floors = [base, contender].flatMap((arm) => {
    const floor = noiseFloor(arm);
    return floor === null ? [] : [noiseFloorOf(floor, base.length, contender.length)];
  });
  return floors.length === 0 ? null : Math.max(...floors);
}
