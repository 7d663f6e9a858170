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
import type { RawNode } from '../consensus/raw-node.js';
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
import type { AppendTimings, LogStorage } from '../ports/log-storage.js';
import type { Logger } from '../ports/logger.js';
import type { PeerAddress, Transport, TransportHandler } from '../ports/transport.js';
import { encodeDelete, encodePut } from '../state/command.js';
import type { StateMachine } from '../state/state-machine.js';
import { Forwarder } from './forwarder.js';
import { layersDocument, samplesDocument } from './layers.js';
import type { MetricsRegistry } from './metrics-registry.js';
import { createNodeMetrics, type NodeMetrics } from './node-metrics.js';
import { ReadQueue, type WaitingRead } from './read-queue.js';
import { SampleRing } from './sample-ring.js';
import { StageLedger, type WriteSample } from './stage-ledger.js';
import { type WaitingWrite, WaitingWrites } from './waiting-writes.js';

export interface RuntimeOptions {
  readonly id: NodeId;
  readonly clusterId: string;
  readonly members: readonly PeerAddress[];
  readonly raw: RawNode;
  readonly log: LogStorage;
  readonly transport: Transport;
  readonly machine: StateMachine;
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly heartbeatMs: number;
  /** Own appends under way before writes gather for the next one, and the longest time they do; 0 for never. */
  readonly gatherBehindAppends: number;
  readonly gatherMsMax: number;
  readonly operationTimeoutMs: number;
  /** One write in this many is sampled besides those that a client traces; 0 for none. */
  readonly sampleEvery: number;
  /** First id of a read round; must differ between the lives of a node. */
  readonly firstReadRound: number;
  /** What `/debug/layers` says of versions and configuration. */
  readonly identity: {
    readonly pid: number;
    readonly strata: string;
    readonly nodejs: string;
    readonly config: Readonly<Record<string, string | number | boolean>>;
  };
}

