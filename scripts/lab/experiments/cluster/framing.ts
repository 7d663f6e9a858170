import { setTimeout as sleep } from 'node:timers/promises';
import { fetchLayers } from '../../../lib/node-api.js';
import { clusterExperiment, type Values } from './cluster-experiment.js';
import type { LabCluster } from './lab-cluster.js';
import { prove, proveSwitch } from './proof.js';
import type { LabSwitches } from './switches.js';

/** With key and frame around it a value of this size still fits 1,024 bytes. */
const SMALL_BYTES = 512;
const LARGE_BYTES = 4_096;
/** One small entry per message, in both arms: a follower that fell behind would be sent several at once, which are large together. */
const APPEND_BYTES_MAX = SMALL_BYTES;
const SMALL_WRITES = 60;
const LARGE_WRITES = 5;
/** How long a write that was not acknowledged is waited for after all. */
const PATIENCE_MS = { quick: 1_000, full: 3_000 };
/** Beyond it the node answers that it does not know; the entry may still be committed later. */
const OPERATION_TIMEOUT_MS = 1_500;

export const framing = clusterExperiment({
  id: 'N5-cluster',
  claims: ['N5'],
  title: 'A fixed buffer of 1,024 bytes between nodes',
  question: 'Which share of writes above 1 KiB is ever committed when nodes receive into a fixed buffer?',
  document: {
    says: 'A fixed buffer truncates every message above 1,024 bytes, a dynamic one none; small messages are hardly affected.',
    effects: [
      { metric: 'large-committed', arm: 'dynamic', against: 'fixed-1024', low: 1, high: 1 },
      { metric: 'small-committed', arm: 'dynamic', against: 'fixed-1024', low: 0, high: 0 },
    ],
  },
  arms: [
    { name: 'fixed-1024', what: 'A node receives a message into 1,024 bytes and drops what does not fit.' },
    {
      name: 'dynamic',
      what: 'Every length stands before what it measures, and a buffer is as large as it has to be.',
    },
  ],
  workload: `One client writes to three nodes, one write after the other: ${SMALL_WRITES} of ${SMALL_BYTES} bytes, ${LARGE_WRITES} of ${LARGE_BYTES.toLocaleString('en')}, then small ones again.`,
  limits:
    'One client, because the writes of several share a message and would be large together. A log has an order: behind one entry that no follower can receive nothing is ever committed, which `small-committed-after` tells.',
  metrics: [
    { name: 'small-committed', unit: 'share', better: 'higher', scale: 'difference' },
    { name: 'large-committed', unit: 'share', better: 'higher', scale: 'difference' },
    { name: 'small-committed-after', unit: 'share', better: 'higher', scale: 'difference' },
    { name: 'small-p50', unit: 'ms', better: 'lower' },
  ],
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({
    switches: { framing: arm as NonNullable<LabSwitches['framing']> },
    adjust: (config) => ({
      ...config,
      raft: { ...config.raft, appendBytesMax: APPEND_BYTES_MAX },
      limits: { ...config.limits, operationTimeoutMs: OPERATION_TIMEOUT_MS },
    }),
  }),
  measure: measureFraming,
});

async function measureFraming(lab: LabCluster, arm: string): Promise<Values> {
  const { url } = await lab.leader();
  const writes = new WriteSeries(url, lab.signal);
  const small = await writes.oneByOne('small', SMALL_WRITES, SMALL_BYTES);
  const large = await writes.together('large', LARGE_WRITES, LARGE_BYTES);
  const after = await writes.together('after', LARGE_WRITES, SMALL_BYTES);
  const patienceMs = lab.quick ? PATIENCE_MS.quick : PATIENCE_MS.full;
  const shares = {
    'small-committed': await writes.committed(small.keys, patienceMs),
    'large-committed': await writes.committed(large, patienceMs),
    'small-committed-after': await writes.committed(after, patienceMs),
  };
  const nodes = await Promise.all(lab.cluster.urls.map((each) => fetchLayers(each)));
  for (const { config } of nodes) proveSwitch(arm, config, 'framing', arm);
  const truncated = nodes.map(({ counters }) => counters.network_peer_truncated_total ?? 0);
  proveFraming(arm, {
    small: shares['small-committed'],
    large: shares['large-committed'],
    truncated: truncated.reduce((sum, count) => sum + count, 0),
  });
  return { ...shares, 'small-p50': small.p50Ms };
}

export interface FramingCounts {
  /** Shares of the writes that were committed. */
  readonly small: number;
  readonly large: number;
  /** Messages that lost their end. */
  readonly truncated: number;
}

/** The fixed buffer truncates, and how much of that is noticed is the result; without it nothing is lost. @throws UnprovenError */
export function proveFraming(arm: string, { small, large, truncated }: FramingCounts): void {
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const counted = `${percent(small)} of the small writes and ${percent(large)} of the large ones were committed, and ${truncated} messages truncated`;
  if (arm === 'fixed-1024') prove(truncated > 0, arm, counted);
  else prove(truncated === 0 && small === 1 && large === 1, arm, counted);
}

class WriteSeries {
  readonly #url: string;
  readonly #signal: AbortSignal;

  constructor(url: string, signal: AbortSignal) {
    this.#url = url;
    this.#signal = signal;
  }

  async oneByOne(name: string, count: number, bytes: number) {
    const keys: string[] = [];
    const timesMs: number[] = [];
    for (let at = 0; at < count; at++) {
      const key = `${name}-${at}`;
      const startMs = performance.now();
      await this.#put(key, bytes);
      timesMs.push(performance.now() - startMs);
      keys.push(key);
    }
    timesMs.sort((a, b) => a - b);
    return { keys, p50Ms: timesMs[count >> 1]! };
  }

  /** What is stuck is waited for together. */
  async together(name: string, count: number, bytes: number): Promise<string[]> {
    const keys = Array.from({ length: count }, (_, at) => `${name}-${at}`);
    await Promise.all(keys.map((key) => this.#put(key, bytes)));
    return keys;
  }

  /** Share of the keys that the node has applied, after some patience. Its own state is asked: a linearizable read would be stuck too. */
  async committed(keys: readonly string[], patienceMs: number): Promise<number> {
    const endMs = performance.now() + patienceMs;
    for (;;) {
      const found = await Promise.all(keys.map((key) => this.#isApplied(key)));
      const count = found.filter(Boolean).length;
      if (count === keys.length || performance.now() > endMs) return count / keys.length;
      await sleep(50, undefined, { signal: this.#signal });
    }
  }

  async #put(key: string, bytes: number): Promise<void> {
    this.#signal.throwIfAborted();
    try {
      const signal = AbortSignal.timeout(5_000);
      const response = await fetch(`${this.#url}/kv/${key}`, {
        method: 'PUT',
        body: 'v'.repeat(bytes),
        signal,
      });
      await response.arrayBuffer();
    } catch {
      // No answer is an outcome; whether it took effect is asked later.
    }
  }

  async #isApplied(key: string): Promise<boolean> {
    const url = `${this.#url}/kv/${key}?consistency=stale`;
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }
}
