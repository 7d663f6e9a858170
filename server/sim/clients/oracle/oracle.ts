import { Violation } from '../../violation.js';
import { KeyRecord } from './key-record.js';

/** What was known when a request left: its answer must not be behind it. */
export interface Floors {
  /** Revision of the store. */
  readonly revision: number;
  /** Applied log index. */
  readonly index: number;
  /** Revision of the key that is asked for, 0 where that is another one's affair. */
  readonly key: number;
}

/**
 * What all clients together were told, at a cost per answer that does not grow. Strict serializability in the large: an answer that came before
 * a request left bounds the answer to that request, whoever asked whichever node (Ongaro's thesis §6.3 and §6.4).
 */
export class Oracle {
  readonly #keys = new Map<string, KeyRecord>();
  #revision = 0;
  #index = 0;
  /** How far each life of a node showed itself to have applied. */
  readonly #appliedBy = new Map<string, number>();

  record(key: string): KeyRecord {
    let record = this.#keys.get(key);
    if (record === undefined) {
      record = new KeyRecord(key);
      this.#keys.set(key, record);
    }
    return record;
  }

  /** Keys that begin so and were asked for once at least. */
  recordsOf(prefix: string): readonly KeyRecord[] {
    return [...this.#keys.values()].filter(({ key }) => key.startsWith(prefix));
  }

  floors(key: string | null = null): Floors {
    const floor = key === null ? 0 : this.record(key).floor;
    return { revision: this.#revision, index: this.#index, key: floor };
  }

  /** A write that changed something took effect at `revision`. */
  wrote(revision: number, floors: Floors): void {
    if (revision <= floors.revision)
      throw new Violation(
        'lost acknowledged write',
        `a write has revision ${revision}, the store had ${floors.revision} before it was asked for`,
      );
    if (revision > this.#revision) this.#revision = revision;
  }

  /** Somebody was shown the store at `revision`. */
  sawRevision(revision: number, floors: Floors): void {
    if (revision < floors.revision)
      throw new Violation(
        'stale read',
        `the store is shown at revision ${revision}, it had ${floors.revision} before`,
      );
    if (revision > this.#revision) this.#revision = revision;
  }

  /** Somebody was shown a key whose last write has this revision: the store is as far at least. */
  sawKey(revision: number): void {
    if (revision > this.#revision) this.#revision = revision;
  }

  /** A read that promises to be fresh was served at `index`. */
  sawIndex(index: number, floors: Floors): void {
    if (index < floors.index)
      throw new Violation(
        'stale read',
        `a read sees entry ${index}, an answer before it was asked for saw ${floors.index}`,
      );
    this.#raiseIndex(index);
  }

  /** How far a life of a node has shown itself to have applied. */
  appliedBy(from: string): number {
    return this.#appliedBy.get(from) ?? 0;
  }

  /** A read of whatever the node holds: what it shows is committed, and no older than what it had shown when it was asked. */
  sawStale(from: string, index: number, before: number): void {
    if (index < before)
      throw new Violation('monotonic reads', `node ${from} shows entry ${index} after ${before}`);
    if (index > this.appliedBy(from)) this.#appliedBy.set(from, index);
    this.#raiseIndex(index);
  }

  #raiseIndex(index: number): void {
    if (index > this.#index) this.#index = index;
  }
}