interface PendingWrite {
  readonly op: 'put' | 'delete';
  readonly command: Uint8Array;
  readonly context: RequestContext;
  readonly done: Done<WriteResult>;
}

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
  readonly #raw: RawNode;
  readonly #clock: Clock;
  readonly #m: NodeMetrics;
  readonly #samples = new SampleRing();
  readonly #ledger: StageLedger;
  readonly #forwarder: Forwarder;
  readonly #reads: ReadQueue;
  readonly #writes = new WaitingWrites();
  readonly #timers: Timer[] = [];
  readonly #startedNs: number;

  #inbound: Message[] = [];
  #completed: { append: StorageAppend; timings: AppendTimings }[] = [];
  #proposals: PendingWrite[] = [];
  /** When the first of the waiting writes came. */
  #gatheringSinceNs = 0;
  #ticks = 0;
  #tickDueNs = 0;
  #drainScheduled = false;
  #draining = false;
  #sampleCount = 0;

  /** Term in which this node's waiting writes were proposed; 0 when it does not lead. */
  #leadingTerm = 0;
  #knownLeader: NodeId = 0;
  #knownRole: Role = 'follower';

  constructor(options: RuntimeOptions) {
    const { clock, metrics } = options;
    this.#options = options;
    this.#raw = options.raw;
    this.#clock = clock;
    this.#m = createNodeMetrics(metrics);
    this.#ledger = new StageLedger(metrics, this.#samples, options.members.length);
    this.#forwarder = new Forwarder(options.transport, this.#m);
    this.#reads = new ReadQueue(options.firstReadRound, 2 * options.heartbeatMs);
    this.#startedNs = clock.nowNs();
    metrics.gauge('consensus_term', 'Current term.', () => this.#raw.term);
    metrics.gauge('consensus_commit_index', 'Commit index.', () => this.#raw.commitIndex);
    metrics.gauge('consensus_last_index', 'Index of the last entry.', () => this.#raw.lastIndex);
    metrics.gauge('consensus_is_leader', '1 on the leader.', () => (this.#raw.role === 'leader' ? 1 : 0));
    metrics.gauge(
      'consensus_writes_waiting',
      'Writes proposed and not yet answered.',
      () => this.#writes.size,
    );
    metrics.gauge('consensus_reads_waiting', 'Reads not yet answered.', () => this.#reads.size);
    metrics.gauge(
      'state_applied_index',
      'Index of the last applied entry.',
      () => options.machine.appliedIndex,
    );
    metrics.gauge('state_keys', 'Keys in the store.', () => options.machine.keyCount);
  }

  async start(): Promise<void> {
    await this.#options.transport.start(this);
    const { tickMs } = this.#options;
    this.#timers.push(
      this.#clock.every(tickMs, () => this.#onTick()),
      this.#clock.every(100, () => this.#expire()),
    );
    this.#schedule();
  }

  #onTick(): void {
    const nowNs = this.#clock.nowNs();
    // The one timer that is always there doubles as the probe of the loop's delay: a second one would wake idle nodes as often again.
    if (this.#tickDueNs !== 0) this.#m.loopDelay.record(nowNs - this.#tickDueNs);
    this.#tickDueNs = nowNs + this.#options.tickMs * 1e6;
    this.#ticks += 1;
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
    while (this.#raw.role === 'leader' && this.#clock.nowNs() < endNs) {
      await new Promise<void>((resolve) => this.#clock.after(5, resolve));
    }
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#failWaiting(new StrataError('STRATA_SHUTTING_DOWN'));
  }

  // KeyValueService

  put(key: Uint8Array, value: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.#enqueue({ op: 'put', command: encodePut(key, value), context, done });
  }

  delete(key: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.#enqueue({ op: 'delete', command: encodeDelete(key), context, done });
  }

  #enqueue(write: PendingWrite): void {
    if (this.#proposals.length === 0) this.#gatheringSinceNs = write.context.parsedNs;
    this.#proposals.push(write);
    this.#schedule();
  }

  get(key: Uint8Array, _consistency: Consistency, context: RequestContext, done: Done<ReadResult>): void {
    const deadlineNs = this.#clock.nowNs() + this.#options.operationTimeoutMs * 1e6;
    this.#reads.add({ key, context, done, deadlineNs, roundStartedNs: 0 });
    this.#schedule();
  }

  status(): NodeStatus {
    const { id, clusterId, members, transport, machine } = this.#options;
    const raw = this.#raw;
    return {
      id,
      clusterId,
      role: raw.role,
      term: raw.term,
      leader: raw.leader,
      commitIndex: raw.commitIndex,
      appliedIndex: machine.appliedIndex,
      lastIndex: raw.lastIndex,
      members: members.map((member) => ({ id: member.id, httpUrl: member.httpUrl, voter: true })),
      links: transport.links(),
      ready: raw.leader !== 0 && !this.#draining,
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
    if (request.kind === 'read') this.get(request.key, 'linearizable', context, request.done);
    else {
      this.#enqueue({ op: request.op, command: payload, context, done: request.done });
    }
  }

  onUnreachable(peer: NodeId): void {
    this.#raw.reportUnreachable(peer);
  }

  // The loop

  #schedule(): void {
    if (this.#drainScheduled) return;
    this.#drainScheduled = true;
    this.#clock.defer(() => this.#drain());
  }

  #drain(): void {
    this.#drainScheduled = false;
    const startNs = this.#clock.nowNs();
    while (this.#ticks > 0) {
      this.#ticks -= 1;
      this.#raw.tick();
    }
    this.#stepInbound(startNs);
    this.#stepCompleted(startNs);
    if (this.#proposals.length > 0 && !this.#gathers(startNs)) this.#propose(startNs);
    this.#startReads(startNs);
    while (this.#raw.hasReady()) this.#handleReady(this.#raw.ready(), startNs);
    this.#serveReads();
    this.#m.drains.add(1);
    this.#m.drain.record(this.#clock.nowNs() - startNs);
  }

  #stepInbound(nowNs: number): void {
    const messages = this.#inbound;
    if (messages.length === 0) return;
    this.#inbound = [];
    for (const message of messages) {
      if (message.type === MessageType.AppendResponse && this.#leadingTerm !== 0)
        this.#ledger.acknowledged(message, nowNs);
      const before = this.#raw.commitIndex;
      this.#raw.step(message);
      if (this.#raw.commitIndex !== before && this.#leadingTerm !== 0) {
        this.#ledger.committed(this.#raw.commitIndex, 'replicate', nowNs);
      }
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
      if (this.#raw.commitIndex !== before && this.#leadingTerm !== 0) {
        this.#ledger.committed(this.#raw.commitIndex, 'persist', nowNs);
      }
    }
    if (outgoing.length > 0) this.#options.transport.send(outgoing);
  }

  /**
   * Whether waiting writes should wait a little longer. While an append is at the disk the next one could not begin anyway, so they lose nothing
   * and share what follows. The completion of that append ends the wait, at the latest a tick after the limit.
   */
  #gathers(nowNs: number): boolean {
    const { log, gatherBehindAppends, gatherMsMax } = this.#options;
    if (gatherBehindAppends === 0 || this.#raw.role !== 'leader') return false;
    return log.pendingAppends >= gatherBehindAppends && nowNs - this.#gatheringSinceNs < gatherMsMax * 1e6;
  }

  #propose(nowNs: number): void {
    const proposals = this.#proposals;
    this.#proposals = [];
    const raw = this.#raw;
    for (const proposal of proposals) {
      if (raw.role !== 'leader') {
        this.#passOn(proposal);
        continue;
      }
      let index: number;
      try {
        index = raw.propose(proposal.command);
      } catch (error) {
        if (!(error instanceof StrataError)) throw error;
        proposal.done(error, null);
        continue;
      }
      this.#leadingTerm = raw.term;
      this.#m.proposals.add(1);
      this.#m.proposeWait.record(nowNs - proposal.context.parsedNs);
      const deadlineNs = nowNs + this.#options.operationTimeoutMs * 1e6;
      const { context, done } = proposal;
      this.#writes.add(index, { context, done, deadlineNs, sample: this.#sampleOf(proposal, index) });
    }
  }

  /** Stage record of a write that is sampled, else null. */
  #sampleOf({ context, op }: PendingWrite, index: number): WriteSample | null {
    const { sampleEvery } = this.#options;
    this.#sampleCount += 1;
    if (context.traceId === null && (sampleEvery === 0 || this.#sampleCount % sampleEvery !== 0)) return null;
    const sample: WriteSample = {
      op,
      context,
      index,
      batch: null,
      applyStartNs: 0,
      appliedNs: 0,
      repliedNs: 0,
    };
    context.onReplied = (repliedNs) => this.#ledger.replied(sample, repliedNs);
    this.#ledger.expect(sample);
    return sample;
  }

  #passOn({ command, context, done }: PendingWrite): void {
    const refusal = this.#refusal(context);
    if (refusal !== null) done(refusal, null);
    else this.#forwarder.write(this.#raw.leader, command, done);
  }

  /** Why a request cannot travel to the leader; null when it can. */
  #refusal(context: RequestContext): StrataError | null {
    const { leader } = this.#raw;
    if (leader === 0 || leader === this.#options.id) return new StrataError('STRATA_NO_LEADER');
    if (context.forward) return null;
    const address =
      this.#options.members.find((member) => member.id === leader)?.httpUrl ?? 'an unknown address';
    return new StrataError('STRATA_NOT_LEADER', { node: this.#options.id, leader: address });
  }

  #startReads(nowNs: number): void {
    if (this.#reads.size === 0) return;
    if (this.#raw.role !== 'leader') {
      for (const read of this.#reads.takeAll()) {
        const refusal = this.#refusal(read.context);
        if (refusal !== null) read.done(refusal, null);
        else this.#forwarder.read(this.#raw.leader, read.key, read.done);
      }
      return;
    }
    const round = this.#reads.nextRound(nowNs);
    if (round === 0) return;
    this.#m.readRounds.add(1);
    this.#leadingTerm = this.#raw.term;
    this.#raw.readIndex(round);
  }

  #handleReady(ready: Ready, turnNs: number): void {
    if (ready.softState !== null) this.#observe();
    const { append } = ready;
    if (append !== null && append.entries.length > 0 && this.#raw.role === 'leader') {
      this.#leadingTerm = this.#raw.term;
      this.#ledger.appended(append.entries[0]!.index, append.entries.at(-1)!.index, turnNs);
    }
    if (ready.messages.length > 0) this.#send(ready.messages);
    if (append !== null) {
      this.#options.log.append({
        entries: append.entries,
        hardState: append.hardState,
        mustSync: append.mustSync,
        onDurable: (timings) => {
          this.#completed.push({ append, timings });
          this.#schedule();
        },
      });
    }
    if (ready.committedEntries.length > 0) this.#apply(ready.committedEntries, turnNs);
    for (const { context, index } of ready.readStates)
      this.#reads.confirm(context, index, this.#clock.nowNs());
  }

  #send(messages: readonly Message[]): void {
    // Stamped before: a follower on another core may hold the entries before the last of these writes returns.
    if (this.#leadingTerm !== 0) this.#ledger.sent(messages, this.#clock.nowNs());
    this.#options.transport.send(messages);
    let heartbeats = 0;
    for (const message of messages) if (message.type === MessageType.Heartbeat) heartbeats += 1;
    if (heartbeats > 0) this.#m.heartbeats.add(heartbeats);
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
    this.#m.commits.add(entries.length);
    this.#m.applied.add(entries.length);
    this.#m.applyWait.record(startNs - committedNs);
    this.#m.apply.record(appliedNs - startNs);
    for (const { waiting, result } of answers) {
      const { sample } = waiting;
      if (sample !== null) {
        sample.applyStartNs = startNs;
        sample.appliedNs = appliedNs;
      }
      waiting.done(null, result);
    }
  }

  #serveReads(): void {
    const { machine } = this.#options;
    for (const { read, confirmedNs } of this.#reads.servable(machine.appliedIndex)) {
      const found = machine.get(read.key);
      const servedNs = this.#clock.nowNs();
      this.#m.reads.add(1);
      this.#m.readWait.record(servedNs - read.context.parsedNs);
      if (read.context.traceId !== null) this.#sampleRead(read, confirmedNs, servedNs);
      read.done(null, found === undefined ? ABSENT : { value: found.value, revision: found.revision });
    }
  }

  #sampleRead({ context, roundStartedNs }: WaitingRead, confirmedNs: number, servedNs: number): void {
    context.onReplied = (repliedNs) =>
      this.#samples.add({
        traceId: context.traceId,
        op: 'get',
        index: 0,
        receivedNs: context.receivedNs,
        parsedNs: context.parsedNs,
        proposedNs: roundStartedNs,
        appendStartedNs: null,
        appendedNs: null,
        fsyncSubmittedNs: null,
        fsyncDoneNs: null,
        firstSentNs: null,
        quorumAckedNs: confirmedNs,
        committedNs: confirmedNs,
        applyStartNs: servedNs,
        appliedNs: servedNs,
        repliedNs,
        winner: null,
        closer: 0,
        remote: null,
      });
  }

  /** Role or leader changed. What waits here was proposed under a leadership that is over: its outcome is unknown. */
  #observe(): void {
    const { role, leader, term } = this.#raw;
    const { logger } = this.#options;
    if (role !== this.#knownRole && (role === 'precandidate' || role === 'candidate'))
      this.#m.campaigns.add(1);
    if (leader !== this.#knownLeader && leader !== 0) this.#m.leaderChanges.add(1);
    if (role !== this.#knownRole || leader !== this.#knownLeader)
      logger.info({ role, leader, term }, 'role changed');
    this.#knownRole = role;
    this.#knownLeader = leader;
    if (this.#leadingTerm !== 0 && (role !== 'leader' || term !== this.#leadingTerm)) {
      this.#leadingTerm = 0;
      this.#ledger.reset();
      this.#failWaiting(new StrataError('STRATA_LEADERSHIP_LOST'));
    }
  }

  #failWaiting(error: StrataError): void {
    for (const write of this.#writes.takeAll()) write.done(error, null);
    for (const read of this.#reads.takeAll()) read.done(error, null);
  }

  #expire(): void {
    const nowNs = this.#clock.nowNs();
    const late = [...this.#writes.expired(nowNs), ...this.#reads.expired(nowNs)];
    if (late.length === 0) return;
    const error = new StrataError('STRATA_TIMEOUT', { limitMs: this.#options.operationTimeoutMs });
    this.#m.expired.add(late.length);
    for (const request of late) request.done(error, null);
  }
}

const EMPTY = new Uint8Array(0);
const ABSENT: ReadResult = { value: null, revision: 0 };

function stampDisk(message: Message, timings: AppendTimings): void {
  message.diskQueueNs = Math.max(0, timings.writeStartedNs - timings.submittedNs);
  message.diskWriteNs = Math.max(0, timings.writtenNs - timings.writeStartedNs);
  message.diskSyncNs = Math.max(0, timings.durableNs - timings.writtenNs);
}
