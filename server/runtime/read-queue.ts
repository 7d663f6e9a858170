import type { Done, ReadResult, RequestContext } from '../ports/key-value-service.js';
import type { Query, QueryResult } from '../state/vocabulary.js';
import { NO_ROUND_SLOT, type RoundSlot } from './read-round-slot.js';

interface WaitingAny {
  readonly context: RequestContext;
  /** Counted as waiting in the admission. */
  readonly bytes: number;
  readonly deadlineNs: number;
  roundStartedNs: number;
  /** Since when it waits behind another round; kept by the account of the rounds. */
  waitsSinceNs: number;
}

/** A read that waits for its round or its turn. */
export type WaitingRead =
  | (WaitingAny & { readonly key: Uint8Array; readonly query: null; readonly done: Done<ReadResult> })
  | (WaitingAny & { readonly key: null; readonly query: Query; readonly done: Done<QueryResult> });

interface Round {
  readonly id: number;
  readonly startedNs: number;
  reads: WaitingRead[];
}

interface ConfirmedRound {
  readonly index: number;
  readonly confirmedNs: number;
  reads: WaitingRead[];
}

/**
 * Reads that arrive together share one ReadIndex round; while a round is under way the next ones gather. A round that got
 * no answer is started again under a fresh id: reusing one let an old leader's answer confirm a newer read
 * (etcd-io/etcd#20418).
 */
export class ReadQueue {
  #gathering: WaitingRead[] = [];
  #round: Round | null = null;
  /** Confirmed rounds whose index is not applied yet, ascending by index. */
  #confirmed: ConfirmedRound[] = [];
  #lastId: number;
  readonly #retryNs: number;
  readonly #slot: RoundSlot;

  /** `firstId` differs between the lives of a node, so that an answer to a former life confirms nothing. */
  constructor(firstId: number, retryMs: number, slot: RoundSlot = NO_ROUND_SLOT) {
    this.#lastId = firstId;
    this.#retryNs = retryMs * 1e6;
    this.#slot = slot;
  }

  add(read: WaitingRead): void {
    this.#slot.ask(read, this.#round?.startedNs ?? 0);
    this.#gathering.push(read);
  }

  get size(): number {
    let size = this.#gathering.length + (this.#round?.reads.length ?? 0);
    for (const round of this.#confirmed) size += round.reads.length;
    return size;
  }

  get isIdle(): boolean {
    return this.#gathering.length === 0 && this.#round === null && this.#confirmed.length === 0;
  }

  /** Id of a round to start now, 0 when none is due. With `isWanted` also for no read at all: a round renews the lease. */
  nextRound(nowNs: number, isWanted = false): number {
    const round = this.#round;
    if (round !== null && nowNs - round.startedNs < this.#retryNs) return 0;
    if (round === null && this.#gathering.length === 0 && !isWanted) return 0;
    const reads = round === null ? this.#gathering : [...round.reads, ...this.#gathering];
    this.#gathering = [];
    this.#lastId += 1;
    for (const read of reads) read.roundStartedNs = nowNs;
    this.#slot.begin(reads, nowNs);
    this.#round = { id: this.#lastId, startedNs: nowNs, reads };
    return this.#lastId;
  }

  /**
   * The round with this id is confirmed at `index`; an id that is not the round under way is stale and ignored. Returns when the round began,
   * null for a stale one.
   */
  confirm(id: number, index: number, nowNs: number): number | null {
    const round = this.#round;
    if (round === null || round.id !== id) return null;
    this.#round = null;
    this.#slot.confirmed(nowNs);
    if (round.reads.length > 0) this.#confirmed.push({ index, confirmedNs: nowNs, reads: round.reads });
    return round.startedNs;
  }

  /** The oldest confirmed round that a state machine at `appliedIndex` may serve, taken out; null when there is none. */
  takeServable(appliedIndex: number): ConfirmedRound | null {
    const first = this.#confirmed[0];
    if (first === undefined || first.index > appliedIndex) return null;
    this.#confirmed.shift();
    return first;
  }

  /** Takes out reads that were confirmed before `sinceNs` and still wait for this node to catch up. */
  takeStuck(sinceNs: number): readonly WaitingRead[] {
    if (this.#confirmed.length === 0 || this.#confirmed[0]!.confirmedNs >= sinceNs) return NONE;
    const stuck = this.#confirmed.filter((round) => round.confirmedNs < sinceNs);
    this.#confirmed = this.#confirmed.filter((round) => round.confirmedNs >= sinceNs);
    return stuck.flatMap((round) => round.reads);
  }

  /** Takes out the reads that wait for no round yet. */
  takeGathering(): readonly WaitingRead[] {
    const reads = this.#gathering;
    this.#gathering = [];
    return reads;
  }

  takeAll(): readonly WaitingRead[] {
    const all = [
      ...this.#confirmed.flatMap((round) => round.reads),
      ...(this.#round?.reads ?? []),
      ...this.#gathering,
    ];
    this.#confirmed = [];
    this.#round = null;
    this.#slot.abandoned();
    this.#gathering = [];
    return all;
  }

  expired(nowNs: number): readonly WaitingRead[] {
    if (this.isIdle) return NONE;
    const late: WaitingRead[] = [];
    const keep = (read: WaitingRead): boolean => {
      if (read.deadlineNs > nowNs) return true;
      late.push(read);
      return false;
    };
    this.#gathering = this.#gathering.filter(keep);
    if (this.#round !== null) this.#round.reads = this.#round.reads.filter(keep);
    for (const round of this.#confirmed) round.reads = round.reads.filter(keep);
    return late;
  }
}

const NONE: readonly never[] = [];
