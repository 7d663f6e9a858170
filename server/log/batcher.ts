import type { Entry, HardState, SnapshotMeta } from '../consensus/messages.js';
import { InvariantError } from '../errors.js';
import type { AppendRequest, AppendTimings } from '../ports/log-storage.js';
import { hardStateFault, raisedTo, raisedToSnapshot } from './hard-state.js';
import { ENTRY_PREFIX_BYTES, recordBytes } from './record-codec.js';
import { RecordEncoder } from './record-encoder.js';

/** An append on its way. */
export interface Pending {
  readonly request: AppendRequest;
  readonly submittedNs: number;
  readonly bytes: number;
  /** Accepted behind a batch under way, and in none yet. */
  waitsForSlot: boolean;
  /** Entries of the request that have gone into a batch. */
  encodedEntries: number;
  /** Set when the append may be acknowledged. */
  timings: AppendTimings | null;
}

/** What one write carries: the encoder holds its bytes. */
export interface Batch {
  /** Appends whose last part is in this batch, in order. */
  readonly appends: readonly Pending[];
  /** The append that this batch holds a part of, and not the last. */
  readonly unfinished: Pending | null;
  readonly entries: number;
  /** Term or vote are in it. */
  readonly mustSync: boolean;
  /** Last entry and last hard state in it, null when it has none. */
  readonly lastEntry: Entry | null;
  readonly hardState: HardState | null;
  /** Lowest index of an entry in it, infinite without entries. */
  readonly lowestIndex: number;
  /** The log goes on behind this snapshot, in a new segment whose head says all: the encoder holds nothing. */
  readonly reset: SnapshotMeta | null;
}

const INITIAL_BYTES = 64 * 1024;

/** The end of the log as it will be once all accepted appends are written. */
interface Accepted {
  lastIndex: number;
  lastTerm: number;
  hardState: HardState;
}

/**
 * The queue of appends and the one buffer they are encoded into. While a write is under way appends gather
 * here; `take` then encodes as many as may share the next one.
 *
 * A hard state is encoded once per batch, behind the batch's entries. One that brings only a new commit index
 * waits for a batch that is written anyway: commit is recovered from the leader, so it is not worth a write
 * of its own.
 */
export class Batcher {
  readonly encoder = new RecordEncoder(INITIAL_BYTES);
  readonly #entriesMax: number;
  readonly #bytesMax: number;
  readonly #accepted: Accepted;
  readonly #remembersCommit: boolean;
  /** The commit index as the log has it. Invariant: durableCommit <= accepted.hardState.commit. */
  #durableCommit: number;
  #queue: Pending[] = [];
  /** Invariant: 0 <= head <= queue.length; what lies before it is taken. */
  #head = 0;
  #owedHardState: HardState | null = null;

  /** `remembersCommit`: see `SyncPolicy`. */
  constructor(options: {
    entriesMax: number;
    bytesMax: number;
    accepted: Accepted;
    remembersCommit: boolean;
  }) {
    this.#entriesMax = options.entriesMax;
    this.#bytesMax = options.bytesMax;
    this.#accepted = { ...options.accepted };
    this.#remembersCommit = options.remembersCommit;
    this.#durableCommit = options.accepted.hardState.commit;
  }

  get isEmpty(): boolean {
    return this.#head === this.#queue.length;
  }

  /**
   * Refuses by `InvariantError` what recovery would refuse later: better no log than a log that cannot be
   * read.
   */
  push(request: AppendRequest, submittedNs: number): Pending {
    let bytes = 0;
    if (request.snapshot !== null) this.#acceptSnapshot(request.snapshot, request.entries.length);
    for (const entry of request.entries) {
      this.#accept(entry);
      bytes += entry.data.length;
    }
    if (request.hardState !== null) this.#acceptHardState(stateOf(request)!);
    const pending: Pending = {
      request,
      submittedNs,
      bytes,
      waitsForSlot: false,
      encodedEntries: 0,
      timings: null,
    };
    this.#queue.push(pending);
    return pending;
  }

