import { changePoints } from '../statistics/change-points.js';
import { isComparable } from './comparability.js';
import { type ComparedRun, inTimeOrder } from './compared-run.js';
import { METRICS, type Metric } from './metrics.js';
import { unsoundBecause } from './soundness.js';

export interface HistoryOptions {
  /** Runs that are looked at together. */
  readonly window: number;
  readonly pMax: number;
  /** The smallest change that is told, a share of the smaller mean. */
  readonly magnitudeMin: number;
}

export const HISTORY_DEFAULTS: HistoryOptions = { window: 50, pMax: 0.001, magnitudeMin: 0 };

export interface HistoryChange {
  /** The first run after the change. */
  readonly run: string;
  readonly startedAt: string;
  readonly commit: string | null;
  readonly dirty: boolean;
  /** Commit of the run before: the change lies between the two. */
  readonly previousCommit: string | null;
  readonly meanBefore: number;
  readonly meanAfter: number;
  readonly p: number;
  readonly verdict: 'better' | 'worse' | 'changed';
}

export interface HistorySeries {
  readonly point: string;
  readonly clients: number;
  readonly metric: string;
  /** One a run, oldest first. */
  readonly values: readonly number[];
  readonly changes: readonly HistoryChange[];
}

export interface RunHistory {
  readonly schema: 'strata.compare-history/1';
  readonly options: HistoryOptions;
  readonly runs: readonly {
    readonly name: string;
    readonly startedAt: string;
    readonly commit: string | null;
  }[];
  /** Runs of another machine or configuration than the newest, which are no part of its history. */
  readonly others: readonly string[];
  /** Points that judge nothing, because the load failed its own audit. */
  readonly unsound: readonly { readonly run: string; readonly point: string; readonly because: string }[];
  readonly series: readonly HistorySeries[];
  /** `worse`: the newest stretch of a metric began with a change for the worse. `unknown`: too few runs for any change. */
  readonly verdict: 'worse' | 'better' | '~' | 'unknown';
}

/** E-divisive looks for parts of at least two values, and Student's t finds nothing at 0.001 in fewer than these together. */
const RUNS_MIN = 4;

/**
 * When each metric changed over the runs of one machine and configuration, and with which commit: E-divisive with windows over the runs in time order (see
 * `change-points.ts`). The newest run says which machine and configuration are meant.
 */
export function runHistory(
  runs: readonly ComparedRun[],
  given: Partial<HistoryOptions> & { readonly metrics?: readonly Metric[] } = {},
): RunHistory {
  const { metrics = METRICS, ...rest } = given;
  const options: HistoryOptions = { ...HISTORY_DEFAULTS, ...rest };
  const ordered = inTimeOrder(runs);
  const newest = ordered.at(-1);
  const [own, others] = [
    ordered.filter((run) => newest !== undefined && isComparable(newest, run)),
    ordered.filter((run) => newest === undefined || !isComparable(newest, run)),
  ];
  const points = (newest?.points ?? []).map(({ ref }) => ref.id);
  const series = points.flatMap((point) => {
    const sound = own.filter((run) => unsoundBecause([run], point) === null);
    return metrics.flatMap((metric) => seriesOf(sound, point, metric, options));
  });
  return {
    schema: 'strata.compare-history/1',
    options,
    runs: own.map(({ name, run }) => ({ name, startedAt: run.startedAt, commit: run.git.commit })),
    others: others.map(({ name }) => name),
    unsound: points.flatMap((point) => unsoundAt(own, point)),
    series,
    verdict: verdictOf(series),
  };
}

function unsoundAt(runs: readonly ComparedRun[], point: string): RunHistory['unsound'] {
  return runs.flatMap((run) => {
    const because = unsoundBecause([run], point);
    return because === null ? [] : [{ run: run.name, point, because }];
  });
}

function seriesOf(
  runs: readonly ComparedRun[],
  point: string,
  metric: Metric,
  options: HistoryOptions,
): HistorySeries[] {
  const readings = runs.flatMap((run) => {
    const found = run.points.find(({ ref }) => ref.id === point);
    const value = found === undefined ? null : metric.read(found);
    return found === undefined || value === null || !value.ok ? [] : [{ run, found, value: value.value }];
  });
  if (readings.length === 0) return [];
  const values = readings.map(({ value }) => value);
  const changes = changePoints(values, options).map((change): HistoryChange => {
    const { run } = readings[change.index]!.run;
    const rises = change.meanAfter > change.meanBefore;
    return {
      run: readings[change.index]!.run.name,
      startedAt: run.startedAt,
      ...run.git,
      previousCommit: readings[change.index - 1]!.run.run.git.commit,
      meanBefore: change.meanBefore,
      meanAfter: change.meanAfter,
      p: change.p,
      verdict:
        metric.better === null ? 'changed' : rises === (metric.better === 'higher') ? 'better' : 'worse',
    };
  });
  return [{ point, clients: readings[0]!.found.ref.clients, metric: metric.id, values, changes }];
}

function verdictOf(series: readonly HistorySeries[]): RunHistory['verdict'] {
  const last = series.map(({ changes }) => changes.at(-1)?.verdict);
  if (last.includes('worse')) return 'worse';
  if (last.includes('better')) return 'better';
  return series.some(({ values }) => values.length >= RUNS_MIN) ? '~' : 'unknown';
}
