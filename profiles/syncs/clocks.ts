/** CLOCK_REALTIME and CLOCK_MONOTONIC at one moment. */
export interface ClockPair {
  readonly realtimeNs: bigint;
  readonly monotonicNs: bigint;
}

/** Edges of the millisecond that are tried; the tightest counts. */
const EDGES = 4;
const SPINS_MAX = 10_000_000;

/**
 * Reads both clocks at once. The time of day is known to JavaScript in whole milliseconds only, but exactly at the moment when it changes: so this
 * waits for such edges, a few milliseconds altogether, and takes the one with the least time between the two readings around it.
 */
export function readClocks(): ClockPair {
  let best: ClockPair | null = null;
  let bestWidth = 0n;
  for (let edge = 0; edge < EDGES; edge += 1) {
    const begun = Date.now();
    let before = process.hrtime.bigint();
    for (let spin = 0; spin < SPINS_MAX; spin += 1) {
      const now = Date.now();
      const after = process.hrtime.bigint();
      if (now !== begun) {
        const width = after - before;
        if (best === null || width < bestWidth) {
          best = { realtimeNs: BigInt(now) * 1_000_000n, monotonicNs: (before + after) / 2n };
          bestWidth = width;
        }
        break;
      }
      before = after;
    }
  }
  // A clock that stands still for ten million readings is no clock.
  if (best === null)
    throw new Error(`CLOCK_REALTIME stood at ${Date.now()} ms for ${EDGES * SPINS_MAX} readings`);
  return best;
}

/**
 * Turns CLOCK_REALTIME in microseconds into CLOCK_MONOTONIC in nanoseconds, by a reading of both at the begin and one at the end; between them the time of
 * day may have been slewed, so the difference is taken to have changed evenly.
 */
export function monotonicFrom(begin: ClockPair, end: ClockPair): (realtimeUs: number) => number {
  const span = Number(end.realtimeNs - begin.realtimeNs);
  const drift = Number(end.monotonicNs - begin.monotonicNs) - span;
  return (realtimeUs) => {
    const sinceNs = Number(BigInt(Math.round(realtimeUs)) * 1_000n - begin.realtimeNs);
    const share = span > 0 ? sinceNs / span : 0;
    return Number(begin.monotonicNs) + sinceNs + drift * share;
  };
}
