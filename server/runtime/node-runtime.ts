import { decodeConfChange } from '../consensus/confchange.js';
import {
  type Entry,
  EntryType,
  type Message,
  MessageType,
  type NodeId,
  type Ready,
  type Role,
  type SnapshotMeta,
  type StorageAppend,
} from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { ClusterAdmin } from '../ports/cluster-admin.js';
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
import type { PeerRegistry, TransportHandler } from '../ports/transport.js';
import { encodeDelete, encodePut } from '../state/command-codec.js';
import { AdminDesk } from './admin-desk.js';
import { CampaignGate } from './campaign-gate.js';
import { DiskWatch } from './disk-watch.js';
import { Forwarder } from './forwarder.js';
import { layersDocument, samplesDocument } from './layers.js';
import { LeadershipDesk } from './leadership-desk.js';
import { MemberBook } from './member-book.js';
import { MembershipDesk } from './membership-desk.js';
import type { NodeContext } from './node-context.js';
import { createNodeMetrics, registerNodeGauges } from './node-metrics.js';
import { nodeStatus } from './node-status.js';
import { ReadDesk } from './read-desk.js';
import type { RuntimeOptions } from './runtime-options.js';
import { SampleRing } from './sample-ring.js';
import { SnapshotDesk } from './snapshot-desk.js';
import { StageLedger } from './stage-ledger.js';
import type { WaitingWrite } from './waiting-writes.js';
import { WriteDesk } from './write-desk.js';

const EXPIRY_CHECK_MS = 100;

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
export class NodeRuntime implements KeyValueService, TransportHandler, PeerRegistry {
  readonly admin: ClusterAdmin;
  readonly #context: NodeContext;
  readonly #raw: RuntimeOptions['raw'];
  readonly #clock: Clock;
  readonly #samples = new SampleRing();
  readonly #ledger: StageLedger;
  readonly #forwarder: Forwarder;
  readonly #reads: ReadDesk;
  readonly #writes: WriteDesk;
  readonly #book: MemberBook;
  readonly #membership: MembershipDesk;
  readonly #leadership: LeadershipDesk;
  readonly #disk: DiskWatch;
  readonly #snapshots: SnapshotDesk;
  readonly #adminDesk: AdminDesk;
  readonly #timers: Timer[] = [];
  readonly #startedNs: number;

  #inbound: Message[] = [];
  #completed: { readonly append: StorageAppend; readonly timings: AppendTimings }[] = [];
  #ticks = 0;
  #tickDueNs = 0;
  #expiryDueNs = 0;
  #drainScheduled = false;
  #draining = false;
  #knownLeader: NodeId = 0;
  #knownRole: Role = 'follower';

  constructor(options: RuntimeOptions) {
    const { clock, metrics, raw } = options;
    const context: NodeContext = {
      ...options,
      nodeMetrics: createNodeMetrics(metrics),
      schedule: () => this.#schedule(),
      leadingTerm: 0,
      transferTerm: 0,
      isStopped: false,
    };
    this.#context = context;
    this.#raw = raw;
    this.#clock = clock;
    this.#ledger = new StageLedger(metrics, this.#samples, raw.membership.voters.size);
    const gate = new CampaignGate(raw);
    this.#book = new MemberBook(context, gate);
    this.#membership = new MembershipDesk(context);
    this.#leadership = new LeadershipDesk(context);
    this.#disk = new DiskWatch(context, this.#leadership, gate);
    this.#snapshots = new SnapshotDesk(context, (message) => this.#receive(message));
    this.#adminDesk = new AdminDesk(context, this.#membership, this.#leadership, this.#snapshots);
    this.admin = this.#adminDesk;
    this.#forwarder = new Forwarder(options, context.nodeMetrics);
    this.#reads = new ReadDesk(options, context.nodeMetrics, this.#samples, this.#forwarder);
    this.#writes = new WriteDesk(options, context.nodeMetrics, this.#ledger, this.#forwarder);
    this.#startedNs = clock.nowNs();
    registerNodeGauges(context);
  }

