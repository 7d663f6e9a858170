import type { NodeWindow } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import { fromNullable, type Measured, map, measured, missing, quotient } from '../measures/measured.js';
import { cpuCores, entriesPerFsync, histogramMean } from '../measures/node-measures.js';
import { micros, perSecond, significant } from '../tables/format.js';
import type { ComparedPoint } from './compared-run.js';

export interface Metric {
  readonly id: string;
  /** English; printed through the catalogue. */
  readonly title: string;
  /** Null: a change says how the work is done, and is neither good nor bad by itself. */
  readonly better: 'higher' | 'lower' | null;
  readonly format: (value: number) => string;
  readonly read: (point: ComparedPoint) => Measured;
}

const percentile = (quantile: 'p50' | 'p99', name: string): Metric['read'] => {
  return ({ summary }) =>
    fromNullable(summary.latency.response[quantile], t`fewer than ten requests lie above ${name}`);
};

/** What a run is judged by. Latencies are responses, from the intended start, of all requests that ended. */
export const METRICS: readonly Metric[] = [
  {
    id: 'throughput',
    title: 'throughput',
    better: 'higher',
    format: perSecond,
    read: ({ summary }) => measured(summary.throughputPerSecond),
  },
  { id: 'p50', title: 'p50', better: 'lower', format: micros, read: percentile('p50', 'p50') },
  { id: 'p99', title: 'p99', better: 'lower', format: micros, read: percentile('p99', 'p99') },
  {
    id: 'mean',
    title: 'mean latency',
    better: 'lower',
    format: micros,
    read: ({ summary }) => measured(summary.latency.response.mean),
  },
  { id: 'cpu', title: 'CPU per request', better: 'lower', format: micros, read: cpuPerRequestUs },
  {
    id: 'fsync',
    title: 'fsync mean',
    better: 'lower',
    format: micros,
    read: (point) => ofLeader(point, (node) => map(histogramMean(node, 'io_fsync_ns'), (ns) => ns / 1e3)),
  },
  {
    id: 'batch',
    title: 'entries per fsync',
    better: null,
    format: significant,
    read: (point) => ofLeader(point, entriesPerFsync),
  },
];

/** User and kernel, all nodes, without the generator. */
function cpuPerRequestUs({ summary, nodes }: ComparedPoint): Measured {
  let cores = 0;
  for (const node of nodes) {
    const one = cpuCores(node);
    if (!one.ok) return one;
    cores += one.value;
  }
  if (nodes.length === 0) return missing(t`no node window was written`);
  return quotient(measured(cores * 1e6), measured(summary.throughputPerSecond), t`no request was answered`);
}

function ofLeader(point: ComparedPoint, read: (node: NodeWindow) => Measured): Measured {
  const leaders = point.nodes.filter(({ role }) => role === 'leader');
  const [leader] = leaders;
  if (leader === undefined || leaders.length > 1)
    return missing(t`${leaders.length} nodes led at the end of the window`);
  return read(leader);
}
