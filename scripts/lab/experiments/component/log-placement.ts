import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BLOCKING_CALLS } from '../../../../server/io/lab/blocking-calls.js';
import { LateFileSystem } from '../../../../server/io/lab/late-file-system.js';
import { NodeFileSystem } from '../../../../server/io/node-file-system.js';
import { openStorage, type Storage } from '../../../../server/log/open-storage.js';
import type { FileSystem } from '../../../../server/ports/file-system.js';
import { firstSnapshot } from '../../../../server/runtime/bootstrap.js';
import { SystemClock } from '../../../../server/runtime/host/system-clock.js';
import { MetricsRegistry } from '../../../../server/runtime/metrics-registry.js';
import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { ThreadedCalls } from './threaded-calls.js';
import { nowMs } from './timing.js';

const WRITERS = 32;
const ENTRY = Buffer.alloc(128, 'x');
const QUICK_SECONDS = 0.5;
const SECONDS = 2;
const NS_PER_MS = 1e6;

/** L9: where the log writes and syncs, and what the event loop has of it. */
export const logPlacement: Experiment = {
  id: 'L9',
  claims: ['L9'],
  title: 'The log: on the event loop, in the pool, on a thread',
  question: 'What does the event loop get back when it does not wait for the disk itself?',
  document: {
    says: 'Asynchronous persistence keeps the main thread free and needs care in recovery. No figure is given.',
    effects: [],
  },
  arms: [
    { name: 'event-loop', what: 'Writes and syncs where it stands: nothing else happens meanwhile.' },
    { name: 'pool', what: "The threads of libuv's pool, as every node does." },
    { name: 'thread', what: 'A worker thread that gets a copy of each batch.' },
  ],
  workload: `The write-ahead log of a node under ${WRITERS} writers, each appending an entry of 128 bytes in the turn of the loop after its last one became durable; the appends of a turn go together, group commit with fdatasync.`,
  limits:
    'Nothing but the log is on the loop. The delay is that of a timer of 1 ms, which is never shorter than 1 ms; busy is the share of time in which the loop did not wait.',
  metrics: [
    { name: 'appends', unit: '1/s', better: 'higher' },
    { name: 'timer-p99', unit: 'ms', better: 'lower' },
    { name: 'busy', unit: 'share', better: 'lower', scale: 'difference' },
  ],
  repeats: 7,
  warmUp: true,
  cost: 'seconds',
  begin,
};

async function begin({ directory, quick }: ExperimentContext): Promise<Session> {
  const calls = new ThreadedCalls();
  const parts = () => ({ clock: new SystemClock(), metrics: new MetricsRegistry() });
  const disks: Readonly<Record<string, FileSystem>> = {
    'event-loop': new LateFileSystem(new NodeFileSystem({ ...parts(), calls: BLOCKING_CALLS })),
    pool: new NodeFileSystem(parts()),
    thread: new NodeFileSystem({ ...parts(), calls }),
  };
  const logs = new Map<string, Appender>();
  try {
    for (const [arm, disk] of Object.entries(disks)) {
      const failure: { error: Error | null } = { error: null };
      const storage = await open(join(directory, arm), disk, (error) => {
        failure.error = error;
      });
      logs.set(arm, new Appender(storage, failure));
    }
  } catch (error) {
    await calls.stop();
    throw error;
  }
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  return {
    run: (arm) => append(logs.get(arm)!, seconds),
    end: async () => {
      for (const log of logs.values()) await log.close();
      await calls.stop();
    },
  };
}

/** Appends entries to a log, each behind the last; what is asked for in one turn of the event loop goes together, as in a node. */
class Appender {
  readonly #storage: Storage;
  readonly #failure: { readonly error: Error | null };
  #gathered: (() => void)[] = [];
  #index = 0;

  constructor(storage: Storage, failure: { readonly error: Error | null }) {
    this.#storage = storage;
    this.#failure = failure;
  }

  append(): Promise<void> {
    if (this.#failure.error !== null) throw this.#failure.error;
    return new Promise((resolve) => {
      if (this.#gathered.push(resolve) === 1) setImmediate(() => this.#drain());
    });
  }

  close(): Promise<void> {
    return this.#storage.log.close();
  }

  #drain(): void {
    const waiting = this.#gathered;
    this.#gathered = [];
    const entries = waiting.map(() => {
      this.#index += 1;
      return { index: this.#index, term: 1, type: 0 as const, data: ENTRY };
    });
    this.#storage.log.append({
      entries,
      hardState: null,
      snapshot: null,
      mustSync: false,
      onDurable: () => {
        for (const resolve of waiting) resolve();
      },
    });
  }
}

function open(
  directory: string,
  fileSystem: FileSystem,
  onFailure: (error: Error) => void,
): Promise<Storage> {
  return openStorage({
    directory,
    clusterId: 'lab',
    nodeId: 1,
    strategy: 'group',
    primitive: 'fdatasync',
    fsyncIntervalMs: 100,
    segmentBytes: 64 * 1024 * 1024,
    batchBytesMax: 4 * 1024 * 1024,
    clock: new SystemClock(),
    metrics: new MetricsRegistry(),
    fileSystem,
    onFailure,
    bootstrap: firstSnapshot([{ id: 1, host: '127.0.0.1', peerPort: 1, httpPort: 1, respPort: 0 }]),
    newStorageId: 'lab',
  });
}

async function append(log: Appender, seconds: number): Promise<Record<string, number>> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = performance.eventLoopUtilization();
  delay.enable();
  const startMs = nowMs();
  const endMs = startMs + seconds * 1_000;
  let appends = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (nowMs() < endMs) {
        await log.append();
        appends += 1;
      }
    }),
  );
  const elapsedMs = nowMs() - startMs;
  delay.disable();
  const { utilization } = performance.eventLoopUtilization(before);
  return {
    appends: (appends * 1_000) / elapsedMs,
    'timer-p99': delay.percentile(99) / NS_PER_MS,
    busy: utilization,
  };
}
