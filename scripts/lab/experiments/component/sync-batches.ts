import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { nowMs } from './timing.js';

const ENTRY_BYTES = 512;
const FILE_BYTES = 32 * 1024 * 1024;
const QUICK_SECONDS = 0.4;
const SECONDS = 1.5;
const KIB = 1_024;
const BATCH_BYTES: Readonly<Record<string, number>> = {
  '512-B': ENTRY_BYTES,
  '4-KiB': 4 * KIB,
  '64-KiB': 64 * KIB,
  '1-MiB': KIB * KIB,
};

/** L8, L6: what it brings to make more bytes durable with one sync. */
export const syncBatches: Experiment = {
  id: 'L8',
  claims: ['L8', 'L6'],
  title: 'Bytes that share a sync',
  question: 'How many entries a second become durable when more and more of them share one sync?',
  document: {
    says: 'Small writes below 4 KB with a sync each reach 500 to 2,000 per second, batches of 64 KB 10,000 to 50,000, batches of 1 MB 50,000 to 200,000. Writing the log in batches brings 200 to 300 %; of which size is not said, so 4 KiB stand for it here.',
    effects: [
      { metric: 'entries', arm: '512-B', against: null, low: 500, high: 2_000 },
      { metric: 'entries', arm: '64-KiB', against: null, low: 10_000, high: 50_000 },
      { metric: 'entries', arm: '1-MiB', against: null, low: 50_000, high: 200_000 },
      { metric: 'entries', arm: '4-KiB', against: '512-B', low: 3, high: 4 },
    ],
  },
  arms: [
    { name: '512-B', what: 'One entry, one write, one fdatasync.' },
    { name: '4-KiB', what: '8 entries in one write, one fdatasync.' },
    { name: '64-KiB', what: '128 entries in one write, one fdatasync.' },
    { name: '1-MiB', what: '2048 entries in one write, one fdatasync.' },
  ],
  workload:
    'Entries of 512 bytes, written one batch after the other into a file whose 32 MiB were written and synced before.',
  limits:
    'The document counts writes and does not say how large one is: here it is an entry of 512 bytes, and with larger entries fewer of them would fill a batch of the same bytes. A batch of 4 KiB is eight such entries. Synchronous calls on one thread, so no batch hides behind another. What batching brings to whole nodes under load is the comparison of the fsync strategies.',
  metrics: [
    { name: 'entries', unit: '1/s', better: 'higher' },
    { name: 'bytes', unit: 'B/s', better: 'higher' },
    { name: 'sync-median', unit: 'ms', better: 'lower' },
  ],
  repeats: 7,
  warmUp: true,
  cost: 'seconds',
  begin,
};

async function begin({ directory, quick }: ExperimentContext): Promise<Session> {
  const path = join(directory, 'log');
  const file = openSync(path, 'w', 0o600);
  writeSync(file, Buffer.alloc(FILE_BYTES));
  fsyncSync(file);
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  return {
    run: async (arm) => syncInBatches(file, BATCH_BYTES[arm]!, seconds),
    end: async () => {
      closeSync(file);
      rmSync(path);
    },
  };
}

function syncInBatches(file: number, batchBytes: number, seconds: number): Record<string, number> {
  const batch = Buffer.alloc(batchBytes, 'x');
  const durations: number[] = [];
  const startMs = nowMs();
  const endMs = startMs + seconds * 1_000;
  for (let position = 0, sentMs = startMs; sentMs < endMs; position = (position + batchBytes) % FILE_BYTES) {
    writeSync(file, batch, 0, batchBytes, position);
    fdatasyncSync(file);
    const doneMs = nowMs();
    durations.push(doneMs - sentMs);
    sentMs = doneMs;
  }
  const bytes = (durations.length * batchBytes * 1_000) / (nowMs() - startMs);
  durations.sort((one, other) => one - other);
  return { entries: bytes / ENTRY_BYTES, bytes, 'sync-median': durations[durations.length >> 1]! };
}
