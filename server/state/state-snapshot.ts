import { InvariantError } from '../errors.js';
import { ByteWriter } from './byte-writer.js';
import type { MemberBook } from './member-book.js';
import type { Session, SessionTable } from './session-table.js';
import {
  STATE_FORMAT_VERSION,
  writeAnswer,
  writeEnd,
  writeHeader,
  writeKey,
  writeMemberItem,
  writeRemovedId,
  writeSessionHead,
} from './snapshot-format.js';
import type { Store, StoredValue } from './store.js';
import { StoreWalk } from './store-walk.js';

/** Room behind a slice for the item that crosses its end. */
const SLACK_BYTES = 4096;

/** A state as it was at one index, in slices of bounded size, while entries go on being applied. */
export class StateSnapshot {
  /** The index that it is the state of. */
  readonly appliedIndex: number;
  readonly #writer = new ByteWriter(SLACK_BYTES);
  readonly #sessions: readonly Session[];
  readonly #walk: StoreWalk;
  readonly #writeKey: (key: string, record: StoredValue) => void;
  #sessionsDone = 0;
  #isWhole = false;
  /** Written and not given out yet. */
  #rest: Uint8Array | null = null;
  #doneBytes = 0;

  constructor(store: Store, sessions: SessionTable, book: MemberBook, appliedIndex: number, clockMs: number) {
    this.appliedIndex = appliedIndex;
    this.#sessions = sessions.capture();
    this.#walk = new StoreWalk(store);
    const writer = this.#writer;
    this.#writeKey = (key, record) => writeKey(writer, key, record);
    const members = book.list();
    const removed = book.removedIds();
    writer.byte(STATE_FORMAT_VERSION);
    writeHeader(writer, {
      appliedIndex,
      revision: store.revision,
      clockMs,
      members: members.length,
      removed: removed.length,
      sessions: this.#sessions.length,
      keys: store.size,
    });
    // Few enough to be written at once, as sessions and keys are not.
    for (const member of members) writeMemberItem(writer, member);
    for (const id of removed) writeRemovedId(writer, id);
  }

  /** Bytes given out so far. */
  get doneBytes(): number {
    return this.#doneBytes;
  }

  /** The next 1 to `bytesMax` bytes, the caller's own; null when there are no more, and what it held is released. */
  next(bytesMax: number): Uint8Array | null {
    if (this.#rest === null) this.#rest = this.#write(bytesMax);
    const rest = this.#rest;
    if (rest === null) return null;
    const block = rest.subarray(0, bytesMax);
    this.#rest = rest.length > bytesMax ? rest.subarray(bytesMax) : null;
    this.#doneBytes += block.length;
    return block;
  }

  /** Gives it up. Nothing comes after that. */
  release(): void {
    this.#walk.end();
    this.#isWhole = true;
    this.#rest = null;
    this.#writer.clear();
  }

  #write(bytesMax: number): Uint8Array | null {
    const writer = this.#writer;
    if (!this.#isWhole) this.#walk.resume();
    while (!this.#isWhole && writer.length < bytesMax) {
      // Many new keys passed over are enough for one slice, unless there is nothing to give out yet.
      if (!this.#writeItem() && writer.length > 0) break;
    }
    return writer.length === 0 ? null : writer.take(this.#isWhole ? 0 : bytesMax + SLACK_BYTES);
  }

  /** False when it wrote nothing. */
  #writeItem(): boolean {
    if (this.#sessionsDone < this.#sessions.length) {
      this.#writeSession(this.#sessions[this.#sessionsDone]!);
      this.#sessionsDone += 1;
      return true;
    }
    if (this.#walk.next(this.#writeKey)) return true;
    const { left, isAtEnd } = this.#walk;
    if (left > 0 && isAtEnd) throw new InvariantError(`snapshot ends with ${left} keys of its own missing`);
    if (left > 0) return false;
    writeEnd(this.#writer);
    this.#walk.end();
    this.#isWhole = true;
    return true;
  }

  #writeSession({ id, floor, sequences, answers }: Session): void {
    writeSessionHead(this.#writer, { id, floor, answers: answers.length });
    for (const [at, answer] of answers.entries()) writeAnswer(this.#writer, sequences[at]!, answer);
  }
}
