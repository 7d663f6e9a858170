import type { Entry, HardState, SnapshotMeta } from '../../consensus/messages.js';
import type { StrataError } from '../../errors.js';
import { TestClock } from '../../io/testing/test-clock.js';
import { TestMetrics } from '../../io/testing/test-metrics.js';
import { type DiskCall, type DiskFault, VolatileFileSystem } from '../../io/volatile-file-system.js';
import type { FileSystem } from '../../ports/file-system.js';
import type { AppendTimings, LogStorage } from '../../ports/log-storage.js';
import type { SnapshotInfo, SnapshotStorage } from '../../ports/snapshot-storage.js';
import { type OpenStorageOptions, openStorage, type Storage } from '../open-storage.js';

export const DATA_DIRECTORY = '/data';
export const WAL_DIRECTORY = '/data/wal';

/** Deterministic content, different for each index, term and length. */
export function entry(index: number, term = 1, bytes = 20): Entry {
  const data = Uint8Array.from({ length: bytes }, (_, at) => (index * 31 + term * 17 + at * 7 + 1) & 255);
  return { index, term, type: 0, data };
}

export function entries(first: number, last: number, term = 1, bytes = 20): Entry[] {
  return Array.from({ length: last - first + 1 }, (_, at) => entry(first + at, term, bytes));
}

export interface Recorded {
  readonly disk: VolatileFileSystem;
  /** Calls and returns in order, such as `write 120`, `write returns`, and what a test adds. */
  readonly events: string[];
  /** The answer to a call; null lets it succeed. */
  fault: (call: DiskCall) => DiskFault | null;
}

/** A disk that writes down what is asked of it. Preallocation is left out: it runs beside the log. */
export function recordingDisk(): Recorded {
  const events: string[] = [];
  const recorded: { -readonly [Key in keyof Recorded]: Recorded[Key] } = {
    disk: new VolatileFileSystem({
      defer: (task) => void setImmediate(task),
      onCall: (call) => {
        if (!isPreparation(call)) events.push(call.kind);
        return recorded.fault(call);
      },
      onReturn: (call) => {
        if (!isPreparation(call)) events.push(`${call.kind} returns`);
      },
    }),
    events,
    fault: () => null,
  };
  return recorded;
}

function isPreparation(call: DiskCall): boolean {
  return call.path.endsWith('.tmp') && call.label?.cause !== 'rotation';
}

export interface Opened extends Storage {
  readonly clock: TestClock;
  readonly metrics: TestMetrics;
  readonly failures: StrataError[];
}

/** Opens the data directory of node 1, with an empty state when it is new. */
export async function openTestLog(
  fileSystem: FileSystem,
  options: Partial<OpenStorageOptions> = {},
): Promise<Opened> {
  const clock = new TestClock();
  const metrics = new TestMetrics();
  const failures: StrataError[] = [];
  const storage = await openStorage({
    directory: DATA_DIRECTORY,
    clusterId: 'cluster',
    nodeId: 1,
    strategy: 'group',
    primitive: 'fdatasync',
    fsyncIntervalMs: 100,
    segmentBytes: 65_536,
    batchBytesMax: 65_536,
    clock,
    metrics,
    fileSystem,
    onFailure: (error) => failures.push(error),
    bootstrap: { meta: meta(0, 0), state: [new Uint8Array([1, 2, 3])] },
    newStorageId: 'storage-1',
    ...options,
  });
  return { ...storage, clock, metrics, failures };
}

export function meta(index: number, term: number): SnapshotMeta {
  return {
    index,
    term,
    voters: [1, 2, 3],
    votersOutgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
  };
}

/** Writes a snapshot that stands for `index` and `term` and holds these blocks. */
export async function takeSnapshot(
  snapshots: SnapshotStorage,
  index: number,
  term = 1,
  blocks: readonly Uint8Array[] = [entry(index, term, 100).data],
): Promise<SnapshotInfo> {
  const writer = await snapshots.create(meta(index, term));
  for (const block of blocks) await writer.write(block);
  return writer.commit();
}

/** Appends and waits for the acknowledgement. */
export function append(
  log: LogStorage,
  appended: readonly Entry[],
  hardState: HardState | null = null,
  mustSync = false,
): Promise<AppendTimings> {
  return new Promise((resolve) => {
    log.append({ entries: appended, hardState, snapshot: null, mustSync, onDurable: resolve });
  });
}

/** Replaces the log by a snapshot and waits for the acknowledgement. */
export function reset(
  log: LogStorage,
  snapshot: SnapshotMeta,
  hardState: HardState | null = null,
): Promise<AppendTimings> {
  return new Promise((resolve) => {
    log.append({ entries: [], hardState, snapshot, mustSync: true, onDurable: resolve });
  });
}

/**
 * A few turns of the event loop: all that was submitted to a volatile disk has returned, and what followed
 * from it.
 */
export async function settle(turns = 50): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function plain(logged: readonly Entry[]): { index: number; term: number; data: string }[] {
  return logged.map(({ index, term, data }) => ({ index, term, data: Buffer.from(data).toString('hex') }));
}
