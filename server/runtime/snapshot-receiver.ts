import { makeMessage } from '../consensus/make-message.js';
import { type Message, MessageType, type NodeId, type SnapshotMeta } from '../consensus/messages.js';
import { InvariantError, StrataError } from '../errors.js';
import type { Counter } from '../ports/metrics.js';
import type { SnapshotReceiver as FileReceiver, SnapshotInfo } from '../ports/snapshot-storage.js';
import type { StateMachine } from '../state/state-machine.js';
import type { NodeContext } from './node-context.js';
import { encodeOk, encodeRefusal } from './peer-json.js';
import { restoreState } from './restore.js';
import { staleOffer } from './snapshot-sender.js';
import { isPassing } from './snapshot-taker.js';
import {
  isSameFile,
  type OfferAnswer,
  type SnapshotOffer,
  type SnapshotPiece,
  wrongOffset,
} from './snapshot-wire.js';

/** Pieces taken and not yet written; the sender's window is smaller. */
const WRITES_MAX = 16;

type Reply = (response: Uint8Array) => void;

/**
 * One snapshot on its way in: opening → receiving → loading → loaded → (stepped, installed or ignored) over.
 * `over` at any time: superseded by another offer, failed, or the node stops.
 */
interface Attempt {
  readonly info: SnapshotInfo;
  /** Who offered it last, and in which term. */
  from: NodeId;
  term: number;
  readonly startedNs: number;
  phase: 'opening' | 'receiving' | 'loading' | 'loaded' | 'over';
  file: FileReceiver | null;
  /** Bytes taken: the only offset at which the next piece may begin. Invariant: written <= end <= fileBytes. */
  end: number;
  writes: number;
  /** Settles, never fails, when everything begun so far is done. */
  work: Promise<void>;
  machine: StateMachine | null;
}

/**
 * Takes in a leader's snapshot. The file is complete, checked and durable, and a whole state machine made of it, before the core hears of
 * it; what the core then accepts is swapped in by one assignment. Anything else leaves the node as it was.
 */
export class SnapshotReceiver {
  readonly #context: NodeContext;
  /** Steps a message of this node's own making. */
  readonly #deliver: (message: Message) => void;
  readonly #bytes: Counter;
  readonly #refused: Counter;
  #attempt: Attempt | null = null;

  constructor(context: NodeContext, deliver: (message: Message) => void) {
    this.#context = context;
    this.#deliver = deliver;
    const { metrics } = context;
    this.#bytes = metrics.counter('runtime_snapshot_received_bytes_total', 'Bytes of snapshots received.');
    this.#refused = metrics.counter(
      'runtime_snapshot_pieces_refused_total',
      'Pieces that were damaged or out of place.',
    );
    metrics.gauge(
      'runtime_snapshot_receiving_ratio',
      'Progress of the snapshot that comes in, 0 to 1; 1 without one.',
      () => (this.#attempt === null ? 1 : this.#attempt.end / this.#attempt.info.fileBytes),
    );
  }

  get isBusy(): boolean {
    return this.#attempt !== null;
  }

