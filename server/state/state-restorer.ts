import { StrataError } from '../errors.js';
import { ByteReader } from './byte-reader.js';
import { MemberBook } from './member-book.js';
import { type CreateRecords, createOrderedMap } from './ordered-records.js';
import { SessionTable } from './session-table.js';
import {
  readAnswer,
  readHeader,
  readKey,
  readMemberItem,
  readSessionHead,
  type SessionHead,
  STATE_FORMAT_VERSION,
  type StateHeader,
} from './snapshot-format.js';
import { StateMachine } from './state-machine.js';
import { Store } from './store.js';
import type { CommandResult } from './vocabulary.js';

const LENGTH_BYTES = 4;
/** What is above it is no length that a snapshot was written with. */
const ITEM_BYTES_MAX = 0x7fff_ffff;

/**
 * Makes a state machine from the bytes of a snapshot, which come in blocks cut anywhere. Holds no more than the item that is not whole yet.
 * What no snapshot of this format says is STRATA_SNAPSHOT_CORRUPT, another format STRATA_SNAPSHOT_VERSION.
 */
export class StateRestorer {
  readonly #file: string;
  /** Bytes not understood yet: [#start, #end) of `#data`. */
  #data = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** Bytes understood. */
  #offset = 0;
  #hasVersion = false;
  #hasEnd = false;
  #header: StateHeader | null = null;
  /** Items of each kind that are still to come. */
  #members = 0;
  #removed = 0;
  #sessions = 0;
  #answers = 0;
  #keys = 0;
  #head: SessionHead | null = null;
  #sequences: number[] = [];
  #results: CommandResult[] = [];
  #lastKey = '';
  #lastId = 0;
  readonly #sessionIds = new Set<number>();
  readonly #book = new MemberBook();
  readonly #table = new SessionTable();
  readonly #createRecords: CreateRecords;
  #store: Store;

  /** `file` stands in errors; `createRecords` says what the store is made of. */
  constructor(file: string, createRecords: CreateRecords = createOrderedMap) {
    this.#file = file;
    this.#createRecords = createRecords;
    this.#store = new Store(0, createRecords);
  }

