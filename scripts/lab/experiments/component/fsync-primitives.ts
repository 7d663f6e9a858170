import { closeSync, constants, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { nowMs, supportedQuantile } from './timing.js';

const BLOCK_BYTES = 4_096;
const FILE_BYTES = 8 * 1024 * 1024;
const QUICK_SECONDS = 0.15;
const SECONDS = 1.5;

/** L5: what the three ways to make a write durable cost. */
export const fsyncPrimitives: Experiment = {
  id: 'L5',
  claims: ['L5'],
  title: 'fsync, fdatasync, O_DSYNC',
  question: 'How much faster are durable writes with fdatasync or O_DSYNC than with fsync?',
  document: {
    says: 'fdatasync is 20 to 30 % faster than fsync. On which kind of file is not said, so both are measured.',
    effects: [
      { metric: 'preallocated', arm: 'fdatasync', against: 'fsync', low: 1.2, high: 1.3 },
      { metric: 'growing', arm: 'fdatasync', against: 'fsync', low: 1.2, high: 1.3 },
    ],
  },
  arms: [
    { name: 'fsync', what: 'Write, then fsync: data and all metadata.' },
    { name: 'fdatasync', what: 'Write, then fdatasync: data, and the metadata that reading back needs.' },
    { name: 'dsync', what: 'One write on a file opened with O_DSYNC.' },
  ],
  workload:
    'Blocks of 4 KiB, each durable before the next, one after the other: into a file whose 8 MiB were written and synced before (preallocated, as the segments of the log are), and at the end of one that starts empty (growing).',
  limits:
    'Synchronous calls on one thread, so that the difference of the calls is not hidden by a queue. The disk under the run directory decides: on one whose cache need not be flushed all three come close to a plain write.',
  metrics: [
    { name: 'preallocated', unit: '1/s', better: 'higher' },
    { name: 'growing', unit: '1/s', better: 'higher' },
    { name: 'preallocated-p99', unit: 'ms', better: 'lower' },
    { name: 'growing-p99', unit: 'ms', better: 'lower' },
  ],
  repeats: 7,
  warmUp: true,
  cost: 'seconds',
  begin,
};

type Kind = 'preallocated' | 'growing';

async function begin({ directory, quick }: ExperimentContext): Promise<Session> {
  const path = join(directory, 'preallocated');
  preallocate(path);
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  return {
    run: async (arm) => {
      const filled = writes(path, arm, 'preallocated', seconds);
      // The event loop sees a signal between the halves.
      await new Promise((resolve) => setImmediate(resolve));
      const grown = writes(join(directory, 'growing'), arm, 'growing', seconds);
      return {
        preallocated: filled.perSecond,
        growing: grown.perSecond,
        'preallocated-p99': filled.p99Ms,
        'growing-p99': grown.p99Ms,
      };
    },
    end: async () => rmSync(directory, { recursive: true, force: true }),
  };
}

interface Writes {
  readonly perSecond: number;
  /** Null with fewer than 1000 writes. */
  readonly p99Ms: number | null;
}

function writes(path: string, arm: string, kind: Kind, seconds: number): Writes {
  const flags = constants.O_WRONLY | (kind === 'growing' ? constants.O_CREAT | constants.O_TRUNC : 0);
  const file = openSync(path, arm === 'dsync' ? flags | constants.O_DSYNC : flags, 0o600);
  const block = Buffer.alloc(BLOCK_BYTES, 'x');
  const durations: number[] = [];
  const startMs = nowMs();
  const endMs = startMs + seconds * 1_000;
  try {
    for (let position = 0, sentMs = startMs; sentMs < endMs; position += BLOCK_BYTES) {
      writeSync(file, block, 0, BLOCK_BYTES, kind === 'growing' ? position : position % FILE_BYTES);
      if (arm === 'fsync') fsyncSync(file);
      else if (arm === 'fdatasync') fdatasyncSync(file);
      const doneMs = nowMs();
      durations.push(doneMs - sentMs);
      sentMs = doneMs;
    }
    const perSecond = (durations.length * 1_000) / (nowMs() - startMs);
    return { perSecond, p99Ms: supportedQuantile(durations, 0.99) };
  } finally {
    closeSync(file);
  }
}

function preallocate(path: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, Buffer.alloc(FILE_BYTES));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
