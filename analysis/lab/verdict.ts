import type { LabClaim, LabExperiment } from '../../results/schema/index.js';

/** Adjusted p up to which a difference counts as shown. */
export const ALPHA = 0.05;
/** An interval that reaches further than from x to twice x says too little to confirm a figure whose range it leaves. */
export const WIDTH_MAX = 2;

/**
 * What the measurement says about a figure of the document.
 *
 * - `refuted`: no value of the 95 % interval lies in the document's range. `how` says on which side: `weaker` or `stronger` than claimed, `opposite` when an effect
 *   the other way is shown (an adjusted p of at most ALPHA), `changed` where the document says that nothing does.
 * - `confirmed`: the estimate lies in the range, and the interval either lies inside it or is no wider than WIDTH_MAX; a range that does not hold "no effect"
 *   takes a difference that is shown besides: an adjusted p of at most ALPHA, and an interval on the claimed side of "no effect". A range that holds "no effect"
 *   (the document says that nothing changes) is confirmed by an interval inside it only.
 * - `undecided`: the interval has values in the range and too little for the above, or there is none.
 * - `not-decidable`: this machine cannot answer the question.
 */
export type Verdict =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'refuted'; readonly how: Refuted }
  | { readonly kind: 'undecided'; readonly why: Undecided }
  | { readonly kind: 'not-decidable' };

export type Refuted = 'weaker' | 'stronger' | 'opposite' | 'changed';

export type Undecided =
  | 'failed'
  | 'interrupted'
  | 'no values'
  | 'no ratio'
  | 'too few runs'
  | 'no difference shown'
  | 'interval too wide'
  | 'estimate outside'
  | 'range not filled';

interface Measured {
  readonly estimate: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly test: object | null;
  readonly pAdjusted: number | null;
  /** The smallest adjusted p that so many runs and effects allow. */
  readonly pFloor: number | null;
}

type Scale = 'ratio' | 'difference';

/** @see Verdict for the rules */
export function judge(
  effect: Measured,
  claim: Pick<LabClaim, 'low' | 'high'>,
  scale: Scale,
  state: LabExperiment['state'],
): Verdict {
  if (state === 'not-decidable') return { kind: 'not-decidable' };
  const { interval, estimate } = effect;
  if (estimate === null || interval === null) return undecided(whyNoInterval(effect, state));
  const low = claim.low ?? Number.NEGATIVE_INFINITY;
  const high = claim.high ?? Number.POSITIVE_INFINITY;
  const neutral = scale === 'ratio' ? 1 : 0;
  if (interval.high < low || interval.low > high) {
    const isShown = (effect.pAdjusted ?? 1) <= ALPHA;
    const how = directionOf(interval, { low, high, neutral, isShown });
    return { kind: 'refuted', how };
  }
  const inside = interval.low >= low && interval.high <= high;
  if (low <= neutral && neutral <= high)
    return inside ? { kind: 'confirmed' } : undecided('range not filled');
  const onClaimedSide = low > neutral ? interval.low > neutral : interval.high < neutral;
  if (!onClaimedSide) return undecided('no difference shown');
  if ((effect.pAdjusted ?? 1) > ALPHA)
    return undecided((effect.pFloor ?? 1) > ALPHA ? 'too few runs' : 'no difference shown');
  // Touched by one end of an interval, a range is neither ruled out nor shown.
  if (estimate < low || estimate > high) return undecided('estimate outside');
  return inside || isNarrow(interval, scale) ? { kind: 'confirmed' } : undecided('interval too wide');
}

/** How many verdicts there are of each kind. */
export function countVerdicts(verdicts: readonly Verdict[]): Readonly<Record<Verdict['kind'], number>> {
  const counts = { confirmed: 0, refuted: 0, undecided: 0, 'not-decidable': 0 };
  for (const { kind } of verdicts) counts[kind] += 1;
  return counts;
}

function undecided(why: Undecided): Verdict {
  return { kind: 'undecided', why };
}

function whyNoInterval({ estimate, test }: Measured, state: LabExperiment['state']): Undecided {
  if (state === 'failed' || state === 'interrupted') return state;
  if (test === null) return 'no values';
  return estimate === null ? 'no ratio' : 'too few runs';
}

function directionOf(
  interval: { readonly low: number; readonly high: number },
  {
    low,
    high,
    neutral,
    isShown,
  }: { readonly low: number; readonly high: number; readonly neutral: number; readonly isShown: boolean },
): Refuted {
  if (low <= neutral && neutral <= high) return 'changed';
  const claimsMore = low > neutral;
  if (claimsMore ? interval.low > high : interval.high < low) return 'stronger';
  const opposite = claimsMore ? interval.high < neutral : interval.low > neutral;
  // That the claimed effect is not there is certain; that there is another one takes a test of its own.
  return opposite && isShown ? 'opposite' : 'weaker';
}

function isNarrow({ low, high }: { readonly low: number; readonly high: number }, scale: Scale): boolean {
  if (scale === 'ratio') return high <= WIDTH_MAX * low;
  return high - low <= (WIDTH_MAX - 1) * Math.min(Math.abs(low), Math.abs(high));
}
