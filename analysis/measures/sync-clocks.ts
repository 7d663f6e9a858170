import type { SyncCallsCapture } from '../../results/schema/index.js';
import { isQuantileSupported } from '../statistics/histogram.js';
import { quantileOf, sum } from '../statistics/order-statistics.js';
import { compareText } from './node-measures.js';

export type SyncCall = SyncCallsCapture['calls'][number];

/** One sync, cut at the borders of its clocks. Whole nanoseconds, so that sums of them are exact: queue + kernel + wake = observed. */
export interface SplitSync {
  /** Submitted until the callback ran. */
  readonly observed: number;
  /** Submitted until a thread of the pool entered the kernel. */
  readonly queue: number;
  /** Entered until returned. */
  readonly kernel: number;
  /** Returned until the callback ran. */
  readonly wake: number;
  /** Of the kernel time, the device's flush; null where nobody watched the device. */
  readonly flush: number | null;
  readonly call: SyncCall;
}

export interface ClockSummary {
  readonly count: number;
  readonly meanNs: number;
  /** Null where fewer than ten values lie above it. */
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
  readonly maxNs: number;
}

export interface SyncSplit {
  readonly syncs: readonly SplitSync[];
  /** Calls of which only the kernel's side is known. */
  readonly kernelOnly: number;
  /** Calls whose stamps do not ascend: two clocks that disagree, or a wrong match. */
  readonly inconsistent: number;
  /** True when the device was watched in every one of the calls. */
  readonly hasFlush: boolean;
}

export function splitSyncs(capture: SyncCallsCapture): SyncSplit {
  const syncs: SplitSync[] = [];
  let kernelOnly = 0;
  let inconsistent = 0;
  for (const call of capture.calls) {
    if (call.submittedNs === null || call.doneNs === null) {
      kernelOnly += 1;
      continue;
    }
    const observed = Math.round(call.doneNs - call.submittedNs);
    const queue = Math.round(call.enteredNs - call.submittedNs);
    const kernel = Math.round(call.kernelNs);
    const wake = observed - queue - kernel;
    if (queue < 0 || kernel < 0 || wake < 0) {
      inconsistent += 1;
      continue;
    }
    // A flush that began before the call, or ended after it, is no more of it than the call itself.
    const flush = call.flushNs === null ? null : Math.min(kernel, Math.max(0, Math.round(call.flushNs)));
    syncs.push({ observed, queue, kernel, wake, flush, call });
  }
  const hasFlush = syncs.length > 0 && syncs.every((sync) => sync.flush !== null);
  return { syncs, kernelOnly, inconsistent, hasFlush };
}

/** Null for no values. */
export function summarise(values: readonly number[]): ClockSummary | null {
  if (values.length === 0) return null;
  const quantile = (at: number) => (isQuantileSupported(values.length, at) ? quantileOf(values, at) : null);
  return {
    count: values.length,
    meanNs: sum(values) / values.length,
    p50Ns: quantile(0.5),
    p99Ns: quantile(0.99),
    maxNs: values.reduce((most, value) => Math.max(most, value), 0),
  };
}

export type SyncClock = 'queue' | 'kernel' | 'file system' | 'device' | 'wake';

/** Mean of each clock; the means add up to that of `observed`. The kernel stands whole where the device was not watched. */
export interface ClockMeans {
  readonly observedNs: number;
  readonly parts: readonly { readonly clock: SyncClock; readonly meanNs: number }[];
}

/** Null for no sync. */
export function clockMeans(syncs: readonly SplitSync[], hasFlush: boolean): ClockMeans | null {
  if (syncs.length === 0) return null;
  const mean = (read: (sync: SplitSync) => number) => sum(syncs.map(read)) / syncs.length;
  const kernel: ClockMeans['parts'] = hasFlush
    ? [
        { clock: 'file system', meanNs: mean((sync) => sync.kernel - (sync.flush ?? 0)) },
        { clock: 'device', meanNs: mean((sync) => sync.flush ?? 0) },
      ]
    : [{ clock: 'kernel', meanNs: mean((sync) => sync.kernel) }];
  return {
    observedNs: mean((sync) => sync.observed),
    parts: [
      { clock: 'queue', meanNs: mean((sync) => sync.queue) },
      ...kernel,
      { clock: 'wake', meanNs: mean((sync) => sync.wake) },
    ],
  };
}

/** The clock that takes most of the mean, with its share. Null where no sync took any time. */
export function dominantClock(
  means: ClockMeans | null,
): { readonly clock: SyncClock; readonly share: number } | null {
  if (means === null || means.observedNs <= 0) return null;
  const most = means.parts.reduce((best, next) => (next.meanNs > best.meanNs ? next : best));
  return { clock: most.clock, share: most.meanNs / means.observedNs };
}

export interface SyncCause {
  readonly cause: string;
  readonly syncs: readonly SplitSync[];
}

/** Syncs by what they were for, the most frequent first. */
export function syncsByCause(syncs: readonly SplitSync[]): readonly SyncCause[] {
  const causes = new Map<string, SplitSync[]>();
  for (const sync of syncs) {
    const cause = sync.call.cause ?? 'not known';
    const list = causes.get(cause) ?? [];
    causes.set(cause, list);
    list.push(sync);
  }
  return [...causes]
    .map(([cause, list]) => ({ cause, syncs: list }))
    .sort((one, other) => other.syncs.length - one.syncs.length || compareText(one.cause, other.cause));
}

/** Mean over the calls that know it; null where none does. */
export function meanKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : sum(known) / known.length;
}

/**
 * Numbers cut to multiples of `step` so that they still add up to their rounded sum: each is the difference of two rounded running
 * totals, hence at most one step off.
 */
export function roundTogether(values: readonly number[], step: number): readonly number[] {
  let total = 0;
  let before = 0;
  return values.map((value) => {
    total += value;
    const now = Math.round(total / step);
    const own = now - before;
    before = now;
    return own * step;
  });
}
