import type { LabClaim, LabExperiment } from '../../results/schema/index.js';

/** Adjusted p up to which a difference counts as shown. */
export const ALPHA = 0.05;
/** An interval that reaches further than from x to twice x says too little to confirm a figure whose range it leaves. */
export const WIDTH_MAX = 2;

/**
 * What the measurement says about a statement of the document.
 *
 * - `refuted`: no value of the 95 % interval lies in the document's range. `how` says on which side: `weaker` or `stronger` than claimed, `opposite` when an effect
 *   the other way is shown (an adjusted p of at most ALPHA), `changed` where the document says that nothing does, `below` or `above` where it gives a value itself.
 * - `confirmed`: the estimate lies in the range, and the interval either lies inside it or is no wider than WIDTH_MAX; a range that does not hold "no effect"
 *   takes a difference that is shown besides: an adjusted p of at most ALPHA, and an interval on the claimed side of "no effect". A range that holds "no effect"
 *   (the document says that nothing changes) is confirmed by an interval inside it only.
 * - A direction, which is a range from "no effect" to no end, is confirmed by a difference that is shown, and refuted by one the other way.
 * - `undecided`: the interval has values in the range and too little for the above, or there is none; or it only bounds the true effect, on the side that does not
 *   decide.
 * - `not-decidable`: this machine, or this way of measuring, cannot answer the question; `why` is the reason of the statement itself.
 */
export type Verdict =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'refuted'; readonly how: Refuted }
  | { readonly kind: 'undecided'; readonly why: Undecided }
  | { readonly kind: 'not-decidable'; readonly why: string | null };

export type Refuted = 'weaker' | 'stronger' | 'opposite' | 'changed' | 'below' | 'above';

export type Undecided =
  | 'failed'
  | 'interrupted'
  | 'no values'
  | 'no ratio'
  | 'too few runs'
  | 'no difference shown'
  | 'interval too wide'
  | 'estimate outside'
  | 'range not filled'
  | 'lower bound'
  | 'upper bound';

interface Interval {
  readonly low: number;
  readonly high: number;
}

interface Measured {
  readonly estimate: number | null;
  readonly interval: Interval | null;
  /** How many values there are in the smaller arm. */
  readonly runs: number;
  readonly pAdjusted: number | null;
  /** The smallest adjusted p that so many runs and effects allow. */
  readonly pFloor: number | null;
}

type Sized = Measured & { readonly estimate: number; readonly interval: Interval };
type Scale = 'ratio' | 'difference';
type Range = Interval & { readonly neutral: number };

/** Says only that there is more, or less, and not how much. */
export function isDirection({ low, high, against }: LabClaim, scale: Scale): boolean {
  if (against === null) return false;
  const neutral = neutralOf(scale);
  return (low === null && high === neutral) || (high === null && low === neutral);
}

/** @see Verdict for the rules */
export function judge(
  effect: Measured,
  claim: LabClaim,
  scale: Scale,
  state: LabExperiment['state'],
): Verdict {
  if (claim.notDecidable !== null) return { kind: 'not-decidable', why: claim.notDecidable };
  if (state === 'not-decidable') return { kind: 'not-decidable', why: null };
  const { interval, estimate } = effect;
  if (estimate === null || interval === null) return undecided(whyNoInterval(effect, state));
  const sized: Sized = { ...effect, estimate, interval };
  const range: Range = {
    low: claim.low ?? Number.NEGATIVE_INFINITY,
    high: claim.high ?? Number.POSITIVE_INFINITY,
    neutral: neutralOf(scale),
  };
  const verdict =
    claim.against === null
      ? judgeValue(sized, range)
      : isDirection(claim, scale)
        ? judgeDirection(sized, range)
        : judgeRange(sized, range, scale);
  return bounded(verdict, claim, range);
}

function judgeRange(effect: Sized, range: Range, scale: Scale): Verdict {
  const { interval, estimate } = effect;
  const { low, high, neutral } = range;
  if (interval.high < low || interval.low > high)
    return { kind: 'refuted', how: sideOf(interval, range, isShown(effect)) };
  const inside = interval.low >= low && interval.high <= high;
  if (low <= neutral && neutral <= high)
    return inside ? { kind: 'confirmed' } : undecided('range not filled');
  const onClaimedSide = low > neutral ? interval.low > neutral : interval.high < neutral;
  if (!onClaimedSide) return undecided('no difference shown');
  if (!isShown(effect)) return undecided(whyNotShown(effect));
  // Touched by one end of an interval, a range is neither ruled out nor shown.
  if (estimate < low || estimate > high) return undecided('estimate outside');
  return inside || isNarrow(interval, scale) ? { kind: 'confirmed' } : undecided('interval too wide');
}

