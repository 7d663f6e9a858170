import { SYNC_CAUSES, type SyncLabel } from '../ports/file-system.js';
import type { SyncHistory, SyncRecord } from '../ports/sync-history.js';

const CAPACITY = 8_192;
const CALLS = ['fdatasync', 'fsync', 'write'] as const;

/** Where the ledger notes every sync. */
export interface SyncLog extends SyncHistory {
  add(call: SyncRecord['call'], label: SyncLabel, submittedNs: number, doneNs: number): void;
}

/** The newest syncs, numbered from 1. Its memory is taken once, 0.3 MiB: a sync adds no object. */
export class SyncRing implements SyncLog {
  readonly #submittedNs = new Float64Array(CAPACITY);
  readonly #doneNs = new Float64Array(CAPACITY);
  readonly #bytes = new Float64Array(CAPACITY);
  readonly #entries = new Uint32Array(CAPACITY);
  readonly #calls = new Uint8Array(CAPACITY);
  readonly #causes = new Uint8Array(CAPACITY);
  #next = 1;

  add(
    call: SyncRecord['call'],
    { cause, entries, bytes }: SyncLabel,
    submittedNs: number,
    doneNs: number,
  ): void {
    const at = this.#next % CAPACITY;
    this.#submittedNs[at] = submittedNs;
    this.#doneNs[at] = doneNs;
    this.#bytes[at] = bytes;
    this.#entries[at] = entries;
    this.#calls[at] = CALLS.indexOf(call);
    this.#causes[at] = SYNC_CAUSES.indexOf(cause);
    this.#next += 1;
  }

  after(since: number): ReturnType<SyncHistory['after']> {
    const oldest = Math.max(1, this.#next - CAPACITY);
    const from = Math.min(this.#next, Math.max(since + 1, oldest));
    const syncs: SyncRecord[] = [];
    for (let sequence = from; sequence < this.#next; sequence++) syncs.push(this.#at(sequence));
    return { next: this.#next - 1, dropped: Math.max(0, from - (since + 1)), syncs };
  }

  #at(sequence: number): SyncRecord {
    const at = sequence % CAPACITY;
    return {
      sequence,
      submittedNs: this.#submittedNs[at]!,
      doneNs: this.#doneNs[at]!,
      call: CALLS[this.#calls[at]!]!,
      cause: SYNC_CAUSES[this.#causes[at]!]!,
      entries: this.#entries[at]!,
      bytes: this.#bytes[at]!,
    };
  }
}

/** Keeps nothing: for tools that use the disk once, and for a node that measures nothing. */
export const NO_SYNCS: SyncLog = {
  add: () => {},
  after: () => ({ next: 0, dropped: 0, syncs: [] }),
};
