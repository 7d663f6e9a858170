import {
  type Entry,
  EntryType,
  type Message,
  MessageType,
  type NodeId,
  type Ready,
  type Role,
  type StorageAppend,
} from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { Clock, Timer } from '../ports/clock.js';
import type {
  Consistency,
  Done,
  KeyValueService,
  NodeStatus,
  ReadResult,
  RequestContext,
  WriteResult,
} from '../ports/key-value-service.js';
import type { AppendTimings } from '../ports/log-storage.js';
import type { TransportHandler } from '../ports/transport.js';
import { encodeDelete, encodePut } from '../state/command.js';
import { Forwarder } from './forwarder.js';
import { layersDocument, samplesDocument } from './layers.js';
import { createNodeMetrics, type NodeMetrics } from './node-metrics.js';
import { ReadDesk } from './read-desk.js';
import type { RuntimeOptions } from './runtime-options.js';
import { SampleRing } from './sample-ring.js';
import { StageLedger } from './stage-ledger.js';
import type { WaitingWrite } from './waiting-writes.js';
import { WriteDesk } from './write-desk.js';

const EXPIRY_CHECK_MS = 100;
const EMPTY = new Uint8Array(0);

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
export class NodeRuntime implements KeyValueService, TransportHandler {
  readonly #options: RuntimeOptions;
  readonly #raw: RuntimeOptions['raw'];
  readonly #clock: Clock;
  readonly #metrics: NodeMetrics;
  readonly #samples = new SampleRing();
  readonly #ledger: StageLedger;
  readonly #forwarder: Forwarder;
  readonly #reads: ReadDesk;
  readonly #writes: WriteDesk;
  readonly #timers: Timer[] = [];
  readonly #startedNs: number;

  #inbound: Message[] = [];
  #completed: { readonly append: StorageAppend; readonly timings: AppendTimings }[] = [];
  #ticks = 0;
  #tickDueNs = 0;
  #expiryDueNs = 0;
  #drainScheduled = false;
  #draining = false;
  #isStopped = false;

  /** Term in which this node leads, 0 when it does not: what waits here was proposed in that term. */
  #leadingTerm = 0;
  #knownLeader: NodeId = 0;
  #knownRole: Role = 'follower';

  constructor(options: RuntimeOptions) {
    const { clock, metrics, raw, machine } = options;
    this.#options = options;
    this.#raw = raw;
    this.#clock = clock;
    this.#metrics = createNodeMetrics(metrics);
    this.#ledger = new StageLedger(metrics, this.#samples, options.members.length);
    this.#forwarder = new Forwarder(options, this.#metrics);
    this.#reads = new ReadDesk(options, this.#metrics, this.#samples, this.#forwarder);
    this.#writes = new WriteDesk(options, this.#metrics, this.#ledger, this.#forwarder);
    this.#startedNs = clock.nowNs();
    metrics.gauge('consensus_term', 'Current term.', () => raw.term);
    metrics.gauge('consensus_commit_index', 'Commit index.', () => raw.commitIndex);
    metrics.gauge('consensus_last_index', 'Index of the last entry.', () => raw.lastIndex);
    metrics.gauge('consensus_is_leader', '1 on the leader.', () => (raw.role === 'leader' ? 1 : 0));
    metrics.gauge('state_applied_index', 'Index of the last applied entry.', () => machine.appliedIndex);
    metrics.gauge('state_keys', 'Keys in the store.', () => machine.keyCount);
  }

  async start(): Promise<void> {
    await this.#options.transport.start(this);
    this.#timers.push(this.#clock.every(this.#options.tickMs, () => this.#onTick()));
    this.#schedule();
  }

  /** From now on the node reports itself not ready; requests under way go on. */
  beginDraining(): void {
    this.#draining = true;
  }

