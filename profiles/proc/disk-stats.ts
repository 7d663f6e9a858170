import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { DiskWindow } from '../../results/schema/index.js';

/** Sectors of /sys/dev/block are 512 bytes whatever the device's own are. */
const SECTOR_BYTES = 512;

/** Counters of the block device under a directory, since the machine started. */
export interface DiskReading {
  readonly device: string;
  readonly takenNs: bigint;
  readonly bytesWritten: number;
  readonly writes: number;
  /** Null before kernel 5.5, which does not count flushes. */
  readonly flushes: number | null;
  readonly flushMs: number | null;
}

/** Null where the directory is on no block device (tmpfs, overlay, network) or /sys does not tell. */
export function readDisk(directory: string): DiskReading | null {
  try {
    const { dev } = statSync(directory);
    const major = Math.floor(dev / 256) % 4096;
    const minor = (dev % 256) + Math.floor(dev / 2 ** 20) * 256;
    const path = `/sys/dev/block/${major}:${minor}`;
    return parseDiskStat(readFileSync(`${path}/stat`, 'utf8'), basename(readlinkSync(path)));
  } catch {
    return null;
  }
}

/** One line of Documentation/block/stat.rst: 11 fields, 15 with discards, 17 with flushes. */
export function parseDiskStat(text: string, device: string): DiskReading | null {
  const fields = text.trim().split(/\s+/).map(Number);
  if (fields.length < 11 || fields.some((value) => !Number.isSafeInteger(value) || value < 0)) return null;
  return {
    device,
    takenNs: process.hrtime.bigint(),
    writes: fields[4]!,
    bytesWritten: fields[6]! * SECTOR_BYTES,
    flushes: fields[15] ?? null,
    flushMs: fields[16] ?? null,
  };
}

/** Null when the two readings are of different devices or the counters went back. */
export function diskWindow(before: DiskReading, after: DiskReading): DiskWindow | null {
  const seconds = Number(after.takenNs - before.takenNs) / 1e9;
  if (before.device !== after.device || seconds <= 0 || after.writes < before.writes) return null;
  const difference = (one: number | null, other: number | null): number | null =>
    one === null || other === null ? null : other - one;
  return {
    schema: 'strata.disk/1',
    device: after.device,
    seconds,
    bytesWritten: after.bytesWritten - before.bytesWritten,
    writes: after.writes - before.writes,
    flushes: difference(before.flushes, after.flushes),
    flushMs: difference(before.flushMs, after.flushMs),
  };
}
