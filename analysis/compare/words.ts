import { t, translated } from '../language/language.js';
import type { Interval } from '../statistics/bootstrap.js';
import { REPEATS_MAX } from '../statistics/detectable-effect.js';
import { decimal, integer, percent } from '../tables/format.js';
import type { ComparisonRow } from './compare-row.js';
import type { ArmFacts, RunComparison } from './compare-runs.js';
import { METRICS, type Metric } from './metrics.js';

/** Pieces that the page for a terminal and the Markdown share. Every one of them is in the language of the rendering. */

export function metricOf(id: string): Metric {
  const found = METRICS.find((metric) => metric.id === id);
  if (found === undefined) throw new RangeError(`there is no metric ${id}`);
  return found;
}

export function metricTitle(id: string): string {
  return translated(metricOf(id).title);
}

/** `+3.4 %`, `-0.21 %`. */
export function signedPercent(share: number | null): string {
  if (share === null) return t`from 0`;
  return share > 0 ? `+${percent(share)}` : percent(share);
}

/** `[-12.0 %, -8.3 %]` */
export function percentInterval(interval: Interval | null): string {
  return interval === null ? '' : `[${signedPercent(interval.low)}, ${signedPercent(interval.high)}]`;
}

/** As benchstat writes it: the farther end of the interval as a share of the median. `± ?`: too few runs for one. */
export function medianCell({ median, interval }: ComparisonRow['base'], { format }: Metric): string {
  if (interval === null || median === 0) return `${format(median)} ± ?`;
  const reach = Math.max(interval.high - median, median - interval.low) / Math.abs(median);
  return `${format(median)} ± ${percent(reach)}`;
}

export function pCell(p: number): string {
  return p < 1e-4 ? '<0.0001' : decimal(p, 4);
}

export function shiftCell({ shift }: ComparisonRow, { format }: Metric): string {
  const signed = (value: number): string => (value > 0 ? `+${format(value)}` : format(value));
  const range =
    shift.interval === null ? '' : ` [${signed(shift.interval.low)}, ${signed(shift.interval.high)}]`;
  return signed(shift.shift) + range;
}

export function verdictWord({ verdict, regression }: ComparisonRow): string {
  if (verdict === '~') return '~';
  return regression ? translated('regression') : translated(verdict);
}

/** `6 runs of a5bd720, 2026-11-23 13:11 to 13:42`. */
export function armLine({ runs }: ArmFacts): string {
  const commits = [
    ...new Set(runs.map(({ commit, dirty }) => `${commit?.slice(0, 7) ?? '?'}${dirty ? '+' : ''}`)),
  ];
  const minute = (time: string): string => time.slice(0, 16).replace('T', ' ');
  const [first, last] = [minute(runs[0]!.startedAt), minute(runs.at(-1)!.startedAt)];
  if (runs.length === 1) return t`1 run of ${commits.join(', ')}, ${first}`;
  return t`${runs.length} runs of ${commits.join(', ')}, ${first} to ${last}`;
}

const NAMED_MAX = 4;

/** The first sentence: what was found, how sure it is, and what else could have been found. */
export function verdictSentence(found: RunComparison): string {
  const { rows, verdict, options, base, contender, runsNeeded } = found;
  const size = t`${base.runs.length} and ${contender.runs.length} runs`;
  const limit = percent(options.threshold);
  switch (verdict) {
    case 'not-comparable':
      return t`Not comparable: the runs differ in ${found.differences.length} ways that decide what is measured.`;
    case 'unknown':
      if (rows.length === 0) return t`Nothing can be said: no row could be judged.`;
      return t`~ Nothing can be said: with ${size} no difference could be told in ${rows.length} rows, whatever its size. It takes at least ${runsNeeded ?? 0} runs on each side, or fewer rows (--metrics).`;
    case 'regression':
      return t`Worse by more than ${limit}: ${named(rows.filter(({ regression }) => regression))}.`;
    case 'worse':
      return t`Worse, by no more than ${limit}: ${named(rows.filter((row) => row.verdict === 'worse'))}.`;
    case 'better':
      return t`Better: ${named(rows.filter((row) => row.verdict === 'better'))}. Nothing is worse.`;
    case 'changed':
      return t`Changed, neither better nor worse: ${named(rows.filter((row) => row.verdict === 'changed'))}.`;
    case '~':
      return `${t`~ No difference can be told with ${size} in ${rows.length} rows.`} ${reachSentence(rows)}`.trim();
  }
}

/** Of each metric the level where it changed most, in the order of the metrics: throughput says more than what follows from it. */
function named(rows: readonly ComparisonRow[]): string {
  const size = ({ delta }: ComparisonRow): number => Math.abs(delta ?? Number.POSITIVE_INFINITY);
  const worst = METRICS.flatMap(({ id }) =>
    rows
      .filter(({ metric }) => metric === id)
      .sort((one, other) => size(other) - size(one))
      .slice(0, 1),
  ).slice(0, NAMED_MAX);
  const told = worst.map(
    (row) =>
      t`${metricTitle(row.metric)} at ${row.point} ${signedPercent(row.delta)} (p ${pCell(row.pAdjusted)})`,
  );
  const more = rows.length > worst.length ? [t`and ${rows.length - worst.length} more`] : [];
  return [...told, ...more].join(t`, `);
}

/** A `~` means something only together with what would not have been one. */
function reachSentence(rows: readonly ComparisonRow[]): string {
  const first = rows[0];
  const known = rows.filter((row) => row.metric === first?.metric && row.detectable !== null);
  if (first === undefined || known.length === 0) return '';
  const widest = known.reduce((wide, row) => (row.detectable! > wide.detectable! ? row : wide));
  return t`A change of ${metricTitle(first.metric)} by ${percent(widest.detectable!)} would have been found at every level.`;
}

/** What to do when the runs are too few or too noisy for the threshold. Null when they are enough. */
export function repeatAdvice({ rows, options, runsNeeded }: RunComparison): string | null {
  const noisy = rows.find((row) => row.tooNoisy);
  if (noisy !== undefined)
    return t`${metricTitle(noisy.metric)} at ${noisy.point} is too noisy for ${percent(options.threshold)}: not even ${integer(REPEATS_MAX)} runs on each side would find it. Judge other rows (--metrics), or a larger change (--threshold).`;
  const counts = rows.flatMap((row) => (row.runsNeeded === null ? [] : [row.runsNeeded]));
  const has = Math.min(...rows.map(({ base, contender }) => Math.min(base.count, contender.count)));
  const most = Math.max(0, ...counts);
  const wanted = runsNeeded !== null && counts.length === 0 ? runsNeeded : most;
  if (rows.length === 0 || wanted <= has) return null;
  const worst = rows.find((row) => row.runsNeeded === wanted);
  const command = `strata repeat --times ${wanted}`;
  return worst === undefined
    ? t`Repeat each side at least ${wanted} times: \`${command}\`. How many it takes for ${percent(options.threshold)} is known once there are two runs of a side.`
    : t`To find a change of ${percent(options.threshold)} in every row, ${metricTitle(worst.metric)} at ${worst.point} takes ${integer(wanted)} runs on each side: \`${command}\`.`;
}