  async start(): Promise<void> {
    this.#book.refresh();
    await this.#context.transport.start(this);
    this.#timers.push(this.#clock.every(this.#context.tickMs, () => this.#onTick(this.#clock.nowNs())));
    this.#schedule();
  }

  /** From now on the node reports itself not ready; requests under way go on. */
  beginDraining(): void {
    this.#draining = true;
  }

  /** Hands leadership over and waits until another node leads, so that a planned stop costs no election time-out. */
  handOver(timeoutMs: number): Promise<void> {
    return this.#leadership.handOver(timeoutMs);
  }

  /** Answers all that waits. The loop does nothing from now on but to refuse what still comes. */
  stop(): void {
    this.#context.isStopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#refuseAll();
  }

  /** After `stop`: settles when no snapshot file is open any more. */
  closed(): Promise<void> {
    return this.#snapshots.close();
  }

  #refuseAll(): void {
    const error = new StrataError('STRATA_SHUTTING_DOWN');
    this.#writes.fail(error, true);
    this.#reads.fail(error);
    this.#membership.fail(error);
    this.#leadership.fail(error);
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
    const isRemoved = this.#book.isSelfRemoved;
    return nodeStatus(this.#context, { draining: this.#draining, isRemoved, alarms: this.#disk.alarms });
  }

  layers(): unknown {
    const { id, identity, metrics } = this.#context;
    const { role, term, leader } = this.#raw;
    return layersDocument(
      { id, role, term, leader, ...identity },
      metrics,
      this.#clock.nowNs(),
      this.#startedNs,
    );
  }

  samples(since: number): unknown {
    return samplesDocument(this.#context.id, this.#samples.after(since));
  }

  // TransportHandler

  onMessages(messages: readonly Message[]): void {
    for (const message of messages) {
      // A snapshot's bytes travel apart, and only what came in whole may reach the core.
      if (message.type !== MessageType.Snapshot) this.#inbound.push(message);
    }
    this.#schedule();
  }

  onRequest(from: NodeId, method: string, payload: Uint8Array, reply: (response: Uint8Array) => void): void {
    if (method.startsWith('snapshot.')) this.#snapshots.onRequest(from, method, payload, reply);
    else if (method.startsWith('cluster.')) this.#adminDesk.onRequest(method, payload, reply);
    else this.#onForwarded(method, payload, reply);
  }

  onUnreachable(peer: NodeId): void {
    this.#raw.reportUnreachable(peer);
  }

  onPeer(peer: NodeId, storageId: string): void {
    this.#book.onPeer(peer, storageId);
    this.#schedule();
  }

  onRefused(_peer: NodeId, code: string): void {
    this.#book.onRefused(code);
  }

  #onForwarded(method: string, payload: Uint8Array, reply: (response: Uint8Array) => void): void {
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

  // PeerRegistry

  isRemoved(peer: NodeId): boolean {
    return this.#book.isRemoved(peer);
  }

  storageIdOf(peer: NodeId): string {
    return this.#book.storageIdOf(peer);
  }

  appliedIndex(): number {
    return this.#book.appliedIndex();
  }

  // The loop

  #receive(message: Message): void {
    this.#inbound.push(message);
    this.#schedule();
  }

