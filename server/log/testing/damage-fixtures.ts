import assert from 'node:assert/strict';
import type { Entry, HardState } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import { VolatileFileSystem } from '../../io/volatile-file-system.js';
import type { LogPosition } from '../../ports/log-storage.js';
import { recover } from '../recovery.js';
import { append, entry, openTestLog, WAL_DIRECTORY } from './log-fixtures.js';

export const SEGMENT_BYTES = 4096;

export interface SmallLog {
  /** Files of the log by path; two segments. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly first: string;
  readonly last: string;
  readonly entries: readonly Entry[];
  /** What a start may find: the log after each record that changes it, the empty one first. Nothing else is true. */
  readonly states: readonly LogState[];
}

export interface LogState {
  readonly entries: readonly Entry[];
  readonly hardState: HardState;
}

/**
 * A log of two segments with all record types, several writes, an entry without data, one with bytes that are all zero, and a suffix that was
 * replaced. `clean` closes it; otherwise it is as a killed process leaves it.
 */
export async function smallLog(clean: boolean): Promise<SmallLog> {
  const disk = new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
  const { log } = await openTestLog(disk, { segmentBytes: SEGMENT_BYTES });
  const states: LogState[] = [{ entries: [], hardState: { term: 0, vote: 0, commit: 0 } }];
  for (let index = 1; index <= 16; index++) {
    const one = entry(index, 1 + (index >> 2), { 5: 0, 12: 40 }[index] ?? 350);
    if (index === 12) one.data.fill(0);
    const hardState = index % 4 === 0 ? { term: one.term, vote: 1, commit: index - 2 } : null;
    await append(log, [one], hardState, hardState !== null);
    states.push(...statesAfter(states.at(-1)!, one, hardState));
  }
  const instead = entry(15, 6, 100);
  const hardState = { term: 6, vote: 2, commit: 14 };
  await append(log, [instead], hardState, true);
  states.push(...statesAfter(states.at(-1)!, instead, hardState));
  if (clean) await log.close();
  const files = new Map([...disk.snapshot()].filter(([path]) => path.endsWith('.wal')));
  const [first, last, ...more] = [...files.keys()].sort();
  assert.ok(first !== undefined && last !== undefined && more.length === 0, 'the log has two segments');
  return { files, first, last, entries: states.at(-1)!.entries, states };
}

/** An entry stands before the hard state that came with it; between the two its term counts, and nobody is voted for in it. */
function statesAfter(before: LogState, one: Entry, hardState: HardState | null): LogState[] {
  const entries = [...before.entries.slice(0, one.index - 1), one];
  const { term, commit } = before.hardState;
  const raised = one.term > term ? { term: one.term, vote: 0, commit } : before.hardState;
  return [{ entries, hardState: raised }, ...(hardState === null ? [] : [{ entries, hardState }])];
}

export type Outcome =
  | { readonly kind: 'refused'; readonly error: StrataError }
  | {
      readonly kind: 'accepted';
      readonly base: LogPosition;
      readonly entries: readonly Entry[];
      readonly hardState: HardState;
    };

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
    const { base, entries, hardState } = replay;
    return { kind: 'accepted', base, entries, hardState };
  } catch (error) {
    // Anything but a coded error would be a crash of the reader on bad bytes.
    if (!(error instanceof StrataError)) throw error;
    return { kind: 'refused', error };
  }
}

/** Which of the states of the log was found; -1 when it never was in that state. */
export function stateOf(log: SmallLog, found: Extract<Outcome, { kind: 'accepted' }>): number {
  return log.states.findLastIndex(({ entries, hardState }) => {
    const { term, vote, commit } = found.hardState;
    return (
      term === hardState.term &&
      vote === hardState.vote &&
      commit === hardState.commit &&
      entries.length === found.entries.length &&
      entries.every((one, at) => sameEntry(one, found.entries[at]!))
    );
  });
}

function sameEntry(one: Entry, other: Entry): boolean {
  return (
    one.index === other.index &&
    one.term === other.term &&
    one.type === other.type &&
    Buffer.compare(one.data, other.data) === 0
  );
}
