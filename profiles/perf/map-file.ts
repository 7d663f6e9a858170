import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PerfMap } from './perf-map.js';

/** V8 writes its map here whatever TMPDIR says, because perf looks nowhere else. */
const MAP_FOLDER = '/tmp';
const MAP_BYTES_MAX = 256 * 1024 * 1024;
/**
 * With a map V8 also opens a log of its own, in the folder in which the process was started, and no flag turns that off: not even `/dev/null`
 * is accepted, only a regular file. So it goes where the map is, under a name that `removePerfMap` knows.
 */
const V8_LOG = 'v8-perf.log';

/** What Node.js must be started with, so that its JavaScript has names outside of it. */
export const PERF_NODE_ARGUMENTS = [
  '--perf-basic-prof',
  '--interpreted-frames-native-stack',
  `--logfile=${join(MAP_FOLDER, V8_LOG)}`,
] as const;
const NAMING = ['--perf-basic-prof', '--interpreted-frames-native-stack'] as const;

export function perfMapPath(pid: number): string {
  return join(MAP_FOLDER, `perf-${pid}.map`);
}

/**
 * The names of a process's JavaScript; null where the process was not started with the flags that give them, whatever map a process that
 * had the same id before may have left.
 */
export function readPerfMap(pid: number): PerfMap | null {
  if (!wasStartedForPerf(pid)) return null;
  const text = readTail(perfMapPath(pid), MAP_BYTES_MAX);
  if (text === null) return null;
  const map = new PerfMap(text);
  return map.size === 0 ? null : map;
}

/** Whether both flags stand among the arguments of the process or in its NODE_OPTIONS; `_` and `-` mean the same to V8. */
export function wasStartedForPerf(pid: number): boolean {
  const words = [
    ...readWords(`/proc/${pid}/cmdline`),
    ...readWords(`/proc/${pid}/environ`)
      .filter((word) => word.startsWith('NODE_OPTIONS='))
      .flatMap((word) => word.slice('NODE_OPTIONS='.length).split(/\s+/)),
  ].map((word) => word.replaceAll('_', '-'));
  return NAMING.every((flag) => words.includes(flag));
}

/** Removes what V8 left for perf. For whoever started the process, once it has ended; never fails on what is not there. */
export function removePerfMap(pid: number): void {
  rmSync(perfMapPath(pid), { force: true });
  const log = new RegExp(`^isolate-0x[0-9a-f]+-${pid}-${V8_LOG.replace('.', '\\.')}$`);
  for (const name of readdirSync(MAP_FOLDER)) {
    if (log.test(name)) rmSync(join(MAP_FOLDER, name), { force: true });
  }
}

function readWords(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\0');
  } catch {
    // The process is gone or somebody else's: nothing is known of it.
    return [];
  }
}

/** The last bytes of a file: the newest code is at its end. Null when it cannot be read. */
function readTail(path: string, bytesMax: number): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, bytesMax));
    const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, read);
  } finally {
    closeSync(descriptor);
  }
}
