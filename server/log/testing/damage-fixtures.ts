import assert from 'node:assert/strict';
import type { Entry } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import { VolatileFileSystem } from '../../io/volatile-file-system.js';
import type { LogPosition } from '../../ports/log-storage.js';
import { recover } from '../recovery.js';
import { append, entry, openTestLog, plain, WAL_DIRECTORY } from './log-fixtures.js';

export const SEGMENT_BYTES = 4096;

export interface SmallLog {
  /** Files of the log by path; two segments. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly first: string;
  readonly last: string;
  readonly entries: readonly Entry[];
}

/**
 * A log of two segments with all record types, several writes, an entry without data and one with bytes that
 * are all zero. `clean` closes it; otherwise it is as a killed process leaves it.
 */
export async function smallLog(clean: boolean): Promise<SmallLog> {
  const disk = new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
  const { log } = await openTestLog(disk, { segmentBytes: SEGMENT_BYTES });
  const written: Entry[] = [];
  for (let index = 1; index <= 16; index++) {
    const one = index === 5 ? { ...entry(5), data: new Uint8Array(0) } : entry(index, 1 + (index >> 2), 350);
    const term = { ...one, term: 1 + (index >> 2) };
    written.push(index === 12 ? { ...term, data: new Uint8Array(40) } : term);
    const hardState = index % 4 === 0 ? { term: term.term, vote: 1, commit: index - 1 } : null;
    await append(log, [written.at(-1)!], hardState, hardState !== null);
  }
  if (clean) await log.close();
  const files = new Map([...disk.snapshot()].filter(([path]) => path.endsWith('.wal')));
  const [first, last, ...more] = [...files.keys()].sort();
  assert.ok(first !== undefined && last !== undefined && more.length === 0, 'the log has two segments');
  return { files, first, last, entries: written };
}

export type Outcome =
  | { readonly kind: 'refused'; readonly error: StrataError }
  | { readonly kind: 'accepted'; readonly base: LogPosition; readonly entries: readonly Entry[] };

/** Reads the log with one file replaced. */
export async function recoverWith(log: SmallLog, path: string, bytes: Uint8Array): Promise<Outcome> {
  const files = new Map(log.files).set(path, bytes);
  const fileSystem = {
    list: async () => [...files.keys()].map((file) => file.slice(WAL_DIRECTORY.length + 1)),
    readFile: async (file: string) => files.get(file)!,
  } as unknown as VolatileFileSystem;
  try {
    const identity = { clusterId: 'cluster', nodeId: 1 };
    const { replay } = await recover({ fileSystem, directory: WAL_DIRECTORY, identity });
    return { kind: 'accepted', base: replay.base, entries: replay.entries };
  } catch (error) {
    // Anything but a coded error would be a crash of the reader on bad bytes.
    if (!(error instanceof StrataError)) throw error;
    return { kind: 'refused', error };
  }
}

export function assertPrefix(found: readonly Entry[], original: readonly Entry[], what: string): void {
  assert.ok(found.length <= original.length, what);
  assert.deepEqual(plain(found), plain(original.slice(0, found.length)), what);
}
