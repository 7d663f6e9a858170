import { t } from '../language/language.js';
import { BOOTSTRAP_ITEMS_MIN, bootstrap, type Interval } from '../statistics/bootstrap.js';
import { geometricMean } from '../statistics/geometric-mean.js';
import { holm } from '../statistics/holm.js';
import { InvalidNumbersError } from '../statistics/invalid-numbers.js';
import { samplesNeeded } from '../statistics/mann-whitney.js';
import { median } from '../statistics/order-statistics.js';
import { comparabilityOf, type Difference } from './comparability.js';
import {
  COMPARE_DEFAULTS,
  type CompareOptions,
  type ComparisonRow,
  judgeRow,
  measureRow,
  type RowValues,
  valuesOf,
} from './compare-row.js';
import { type ComparedPoint, type ComparedRun, inTimeOrder } from './compared-run.js';
import { METRICS, type Metric } from './metrics.js';
import { comparisonNotes } from './notes.js';
import { unsoundBecause } from './soundness.js';

export interface ArmFacts {
  readonly runs: readonly {
    readonly name: string;
    readonly startedAt: string;
    readonly commit: string | null;
    readonly dirty: boolean;
  }[];
}

/** One metric over all levels of the sweep. */
export interface OverLevels {
  readonly metric: string;
  readonly levels: number;
  /** Geometric mean of the ratios of the medians, contender / base. */
  readonly ratio: number;
  /** By bootstrap over runs, all levels of a run together; null below five runs. */
  readonly interval: Interval | null;
}

export interface RunComparison {
  readonly schema: 'strata.compare/1';
  readonly base: ArmFacts;
  readonly contender: ArmFacts;
  readonly options: CompareOptions;
  /** What stands against the comparison; not empty together with rows only when it was forced. */
  readonly differences: readonly Difference[];
  readonly forced: boolean;
  readonly rows: readonly ComparisonRow[];
  readonly overLevels: readonly OverLevels[];
  /** Rows that there are not, each with its reason. */
  readonly gaps: readonly {
    readonly point: string;
    readonly metric: string | null;
    readonly because: string;
  }[];
  readonly notes: readonly string[];
  /** The fewest runs in each arm with which any row could be told; null when these are enough. */
  readonly runsNeeded: number | null;
  /**
   * `changed`: for certain, but nothing became better or worse. `not-comparable`: see `differences`. `unknown`: no row could have been told, whatever its
   * numbers.
   */
  readonly verdict: 'regression' | 'worse' | 'better' | 'changed' | '~' | 'unknown' | 'not-comparable';
}

/**
 * Compares repeats of two versions, one value a run. A row is a change when its p, exact and adjusted for all rows after Holm, is at most alpha and its size is
 * beyond the noise of the repeats; it is a regression when it is one for the worse beyond the threshold. Of single runs nothing is claimed: the seconds
 * of a run share its process, its disk and what V8 made of its code, so they are no sample of what another run would be.
 * @throws InvalidNumbersError when an arm is empty or a run is named twice.
 */
export function compareRuns(
  base: readonly ComparedRun[],
  contender: readonly ComparedRun[],
  given: Partial<CompareOptions> & { readonly metrics?: readonly Metric[]; readonly force?: boolean } = {},
): RunComparison {
  const { metrics = METRICS, force = false, ...rest } = given;
  const options: CompareOptions = { ...COMPARE_DEFAULTS, ...rest };
  checkArms(base, contender);
  const arms = { base: inTimeOrder(base), contender: inTimeOrder(contender) };
  const pairs = [...arms.base.slice(1), ...arms.contender].map((run) => comparabilityOf(arms.base[0]!, run));
  const differences = unique(pairs.flatMap((pair) => pair.differences));
  const head = {
    schema: 'strata.compare/1' as const,
    base: armFacts(arms.base),
    contender: armFacts(arms.contender),
    options,
    differences,
    forced: force && differences.length > 0,
  };
  const nothing = { rows: [], overLevels: [], gaps: [], notes: [], runsNeeded: null };
  if (differences.length > 0 && !force) return { ...head, ...nothing, verdict: 'not-comparable' };
  const { values, gaps } = pairUp(arms, metrics);
  const rows = judged(values, options);
  return {
    ...head,
    rows,
    overLevels: metrics.flatMap((metric) => overLevels(arms, metric, rows, options)),
    gaps,
    notes: comparisonNotes(arms, unique(pairs.flatMap((pair) => pair.changedDefaults))),
    runsNeeded:
      rows.some(({ enoughRuns }) => enoughRuns) || rows.length === 0
        ? null
        : samplesNeeded(options.alpha / rows.length),
    verdict: verdictOf(rows),
  };
}

interface Arms {
  readonly base: readonly ComparedRun[];
  readonly contender: readonly ComparedRun[];
}

