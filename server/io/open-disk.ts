import type { Clock } from '../ports/clock.js';
import type { FileSystem } from '../ports/file-system.js';
import type { Metrics } from '../ports/metrics.js';
import type { Trap } from './failpoint.js';
import { FailpointFileSystem } from './failpoint-file-system.js';
import { HeldBackFileSystem } from './held-back-file-system.js';
import { BLOCKING_CALLS } from './lab/blocking-calls.js';
import { LateFileSystem } from './lab/late-file-system.js';
import { WorkerCalls } from './lab/worker-calls.js';
import { NodeFileSystem } from './node-file-system.js';
import type { SyncLog } from './sync-ring.js';

/** Beside the data directory: where the disk that holds back keeps what has no name, and its record of syncs. */
export function stagingDirectoryOf(dataDirectory: string): string {
  return `${dataDirectory}.unnamed`;
}

export interface DiskOptions {
  readonly kind: 'real' | 'power-cut';
  /** Where writes and syncs are made: by libuv's pool, on the event loop, or on one thread of their own. */
  readonly io: 'async' | 'blocking' | 'worker';
  readonly dataDirectory: string;
  /** Kills the process at a named step; null on every node that is not under test. */
  readonly trap: Trap | null;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Where each sync is noted. */
  readonly syncs: SyncLog;
}

/** The disk that the configuration asks for: the real one, unless a test wants to lose something. */
export async function openDisk({
  kind,
  io,
  dataDirectory,
  trap,
  clock,
  metrics,
  syncs,
}: DiskOptions): Promise<FileSystem> {
  const real = realDisk(io, { clock, metrics, syncs });
  const stagingDirectory = stagingDirectoryOf(dataDirectory);
  const disk =
    kind === 'real' ? real : await HeldBackFileSystem.start({ disk: real, clock, stagingDirectory });
  return trap === null ? disk : new FailpointFileSystem(disk, trap);
}

function realDisk(
  io: DiskOptions['io'],
  parts: Pick<DiskOptions, 'clock' | 'metrics' | 'syncs'>,
): FileSystem {
  if (io === 'async') return new NodeFileSystem(parts);
  if (io === 'worker') return new NodeFileSystem({ ...parts, calls: new WorkerCalls() });
  return new LateFileSystem(new NodeFileSystem({ ...parts, calls: BLOCKING_CALLS }));
}