  /** Takes in the next bytes; `block` is free again when it returns. */
  push(block: Uint8Array): void {
    this.#gather(block);
    if (!this.#hasVersion && this.#end > this.#start) this.#readVersion();
    while (this.#end - this.#start >= LENGTH_BYTES) {
      const bytes = this.#itemBytes();
      if (this.#end - this.#start < LENGTH_BYTES + bytes) return;
      this.#readItem(this.#start + LENGTH_BYTES, bytes);
      this.#start += LENGTH_BYTES + bytes;
      this.#offset += LENGTH_BYTES + bytes;
    }
  }

  /** The state machine, when all its parts have come. */
  finish(): StateMachine {
    if (!this.#hasEnd || this.#end > this.#start)
      throw this.#corrupt(this.#hasEnd ? 'bytes behind the end' : 'the end is missing');
    const { appliedIndex, clockMs } = this.#header!;
    const parts = { store: this.#store, sessions: this.#table, book: this.#book, appliedIndex, clockMs };
    return new StateMachine(parts);
  }

  #gather(block: Uint8Array): void {
    const kept = this.#end - this.#start;
    if (this.#end + block.length > this.#data.length) {
      // Grows by what has come, never by what an item claims.
      const fits = kept + block.length <= this.#data.length;
      const data = fits ? this.#data : new Uint8Array(Math.max(kept + block.length, kept * 2));
      data.set(this.#data.subarray(this.#start, this.#end));
      this.#data = data;
      this.#start = 0;
      this.#end = kept;
    }
    this.#data.set(block, this.#end);
    this.#end += block.length;
  }

  #readVersion(): void {
    const actual = this.#data[this.#start]!;
    if (actual !== STATE_FORMAT_VERSION) {
      const details = { file: this.#file, actual, expected: STATE_FORMAT_VERSION };
      throw new StrataError('STRATA_SNAPSHOT_VERSION', details);
    }
    this.#hasVersion = true;
    this.#start += 1;
    this.#offset += 1;
  }

  #itemBytes(): number {
    const data = this.#data;
    const at = this.#start;
    const bytes = ((data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!) >>> 0;
    if (bytes > ITEM_BYTES_MAX) throw this.#corrupt(`an item of ${bytes} bytes`);
    if (this.#hasEnd) throw this.#corrupt('bytes behind the end');
    return bytes;
  }

  #readItem(start: number, bytes: number): void {
    if (bytes === 0) {
      this.#readEnd();
      return;
    }
    const reader = new ByteReader(this.#data, start, start + bytes);
    try {
      this.#readFields(reader);
      reader.finish();
    } catch (error) {
      if (!(error instanceof StrataError)) throw error;
      throw this.#corrupt(String(error.details.reason));
    }
  }

  #readEnd(): void {
    const missing = this.#members + this.#removed + this.#sessions + this.#answers + this.#keys;
    if (this.#header === null || missing > 0)
      throw this.#corrupt(this.#header === null ? 'no header' : `${missing} items are missing`);
    this.#hasEnd = true;
  }

  #readFields(reader: ByteReader): void {
    if (this.#header === null) this.#takeHeader(readHeader(reader));
    else if (this.#members > 0) this.#takeMember(reader);
    else if (this.#removed > 0) this.#takeRemovedId(reader);
    else if (this.#answers > 0) this.#takeAnswer(reader);
    else if (this.#sessions > 0) this.#takeSession(reader);
    else if (this.#keys > 0) this.#takeKey(reader, this.#header);
    else reader.fail('an item more than the header counts');
  }

  #takeHeader(header: StateHeader): void {
    this.#header = header;
    this.#members = header.members;
    this.#removed = header.removed;
    this.#sessions = header.sessions;
    this.#keys = header.keys;
    this.#store = new Store(header.revision, this.#createRecords);
  }

  #takeMember(reader: ByteReader): void {
    const member = readMemberItem(reader);
    if (member.id <= this.#lastId) reader.fail(`member ${member.id} after ${this.#lastId}`);
    this.#book.change({ upsert: [member], remove: [] });
    this.#members -= 1;
    this.#lastId = this.#members === 0 ? 0 : member.id;
  }

  #takeRemovedId(reader: ByteReader): void {
    const id = reader.positive('removed id');
    if (id <= this.#lastId) reader.fail(`removed id ${id} after ${this.#lastId}`);
    if (this.#book.isMember(id)) reader.fail(`member ${id} is removed as well`);
    this.#book.change({ upsert: [], remove: [id] });
    this.#removed -= 1;
    this.#lastId = id;
  }

  #takeSession(reader: ByteReader): void {
    const head = readSessionHead(reader);
    if (this.#sessionIds.has(head.id) || head.id > this.#header!.appliedIndex)
      reader.fail(`session ${head.id} twice or not opened yet`);
    this.#sessionIds.add(head.id);
    this.#head = head;
    this.#sequences = [];
    this.#results = [];
    this.#answers = head.answers;
    this.#sessions -= 1;
    if (head.answers === 0) this.#endSession();
  }

  #takeAnswer(reader: ByteReader): void {
    const { sequence, answer } = readAnswer(reader);
    const above = this.#sequences.at(-1) ?? this.#head!.floor;
    if (sequence <= above) reader.fail(`answer ${sequence} after ${above}`);
    this.#sequences.push(sequence);
    this.#results.push(answer);
    this.#answers -= 1;
    if (this.#answers === 0) this.#endSession();
  }

  #endSession(): void {
    const { id, floor } = this.#head!;
    this.#table.restore({ id, floor, sequences: this.#sequences, answers: this.#results });
  }

  #takeKey(reader: ByteReader, header: StateHeader): void {
    const { key, value, revision, createRevision, expiresAtMs } = readKey(reader);
    if (key <= this.#lastKey) reader.fail('keys out of order');
    if (revision > header.revision) reader.fail(`revision ${revision} above ${header.revision}`);
    this.#store.restore(key, value, revision, createRevision, expiresAtMs);
    this.#lastKey = key;
    this.#keys -= 1;
  }

  #corrupt(reason: string): StrataError {
    return new StrataError('STRATA_SNAPSHOT_CORRUPT', { file: this.#file, offset: this.#offset, reason });
  }
}
