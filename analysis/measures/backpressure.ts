import type { NodeWindow } from '../../results/schema/index.js';
import { MEASURED_PASS } from './locks.js';
import { measured, missing } from './measured.js';
import { compareText } from './node-measures.js';
import { histogramWait, NO_PERCENTILE, type Wait } from './wait.js';

const COUNTER = /^(network_\w*backpressure\w*?)(?:_ns)?_total$/;
const HISTOGRAM = /^network_\w*backpressure\w*_ns$/;
const FULL_SOCKET = 'a full socket holds its writer up';

/** Sockets that could take no more bytes: whatever the node counts and times of them, by name. */
export function backpressureWaits(node: NodeWindow): Wait[] {
  const histograms = Object.keys(node.histograms).filter((name) => HISTOGRAM.test(name));
  const bases = new Set(
    Object.keys(node.counters)
      .map((name) => COUNTER.exec(name)?.[1])
      .filter((base) => base !== undefined && !histograms.includes(`${base}_ns`)),
  );
  const timed = histograms.sort(compareText).map((histogram) => {
    const queue = { histogram, layer: 'network' as const, name: readable(histogram), what: FULL_SOCKET };
    return histogramWait(node, queue, measured(1));
  });
  return [...timed, ...[...bases].sort().map((base) => counted(node, base ?? ''))];
}

function counted(node: NodeWindow, base: string): Wait {
  const count = node.counters[`${base}_total`];
  const ns = node.counters[`${base}_ns_total`];
  const untimed = missing('it is counted and not timed');
  return {
    layer: 'network',
    name: readable(base),
    what: FULL_SOCKET,
    count: count === undefined ? missing('it is timed and not counted') : measured(count),
    meanNs: ns === undefined || count === undefined || count === 0 ? untimed : measured(ns / count),
    p99Ns: missing(NO_PERCENTILE),
    longestNs: missing(NO_PERCENTILE),
    waiters: measured(1),
    lostNsPerSecond: ns === undefined ? untimed : measured(ns / node.seconds),
    from: MEASURED_PASS,
  };
}

function readable(name: string): string {
  return name
    .replace(/^network_/, '')
    .replace(/_ns$/, '')
    .replaceAll('_', ' ');
}