  #onTick(nowNs: number): void {
    // The one timer of the loop also measures its delay and looks for deadlines: every further timer wakes an idle node once more.
    if (this.#tickDueNs !== 0) this.#context.nodeMetrics.loopDelay.record(nowNs - this.#tickDueNs);
    this.#tickDueNs = nowNs + this.#context.tickMs * 1e6;
    this.#ticks += 1;
    this.#disk.onTick(nowNs);
    this.#membership.onTick(nowNs);
    if (nowNs >= this.#expiryDueNs) {
      this.#expiryDueNs = nowNs + EXPIRY_CHECK_MS * 1e6;
      this.#expire(nowNs);
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
    if (this.#context.isStopped) {
      this.#refuseAll();
      return;
    }
    const startNs = this.#clock.nowNs();
    for (; this.#ticks > 0; this.#ticks--) this.#raw.tick();
    this.#stepInbound(startNs);
    this.#stepCompleted(startNs);
    this.#writes.propose(startNs);
    this.#book.registerStorage();
    this.#reads.startRound(startNs);
    while (this.#raw.hasReady()) this.#handleReady(this.#raw.ready(), startNs);
    this.#reads.serve();
    this.#leadership.observe(startNs);
    this.#snapshots.afterTurn(startNs);
    const { drain, drains } = this.#context.nodeMetrics;
    drains.add(1);
    drain.record(this.#clock.nowNs() - startNs);
  }

  #stepInbound(nowNs: number): void {
    const messages = this.#inbound;
    if (messages.length === 0) return;
    this.#inbound = [];
    for (const message of messages) {
      const before = this.#raw.commitIndex;
      if (message.type === MessageType.AppendResponse && this.#leads)
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
      if (last !== undefined && this.#leads) this.#ledger.durable(last.index, timings);
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
    if (commitIndex !== before && this.#leads) this.#ledger.committed(commitIndex, winner, nowNs);
  }

  #handleReady(ready: Ready, turnNs: number): void {
    if (ready.softState !== null || this.#leads) this.#observe();
    const { append } = ready;
    if (append !== null && append.entries.length > 0 && this.#leads) {
      this.#ledger.appended(append.entries[0]!.index, append.entries.at(-1)!.index, turnNs);
    }
    if (ready.messages.length > 0) this.#send(ready.messages);
    if (append !== null) {
      if (append.snapshot !== null) this.#install(append.snapshot);
      this.#persist(append);
    }
    if (ready.committedEntries.length > 0) this.#apply(ready.committedEntries, turnNs);
    for (const { context, index } of ready.readStates) this.#reads.confirm(context, index);
  }

  #send(messages: readonly Message[]): void {
    // Stamped before: a follower on another core may hold the entries before the last of these writes returns.
    if (this.#leads) this.#ledger.sent(messages, this.#clock.nowNs());
    let heartbeats = 0;
    let hasSnapshot = false;
    for (const message of messages) {
      if (message.type === MessageType.Heartbeat) heartbeats += 1;
      else if (message.type === MessageType.Snapshot) hasSnapshot = true;
    }
    this.#context.transport.send(hasSnapshot ? this.#takeSnapshots(messages) : messages);
    if (heartbeats > 0) this.#context.nodeMetrics.heartbeats.add(heartbeats);
  }

  /** Snapshots do not travel as messages: their files are streamed. */
  #takeSnapshots(messages: readonly Message[]): readonly Message[] {
    return messages.filter((message) => {
      if (message.type !== MessageType.Snapshot) return true;
      this.#snapshots.send(message.to, message.snapshot!);
      return false;
    });
  }

  #persist(append: StorageAppend): void {
    const { entries, hardState, snapshot, mustSync } = append;
    const onDurable = (timings: AppendTimings): void => {
      this.#completed.push({ append, timings });
      this.#schedule();
    };
    this.#context.log.append({ entries, hardState, snapshot, mustSync, onDurable });
  }

  /** The core accepted a leader's snapshot: its state, loaded beforehand, takes the place of this node's in one step. */
  #install(meta: SnapshotMeta): void {
    this.#context.machine = this.#snapshots.takeLoaded(meta);
    this.#raw.appliedTo(meta.index);
    this.#context.logger.info({ index: meta.index, term: meta.term }, 'snapshot of the leader installed');
    this.#membershipChanged(meta.index);
    this.#snapshots.installed();
  }

  /** A change of membership takes effect when it is applied: in the core by ids, in the member book by what its context says. */
  #applyMembership({ index, data }: Entry): void {
    const change = decodeConfChange(data);
    this.#raw.applyConfChange(change);
    this.#context.machine.applyMembership(index, change.context);
    this.#membershipChanged(index);
  }

  #membershipChanged(index: number): void {
    this.#ledger.setVoters(this.#raw.membership.voters.size);
    this.#book.refresh();
    this.#membership.applied(index);
  }

  /** Applies all entries first and answers then: an answer costs more than an apply, and the last write should not wait for all answers. */
  #apply(entries: readonly Entry[], committedNs: number): void {
    const { machine, nodeMetrics } = this.#context;
    const startNs = this.#clock.nowNs();
    const answers: { readonly waiting: WaitingWrite; readonly result: WriteResult | null }[] = [];
    for (const entry of entries) {
      if (entry.type === EntryType.ConfChange) {
        this.#applyMembership(entry);
        continue;
      }
      const result = machine.apply(entry.index, entry.data);
      const waiting = this.#writes.take(entry.index);
      if (waiting !== null) answers.push({ waiting, result });
    }
    this.#raw.appliedTo(entries.at(-1)!.index);
    this.#snapshots.noteApplied(entries);
    const appliedNs = this.#clock.nowNs();
    nodeMetrics.commits.add(entries.length);
    nodeMetrics.applied.add(entries.length);
    nodeMetrics.applyWait.record(startNs - committedNs);
    nodeMetrics.apply.record(appliedNs - startNs);
    for (const { waiting, result } of answers) {
      const { sample } = waiting;
      if (sample !== null) {
        sample.applyStartNs = startNs;
        sample.appliedNs = appliedNs;
      }
      waiting.done(null, result);
    }
  }

  get #leads(): boolean {
    return this.#context.leadingTerm !== 0;
  }

