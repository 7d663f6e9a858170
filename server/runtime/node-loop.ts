import { type Message, MessageType, type Ready, type StorageAppend } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { AppendTimings } from '../ports/log-storage.js';
import type { Stamps } from '../ports/metrics.js';
import type { NodeContext } from './node-context.js';
import type { NodeParts } from './node-parts.js';
import type { EntryApplier } from './strategies.js';

const EXPIRY_CHECK_MS = 100;
/** Beyond it a turn ends after the batch at hand. */
const TURN_MS_MAX = 20;
/** Appends at the disk behind which no answer waits that brings nothing to write. */
const ANSWERS_BEHIND_APPENDS_MAX = 128;

/**
 * The only place that orders things. Everything that arrives (messages, writes, reads, ticks, completed appends) is put into a queue;
 * one drain a turn of the event loop then does, in this order:
 *
 *   1 step received messages   2 step completed appends   3 propose waiting writes   4 start a read round
 *   5 while the core is ready: send messages, hand entries to the disk, apply what is committed, answer
 *
 * So all that arrived in one turn shares one entry batch, one message per follower and one write. Sending comes before the disk
 * (Ongaro's thesis §10.2.1); nothing in a drain ever waits, so heartbeats and elections never queue behind the disk.
 */
export class NodeLoop {
  readonly #context: NodeContext;
  readonly #parts: NodeParts;
  readonly #applier: EntryApplier;
  readonly #raw: NodeContext['raw'];
  readonly #clock: Clock;
  /** For what only the metrics are told. */
  readonly #stamps: Stamps;

  #inbound: Message[] = [];
  #completed: { readonly append: StorageAppend; readonly timings: AppendTimings }[] = [];
  #timer: Timer | null = null;
  #ticks = 0;
  #tickDueNs = 0;
  #expiryDueNs = 0;
  #drainScheduled = false;

  constructor(context: NodeContext, parts: NodeParts) {
    this.#context = context;
    this.#parts = parts;
    this.#applier = context.strategies.applier(context, parts);
    this.#raw = context.raw;
    this.#clock = context.clock;
    this.#stamps = context.metrics.stampsOf(context.clock);
  }

  start(): void {
    this.#timer = this.#clock.every(this.#context.tickMs, () => this.#onTick(this.#clock.nowNs()));
    this.#applier.start();
    this.schedule();
  }

  /** Answers all that waits. The loop does nothing from now on but to refuse what still comes. */
  stop(): void {
    this.#context.isStopped = true;
    this.#timer?.cancel();
    this.#applier.stop();
    this.#refuseAll();
  }

  /** A message for the core: from a peer, or of this node's own making. */
  receive(message: Message): void {
    this.#inbound.push(message);
    this.schedule();
  }

  /** Asks for a drain on the next turn of the event loop. */
  schedule(): void {
    if (this.#drainScheduled) return;
    this.#drainScheduled = true;
    this.#clock.defer(() => this.#drain());
  }

  #onTick(nowNs: number): void {
    // The one timer of the loop also measures its delay and looks for deadlines: every further timer wakes an idle node once more.
    if (this.#tickDueNs !== 0) this.#context.nodeMetrics.loopDelay.record(nowNs - this.#tickDueNs);
    this.#noteLateness(nowNs);
    this.#parts.delays.onTick(nowNs);
    this.#tickDueNs = nowNs + this.#context.tickMs * 1e6;
    this.#ticks += 1;
    this.#parts.disk.onTick(nowNs);
    this.#parts.membership.onTick(nowNs);
    // For its notice of a stamp that was applied since.
    this.#parts.time.nowMs(nowNs);
    this.#parts.watches.onTick(nowNs);
    if (nowNs >= this.#expiryDueNs) {
      this.#expiryDueNs = nowNs + EXPIRY_CHECK_MS * 1e6;
      this.#expire(nowNs);
    }
    this.schedule();
  }

  /** A turn that comes much later than the tick was due: the loop was held up, or the whole process. */
  #noteLateness(nowNs: number): void {
    if (this.#tickDueNs !== 0 && nowNs > this.#tickDueNs)
      this.#parts.reads.noteLateness(nowNs - this.#tickDueNs, nowNs);
  }

  #refuseAll(): void {
    const error = new StrataError('STRATA_SHUTTING_DOWN');
    this.#parts.writes.fail(error);
    this.#parts.reads.fail(error);
    this.#parts.forwarder.failAll(error);
    this.#parts.watches.closeAll(error);
    this.#parts.membership.fail(error);
    this.#parts.leadership.fail(error);
  }

