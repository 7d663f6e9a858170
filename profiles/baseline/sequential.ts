import { closeSync, fdatasyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import type { Baseline } from '../../results/schema/index.js';

const CHUNK_BYTES = 1024 * 1024;
const BYTES_PER_MB = 1e6;

/**
 * Sequential rates in MB/s (10^6 bytes): write alone, which fills the page cache; write with the final fdatasync, which is
 * what the disk takes; read, which comes from the page cache and is a bound of memory, not of the disk.
 */
export function measureSequential(path: string, bytes: number): Baseline['sequential'] {
  const chunk = Buffer.alloc(CHUNK_BYTES, 0x5a);
  const file = openSync(path, 'w+');
  try {
    const startedNs = process.hrtime.bigint();
    let written = 0;
    while (written < bytes)
      written += writeSync(file, chunk, 0, Math.min(CHUNK_BYTES, bytes - written), written);
    const writtenNs = process.hrtime.bigint();
    fdatasyncSync(file);
    const syncedNs = process.hrtime.bigint();
    let read = 0;
    while (read < bytes) {
      const got = readSync(file, chunk, 0, CHUNK_BYTES, read);
      if (got === 0)
        throw new Error(`${path} ends after ${read} of ${bytes} bytes. Is something else writing it?`);
      read += got;
    }
    const readNs = process.hrtime.bigint();
    return {
      bytes,
      writeMBps: rate(bytes, writtenNs - startedNs),
      writeSyncedMBps: rate(bytes, syncedNs - startedNs),
      readMBps: rate(bytes, readNs - syncedNs),
    };
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}

function rate(bytes: number, durationNs: bigint): number {
  return bytes / BYTES_PER_MB / (Number(durationNs) / 1e9);
}