  /** Hands leadership to the follower that is furthest and waits until it leads, so that a planned stop costs no election time-out. */
  async handOver(timeoutMs: number): Promise<void> {
    const { id, logger } = this.#options;
    if (this.#raw.role !== 'leader') return;
    const followers = this.#raw.status().progress.filter((peer) => peer.id !== id);
    if (followers.length === 0) return;
    const best = followers.reduce((a, b) => (b.match > a.match ? b : a));
    logger.info({ to: best.id }, 'handing leadership over');
    this.#raw.transferLeader(best.id);
    this.#schedule();
    const endNs = this.#clock.nowNs() + timeoutMs * 1e6;
    // Stepping down is not enough: the successor may need this node's vote, which has to reach this node's disk first.
    while ((this.#raw.role === 'leader' || this.#raw.leader === 0) && this.#clock.nowNs() < endNs) {
      await new Promise<void>((resolve) => this.#clock.after(5, resolve));
    }
  }

  /** Answers all that waits. The loop does nothing from now on but to refuse what still comes. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#refuseAll();
  }

  #refuseAll(): void {
    const error = new StrataError('STRATA_SHUTTING_DOWN');
    this.#writes.fail(error, true);
    this.#reads.fail(error);
  }

  // KeyValueService

  put(key: Uint8Array, value: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.#writes.arrive({ op: 'put', command: encodePut(key, value), context, done });
    this.#schedule();
  }

  delete(key: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.#writes.arrive({ op: 'delete', command: encodeDelete(key), context, done });
    this.#schedule();
  }

  get(key: Uint8Array, _consistency: Consistency, context: RequestContext, done: Done<ReadResult>): void {
    this.#reads.arrive(key, context, done);
    this.#schedule();
  }

  status(): NodeStatus {
    const { id, clusterId, members, transport, machine } = this.#options;
    const { role, term, leader, commitIndex, lastIndex } = this.#raw;
    return {
      id,
      clusterId,
      role,
      term,
      leader,
      commitIndex,
      appliedIndex: machine.appliedIndex,
      lastIndex,
      members: members.map((member) => ({ id: member.id, httpUrl: member.httpUrl, voter: true })),
      links: transport.links(),
      ready: leader !== 0 && !this.#draining,
      draining: this.#draining,
    };
  }

  layers(): unknown {
    const { id, identity, metrics } = this.#options;
    const { role, term, leader } = this.#raw;
    return layersDocument(
      { id, role, term, leader, ...identity },
      metrics,
      this.#clock.nowNs(),
      this.#startedNs,
    );
  }

  samples(since: number): unknown {
    return samplesDocument(this.#options.id, this.#samples.after(since));
  }

  // TransportHandler

  onMessages(messages: readonly Message[]): void {
    for (const message of messages) this.#inbound.push(message);
    this.#schedule();
  }

  onRequest(_from: NodeId, method: string, payload: Uint8Array, reply: (response: Uint8Array) => void): void {
    const nowNs = this.#clock.nowNs();
    const context: RequestContext = {
      receivedNs: nowNs,
      parsedNs: nowNs,
      traceId: null,
      forward: false,
      onReplied: null,
    };
    const request = this.#forwarder.parse(method, payload, reply);
    if (request === null) return;
    if (request.kind === 'read') this.#reads.arrive(request.key, context, request.done);
    else this.#writes.arrive({ op: request.op, command: payload, context, done: request.done });
    this.#schedule();
  }

  onUnreachable(peer: NodeId): void {
    this.#raw.reportUnreachable(peer);
  }

  // The loop

  #onTick(): void {
    const nowNs = this.#clock.nowNs();
    // The one timer of the loop also measures its delay and looks for deadlines: every further timer wakes an idle node once more.
    if (this.#tickDueNs !== 0) this.#metrics.loopDelay.record(nowNs - this.#tickDueNs);
    this.#tickDueNs = nowNs + this.#options.tickMs * 1e6;
    this.#ticks += 1;
    if (nowNs >= this.#expiryDueNs) {
      this.#expiryDueNs = nowNs + EXPIRY_CHECK_MS * 1e6;
      this.#expire();
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#drainScheduled) return;
    this.#drainScheduled = true;
    this.#clock.defer(() => this.#drain());
  }

  #drain(): void {
    this.#drainScheduled = false;
    if (this.#isStopped) {
      this.#refuseAll();
      return;
    }
    const startNs = this.#clock.nowNs();
    for (; this.#ticks > 0; this.#ticks--) this.#raw.tick();
    this.#stepInbound(startNs);
    this.#stepCompleted(startNs);
    this.#writes.propose(startNs);
    this.#reads.startRound(startNs);
    while (this.#raw.hasReady()) this.#handleReady(this.#raw.ready(), startNs);
    this.#reads.serve();
    this.#metrics.drains.add(1);
    this.#metrics.drain.record(this.#clock.nowNs() - startNs);
  }

  #stepInbound(nowNs: number): void {
    const messages = this.#inbound;
    if (messages.length === 0) return;
    this.#inbound = [];
    for (const message of messages) {
      const before = this.#raw.commitIndex;
      if (message.type === MessageType.AppendResponse && this.#leadingTerm !== 0)
        this.#ledger.acknowledged(message, nowNs);
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
      const last = append.entries.at(-1);
      if (last !== undefined && this.#leadingTerm !== 0) this.#ledger.durable(last.index, timings);
      const before = this.#raw.commitIndex;
      for (const message of append.responses) {
        if (message.to === this.#options.id) this.#raw.step(message);
        else {
          if (message.type === MessageType.AppendResponse) stampDisk(message, timings);
          outgoing.push(message);
        }
      }
      this.#noteCommit(before, 'persist', nowNs);
    }
    if (outgoing.length > 0) this.#options.transport.send(outgoing);
  }

  #noteCommit(before: number, winner: 'persist' | 'replicate', nowNs: number): void {
    const { commitIndex } = this.#raw;
    if (commitIndex !== before && this.#leadingTerm !== 0) this.#ledger.committed(commitIndex, winner, nowNs);
  }

  #handleReady(ready: Ready, turnNs: number): void {
    if (ready.softState !== null || this.#leadingTerm !== 0) this.#observe();
    const { append } = ready;
    if (append !== null && append.entries.length > 0 && this.#leadingTerm !== 0) {
      this.#ledger.appended(append.entries[0]!.index, append.entries.at(-1)!.index, turnNs);
    }
    if (ready.messages.length > 0) this.#send(ready.messages);
    if (append !== null) this.#persist(append);
    if (ready.committedEntries.length > 0) this.#apply(ready.committedEntries, turnNs);
    for (const { context, index } of ready.readStates) this.#reads.confirm(context, index);
  }

  #send(messages: readonly Message[]): void {
    // Stamped before: a follower on another core may hold the entries before the last of these writes returns.
    if (this.#leadingTerm !== 0) this.#ledger.sent(messages, this.#clock.nowNs());
    this.#options.transport.send(messages);
    let heartbeats = 0;
    for (const message of messages) if (message.type === MessageType.Heartbeat) heartbeats += 1;
    if (heartbeats > 0) this.#metrics.heartbeats.add(heartbeats);
  }

  #persist(append: StorageAppend): void {
    const { entries, hardState, mustSync } = append;
    const onDurable = (timings: AppendTimings): void => {
      this.#completed.push({ append, timings });
      this.#schedule();
    };
    this.#options.log.append({ entries, hardState, mustSync, onDurable });
  }

  /** Applies all entries first and answers then: an answer costs more than an apply, and the last write should not wait for all answers. */
  #apply(entries: readonly Entry[], committedNs: number): void {
    const { machine } = this.#options;
    const startNs = this.#clock.nowNs();
    const answers: { readonly waiting: WaitingWrite; readonly result: WriteResult | null }[] = [];
    for (const entry of entries) {
      const isChange = entry.type === EntryType.ConfChange;
      const result = machine.apply(entry.index, isChange ? EMPTY : entry.data);
      if (isChange) this.#raw.applyConfChange(entry.data);
      const waiting = this.#writes.take(entry.index);
      if (waiting !== null) answers.push({ waiting, result });
    }
    this.#raw.appliedTo(entries.at(-1)!.index);
    const appliedNs = this.#clock.nowNs();
    this.#metrics.commits.add(entries.length);
    this.#metrics.applied.add(entries.length);
    this.#metrics.applyWait.record(startNs - committedNs);
    this.#metrics.apply.record(appliedNs - startNs);
    for (const { waiting, result } of answers) {
      const { sample } = waiting;
      if (sample !== null) {
        sample.applyStartNs = startNs;
        sample.appliedNs = appliedNs;
      }
      waiting.done(null, result);
    }
  }

  /** Role, leader or term may have changed. What waits under a leadership that is over has an unknown outcome. */
  #observe(): void {
    const { role, leader, term } = this.#raw;
    if (role !== this.#knownRole || leader !== this.#knownLeader) {
      this.#options.logger.info({ role, leader, term }, 'role changed');
      const campaigns = role === 'precandidate' || role === 'candidate';
      if (campaigns && role !== this.#knownRole) this.#metrics.campaigns.add(1);
      if (leader !== this.#knownLeader && leader !== 0) this.#metrics.leaderChanges.add(1);
      this.#knownRole = role;
      this.#knownLeader = leader;
    }
    const leadingTerm = role === 'leader' ? term : 0;
    if (this.#leadingTerm !== 0 && leadingTerm !== this.#leadingTerm) {
      const error = new StrataError('STRATA_LEADERSHIP_LOST');
      this.#ledger.reset();
      this.#writes.fail(error, false);
      this.#reads.fail(error);
    }
    this.#leadingTerm = leadingTerm;
  }

  #expire(): void {
    const nowNs = this.#clock.nowNs();
    const late = [...this.#writes.expired(nowNs), ...this.#reads.expired(nowNs)];
    if (late.length === 0) return;
    this.#metrics.expired.add(late.length);
    const error = new StrataError('STRATA_TIMEOUT', { limitMs: this.#options.operationTimeoutMs });
    for (const request of late) request.done(error, null);
  }
}

/** Tells the leader what the append cost this follower's disk. */
function stampDisk(message: Message, timings: AppendTimings): void {
  message.diskQueueNs = Math.max(0, timings.writeStartedNs - timings.submittedNs);
  message.diskWriteNs = Math.max(0, timings.writtenNs - timings.writeStartedNs);
  message.diskSyncNs = Math.max(0, timings.durableNs - timings.writtenNs);
}
