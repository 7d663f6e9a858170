import type { Histogram, NodeWindow } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import {
  isQuantileSupported,
  histogramMean as meanOf,
  histogramQuantile as quantileOf,
} from '../statistics/histogram.js';
import { combine, type Measured, map, measured, missing, quotient } from './measured.js';

/** A counter's growth over the window. */
export function counter(node: NodeWindow, name: string): Measured {
  const value = node.counters[name];
  return value === undefined ? missing(t`the node did not report ${name}`) : measured(value);
}

export function counterPerSecond(node: NodeWindow, name: string): Measured {
  return map(counter(node, name), (value) => value / node.seconds);
}

/** The window's histogram, empty ones included. */
export function histogram(node: NodeWindow, name: string): Measured<Histogram> {
  const found = node.histograms[name];
  return found === undefined ? missing(t`the node did not report ${name}`) : measured(found);
}

export function histogramCount(node: NodeWindow, name: string): Measured {
  return map(histogram(node, name), (found) => found.count);
}

export function histogramMean(node: NodeWindow, name: string): Measured {
  const found = histogram(node, name);
  if (!found.ok) return found;
  const value = meanOf(found.value);
  return value === null ? missing(t`${name} recorded nothing in the window`) : measured(value);
}

export function histogramQuantile(node: NodeWindow, name: string, quantile: number): Measured {
  const found = histogram(node, name);
  if (!found.ok) return found;
  const value = quantileOf(found.value, quantile);
  if (value === null) return missing(t`${name} recorded nothing in the window`);
  if (!isQuantileSupported(found.value.count, quantile)) {
    return missing(t`${name} has too few values for this percentile (fewer than 10 lie above it)`);
  }
  return measured(value);
}

/** Sum of a nanosecond histogram over the length of the window: 0.5 = half of the time. Above 1 when calls overlap. */
export function timeShare(node: NodeWindow, name: string): Measured {
  return map(histogram(node, name), (found) => found.sum / (node.seconds * 1e9));
}

/** Cores used by the process, user and kernel. */
export function cpuCores(node: NodeWindow): Measured {
  if (node.proc === null) return missing(t`/proc of the node was not readable`);
  return measured((node.proc.cpuUserMs + node.proc.cpuSystemMs) / (node.seconds * 1e3));
}

/** Share of the window that the main thread, the event loop, spent on a CPU. */
export function mainThreadShare(node: NodeWindow): Measured {
  return mainThread(node, (thread) => thread.cpuMs / (node.seconds * 1e3));
}

/** Share of the window that the main thread was ready to run and had no CPU. */
export function mainThreadRunqueueShare(node: NodeWindow): Measured {
  return mainThread(node, (thread) => thread.runqueueWaitMs / (node.seconds * 1e3));
}

type Thread = NonNullable<NodeWindow['proc']>['threads'][number];

function mainThread(node: NodeWindow, read: (thread: Thread) => number): Measured {
  const thread = node.proc?.threads.find((candidate) => candidate.kind === 'main');
  return thread === undefined ? missing(t`/proc gave no main thread of the node`) : measured(read(thread));
}

/** Syncs that no request waits for and that carry no entry. */
const BACKGROUND_SYNCS = [
  'io_fsync_cause_preallocate_total',
  'io_fsync_cause_directory_total',
  'io_fsync_cause_snapshot_total',
  'io_fsync_cause_identity_total',
];

/** Syncs of the log: preallocation, directories and snapshots left out. */
export function logSyncs(node: NodeWindow): Measured {
  const background = BACKGROUND_SYNCS.reduce((total, name) => total + (node.counters[name] ?? 0), 0);
  return map(counter(node, 'io_fsyncs_total'), (all) => all - background);
}

/** Writes to the log: the zeros that prepare the next segment left out. */
export function logWrites(node: NodeWindow): Measured {
  const zeros = node.histograms.io_write_background_ns?.count ?? 0;
  return map(counter(node, 'io_writes_total'), (all) => all - zeros);
}

/** Log entries that one sync made durable, counted over the window; preallocation, directories and snapshots left out. */
export function entriesPerFsync(node: NodeWindow): Measured {
  return quotient(
    counter(node, 'log_entries_total'),
    logSyncs(node),
    t`the node made no fsync of its log in the window`,
  );
}

/** write() calls per sync call, as `strace -c` would count them on the log; what prepares segments left out on both sides. */
export function writesPerFsync(node: NodeWindow): Measured {
  return quotient(logWrites(node), logSyncs(node), t`the node made no fsync of its log in the window`);
}

/** Times of the calls that the server sends through libuv's pool, the queue before it and the wake-up after it included. */
const POOL_TIMES = ['io_fsync_ns', 'io_write_ns', 'io_fsync_background_ns', 'io_write_background_ns'];

/** Share of the pool's threads that writes and syncs keep busy at most: what they wait before and after counts as use. */
export function poolUseAtMost(node: NodeWindow, threads: number): Measured {
  const sums = POOL_TIMES.flatMap((name) => node.histograms[name]?.sum ?? []);
  if (threads === 0 || sums.length === 0)
    return missing(t`neither the pool nor the time of its tasks was counted`);
  return measured(sums.reduce((total, ns) => total + ns, 0) / (node.seconds * 1e9 * threads));
}

/** What a call through libuv's pool waits for a CPU on the thread that took it, mean over the window. */
export function poolRunQueueNs(node: NodeWindow): Measured {
  const waits = node.proc?.threads.filter((thread) => thread.kind === 'pool') ?? [];
  if (waits.length === 0) return missing(t`/proc gave no pool thread of the node`);
  const ns = waits.reduce((total, thread) => total + thread.runqueueWaitMs * 1e6, 0);
  const calls = combine(
    counter(node, 'io_writes_total'),
    counter(node, 'io_fsyncs_total'),
    (writes, syncs) => writes + syncs,
  );
  return quotient(measured(ns), calls, t`the node sent nothing through libuv's pool in the window`);
}

/** Share of the batches whose commit waited last for the leader's own disk, over the whole window; the followers decided the others. */
export function persistShare(node: NodeWindow): Measured {
  const persist = counter(node, 'consensus_persist_won_total');
  const all = combine(persist, counter(node, 'consensus_replicate_won_total'), (one, other) => one + other);
  return quotient(persist, all, t`no batch committed in the window`);
}

/** Counters whose names start and end so, as `[what lies between, value]`, greatest first, then by name. */
export function countersBetween(
  node: NodeWindow,
  prefix: string,
  suffix: string,
): readonly (readonly [string, number])[] {
  return Object.entries(node.counters)
    .filter(
      ([name]) =>
        name.startsWith(prefix) && name.endsWith(suffix) && name.length > prefix.length + suffix.length,
    )
    .map(([name, value]) => [name.slice(prefix.length, name.length - suffix.length), value] as const)
    .sort((one, other) => other[1] - one[1] || compareText(one[0], other[0]));
}

/** By code unit: the same order under every locale. */
export function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
