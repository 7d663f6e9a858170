import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeConfigInput } from '../../../../server/config/config.js';
import { openStorage } from '../../../../server/log/open-storage.js';
import { SystemClock } from '../../../../server/runtime/host/system-clock.js';
import { MetricsRegistry } from '../../../../server/runtime/metrics-registry.js';
import { encodePut } from '../../../../server/state/command-codec.js';
import { StateMachine } from '../../../../server/state/state-machine.js';
import { fileSystem } from '../../../lib/backup-file.js';
import { CliError } from '../../../lib/cli-error.js';
import { type PlannedNode, planNodes } from '../../../lib/cluster-config.js';
import { freePorts } from '../../../lib/ports.js';

const CLUSTER_ID = 'lab';
const BATCH = 2_000;
/** A snapshot frees whole files: small ones let it free nearly all of a log. */
const SEGMENT_BYTES = 4_194_304;
const BATCH_BYTES_MAX = 4_194_304;
const POLL_MS = 2;
const GIVE_UP_MS = 120_000;

/** A node alone, planned and written to its file, without automatic snapshots. */
export interface LonelyNode {
  readonly planned: PlannedNode;
  readonly url: string;
}

export async function planLonelyNode(directory: string): Promise<LonelyNode> {
  const [httpPort, peerPort, respPort] = (await freePorts(3)) as [number, number, number];
  const [planned] = planNodes({
    clusterId: CLUSTER_ID,
    directory,
    host: '127.0.0.1',
    httpPorts: [httpPort],
    peerPorts: [peerPort],
    respPorts: [respPort],
    strategy: 'G',
    primitive: 'fdatasync',
  });
  // A snapshot is taken when the experiment asks for one and at no other time; behind it no entry is kept.
  const snapshots = { logBytesMin: 2 ** 40, entriesMax: 2 ** 31, keepEntries: 0 };
  const log = { ...planned!.config.log, segmentBytes: SEGMENT_BYTES };
  const node = { ...planned!, config: { ...planned!.config, snapshots, log } };
  mkdirSync(node.directory, { recursive: true });
  writeFileSync(node.configPath, JSON.stringify(node.config));
  return { planned: node, url: `http://127.0.0.1:${httpPort}` };
}

export interface LogShape {
  readonly entries: number;
  readonly keys: number;
  readonly valueBytes: number;
}

/** Name of the key that entry `at` writes. */
export function logKey(at: number, { keys }: LogShape): string {
  return `key-${at % keys}`;
}

/** Fills the data directory of a node that never ran with a log of puts, by the node's own code. */
export async function writeLog(config: NodeConfigInput, shape: LogShape): Promise<void> {
  const log = await openEmptyLog(config.dataDir);
  const value = new Uint8Array(shape.valueBytes).fill(120);
  for (let first = 1; first <= shape.entries; first += BATCH) {
    const last = Math.min(shape.entries, first + BATCH - 1);
    const entries = Array.from({ length: last - first + 1 }, (_, at) => ({
      index: first + at,
      term: 1,
      type: 0 as const,
      data: encodePut(Buffer.from(logKey(first + at, shape)), value),
    }));
    const hardState = { term: 1, vote: 1, commit: last };
    await new Promise<void>((resolve) => {
      log.append({ entries, hardState, snapshot: null, mustSync: false, onDurable: () => resolve() });
    });
  }
  await log.close();
}

async function openEmptyLog(directory: string) {
  const machine = new StateMachine();
  machine.bootstrap([{ id: 1, host: '127.0.0.1', peerPort: 1, httpPort: 1, respPort: 0, storageId: '' }]);
  const members = { voters: [1], votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
  const { log } = await openStorage({
    directory,
    clusterId: CLUSTER_ID,
    nodeId: 1,
    strategy: 'none',
    primitive: 'fdatasync',
    fsyncIntervalMs: 100,
    segmentBytes: SEGMENT_BYTES,
    batchBytesMax: BATCH_BYTES_MAX,
    clock: new SystemClock(),
    metrics: new MetricsRegistry(),
    fileSystem: fileSystem(),
    onFailure: (error) => {
      throw error;
    },
    bootstrap: {
      meta: { index: 0, term: 0, ...members },
      state: [machine.beginSnapshot().next(1_048_576)!],
    },
    newStorageId: 'recovery',
  });
  return log;
}

/** One more entry, of the same size as the others. */
export async function overwrite(url: string, key: string, valueBytes: number): Promise<void> {
  const answer = await fetch(`${url}/kv/${key}`, { method: 'PUT', body: Buffer.alloc(valueBytes, 120) });
  if (!answer.ok) throw new CliError('STRATA_NODE_START', `${url} answered a write with ${answer.status}.`);
  await answer.arrayBuffer();
}

/** Files that a log keeps whatever was freed: the one in use, those prepared for later, and one that holds the last entries. */
const FILES_MAX = 4;

/** Waits until the log has let go of what snapshots cover, which it does beside its other work. */
export async function untilFreed(dataDir: string, signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + GIVE_UP_MS;
  let files = Number.POSITIVE_INFINITY;
  while (performance.now() < endMs) {
    signal.throwIfAborted();
    files = readdirSync(join(dataDir, 'wal')).length;
    if (files <= FILES_MAX) return;
    await sleep(POLL_MS);
  }
  throw new CliError(
    'STRATA_NODE_START',
    `After its snapshots the log in ${dataDir} still has ${files} files.`,
  );
}

/** Waits until the node answers a linearizable read of this key. */
export async function untilServed(url: string, key: string, signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + GIVE_UP_MS;
  while (performance.now() < endMs) {
    signal.throwIfAborted();
    const isServed = await fetch(`${url}/kv/${key}`, { signal: AbortSignal.timeout(5_000) }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (isServed) return;
    await sleep(POLL_MS);
  }
  throw new CliError('STRATA_NODE_START', `${url} did not answer a read within ${GIVE_UP_MS} ms.`);
}
