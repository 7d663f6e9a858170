import { StrataError } from '../errors.js';
import type { Consistency, Done, ReadResult, RequestContext } from '../ports/key-value-service.js';
import type { Counter } from '../ports/metrics.js';
import type { Query, QueryResult } from '../state/vocabulary.js';
import type { Admission } from './admission.js';
import type { ClusterTime } from './cluster-time.js';
import type { Forwarder } from './forwarder.js';
import type { NodeContext } from './node-context.js';
import { ReadLease } from './read-lease.js';
import { ReadQueue, type WaitingRead } from './read-queue.js';
import { NOT_ASKED, ReadRoundSlot } from './read-round-slot.js';
import { readSample } from './read-sample.js';
import type { SampleRing } from './sample-ring.js';

/**
 * Reads, in three ways:
 *
 *   linearizable   gathered into ReadIndex rounds; served once the state machine has caught up with their round. A follower asks the leader for
 *                  the index only and serves the read itself: the leader's loop is spared the values, and the heartbeats of the round bring
 *                  the follower the commit index it waits for. One that stays behind (it is catching up) passes its reads on.
 *   lease          the leader answers alone while it holds a lease, else as linearizable. A follower passes them on: one way there and
 *                  back instead of two.
 *   stale          whatever this node holds.
 *
 * When the leadership that a round was asked under ends, its reads are answered with STRATA_NO_LEADER: nothing happened, ask again.
 */
export class ReadDesk {
  readonly #context: NodeContext;
  readonly #admission: Admission;
  readonly #time: ClusterTime;
  readonly #forwarder: Forwarder;
  readonly #samples: SampleRing;
  readonly #slot: ReadRoundSlot;
  readonly #queue: ReadQueue;
  readonly #lease: ReadLease;
  readonly #leaseServed: Counter;
  readonly #leaseFallback: Counter;
  readonly #staleServed: Counter;
  /** Wait for nothing but the end of this turn. */
  #leased: WaitingRead[] = [];
  #stale: WaitingRead[] = [];
  #refused: { readonly error: StrataError; readonly done: (error: Error, result: null) => void }[] = [];
  /** Whom the rounds under way were asked of. */
  #term = 0;
  #leader = 0;

