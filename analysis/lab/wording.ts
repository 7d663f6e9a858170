import type { LabClaim, LabExperiment, LabMetric } from '../../results/schema/index.js';
import { t, translated } from '../language/language.js';
import { bytes, decimal, micros, percent, perSecond, significant, times } from '../tables/format.js';
import type { ArmSummary, Effect } from './effects.js';
import { ALPHA, isDirection, type Refuted, type Undecided, type Verdict, WIDTH_MAX } from './verdict.js';

const US_PER: Readonly<Record<string, number>> = { ns: 1e-3, µs: 1, ms: 1e3, s: 1e6 };
const SIGNS: ReadonlySet<string> = new Set([...Object.keys(US_PER), '1/s', 'share', 'B', 'B/s']);
const hasSign = (unit: string): boolean => SIGNS.has(unit);

/** A value of a metric with its unit, in the size that a reader would choose. */
export function valueText(value: number, unit: string): string {
  const us = US_PER[unit];
  if (us !== undefined) return micros(value * us);
  if (unit === '1/s') return perSecond(value);
  if (unit === 'share') return percent(value);
  if (unit === 'B') return bytes(value);
  if (unit === 'B/s') return `${bytes(value)}/s`;
  return `${significant(value)} ${unit}`;
}

/** What is measured: an arm beside another, or alone. */
export function comparisonText({ arm, against }: Pick<Effect, 'arm' | 'against'>): string {
  return against === null ? t`${arm} alone` : t`${arm} against ${against}`;
}

/** The size of an effect, or the value of an arm alone. */
function measureText(size: number, metric: LabMetric, against: string | null): string {
  return against === null ? valueText(size, metric.unit) : sizeText(size, metric);
}

/** An effect's size: `2.40x`, or a difference with its sign and unit; shares differ by percentage points. */
export function sizeText(size: number, metric: LabMetric): string {
  if (metric.scale === 'ratio') return ratioText(size);
  if (isOfPoints(metric)) return t`${pointsText(size)} points`;
  const text = valueText(size, metric.unit);
  return size > 0 ? `+${text}` : text;
}

/** Is the effect in this metric a difference of two shares? */
export function isOfPoints({ scale, unit }: LabMetric): boolean {
  return scale === 'difference' && unit === 'share';
}

/** A difference of two shares as the number of its points: `+46.5`. */
export function pointsText(share: number): string {
  const points = 100 * share;
  // Closer to nothing than the digits of a report.
  if (Math.abs(points) < 0.005) return '0';
  return `${points > 0 ? '+' : ''}${significant(points)}`;
}

/** Two digits that count, however small: `0.00019x`. */
function ratioText(ratio: number): string {
  if (ratio >= 0.01 || ratio <= 0) return times(ratio);
  return `${decimal(ratio, Math.min(DIGITS_MAX, 1 - Math.floor(Math.log10(ratio))))}x`;
}

const DIGITS_MAX = 12;

export function claimText(claim: LabClaim | null, metric: LabMetric): string {
  if (claim === null || (claim.low === null && claim.high === null)) return t`no figure`;
  const { low, high, against } = claim;
  if (isDirection(claim, metric.scale)) return low === null ? t`less` : t`more`;
  const text = (end: number) => measureText(end, metric, against);
  if (low === null) return t`at most ${text(high!)}`;
  if (high === null) return t`at least ${text(low)}`;
  if (low === high) return text(low);
  if (against !== null && isOfPoints(metric))
    return t`${t`${pointsText(low)} to ${pointsText(high)}`} points`;
  return t`${text(low)} to ${text(high)}`;
}

/** Null where no run of one of the two arms gave a value. */
export function estimateText({ estimate, interval, metric, test, against }: Effect): string | null {
  if (estimate === null) return test === null ? null : t`no ratio: a value is 0`;
  const text = (size: number) => measureText(size, metric, against);
  const size = text(estimate);
  if (interval === null) return t`${size} (too few runs for an interval)`;
  // A unit in words is said once.
  if (against !== null && isOfPoints(metric)) {
    const range = t`${pointsText(interval.low)} to ${pointsText(interval.high)}`;
    return t`${`${pointsText(estimate)} (${range})`} points`;
  }
  return `${size} (${t`${text(interval.low)} to ${text(interval.high)}`})`;
}

export function pText(value: number | null): string {
  if (value === null) return '–';
  return value < 0.001 ? '< 0.001' : value.toFixed(3);
}

