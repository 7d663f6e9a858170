import type { Clock } from '../ports/clock.js';
import type { FileSystem } from '../ports/file-system.js';
import type { Metrics } from '../ports/metrics.js';
import type { Trap } from './failpoint.js';
import { FailpointFileSystem } from './failpoint-file-system.js';
import { HeldBackFileSystem } from './held-back-file-system.js';
import { NodeFileSystem } from './node-file-system.js';
import type { SyncLog } from './sync-ring.js';

/** Beside the data directory: where the disk that holds back keeps what has no name, and its record of syncs. */
export function stagingDirectoryOf(dataDirectory: string): string {
  return `${dataDirectory}.unnamed`;
}

export interface DiskOptions {
  readonly kind: 'real' | 'power-cut';
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
  dataDirectory,
  trap,
  clock,
  metrics,
  syncs,
}: DiskOptions): Promise<FileSystem> {
  const real = new NodeFileSystem({ clock, metrics, syncs });
  const stagingDirectory = stagingDirectoryOf(dataDirectory);
  const disk =
    kind === 'real' ? real : await HeldBackFileSystem.start({ disk: real, clock, stagingDirectory });
  return trap === null ? disk : new FailpointFileSystem(disk, trap);
}