function judgeDirection(effect: Sized, { low, neutral }: Range): Verdict {
  const { interval } = effect;
  if (!isShown(effect)) return undecided(whyNotShown(effect));
  const isMore = interval.low > neutral;
  if (!isMore && interval.high >= neutral) return undecided('no difference shown');
  return isMore === (low === neutral) ? { kind: 'confirmed' } : { kind: 'refuted', how: 'opposite' };
}

/** Of one arm alone: there is no other to be different from. */
function judgeValue({ interval, estimate }: Sized, { low, high }: Range): Verdict {
  if (interval.high < low) return { kind: 'refuted', how: 'below' };
  if (interval.low > high) return { kind: 'refuted', how: 'above' };
  if (interval.low >= low && interval.high <= high) return { kind: 'confirmed' };
  if (estimate < low || estimate > high) return undecided('estimate outside');
  return isNarrow(interval, 'ratio') ? { kind: 'confirmed' } : undecided('interval too wide');
}

/**
 * Where the true effect is at least as strong as the measured one, only "even this is more than claimed" can be said, and "at least so much"; where it is at most as
 * strong, only "even this is less", and "no more than that".
 */
function bounded(verdict: Verdict, { bound, against }: LabClaim, { low, high, neutral }: Range): Verdict {
  if (bound === null || verdict.kind === 'undecided') return verdict;
  const isMore = verdict.kind === 'refuted' && MORE.has(verdict.how);
  const isLess = verdict.kind === 'refuted' && !isMore;
  const claimsMore = against === null || low >= neutral;
  const saysAtLeast = claimsMore ? high === Number.POSITIVE_INFINITY : low === Number.NEGATIVE_INFINITY;
  const saysNoMore = against === null ? low === Number.NEGATIVE_INFINITY : low < neutral && neutral < high;
  const confirmed = verdict.kind === 'confirmed';
  if (bound === 'lower')
    return isMore || (confirmed && saysAtLeast && !saysNoMore) ? verdict : undecided('lower bound');
  return isLess || (confirmed && saysNoMore) ? verdict : undecided('upper bound');
}

const MORE: ReadonlySet<Refuted> = new Set(['stronger', 'changed', 'above']);

/** How many verdicts there are of each kind. */
export function countVerdicts(verdicts: readonly Verdict[]): Readonly<Record<Verdict['kind'], number>> {
  const counts = { confirmed: 0, refuted: 0, undecided: 0, 'not-decidable': 0 };
  for (const { kind } of verdicts) counts[kind] += 1;
  return counts;
}

function undecided(why: Undecided): Verdict {
  return { kind: 'undecided', why };
}

function whyNoInterval({ estimate, runs }: Measured, state: LabExperiment['state']): Undecided {
  if (state === 'failed' || state === 'interrupted') return state;
  if (runs === 0) return 'no values';
  return estimate === null ? 'no ratio' : 'too few runs';
}

function isShown({ pAdjusted }: Measured): boolean {
  return (pAdjusted ?? 1) <= ALPHA;
}

function whyNotShown({ pFloor }: Measured): Undecided {
  return (pFloor ?? 1) > ALPHA ? 'too few runs' : 'no difference shown';
}

function sideOf(interval: Interval, { low, high, neutral }: Range, shown: boolean): Refuted {
  if (low <= neutral && neutral <= high) return 'changed';
  const claimsMore = low > neutral;
  if (claimsMore ? interval.low > high : interval.high < low) return 'stronger';
  const opposite = claimsMore ? interval.high < neutral : interval.low > neutral;
  // That the claimed effect is not there is certain; that there is another one takes a test of its own.
  return opposite && shown ? 'opposite' : 'weaker';
}

function neutralOf(scale: Scale): number {
  return scale === 'ratio' ? 1 : 0;
}

function isNarrow({ low, high }: Interval, scale: Scale): boolean {
  if (scale === 'ratio') return high <= WIDTH_MAX * low;
  return high - low <= (WIDTH_MAX - 1) * Math.min(Math.abs(low), Math.abs(high));
}