/** Null where no run of the arm gave a value. */
export function medianText({ median, interval, values }: ArmSummary, unit: string): string | null {
  if (median === null) return null;
  if (interval === null) return t`${valueText(median, unit)} (n = ${values.length}, no interval)`;
  const { low, high } = interval;
  // A unit in words is said once.
  if (!hasSign(unit))
    return `${significant(median)} (${t`${significant(low)} to ${significant(high)}`}) ${unit}`;
  return `${valueText(median, unit)} (${t`${valueText(low, unit)} to ${valueText(high, unit)}`})`;
}

export function verdictText(verdict: Verdict | null): string {
  switch (verdict?.kind) {
    case undefined:
      return t`no figure to judge`;
    case 'confirmed':
      return t`confirmed`;
    case 'not-decidable':
      return t`not decidable here`;
    case 'undecided':
      return t`undecided: ${undecidedText(verdict.why)}`;
    case 'refuted':
      return refutedText(verdict.how);
  }
}

function refutedText(how: Refuted): string {
  switch (how) {
    case 'weaker':
      return t`refuted: weaker`;
    case 'stronger':
      return t`refuted: stronger`;
    case 'opposite':
      return t`refuted: the other way round`;
    case 'changed':
      return t`refuted: it does change`;
    case 'below':
      return t`refuted: below it`;
    case 'above':
      return t`refuted: above it`;
  }
}

function undecidedText(why: Undecided): string {
  switch (why) {
    case 'failed':
      return t`the experiment failed`;
    case 'interrupted':
      return t`the experiment was interrupted`;
    case 'no values':
      return t`no run gave a value`;
    case 'no ratio':
      return t`a value is 0, which has no ratio`;
    case 'too few runs':
      return t`too few runs`;
    case 'no difference shown':
      return t`no difference is shown`;
    case 'interval too wide':
      return t`the interval is too wide`;
    case 'estimate outside':
      return t`the interval touches the range, the estimate lies outside`;
    case 'range not filled':
      return t`the interval reaches beyond the range`;
    case 'lower bound':
      return t`the true effect is at least as strong as measured, which does not decide it`;
    case 'upper bound':
      return t`the true effect is at most as strong as measured, which does not decide it`;
  }
}

export function stateText({ state, because }: LabExperiment): string | null {
  if (state === 'done') return null;
  const reason = translated(because ?? '');
  if (state === 'failed') return t`The experiment failed: ${reason}.`;
  if (state === 'interrupted') return t`The experiment did not come to its end: ${reason}.`;
  return t`Not decidable on this machine: ${reason}.`;
}

/** Why these arms have no value in a metric; no more than the run knows. */
export function noValueText(experiment: LabExperiment, metric: string, arms: readonly string[]): string {
  const ran = (arm: string) =>
    experiment.rounds.some(({ warmUp, runs }) => !warmUp && runs.some((run) => run.arm === arm));
  const ended = arms.every(ran) ? null : endText(experiment);
  return ended ?? t`no measured run of ${arms.join(t` or `)} gave a value for ${metric}`;
}

/** Why an experiment did not come to its end, as a clause; null when it did. */
export function endText({ state, because }: LabExperiment): string | null {
  if (state === 'done') return null;
  const reason = translated(because ?? '');
  if (state === 'failed') return t`the experiment failed: ${reason}`;
  if (state === 'interrupted') return t`the experiment did not come to its end: ${reason}`;
  return t`this machine cannot decide it: ${reason}`;
}

/** What the verdicts mean, for whoever wants to argue with them. */
export function rulesText(): string {
  const alpha = significant(ALPHA);
  const width = significant(WIDTH_MAX);
  return [
    t`- Arms run in turns: every round runs each arm once, in an order drawn from the seed. Unit of every statistic is one run of an arm; no value is thrown out but those of a warm-up round.`,
    t`- Of an arm: the median, with the interval of order statistics that covers it with at least 95 %.`,
    t`- Effect: Hodges–Lehmann, the median of all pairwise ratios, or of differences where a value may be 0 (of shares in percentage points), with its 95 % interval. P: exact Mann–Whitney test, after Holm over all effects of the experiment.`,
    t`- **Confirmed**: the estimate lies in the document’s range, and its interval lies inside it too or is no wider than a factor of ${width}; unless the range holds “no effect”, p is also at most ${alpha} and the whole interval lies on the claimed side of “no effect”. A range that holds “no effect” must hold the whole interval.`,
    t`- A direction (“more”, “less”) is confirmed by a difference that is shown, p at most ${alpha} and the whole interval on its side, and refuted by one the other way.`,
    t`- A value of one arm is held against the median of the arm and its interval. Where the workload makes of the measurement a bound of the true effect, the limits of the experiment say why, and only what the bound allows is said.`,
    t`- **Refuted**: no value of the interval lies in the range. **Undecided**: everything else. **Not decidable here**: this machine cannot show it.`,
  ].join('\n');
}
