import type { z } from 'zod';
import { lockWindows } from '../../profiles/locks/lock-window.js';
import type { Histogram, LayersSnapshot, NodeWindow, ProcWindow } from '../../results/schema/index.js';

type HistogramData = z.infer<typeof Histogram>;

/** Two readings do not bound a window: of two nodes or two processes, or in the wrong order. */
export class WindowError extends Error {}

const NS_PER_SECOND = 1e9;

/**
 * One node over a window: what its cumulative counters, histograms and locks grew by between two readings. Gauges are those of the
 * second reading. Names that appear only in the second reading started from zero.
 */
export function nodeWindow(
  before: LayersSnapshot,
  after: LayersSnapshot,
  proc: ProcWindow | null,
): NodeWindow {
  const seconds = (after.takenNs - before.takenNs) / NS_PER_SECOND;
  if (before.node.id !== after.node.id)
    throw new WindowError(`readings of two nodes, ${before.node.id} and ${after.node.id}`);
  if (before.startedNs !== after.startedNs || before.node.pid !== after.node.pid)
    throw new WindowError(`node ${after.node.id} was restarted during the window`);
  if (!(seconds > 0))
    throw new WindowError(`the second reading of node ${after.node.id} is not the later one`);
  return {
    schema: 'strata.node/1',
    node: after.node.id,
    role: after.node.role,
    pid: after.node.pid,
    seconds,
    config: after.config,
    counters: mapValues(after.counters, (name, value) => growth(name, before.counters[name] ?? 0, value)),
    gauges: after.gauges,
    histograms: mapValues(after.histograms, (name, value) =>
      histogramGrowth(name, before.histograms[name], value),
    ),
    ...(after.locks === undefined ? {} : { locks: lockWindows(before.locks ?? [], after.locks, growth) }),
    proc,
  };
}

function histogramGrowth(
  name: string,
  before: HistogramData | undefined,
  after: HistogramData,
): HistogramData {
  if (before === undefined) return after;
  const counts = new Map(before.buckets);
  const buckets: [number, number][] = [];
  for (const [lower, count] of after.buckets) {
    const grown = growth(`${name}[${lower}]`, counts.get(lower) ?? 0, count);
    counts.delete(lower);
    if (grown > 0) buckets.push([lower, grown]);
  }
  for (const [lower, count] of counts) growth(`${name}[${lower}]`, count, 0);
  return {
    count: growth(`${name}.count`, before.count, after.count),
    sum: growth(`${name}.sum`, before.sum, after.sum),
    buckets,
  };
}

function growth(name: string, before: number, after: number): number {
  if (after < before) throw new WindowError(`${name} fell from ${before} to ${after}, and it may only grow`);
  return after - before;
}

function mapValues<In, Out>(
  record: Readonly<Record<string, In>>,
  map: (name: string, value: In) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}
