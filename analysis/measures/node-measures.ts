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

/** Log entries that one sync made durable, counted over the window; preallocation, directories and snapshots left out. */
export function entriesPerFsync(node: NodeWindow): Measured {
  const background = BACKGROUND_SYNCS.reduce((total, name) => total + (node.counters[name] ?? 0), 0);
  const syncs = map(counter(node, 'io_fsyncs_total'), (all) => all - background);
  return quotient(
    counter(node, 'log_entries_total'),
    syncs,
    t`the node made no fsync of its log in the window`,
  );
}

/** write() calls per sync call, as `strace -c` would count them on the log. */
export function writesPerFsync(node: NodeWindow): Measured {
  return quotient(
    counter(node, 'io_writes_total'),
    counter(node, 'io_fsyncs_total'),
    t`the node made no fsync in the window`,
  );
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
