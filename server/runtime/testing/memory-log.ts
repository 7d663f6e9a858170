import assert from 'node:assert/strict';
import type { Entry, HardState } from '../../consensus/messages.js';
import type { Clock } from '../../ports/clock.js';
import type {
  AppendRequest,
  LogHealth,
  LogPosition,
  LogStorage,
  RecoveredLog,
} from '../../ports/log-storage.js';

interface Pending {
  readonly request: AppendRequest;
  readonly submittedNs: number;
}

const NOTHING: RecoveredLog = {
  hardState: { term: 0, vote: 0, commit: 0 },
  base: { index: 0, term: 0 },
  entries: [],
};

/** A disk that takes `diskMs` for every append, or, while held or full, as long as the test likes. A crash loses what is not durable. */
export class MemoryLog implements LogStorage {
  readonly recovered: RecoveredLog;
  /** Every append accepted in this life, with its entries' indexes. */
  readonly accepted: number[][] = [];
  /** Everything `compact` was asked for. */
  readonly compacted: number[] = [];
  readonly #clock: Clock;
  readonly #diskMs: number;
  readonly #onAppend: (indexes: readonly number[]) => void;
  #pending: Pending[] = [];
  #base: LogPosition;
  #entries: Entry[];
  #hardState: HardState;
  #isHeld = false;
  #isFull = false;
  #isDead = false;

  constructor(
    clock: Clock,
    diskMs: number,
    recovered: RecoveredLog = NOTHING,
    onAppend: (indexes: readonly number[]) => void = () => {},
  ) {
    this.#clock = clock;
    this.#diskMs = diskMs;
    this.#onAppend = onAppend;
    this.recovered = recovered;
    this.#base = recovered.base;
    this.#entries = [...recovered.entries];
    this.#hardState = recovered.hardState;
  }

  get pendingAppends(): number {
    return this.#pending.length;
  }

  get pendingBytes(): number {
    return this.#pending.reduce(
      (sum, { request }) => sum + request.entries.reduce((bytes, { data }) => bytes + data.length, 0),
      0,
    );
  }

  get health(): LogHealth {
    const waiting = this.#pending[0];
    return {
      isFull: this.#isFull && waiting !== undefined,
      busySinceNs: this.#isFull ? 0 : (waiting?.submittedNs ?? 0),
      segmentBytes: 0,
    };
  }

  append(request: AppendRequest): void {
    assert.equal(this.#isDead, false, 'an append to the log of a node that is gone');
    const pending = { request, submittedNs: this.#clock.nowNs() };
    const indexes = request.entries.map(({ index }) => index);
    this.accepted.push(indexes);
    this.#onAppend(indexes);
    this.#pending.push(pending);
    if (!this.#stands) this.#clock.after(this.#diskMs, () => this.#completeUpTo(pending));
  }

  compact(index: number): void {
    this.compacted.push(index);
    if (index <= this.#base.index) return;
    const last = this.#entries[index - this.#base.index - 1];
    assert.ok(last, `compaction up to ${index}, which is not durable`);
    this.#entries = this.#entries.slice(index - this.#base.index);
    this.#base = { index, term: last.term };
  }

  /** From now on appends stay at the disk until `release`; those under way too. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Completes all that is pending; the disk works again. */
  release(): void {
    this.#isHeld = false;
    this.#completeAll();
  }

  /** The disk has no space any more, until `free`. */
  fill(): void {
    this.#isFull = true;
  }

  free(): void {
    this.#isFull = false;
    this.#completeAll();
  }

  /** What a new life of the node finds. This one does nothing any more. */
  crash(): RecoveredLog {
    this.#isDead = true;
    this.#pending = [];
    return { hardState: this.#hardState, base: this.#base, entries: this.#entries };
  }

  async close(): Promise<void> {
    this.release();
    this.#isDead = true;
  }

  get #stands(): boolean {
    return this.#isHeld || this.#isFull;
  }

  #completeAll(): void {
    const last = this.#pending.at(-1);
    if (last !== undefined) this.#completeUpTo(last);
  }

  #completeUpTo(last: Pending): void {
    if (this.#stands) return;
    const end = this.#pending.indexOf(last) + 1;
    for (const pending of this.#pending.splice(0, end)) this.#complete(pending, end);
  }

  #complete({ request, submittedNs }: Pending, batchEntries: number): void {
    const { entries, hardState, snapshot, onDurable } = request;
    if (snapshot !== null) {
      this.#base = { index: snapshot.index, term: snapshot.term };
      this.#entries = [];
    }
    const first = entries[0]?.index;
    if (first !== undefined) {
      const at = first - this.#base.index - 1;
      assert.ok(
        at <= this.#entries.length,
        `entry ${first} after ${this.#base.index + this.#entries.length}`,
      );
      this.#entries = [...this.#entries.slice(0, at), ...entries];
    }
    if (hardState !== null) this.#hardState = hardState;
    const durableNs = this.#clock.nowNs();
    const writtenNs = submittedNs + Math.floor((durableNs - submittedNs) / 2);
    onDurable({
      submittedNs,
      writeStartedNs: submittedNs,
      writtenNs,
      syncSubmittedNs: writtenNs,
      durableNs,
      batchEntries,
    });
  }
}