  /**
   * Encodes the next batch, its mark reserved at the start. `encoder.length` is 0 when there is nothing to
   * write.
   */
  take(): Batch {
    const { encoder } = this;
    const appends: Pending[] = [];
    let unfinished: Pending | null = null;
    let entries = 0;
    let mustSync = false;
    let lastEntry: Entry | null = null;
    let lowestIndex = Number.POSITIVE_INFINITY;
    encoder.reset();
    if (this.#queue[this.#head]?.request.snapshot) return this.#takeReset();
    encoder.reserveMark();
    while (this.#head < this.#queue.length) {
      const pending = this.#queue[this.#head]!;
      if (this.#endsBefore(pending.request, appends.length, entries, mustSync)) break;
      const before = pending.encodedEntries;
      lowestIndex = Math.min(lowestIndex, pending.request.entries[before]?.index ?? lowestIndex);
      if (!this.#encode(pending, entries)) {
        entries += pending.encodedEntries - before;
        if (pending.encodedEntries > 0) lastEntry = pending.request.entries[pending.encodedEntries - 1]!;
        if (pending.encodedEntries > before) unfinished = pending;
        break;
      }
      entries += pending.encodedEntries - before;
      const { request } = pending;
      if (request.entries.length > 0) lastEntry = request.entries[request.entries.length - 1]!;
      if (request.hardState !== null) this.#owedHardState = request.hardState;
      if (request.mustSync) mustSync = true;
      appends.push(pending);
      this.#head++;
    }
    this.#compact();
    if (entries === 0 && !mustSync) {
      encoder.reset();
      return { ...NOTHING, appends, entries, mustSync };
    }
    const hardState = this.#encodeOwed(lastEntry?.term ?? 0);
    return { appends, unfinished, entries, mustSync, lastEntry, hardState, lowestIndex, reset: null };
  }

  /** The commit index that waits for a batch, as a batch of its own; used when the log is closed. */
  takeOwed(): HardState | null {
    this.encoder.reset();
    this.encoder.reserveMark();
    return this.#encodeOwed(0);
  }

  /** A batch of its own: what is queued before it belongs to the log that it replaces. */
  #takeReset(): Batch {
    const pending = this.#queue[this.#head++]!;
    const { snapshot } = pending.request;
    if (!this.#remembersCommit) this.#durableCommit = Math.max(this.#durableCommit, snapshot!.index);
    const state = stateOf(pending.request) ?? this.#owedHardState;
    const hardState = state === null ? null : this.#written(state);
    this.#owedHardState = null;
    this.#compact();
    return { ...NOTHING, appends: [pending], mustSync: true, hardState, reset: snapshot };
  }

  #endsBefore(next: AppendRequest, appends: number, entries: number, mustSync: boolean): boolean {
    if (next.snapshot !== null) return true;
    // Appends that cost no write are acknowledged at once, not with the write that comes after them.
    if (appends > 0 && entries === 0 && !mustSync) return next.entries.length > 0 || next.mustSync;
    return entries >= this.#entriesMax && next.mustSync;
  }

  /** True when the whole request is in the batch now. */
  #encode(pending: Pending, entriesBefore: number): boolean {
    const { entries } = pending.request;
    let count = entriesBefore;
    for (; pending.encodedEntries < entries.length; pending.encodedEntries++, count++) {
      const entry = entries[pending.encodedEntries]!;
      const size = recordBytes(ENTRY_PREFIX_BYTES + entry.data.length);
      // One entry is always taken, however large, or it would wait for ever.
      if (count > 0 && (count >= this.#entriesMax || this.encoder.length + size > this.#bytesMax))
        return false;
      this.encoder.entry(entry);
    }
    return true;
  }

  /**
   * The owed state may be older than the first entries of an append whose own hard state comes with a later
   * batch.
   */
  #encodeOwed(lastTerm: number): HardState | null {
    if (this.#owedHardState === null) return null;
    const owed = raisedTo(lastTerm, this.#written(this.#owedHardState));
    this.#owedHardState = null;
    this.encoder.hardState(owed);
    return owed;
  }

  #written(state: HardState): HardState {
    return this.#remembersCommit ? state : { ...state, commit: this.#durableCommit };
  }

  #compact(): void {
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #accept({ index, term }: Entry): void {
    const accepted = this.#accepted;
    if (index > accepted.lastIndex + 1)
      throw new InvariantError(`appended entry ${index} after entry ${accepted.lastIndex}`);
    if (index <= accepted.hardState.commit)
      throw new InvariantError(`appended entry ${index} at or below commit ${accepted.hardState.commit}`);
    // The term before a replaced suffix is not kept here; recovery checks it.
    if (index === accepted.lastIndex + 1 && term < accepted.lastTerm)
      throw new InvariantError(`appended entry ${index} of term ${term} after term ${accepted.lastTerm}`);
    accepted.lastIndex = index;
    accepted.lastTerm = term;
  }

  #acceptSnapshot(snapshot: SnapshotMeta, entries: number): void {
    const accepted = this.#accepted;
    if (entries > 0) throw new InvariantError(`a snapshot appended with ${entries} entries`);
    if (snapshot.index < accepted.hardState.commit)
      throw new InvariantError(
        `snapshot ${snapshot.index} appended below commit ${accepted.hardState.commit}`,
      );
    accepted.lastIndex = snapshot.index;
    accepted.lastTerm = snapshot.term;
    accepted.hardState = raisedToSnapshot(snapshot, accepted.hardState);
  }

  #acceptHardState(state: HardState): void {
    const { hardState, lastIndex, lastTerm } = this.#accepted;
    const fault = hardStateFault(hardState, state, lastIndex, lastTerm);
    if (fault !== null) throw new InvariantError(fault);
    this.#accepted.hardState = state;
  }
}

const NOTHING: Batch = {
  appends: [],
  unfinished: null,
  entries: 0,
  mustSync: false,
  lastEntry: null,
  hardState: null,
  lowestIndex: Number.POSITIVE_INFINITY,
  reset: null,
};

/** What is in a snapshot is committed, whether the hard state that comes with it says so or not. */
function stateOf({ hardState, snapshot }: AppendRequest): HardState | null {
  if (hardState === null || snapshot === null) return hardState;
  return { ...hardState, commit: Math.max(hardState.commit, snapshot.index) };
}