  onOffer(from: NodeId, { term, info }: SnapshotOffer, reply: Reply): void {
    const { raw, machine } = this.#context;
    if (term < raw.term) {
      reply(encodeRefusal(staleOffer(from, raw.leader)));
      return;
    }
    // What is committed here need not come again; a snapshot that is older would turn the state back.
    if (info.meta.index <= Math.max(machine.appliedIndex, raw.commitIndex)) {
      reply(answer('installed', info.fileBytes));
      return;
    }
    const current = this.#attempt;
    // Half a second of loading is not thrown away for another snapshot: the leader asks again, and then this one is in.
    if (
      current === null ||
      (current.phase !== 'loading' && current.phase !== 'loaded' && !isSameFile(current.info, info))
    )
      this.#begin(from, term, info);
    const attempt = this.#attempt!;
    if (isSameFile(attempt.info, info)) {
      attempt.from = from;
      attempt.term = term;
    }
    void attempt.work.then(() => reply(this.#answerTo(info)));
  }

  onPiece(piece: SnapshotPiece, reply: Reply): void {
    const attempt = this.#attempt;
    const { index, offset, bytes } = piece;
    const isExpected =
      attempt !== null &&
      attempt.phase === 'receiving' &&
      attempt.info.meta.index === index &&
      attempt.info.checksum === piece.checksum &&
      attempt.end === offset &&
      offset + bytes.length <= attempt.info.fileBytes;
    if (!isExpected) {
      this.refuse(wrongOffset(index, offset, attempt?.end ?? 0), reply);
      return;
    }
    if (attempt.writes >= WRITES_MAX) {
      const details = { what: 'The snapshot on its way in', actual: attempt.writes, limit: WRITES_MAX };
      this.refuse(new StrataError('STRATA_OVERLOADED', details), reply);
      return;
    }
    attempt.end += bytes.length;
    attempt.writes += 1;
    this.#bytes.add(bytes.length);
    attempt.work = attempt.work.then(() => this.#write(attempt, offset, bytes, reply));
  }

  refuse(error: StrataError, reply: Reply): void {
    this.#refused.add(1);
    reply(encodeRefusal(error));
  }

  /** The machine that belongs to the snapshot which the core has just accepted. */
  takeLoaded(meta: SnapshotMeta): StateMachine {
    const attempt = this.#attempt;
    if (attempt === null || attempt.machine === null || attempt.info.meta.index !== meta.index) {
      throw new InvariantError(
        `the core accepted snapshot ${meta.index}, loaded is ${attempt?.machine === null ? 'none' : attempt?.info.meta.index}`,
      );
    }
    this.#end(attempt);
    return attempt.machine;
  }

  /** The core has seen what was delivered; what it did not accept was not needed. */
  settle(): void {
    if (this.#attempt?.phase === 'loaded') this.#end(this.#attempt);
  }

  /** Leaves what came in so far on the disk, to be resumed. */
  async close(): Promise<void> {
    const attempt = this.#attempt;
    if (attempt === null) return;
    this.#end(attempt);
    await attempt.work;
  }

  #answerTo(info: SnapshotInfo): Uint8Array {
    const attempt = this.#attempt;
    if (attempt === null) {
      const isIn = this.#context.machine.appliedIndex >= info.meta.index;
      return isIn
        ? answer('installed', info.fileBytes)
        : encodeRefusal(new StrataError('STRATA_SNAPSHOT_BUSY'));
    }
    const isReceiving = attempt.phase === 'receiving' && isSameFile(attempt.info, info);
    return isReceiving ? answer('receiving', attempt.end) : answer('loading', 0);
  }

  #begin(from: NodeId, term: number, info: SnapshotInfo): void {
    const before = this.#attempt;
    const attempt: Attempt = {
      info,
      from,
      term,
      startedNs: this.#context.clock.nowNs(),
      phase: 'opening',
      file: null,
      end: 0,
      writes: 0,
      work: Promise.resolve(),
      machine: null,
    };
    if (before !== null) this.#end(before);
    this.#attempt = attempt;
    this.#context.logger.info(
      { from, index: info.meta.index, bytes: info.fileBytes },
      'receiving a snapshot',
    );
    attempt.work = (before?.work ?? Promise.resolve()).then(async () => {
      await this.#guard(attempt, () => this.#open(attempt));
    });
  }

  async #open(attempt: Attempt): Promise<void> {
    const { snapshots } = this.#context;
    if (attempt.phase === 'over') return;
    // Complete already, from an attempt whose leader was gone before the core could accept it.
    if (snapshots.list().some((info) => isSameFile(info, attempt.info))) {
      attempt.end = attempt.info.fileBytes;
      this.#load(attempt, attempt.info);
      return;
    }
    attempt.file = await snapshots.receive(attempt.info);
    attempt.end = attempt.file.offset;
    if (this.#hasEnded(attempt)) return;
    attempt.phase = 'receiving';
    if (attempt.end === attempt.info.fileBytes) await this.#commit(attempt);
  }

  async #write(attempt: Attempt, offset: number, bytes: Uint8Array, reply: Reply): Promise<void> {
    if (attempt.phase !== 'receiving') {
      this.refuse(wrongOffset(attempt.info.meta.index, offset, 0), reply);
      return;
    }
    const error = await this.#guard(attempt, async () => {
      await attempt.file!.write(offset, bytes);
      attempt.writes -= 1;
      if (offset + bytes.length === attempt.info.fileBytes && !this.#hasEnded(attempt))
        await this.#commit(attempt);
    });
    reply(error === null ? encodeOk({ offset: offset + bytes.length }) : encodeRefusal(error));
  }

  async #commit(attempt: Attempt): Promise<void> {
    const file = attempt.file!;
    attempt.phase = 'loading';
    attempt.file = null;
    this.#load(attempt, await file.commit());
  }

  /** Runs beside `work`, so that the answer to the last piece does not wait for it. */
  #load(attempt: Attempt, info: SnapshotInfo): void {
    attempt.phase = 'loading';
    void this.#guard(attempt, async () => {
      const machine = await restoreState(this.#context, info, () => !this.#hasEnded(attempt));
      if (machine === null || this.#hasEnded(attempt)) return;
      attempt.machine = machine;
      const { clock, journal } = this.#context;
      journal.span('snapshot', attempt.startedNs, clock.nowNs(), 'received', attempt.from);
      attempt.phase = 'loaded';
      this.#deliver(this.#messageOf(attempt));
    });
  }

  /**
   * A snapshot holds committed entries only, so it is as good under the leader of today as under the one that offered it. Without a leader
   * it bears its own term, and a core that has moved on ignores it.
   */
  #messageOf({ from, term, info }: Attempt): Message {
    const { id, raw } = this.#context;
    const isLed = raw.leader !== 0 && raw.leader !== id;
    return makeMessage({
      type: MessageType.Snapshot,
      from: isLed ? raw.leader : from,
      to: id,
      term: isLed ? raw.term : term,
      snapshot: info.meta,
    });
  }

  /** An error of the storage ends the attempt, not the node, unless the disk itself failed. Never rejects. */
  async #guard(attempt: Attempt, task: () => Promise<void>): Promise<StrataError | null> {
    try {
      await task();
      return null;
    } catch (error) {
      this.#end(attempt);
      if (!isPassing(error)) {
        this.#context.onFailure(error as Error);
        return new StrataError('STRATA_INTERNAL', { reason: (error as Error).message });
      }
      this.#context.logger.warn({ code: error.code }, `snapshot not taken in: ${error.message}`);
      return error;
    }
  }

  /** A function, because the phase may change while something is awaited. */
  #hasEnded(attempt: Attempt): boolean {
    if (this.#context.isStopped) this.#end(attempt);
    return attempt.phase === 'over';
  }

  #end(attempt: Attempt): void {
    if (attempt.phase === 'over') return;
    attempt.phase = 'over';
    if (this.#attempt === attempt) this.#attempt = null;
    // The storage takes one file at a time: the next attempt waits for this.
    attempt.work = attempt.work.then(async () => {
      const { file } = attempt;
      attempt.file = null;
      await file
        ?.suspend()
        .catch((error: Error) =>
          this.#context.logger.warn({ error: error.message }, 'snapshot file not closed'),
        );
    });
  }
}

function answer(state: OfferAnswer['state'], offset: number): Uint8Array {
  return encodeOk({ state, offset });
}
