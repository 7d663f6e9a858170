import type { Done, ReadResult, RequestContext } from '../ports/key-value-service.js';

/** A linearizable read that waits for its round. */
export interface WaitingRead {
  readonly key: Uint8Array;
  readonly context: RequestContext;
  readonly done: Done<ReadResult>;
  readonly deadlineNs: number;
  roundStartedNs: number;
}

interface Round {
  readonly id: number;
  readonly startedNs: number;
  readonly reads: WaitingRead[];
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
  #confirmed: { readonly index: number; readonly confirmedNs: number; readonly reads: WaitingRead[] }[] = [];
  #lastId: number;
  readonly #retryNs: number;

  /** `firstId` differs between the lives of a node, so that an answer to a former life confirms nothing. */
  constructor(firstId: number, retryMs: number) {
    this.#lastId = firstId;
    this.#retryNs = retryMs * 1e6;
  }

  add(read: WaitingRead): void {
    this.#gathering.push(read);
  }

  get size(): number {
    const confirmed = this.#confirmed.reduce((sum, round) => sum + round.reads.length, 0);
    return this.#gathering.length + (this.#round?.reads.length ?? 0) + confirmed;
  }

  /** Id of a round to start now, 0 when none is due. */
  nextRound(nowNs: number): number {
    const round = this.#round;
    if (round !== null && nowNs - round.startedNs < this.#retryNs) return 0;
    if (round === null && this.#gathering.length === 0) return 0;
    const reads = round === null ? this.#gathering : [...round.reads, ...this.#gathering];
    this.#gathering = [];
    this.#lastId += 1;
    for (const read of reads) read.roundStartedNs = nowNs;
    this.#round = { id: this.#lastId, startedNs: nowNs, reads };
    return this.#lastId;
  }

  /** The round with this id is confirmed at `index`; an id that is not the round under way is stale and ignored. */
  confirm(id: number, index: number, nowNs: number): void {
    if (this.#round === null || this.#round.id !== id) return;
    this.#confirmed.push({ index, confirmedNs: nowNs, reads: this.#round.reads });
    this.#round = null;
  }

  /** Takes out the reads that a state machine at `appliedIndex` may serve. */
  *servable(appliedIndex: number): Iterable<{ read: WaitingRead; confirmedNs: number }> {
    while (this.#confirmed.length > 0 && this.#confirmed[0]!.index <= appliedIndex) {
      const { reads, confirmedNs } = this.#confirmed.shift()!;
      for (const read of reads) yield { read, confirmedNs };
    }
  }

  takeAll(): WaitingRead[] {
    const all = [
      ...this.#confirmed.flatMap((round) => round.reads),
      ...(this.#round?.reads ?? []),
      ...this.#gathering,
    ];
    this.#confirmed = [];
    this.#round = null;
    this.#gathering = [];
    return all;
  }

  expired(nowNs: number): WaitingRead[] {
    const late: WaitingRead[] = [];
    const keep = (read: WaitingRead): boolean => {
      if (read.deadlineNs > nowNs) return true;
      late.push(read);
      return false;
    };
    this.#gathering = this.#gathering.filter(keep);
    if (this.#round !== null) this.#round = { ...this.#round, reads: this.#round.reads.filter(keep) };
    this.#confirmed = this.#confirmed.map((round) => ({ ...round, reads: round.reads.filter(keep) }));
    return late;
  }
}
