import { ChangeLog } from './change-log.js';
import { DEADLINE_BYTES, ExpiryIndex } from './expiry-index.js';
import { type CreateRecords, type Cursor, createOrderedMap, type OrderedRecords } from './ordered-records.js';
import type { Value } from './vocabulary.js';

/** One key's newest value. The store's own record: it changes with the next write, its value does not. */
export interface StoredValue {
  readonly value: Value;
  /** Revision of the write that made it. */
  readonly revision: number;
  /** Revision of the write that made the key. */
  readonly createRevision: number;
  /** Cluster time at which the key ends, 0 for never. */
  readonly expiresAtMs: number;
}

interface StoredRecord extends StoredValue {
  value: Value;
  revision: number;
  expiresAtMs: number;
}

/** Told before a key changes, with what it was: undefined when it did not exist. */
export interface ChangeObserver {
  beforeChange(key: string, before: StoredValue | undefined): void;
}

/** What a key costs beside the bytes of key and value, roughly: its places in map and index, a record, the heads of two strings. */
const KEY_BYTES = 144;

/** The keys and their values. */
export class Store {
  readonly changes = new ChangeLog();
  /** A record is changed in place: an overwrite costs one look-up. */
  readonly #records: OrderedRecords<StoredRecord>;
  /** Invariant: exactly the keys whose record has a deadline. */
  readonly #expiries = new ExpiryIndex();
  readonly #observers: ChangeObserver[] = [];
  /** Number of the newest command that changed something. Invariant: every stored revision is <= it. */
  #revision: number;
  /** The number that the command under way takes if it changes something. */
  #nextRevision: number;
  #bytes = 0;

  constructor(revision = 0, createRecords: CreateRecords = createOrderedMap) {
    this.#records = createRecords();
    this.#revision = revision;
    this.#nextRevision = revision + 1;
  }

  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#records.size;
  }

  /** Estimate of the memory that keys and values take. */
  get bytes(): number {
    return this.#bytes;
  }

  get earliestDeadlineMs(): number | null {
    return this.#expiries.earliestMs();
  }

  /** The key to end first, if its deadline is at or before `clockMs`. */
  due(clockMs: number): string | null {
    return this.#expiries.due(clockMs);
  }

  get(key: string): StoredValue | undefined {
    return this.#records.get(key);
  }

  cursor(start: string): Cursor {
    return this.#records.cursor(start);
  }

  /** What changes from here on is one command and shares a revision. */
  beginCommand(): void {
    this.#nextRevision = this.#revision + 1;
  }

  /** What a command sees: a key that is due ends at the first touch, so that no later read contradicts the command. */
  touch(key: string, clockMs: number): StoredValue | undefined {
    const record = this.#records.get(key);
    if (record === undefined || record.expiresAtMs === 0 || record.expiresAtMs > clockMs) return record;
    this.#remove(key, record, 'expire');
    return undefined;
  }

  /** True when the key was created. `clockMs` as in `touch`. */
  put(key: string, value: Value, expiresAtMs: number, clockMs: number): boolean {
    let record = this.#records.get(key);
    if (record !== undefined && record.expiresAtMs !== 0 && record.expiresAtMs <= clockMs) {
      this.#remove(key, record, 'expire');
      record = undefined;
    }
    const revision = this.#nextRevision;
    this.#revision = revision;
    if (this.#observers.length !== 0) this.#tell(key, record);
    if (record === undefined) {
      this.#insert(key, { value, revision, createRevision: revision, expiresAtMs });
    } else {
      this.#bytes += value.length - record.value.length;
      record.value = value;
      record.revision = revision;
      if (record.expiresAtMs !== expiresAtMs) this.#moveDeadline(key, record, expiresAtMs);
    }
    if (this.changes.isOn) this.changes.add('put', key, value, revision);
    return record === undefined;
  }

  /** True when the key existed. `clockMs` as in `touch`. */
  delete(key: string, clockMs: number): boolean {
    const record = this.#records.get(key);
    if (record === undefined) return false;
    const isDue = record.expiresAtMs !== 0 && record.expiresAtMs <= clockMs;
    this.#remove(key, record, isDue ? 'expire' : 'delete');
    return !isDue;
  }

  /** `key` must exist. No write to the key: it keeps its revision. */
  setDeadline(key: string, expiresAtMs: number): void {
    const record = this.#records.get(key)!;
    if (record.expiresAtMs === expiresAtMs) return;
    if (this.#observers.length !== 0) this.#tell(key, record);
    this.#revision = this.#nextRevision;
    this.#moveDeadline(key, record, expiresAtMs);
  }

  /** Takes in a record of a snapshot. Cheap when keys come in order. */
  restore(key: string, value: Value, revision: number, createRevision: number, expiresAtMs: number): void {
    this.#insert(key, { value, revision, createRevision, expiresAtMs });
  }

  observe(observer: ChangeObserver): void {
    this.#observers.push(observer);
  }

  unobserve(observer: ChangeObserver): void {
    const at = this.#observers.indexOf(observer);
    if (at >= 0) this.#observers.splice(at, 1);
  }

  #insert(key: string, record: StoredRecord): void {
    this.#records.add(key, record);
    this.#bytes += KEY_BYTES + key.length + record.value.length;
    if (record.expiresAtMs !== 0) this.#addDeadline(key, record.expiresAtMs);
  }

  #remove(key: string, record: StoredRecord, type: 'delete' | 'expire'): void {
    if (this.#observers.length !== 0) this.#tell(key, record);
    this.#revision = this.#nextRevision;
    this.#records.remove(key);
    this.#bytes -= KEY_BYTES + key.length + record.value.length;
    if (record.expiresAtMs !== 0) this.#dropDeadline(key, record.expiresAtMs);
    if (this.changes.isOn) this.changes.add(type, key, null, this.#revision);
  }

  #moveDeadline(key: string, record: StoredRecord, expiresAtMs: number): void {
    if (record.expiresAtMs !== 0) this.#dropDeadline(key, record.expiresAtMs);
    if (expiresAtMs !== 0) this.#addDeadline(key, expiresAtMs);
    record.expiresAtMs = expiresAtMs;
  }

  #addDeadline(key: string, deadlineMs: number): void {
    this.#expiries.add(key, deadlineMs);
    this.#bytes += DEADLINE_BYTES + key.length;
  }

  #dropDeadline(key: string, deadlineMs: number): void {
    this.#expiries.remove(key, deadlineMs);
    this.#bytes -= DEADLINE_BYTES + key.length;
  }

  #tell(key: string, before: StoredValue | undefined): void {
    for (const observer of this.#observers) observer.beforeChange(key, before);
  }
}
