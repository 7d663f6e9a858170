import type { FaultRecord } from './fault-runner.js';
import type { FaultGroup } from './faults/fault.js';

/**
 * `vacuous`: it tested nothing. `unknown`: the checker did not come to an end. `environment`: the machine did not let it come to an end. None of them is
 * a pass.
 */
export type Verdict = 'green' | 'violation' | 'unknown' | 'vacuous' | 'environment';

export interface RunFigures {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Operations that were ok, of the key that saw fewest, those just taken into use left out. */
  readonly okPerKeyMin: number;
  /** Operations a second that were ok before the first fault. */
  readonly calmRate: number;
  /** Terms in which a leader was seen, but the first. */
  readonly elections: number;
  /** Nodes that led. */
  readonly leaders: number;
  /** Longest time in which no operation of anybody was ok. */
  readonly longestGapMs: number;
  /** Some log was cut behind a snapshot. */
  readonly compacted: boolean;
}

export const NO_FIGURES: RunFigures = {
  ...{ ok: 0, fail: 0, info: 0, okPerKeyMin: 0, calmRate: 0 },
  ...{ elections: 0, leaders: 0, longestGapMs: 0, compacted: false },
};

/** Who lets one of these loose wants leaders to fall. */
const TOPPLE: readonly FaultGroup[] = ['partition', 'kill', 'pause', 'transfer', 'restart'];

const OK_PER_KEY_MIN = 10;
/** Far below what clients do on a busy machine; a cluster that serves less was not under attack but ill. */
const CALM_RATE_MIN = 25;

/** Why a run proves nothing, however green it looks. Empty when it does prove something. */
export function emptiness(
  figures: RunFigures,
  faults: readonly FaultRecord[],
  groups: readonly FaultGroup[],
): string[] {
  const { okPerKeyMin, calmRate, elections, compacted } = figures;
  const reasons: string[] = [];
  if (okPerKeyMin < OK_PER_KEY_MIN)
    reasons.push(`a key saw only ${okPerKeyMin} operations that were ok, ${OK_PER_KEY_MIN} are needed`);
  if (calmRate < CALM_RATE_MIN)
    reasons.push(`${Math.round(calmRate)} operations/s before the first fault, ${CALM_RATE_MIN} are needed`);
  if (faults.length === 0) reasons.push('no fault was planned');
  for (const { nemesisFailure } of faults) if (nemesisFailure !== null) reasons.push(nemesisFailure);
  for (const kind of neverHappened(faults)) reasons.push(`${kind} was drawn and never happened`);
  const cut = faults.some((fault) => fault.happened && fault.leaderInMinority);
  if (groups.includes('partition') && !cut) reasons.push('the leader was never in the minority');
  const topples = groups.some((group) => TOPPLE.includes(group));
  if (topples && elections === 0) reasons.push('no leader was elected after the first');
  if (!compacted) reasons.push('no log was ever cut behind a snapshot');
  return reasons;
}

/** Of several attempts of one kind a single one has to succeed: the others may have met nothing that they could harm. */
function neverHappened(faults: readonly FaultRecord[]): string[] {
  const happened = new Set(faults.filter((fault) => fault.happened).map((fault) => fault.kind));
  return [...new Set(faults.map((fault) => fault.kind))].filter((kind) => !happened.has(kind));
}