function checkArms(base: readonly ComparedRun[], contender: readonly ComparedRun[]): void {
  if (base.length === 0 || contender.length === 0)
    throw new InvalidNumbersError(t`A comparison takes at least one run on either side`);
  const sideOf = new Map<string, 'base' | 'contender'>();
  for (const [side, runs] of [
    ['base', base],
    ['contender', contender],
  ] as const)
    for (const { name, run } of runs) {
      const identity = `${run.id} ${run.startedAt}`;
      const earlier = sideOf.get(identity);
      sideOf.set(identity, side);
      // Counted twice, one run would pass for a repeat of itself.
      if (earlier === side) throw new InvalidNumbersError(t`The run ${name} is named twice`);
      if (earlier !== undefined)
        throw new InvalidNumbersError(
          t`The run ${name} stands on both sides: a run is not compared with itself`,
        );
    }
}

/** Every metric at every point that both arms have; a point that failed its audit in any run judges nothing. */
function pairUp(
  arms: Arms,
  metrics: readonly Metric[],
): { readonly values: readonly RowValues[]; readonly gaps: RunComparison['gaps'] } {
  const values: RowValues[] = [];
  const gaps: { point: string; metric: string | null; because: string }[] = [];
  for (const point of pointsOf(arms)) {
    const [base, contender] = [arms.base, arms.contender].map((runs) => at(runs, point));
    if (base!.length === 0 || contender!.length === 0) {
      gaps.push({ point, metric: null, because: t`only one side has this point` });
      continue;
    }
    const unsound = unsoundBecause([...arms.base, ...arms.contender], point);
    if (unsound !== null) {
      gaps.push({ point, metric: null, because: unsound });
      continue;
    }
    const { clients, series } = base![0]!.ref;
    for (const metric of metrics) {
      const [before, after] = [valuesOf(metric, base!), valuesOf(metric, contender!)];
      const because = before.because ?? after.because;
      if (because !== null) gaps.push({ point, metric: metric.id, because });
      if (before.values.length === 0 || after.values.length === 0) continue;
      values.push({ point, clients, series, metric, base: before.values, contender: after.values });
    }
  }
  return { values, gaps };
}

/** In the order of the run that is the oldest; points of later ones behind. */
function pointsOf({ base, contender }: Arms): string[] {
  return [...new Set([...base, ...contender].flatMap(({ points }) => points.map(({ ref }) => ref.id)))];
}

function at(runs: readonly ComparedRun[], id: string): ComparedPoint[] {
  return runs.flatMap(({ points }) => points.filter(({ ref }) => ref.id === id));
}

function judged(values: readonly RowValues[], options: CompareOptions): ComparisonRow[] {
  const found = values.map((row) => measureRow(row, values.length, options));
  const adjusted = holm(found.map(({ test }) => test.p));
  return values.map((row, index) => judgeRow(row, found[index]!, adjusted[index]!, options));
}

/** The same points in every run, so that a resampled run brings all of its levels with it: they share what made the run fast or slow. */
function overLevels(
  arms: Arms,
  metric: Metric,
  rows: readonly ComparisonRow[],
  { alpha, resamples, seed }: CompareOptions,
): OverLevels[] {
  const points = rows
    .filter((row) => row.metric === metric.id && row.series === 'sweep')
    .map(({ point }) => point);
  if (points.length < 2) return [];
  const [base, contender] = [arms.base, arms.contender].map((runs) =>
    runs.flatMap((run) => valuesAt(run, metric, points)),
  );
  if (base!.length === 0 || contender!.length === 0) return [];
  const ratioOf = ([from, to]: readonly (readonly (readonly number[])[])[]): number =>
    geometricMean(
      points.map(
        (_, level) => median(to!.map((run) => run[level]!))! / median(from!.map((run) => run[level]!))!,
      ),
    )!;
  const enough = Math.min(base!.length, contender!.length) >= BOOTSTRAP_ITEMS_MIN;
  const found = enough
    ? bootstrap([base!, contender!], ratioOf, { confidence: 1 - alpha, resamples, seed })
    : null;
  const ratio = found?.estimate ?? ratioOf([base!, contender!]);
  return [
    { metric: metric.id, levels: points.length, ratio, interval: found?.bca ?? found?.percentile ?? null },
  ];
}

/** One run's values at these points; none when one is missing or not above 0, of which there is no ratio. */
function valuesAt(run: ComparedRun, metric: Metric, points: readonly string[]): number[][] {
  const values = points.flatMap((point) => valuesOf(metric, at([run], point)).values);
  return values.length === points.length && values.every((value) => value > 0) ? [values] : [];
}

function verdictOf(rows: readonly ComparisonRow[]): RunComparison['verdict'] {
  if (rows.some(({ regression }) => regression)) return 'regression';
  if (rows.some(({ verdict }) => verdict === 'worse')) return 'worse';
  if (rows.some(({ verdict }) => verdict === 'better')) return 'better';
  if (rows.some(({ verdict }) => verdict === 'changed')) return 'changed';
  return rows.some(({ enoughRuns }) => enoughRuns) ? '~' : 'unknown';
}

function armFacts(runs: readonly ComparedRun[]): ArmFacts {
  return {
    runs: runs.map(({ name, run }) => ({ name, startedAt: run.startedAt, ...run.git })),
  };
}

/** Each difference once, however many runs have it. */
function unique(differences: readonly Difference[]): Difference[] {
  return [...new Map(differences.map((found) => [JSON.stringify(found), found])).values()];
}
