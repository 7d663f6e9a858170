import { type ProcReading, procWindow, readProc } from '../../../../profiles/index.js';
import type { Histogram, LayersSnapshot, NodeWindow } from '../../../../results/schema/index.js';
import { CliError } from '../../../lib/cli-error.js';
import type { Cluster } from '../../../lib/cluster.js';
import { fetchLayers } from '../../../lib/node-api.js';
import { nodeWindow } from '../../../lib/window.js';

export interface NodeReading {
  readonly layers: LayersSnapshot;
  readonly proc: ProcReading | null;
}

/** What every running node counted so far, in the order of their ids. */
export function readNodes(cluster: Cluster): Promise<NodeReading[]> {
  const running = cluster.nodes.filter((node) => node.running);
  return Promise.all(
    running.map(async (node) => ({ layers: await fetchLayers(node.url), proc: readProc(node.pid) })),
  );
}

/** What the nodes did between two readings, the leader apart. */
export interface ClusterWindow {
  readonly leader: NodeWindow;
  readonly followers: readonly NodeWindow[];
}

/** Null when the lead moved between the readings: then no node was the leader of this window. */
export function clusterWindow(
  before: readonly NodeReading[],
  after: readonly NodeReading[],
): ClusterWindow | null {
  const leads = (reading: NodeReading): boolean => reading.layers.node.role === 'leader';
  const leaderId = after.find(leads)?.layers.node.id;
  const first = before.find((reading) => reading.layers.node.id === leaderId);
  const last = after.find((reading) => reading.layers.node.id === leaderId);
  if (first === undefined || last === undefined || !leads(first)) return null;
  if (first.layers.node.term !== last.layers.node.term) return null;
  const windows = after.map((reading) => {
    const { id } = reading.layers.node;
    return windowOf(
      before.find(({ layers }) => layers.node.id === id),
      reading,
    );
  });
  return {
    leader: windows.find(({ node }) => node === leaderId)!,
    followers: windows.filter(({ node }) => node !== leaderId),
  };
}

function windowOf(before: NodeReading | undefined, after: NodeReading): NodeWindow {
  const { id } = after.layers.node;
  if (before === undefined) throw new CliError('STRATA_NODE_LOST', `Node ${id} was not there at the start.`);
  const proc = before.proc === null || after.proc === null ? null : procWindow(before.proc, after.proc);
  return nodeWindow(before.layers, after.layers, proc);
}

export function allOf({ leader, followers }: ClusterWindow): readonly NodeWindow[] {
  return [leader, ...followers];
}

/** What a counter grew by. @throws when the node has no such counter: a proof that reads 0 from a misspelt name would prove nothing. */
export function counterOf(window: NodeWindow, name: string): number {
  const value = window.counters[name];
  if (value === undefined) throw new Error(`node ${window.node} counts no ${name}`);
  return value;
}

export function histogramOf(window: NodeWindow, name: string): Histogram {
  const histogram = window.histograms[name];
  if (histogram === undefined) throw new Error(`node ${window.node} has no histogram ${name}`);
  return histogram;
}

/** Upper end of the bucket that holds the quantile, at most 3 % above it; null without values. */
export function quantileOf({ count, buckets }: Histogram, quantile: number): number | null {
  let seen = 0;
  for (const [lower, inside] of buckets) {
    seen += inside;
    if (seen >= quantile * count) return lower < 64 ? lower + 1 : lower * (1 + 1 / 32);
  }
  return null;
}

/** CPU in cores, all threads of the process; null where /proc tells nothing. */
export function cpuCores({ proc, seconds }: NodeWindow): number | null {
  return proc === null ? null : (proc.cpuUserMs + proc.cpuSystemMs) / 1e3 / seconds;
}

/** CPU of all nodes together, in cores. */
export function clusterCores(window: ClusterWindow): number | null {
  let sum = 0;
  for (const node of allOf(window)) {
    const cores = cpuCores(node);
    if (cores === null) return null;
    sum += cores;
  }
  return sum;
}

/** Bytes per second that a node sent to and received from the other nodes. */
export function peerBytesPerSecond(window: NodeWindow): number {
  const bytes =
    counterOf(window, 'network_peer_bytes_sent_total') +
    counterOf(window, 'network_peer_bytes_received_total');
  return bytes / window.seconds;
}