  #drain(): void {
    this.#drainScheduled = false;
    if (this.#context.isStopped) {
      this.#refuseAll();
      return;
    }
    const startNs = this.#clock.nowNs();
    this.#noteLateness(startNs);
    for (; this.#ticks > 0; this.#ticks--) this.#raw.tick();
    this.#stepInbound(startNs);
    this.#stepCompleted(startNs);
    this.#parts.writes.propose(startNs);
    this.#parts.expiry.run(startNs);
    this.#parts.book.registerStorage();
    this.#parts.reads.startRound(startNs);
    const isDone = this.#handleReadies(startNs);
    this.#parts.reads.serve();
    this.#parts.watches.run();
    this.#parts.leadership.observe(startNs);
    if (isDone) this.#parts.snapshots.afterTurn(startNs);
    const { drain, drains } = this.#context.nodeMetrics;
    drains.add(1);
    drain.record(this.#stamps.nowNs() - startNs);
  }

  #stepInbound(nowNs: number): void {
    const messages = this.#inbound;
    if (messages.length === 0) return;
    this.#inbound = [];
    this.#parts.roles.received(messages, nowNs);
    for (const message of messages) {
      const before = this.#raw.commitIndex;
      if (message.type === MessageType.AppendResponse && this.#leads)
        this.#parts.ledger.acknowledged(message, nowNs);
      this.#raw.step(message);
      this.#noteCommit(before, 'replicate', nowNs);
    }
  }

  #stepCompleted(nowNs: number): void {
    const completed = this.#completed;
    if (completed.length === 0) return;
    this.#completed = [];
    const outgoing: Message[] = [];
    for (const { append, timings } of completed) {
      this.#parts.delays.appended(timings);
      const last = append.entries.at(-1);
      if (last !== undefined && this.#leads) this.#parts.ledger.durable(last.index, timings);
      const before = this.#raw.commitIndex;
      for (const message of append.responses) {
        if (message.to === this.#context.id) this.#raw.step(message);
        else {
          if (message.type === MessageType.AppendResponse) stampDisk(message, timings);
          outgoing.push(message);
        }
      }
      this.#noteCommit(before, 'persist', nowNs);
    }
    if (outgoing.length > 0) this.#context.transport.send(outgoing);
  }

  #noteCommit(before: number, winner: 'persist' | 'replicate', nowNs: number): void {
    const { commitIndex } = this.#raw;
    if (commitIndex !== before && this.#leads) this.#parts.ledger.committed(commitIndex, winner, nowNs);
  }

  /** False when others want their turn first: a long replay must not hold up heartbeats (etcd-io/etcd#7617). */
  #handleReadies(turnNs: number): boolean {
    while (this.#raw.hasReady()) {
      this.#handleReady(this.#raw.ready(), turnNs);
      if (this.#clock.nowNs() - turnNs < TURN_MS_MAX * 1e6) continue;
      this.schedule();
      return !this.#raw.hasReady();
    }
    return true;
  }

  #handleReady(ready: Ready, turnNs: number): void {
    if (ready.softState !== null || this.#leads) this.#observe(turnNs);
    const { append } = ready;
    if (append !== null && append.entries.length > 0 && this.#leads) {
      this.#parts.ledger.appended(append.entries[0]!.index, append.entries.at(-1)!.index, turnNs);
    }
    if (ready.messages.length > 0) this.#send(ready.messages);
    if (append !== null) {
      if (append.snapshot !== null) {
        this.#applier.install(append.snapshot);
        this.#parts.time.beginAnew(turnNs);
      } else if (!this.#leads) this.#parts.time.follow(append.entries, turnNs);
      this.#persist(append);
    }
    if (ready.committedEntries.length > 0) this.#applier.apply(ready.committedEntries, turnNs);
    for (const { context, index } of ready.readStates) this.#parts.reads.confirm(context, index);
  }

  #send(messages: readonly Message[]): void {
    // Stamped before: a follower on another core may hold the entries before the last of these writes returns.
    if (this.#leads) this.#parts.ledger.sent(messages, this.#stamps.nowNs());
    const { appendsInFlight } = this.#context.nodeMetrics;
    let heartbeats = 0;
    let hasSnapshot = false;
    for (const message of messages) {
      if (message.type === MessageType.Append && message.entries.length > 0)
        appendsInFlight.record(this.#raw.appendsInFlight(message.to));
      else if (message.type === MessageType.Heartbeat) heartbeats += 1;
      else if (message.type === MessageType.Snapshot) hasSnapshot = true;
    }
    this.#context.transport.send(hasSnapshot ? this.#takeSnapshots(messages) : messages);
    if (heartbeats > 0) this.#context.nodeMetrics.heartbeats.add(heartbeats);
  }

  /** Snapshots do not travel as messages: their files are streamed. */
  #takeSnapshots(messages: readonly Message[]): readonly Message[] {
    return messages.filter((message) => {
      if (message.type !== MessageType.Snapshot) return true;
      this.#parts.snapshots.send(message.to, message.snapshot!);
      return false;
    });
  }

  #persist(append: StorageAppend): void {
    const { entries, hardState, responses, snapshot, mustSync } = append;
    // While the disk stands still a leader goes on asking, with every heartbeat and so with every round of reads. Answers may be lost, as
    // on a wire: it asks again. What is written is bounded by what a leader sends ahead.
    const isAnswer = entries.length === 0 && hardState === null && snapshot === null;
    if (isAnswer && this.#context.log.pendingAppends >= ANSWERS_BEHIND_APPENDS_MAX) {
      this.#context.nodeMetrics.answersDropped.add(responses.length);
      return;
    }
    const onDurable = (timings: AppendTimings): void => {
      this.#completed.push({ append, timings });
      this.schedule();
    };
    this.#context.log.append({ entries, hardState, snapshot, mustSync, onDurable });
  }

  get #leads(): boolean {
    return this.#context.leadingTerm !== 0;
  }

  /** Role, leader or term may have changed. */
  #observe(nowNs: number): void {
    const { role, leader, term } = this.#raw;
    const change = this.#parts.roles.observe(nowNs);
    if (change !== null) {
      const { logger, nodeMetrics } = this.#context;
      logger.info({ role, leader, term }, 'role changed');
      const campaigns = role === 'precandidate' || role === 'candidate';
      if (campaigns && change.isNewRole) nodeMetrics.campaigns.add(1);
      if (change.isNewLeader && leader !== 0) nodeMetrics.leaderChanges.add(1);
    }
    const leadingTerm = role === 'leader' ? term : 0;
    if (leadingTerm === this.#context.leadingTerm) return;
    const before = this.#context.leadingTerm;
    this.#context.leadingTerm = leadingTerm;
    if (before !== 0) this.#onLeadLost();
    if (leadingTerm !== 0) this.#onLead();
  }

  #onLead(): void {
    this.#parts.book.onLead();
  }

  /** What waits under a leadership that is over has an unknown outcome. */
  #onLeadLost(): void {
    const error = new StrataError('STRATA_LEADERSHIP_LOST');
    this.#parts.ledger.reset();
    this.#parts.writes.leadLost(error);
    this.#parts.membership.fail(error);
    this.#parts.snapshots.leadLost();
  }

  #expire(nowNs: number): void {
    const error = new StrataError('STRATA_TIMEOUT', { limitMs: this.#context.operationTimeoutMs });
    const { forwarder, reads, writes } = this.#parts;
    const count = writes.expire(nowNs, error) + reads.expire(nowNs, error) + forwarder.expire(nowNs, error);
    if (count > 0) this.#context.nodeMetrics.expired.add(count);
  }
}

/** Tells the leader what the append cost this follower's disk. */
function stampDisk(message: Message, timings: AppendTimings): void {
  message.diskQueueNs = Math.max(0, timings.writeStartedNs - timings.submittedNs);
  message.diskWriteNs = Math.max(0, timings.writtenNs - timings.writeStartedNs);
  message.diskSyncNs = Math.max(0, timings.durableNs - timings.writtenNs);
}
