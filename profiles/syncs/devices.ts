import { dirname } from 'node:path';
import type { SyncCallsCapture } from '../../results/schema/index.js';
import { type DiskReading, diskWindow, readDisk } from '../proc/disk-stats.js';

/** Folders that are asked for their device; a process has its data in few. */
const FOLDERS_MAX = 64;

/** The counters of every device that holds one of the files. */
export function readDevices(paths: Iterable<string>): Map<string, DiskReading> {
  const readings = new Map<string, DiskReading>();
  const folders = [...new Set([...paths].map((path) => dirname(path)))].slice(0, FOLDERS_MAX);
  for (const folder of folders) {
    const reading = readDisk(folder);
    if (reading !== null && !readings.has(reading.device)) readings.set(reading.device, reading);
  }
  return readings;
}

/** What the device of a file did since `before`; null where it is not known or counts no flushes. */
export function deviceSince(
  before: ReadonlyMap<string, DiskReading>,
  path: string | null,
): SyncCallsCapture['device'] {
  const after = path === null ? null : readDisk(dirname(path));
  const first = after === null ? undefined : before.get(after.device);
  const window = after === null || first === undefined ? null : diskWindow(first, after);
  if (window === null || window.flushes === null || window.flushMs === null) return null;
  return {
    name: window.device,
    flushes: window.flushes,
    flushMs: window.flushMs,
    bytesWritten: window.bytesWritten,
  };
}