  /** Role, leader or term may have changed. */
  #observe(): void {
    const { role, leader, term } = this.#raw;
    if (role !== this.#knownRole || leader !== this.#knownLeader) {
      const { logger, nodeMetrics } = this.#context;
      logger.info({ role, leader, term }, 'role changed');
      const campaigns = role === 'precandidate' || role === 'candidate';
      if (campaigns && role !== this.#knownRole) nodeMetrics.campaigns.add(1);
      if (leader !== this.#knownLeader && leader !== 0) nodeMetrics.leaderChanges.add(1);
      this.#knownRole = role;
      this.#knownLeader = leader;
    }
    const leadingTerm = role === 'leader' ? term : 0;
    if (leadingTerm === this.#context.leadingTerm) return;
    const before = this.#context.leadingTerm;
    this.#context.leadingTerm = leadingTerm;
    if (before !== 0) this.#onLeadLost();
    if (leadingTerm !== 0) this.#onLead();
  }

  #onLead(): void {
    this.#book.onLead();
  }

  /** What waits under a leadership that is over has an unknown outcome. */
  #onLeadLost(): void {
    const error = new StrataError('STRATA_LEADERSHIP_LOST');
    this.#ledger.reset();
    this.#writes.fail(error, false);
    this.#reads.fail(error);
    this.#membership.fail(error);
    this.#snapshots.leadLost();
  }

  #expire(nowNs: number): void {
    const late = [...this.#writes.expired(nowNs), ...this.#reads.expired(nowNs)];
    if (late.length === 0) return;
    this.#context.nodeMetrics.expired.add(late.length);
    const error = new StrataError('STRATA_TIMEOUT', { limitMs: this.#context.operationTimeoutMs });
    for (const request of late) request.done(error, null);
  }
}

/** Tells the leader what the append cost this follower's disk. */
function stampDisk(message: Message, timings: AppendTimings): void {
  message.diskQueueNs = Math.max(0, timings.writeStartedNs - timings.submittedNs);
  message.diskWriteNs = Math.max(0, timings.writtenNs - timings.writeStartedNs);
  message.diskSyncNs = Math.max(0, timings.durableNs - timings.writtenNs);
}
