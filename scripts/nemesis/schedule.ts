import type { Random } from '../../loadgen/random.js';
import type { FaultKind } from './faults/fault.js';
import { shuffled } from './faults/fault.js';

export interface PlannedFault {
  readonly kind: FaultKind;
  /** After the clients began. */
  readonly startMs: number;
  readonly lengthMs: number;
}

const CALM_SHARE = 0.15;
const CALM_MS_MAX = 5_000;
const TAIL_MS_MAX = 2_000;
const GAP_MS = { min: 500, max: 2_600 };
const LENGTH_MS = { min: 900, max: 5_000 };
/** After so many faults everything heals once: a cluster that never stands shows nothing. */
const FAULTS_PER_WAVE = 4;
const PEACE_MS = 1_500;

/** Clients alone, before the first fault. */
export function calmMs(durationMs: number): number {
  return Math.min(CALM_MS_MAX, durationMs * CALM_SHARE);
}

/**
 * Faults that overlap, in waves with a little peace between them. Kinds are dealt like cards: none comes twice before all came once. A cut that
 * leaves the leader in the minority comes first where there is one, so that even a short run has it.
 */
export function planFaults(
  kinds: readonly FaultKind[],
  durationMs: number,
  random: Random,
  isFirst: (kind: FaultKind) => boolean,
): PlannedFault[] {
  const endMs = durationMs - Math.min(TAIL_MS_MAX, durationMs * CALM_SHARE);
  const planned: PlannedFault[] = [];
  let deck = shuffled(kinds, random);
  const first = deck.findIndex(isFirst);
  if (first > 0) deck.unshift(...deck.splice(first, 1));
  let startMs = calmMs(durationMs);
  while (kinds.length > 0) {
    if (deck.length === 0) deck = shuffled(kinds, random);
    const kind = deck.shift()!;
    const drawn = LENGTH_MS.min + random.nextFloat() * (LENGTH_MS.max - LENGTH_MS.min);
    const lengthMs = Math.min(Math.max(drawn, kind.lengthMsMin ?? 0), endMs - startMs);
    if (lengthMs < Math.max(LENGTH_MS.min, kind.lengthMsMin ?? 0)) break;
    planned.push({ kind, startMs: Math.round(startMs), lengthMs: Math.round(lengthMs) });
    startMs += GAP_MS.min + random.nextFloat() * (GAP_MS.max - GAP_MS.min);
    if (planned.length % FAULTS_PER_WAVE === 0) startMs = PEACE_MS + latestEnd(planned, startMs);
  }
  return planned;
}

function latestEnd(planned: readonly PlannedFault[], startMs: number): number {
  return Math.max(startMs, ...planned.map((fault) => fault.startMs + fault.lengthMs));
}