  constructor(
    context: NodeContext,
    admission: Admission,
    time: ClusterTime,
    samples: SampleRing,
    forwarder: Forwarder,
  ) {
    const { clock, electionTimeoutMsMin, firstReadRound, heartbeatMs, metrics, tickMs } = context;
    this.#context = context;
    this.#admission = admission;
    this.#time = time;
    this.#samples = samples;
    this.#forwarder = forwarder;
    this.#slot = new ReadRoundSlot(metrics, clock);
    this.#queue = new ReadQueue(firstReadRound, 2 * heartbeatMs, this.#slot);
    this.#lease = new ReadLease(electionTimeoutMsMin, tickMs);
    metrics.gauge('consensus_reads_waiting', 'Reads not yet answered.', () => this.size);
    this.#leaseServed = metrics.counter(
      'consensus_lease_served_total',
      'Reads that the leader answered alone under its lease.',
    );
    this.#leaseFallback = metrics.counter(
      'consensus_lease_fallback_total',
      'Reads that asked for the lease and took a ReadIndex round, because there was none.',
    );
    this.#staleServed = metrics.counter('consensus_stale_served_total', 'Stale reads served.');
  }

  get size(): number {
    return this.#queue.size + this.#leased.length + this.#stale.length;
  }

  get(key: Uint8Array, consistency: Consistency, context: RequestContext, done: Done<ReadResult>): void {
    const deadlineNs = context.parsedNs + this.#context.operationTimeoutMs * 1e6;
    const bytes = key.length;
    const waitsSinceNs = NOT_ASKED;
    this.#arrive(
      { key, query: null, context, done, bytes, deadlineNs, roundStartedNs: 0, waitsSinceNs },
      consistency,
    );
  }

  query(query: Query, consistency: Consistency, context: RequestContext, done: Done<QueryResult>): void {
    const deadlineNs = context.parsedNs + this.#context.operationTimeoutMs * 1e6;
    const bytes = bytesOf(query);
    const waitsSinceNs = NOT_ASKED;
    this.#arrive(
      { key: null, query, context, done, bytes, deadlineNs, roundStartedNs: 0, waitsSinceNs },
      consistency,
    );
  }

  #arrive(read: WaitingRead, consistency: Consistency): void {
    const error = this.#admission.enter(read.bytes);
    if (error !== null) this.#refused.push({ error, done: read.done });
    else if (consistency === 'linearizable') this.#queue.add(read);
    else if (consistency === 'lease') this.#leased.push(read);
    else this.#stale.push(read);
  }

  /** The loop came `lateNs` later to its tick than it was due: no lease outlives a stall. */
  noteLateness(lateNs: number, nowNs: number): void {
    this.#lease.noteLateness(lateNs, nowNs);
  }

  /** Another quorum than the one that gave the lease decides from now on. */
  noteMembershipChange(nowNs: number): void {
    this.#lease.drop(nowNs);
  }

  /** After messages are stepped: starts a round for what has gathered, passes on what is the leader's. */
  startRound(nowNs: number): void {
    if (this.#refused.length > 0) this.#answerRefused();
    const { raw } = this.#context;
    if (raw.term !== this.#term || raw.leader !== this.#leader) this.#changeLeader();
    const isLeader = raw.role === 'leader';
    if (this.#leased.length > 0) this.#routeLeased(isLeader, nowNs);
    if (!isLeader && !this.#queue.isIdle) this.#routeQueued(nowNs);
    const renews = isLeader && this.#lease.wantsRenewal(this.#leaseTerm, nowNs);
    if (this.#queue.isIdle && !renews) return;
    const round = this.#queue.nextRound(nowNs, renews);
    if (round === 0) return;
    this.#context.nodeMetrics.readRounds.add(1);
    raw.readIndex(round);
  }

  confirm(round: number, index: number): void {
    const { clock, leadingTerm } = this.#context;
    const startedNs = this.#queue.confirm(round, index, clock.nowNs());
    if (startedNs !== null && leadingTerm !== 0) this.#lease.grant(leadingTerm, startedNs);
  }

  /** At the end of a turn: answers all that can be answered. Asks for another turn for a lease that ended meanwhile. */
  serve(): void {
    const { machine } = this.#context;
    for (
      let round = this.#queue.takeServable(machine.appliedIndex);
      round !== null;
      round = this.#queue.takeServable(machine.appliedIndex)
    ) {
      for (const read of round.reads) this.answer(read, round.confirmedNs);
    }
    if (this.#leased.length > 0) this.#serveLeased();
    if (this.#stale.length === 0) return;
    const stale = this.#stale;
    this.#stale = [];
    this.#staleServed.add(stale.length);
    for (const read of stale) this.answer(read, 0);
  }

  /** Answers those whose time is over; returns how many. */
  expire(nowNs: number, error: StrataError): number {
    const late = this.#queue.expired(nowNs);
    for (const read of late) this.#refuse(read, error);
    return late.length;
  }

  fail(error: StrataError): void {
    this.#answerRefused();
    const leased = this.#leased;
    const stale = this.#stale;
    this.#leased = [];
    this.#stale = [];
    for (const reads of [this.#queue.takeAll(), leased, stale]) {
      for (const read of reads) this.#refuse(read, error);
    }
  }

  /** Term under whose lease may be read: none while the lead is on offer, since the successor's election is forced (thesis §6.4.1). */
  get #leaseTerm(): number {
    const { leadingTerm, raw, transferTerm } = this.#context;
    return raw.role === 'leader' && raw.term === leadingTerm && transferTerm !== leadingTerm
      ? leadingTerm
      : 0;
  }

  /** What a round of the former leadership confirmed or was about to does not count any more. */
  #changeLeader(): void {
    const { raw } = this.#context;
    this.#term = raw.term;
    this.#leader = raw.leader;
    const gathering = this.#queue.takeGathering();
    const asked = this.#queue.takeAll();
    for (const read of gathering) this.#queue.add(read);
    if (asked.length === 0) return;
    const error = new StrataError('STRATA_NO_LEADER');
    for (const read of asked) this.#refuse(read, error);
  }

  #routeLeased(isLeader: boolean, nowNs: number): void {
    if (isLeader && this.#lease.isValid(this.#leaseTerm, nowNs)) return;
    const leased = this.#leased;
    this.#leased = [];
    if (isLeader) {
      this.#leaseFallback.add(leased.length);
      for (const read of leased) this.#queue.add(read);
    } else for (const read of leased) this.#passOn(read, 'lease');
  }

  /** On a node that does not lead: reads that may not travel are refused, those that a catch-up would hold up are passed on. */
  #routeQueued(nowNs: number): void {
    const { heartbeatMs, raw } = this.#context;
    const gathering = this.#queue.takeGathering();
    for (const read of gathering) {
      const refusal = this.#forwarder.refusal(read.context);
      if (refusal === null) this.#queue.add(read);
      else this.#refuse(read, refusal);
    }
    if (raw.leader === 0) return;
    for (const read of this.#queue.takeStuck(nowNs - 2 * heartbeatMs * 1e6))
      this.#passOn(read, 'linearizable');
  }

  #serveLeased(): void {
    const { clock, machine, raw, schedule } = this.#context;
    const leased = this.#leased;
    this.#leased = [];
    // Time is looked at here, not when the turn began: the lease may have ended since. All that was committed must be applied, else a follower
    // might have shown somebody what is not to be seen here yet.
    if (this.#lease.isValid(this.#leaseTerm, clock.nowNs()) && machine.appliedIndex >= raw.commitIndex) {
      this.#lease.noteUse();
      this.#leaseServed.add(leased.length);
      for (const read of leased) this.answer(read, 0);
      return;
    }
    this.#leaseFallback.add(leased.length);
    for (const read of leased) this.#queue.add(read);
    schedule();
  }

  /** `confirmedNs`: when a quorum confirmed the lead for it; 0 when nobody was asked. */
  protected answer(read: WaitingRead, confirmedNs: number): void {
    const { clock, machine, nodeMetrics } = this.#context;
    const { bytes, context } = read;
    const nowNs = clock.nowNs();
    nodeMetrics.reads.add(1);
    nodeMetrics.readWait.record(nowNs - context.parsedNs);
    this.#admission.leave(bytes);
    if (read.query !== null) {
      read.done(null, machine.query(read.query, this.#time.nowMs(nowNs)));
      return;
    }
    const found = machine.get(read.key);
    if (context.traceId !== null) this.#sample(read, confirmedNs === 0 ? nowNs : confirmedNs, nowNs);
    const { appliedIndex } = machine;
    if (found === undefined) read.done(null, { value: null, revision: 0, ttlMs: null, appliedIndex });
    else {
      const { value, revision, expiresAtMs } = found;
      read.done(null, { value, revision, ttlMs: this.#time.ttlMs(expiresAtMs, nowNs), appliedIndex });
    }
  }

  #passOn(read: WaitingRead, consistency: Consistency): void {
    const refusal = this.#forwarder.refusal(read.context);
    if (refusal !== null) this.#refuse(read, refusal);
    else if (read.query !== null) this.#forwarder.query(read.query, consistency, read.bytes, read.done);
    else this.#forwarder.read(read.key, consistency, read.bytes, read.done);
  }

  #refuse(read: WaitingRead, error: StrataError): void {
    this.#slot.leave(read);
    this.#admission.leave(read.bytes);
    read.done(error, null);
  }

  #answerRefused(): void {
    const refused = this.#refused;
    this.#refused = [];
    for (const { error, done } of refused) done(error, null);
  }

  #sample(read: WaitingRead, confirmedNs: number, servedNs: number): void {
    read.context.onReplied = (repliedNs) =>
      this.#samples.add(readSample(read, confirmedNs, servedNs, repliedNs));
  }
}

/** A cap on memory, not a measurement: what the keys of a query take. */
function bytesOf(query: Query): number {
  if (query.kind === 'size') return 0;
  if (query.kind === 'range') return query.start.length + (query.end?.length ?? 0);
  let bytes = 0;
  for (const key of query.keys) bytes += key.length;
  return bytes;
}
