/**
 * How long a node takes to come back with a long log: `node dist/scripts/bench/recovery.js [--entries 1000000] [--value-bytes 128] [--repeats 3]`.
 * Writes the log with the node's own code, then starts the node and times it, as a user would see it: from the start of the process to the answer
 * of the first linearizable read, with the part before the ports listen apart.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStorage } from '../../server/log/open-storage.js';
import { SystemClock } from '../../server/runtime/host/system-clock.js';
import { MetricsRegistry } from '../../server/runtime/metrics-registry.js';
import { encodePut } from '../../server/state/command-codec.js';
import { StateMachine } from '../../server/state/state-machine.js';
import { fileSystem } from '../lib/backup-file.js';
import { NodeProcess } from '../lib/node-process.js';
import { planSingleNode } from './single-node.js';

const BATCH = 2_000;
const KEYS = 100_000;
const GIVE_UP_MS = 120_000;

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    'value-bytes': { type: 'string', default: '128' },
    repeats: { type: 'string', default: '3' },
  },
});
const entries = Number(values.entries);
const valueBytes = Number(values['value-bytes']);
const directory = mkdtempSync(join(tmpdir(), 'strata-recovery-'));

try {
  // No snapshot: the whole log is read back.
  const snapshots = { logBytesMin: 2 ** 40, entriesMax: 10 * entries };
  const { config, configPath, url } = await planSingleNode(directory, (planned) => ({
    ...planned,
    snapshots,
  }));
  await writeLog(config.dataDir);
  const runs: { listeningMs: number; servingMs: number }[] = [];
  for (let run = 0; run < Number(values.repeats); run++) {
    const startMs = performance.now();
    const node = await NodeProcess.start(1, configPath, url);
    const listeningMs = performance.now() - startMs;
    await served(`${node.url}/kv/${keyName(entries - 1)}`);
    runs.push({ listeningMs: Math.round(listeningMs), servingMs: Math.round(performance.now() - startMs) });
    await node.kill();
  }
  process.stdout.write(`${JSON.stringify({ entries, valueBytes, runs })}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit();

async function writeLog(dataDir: string): Promise<void> {
  const machine = new StateMachine();
  machine.bootstrap([{ id: 1, host: '127.0.0.1', peerPort: 1, httpPort: 1, respPort: 0, storageId: '' }]);
  const body = machine.beginSnapshot().next(1_048_576)!;
  const meta = {
    index: 0,
    term: 0,
    voters: [1],
    votersOutgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
  };
  const { log } = await openStorage({
    directory: dataDir,
    clusterId: 'bench',
    nodeId: 1,
    strategy: 'none',
    primitive: 'fdatasync',
    fsyncIntervalMs: 100,
    segmentBytes: 67_108_864,
    batchBytesMax: 4_194_304,
    clock: new SystemClock(),
    metrics: new MetricsRegistry(),
    fileSystem: fileSystem(),
    onFailure: (error) => {
      throw error;
    },
    bootstrap: { meta, state: [body] },
    newStorageId: 'recovery',
  });
  const value = new Uint8Array(valueBytes).fill(120);
  for (let first = 1; first <= entries; first += BATCH) {
    const last = Math.min(entries, first + BATCH - 1);
    const batch = Array.from({ length: last - first + 1 }, (_, at) => ({
      index: first + at,
      term: 1,
      type: 0 as const,
      data: encodePut(Buffer.from(keyName(first + at)), value),
    }));
    await new Promise<void>((resolve) => {
      log.append({
        entries: batch,
        hardState: { term: 1, vote: 1, commit: last },
        snapshot: null,
        mustSync: false,
        onDurable: () => resolve(),
      });
    });
  }
  await log.close();
}

function keyName(at: number): string {
  return `key-${at % KEYS}`;
}

async function served(url: string): Promise<void> {
  const endMs = performance.now() + GIVE_UP_MS;
  while (performance.now() < endMs) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${url} was not served within ${GIVE_UP_MS} ms`);
}
