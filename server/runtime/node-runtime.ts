import { type Message, MessageType, type NodeId } from '../consensus/messages.js';
import type { ClusterAdmin } from '../ports/cluster-admin.js';
import type {
  Consistency,
  Done,
  KeyValueService,
  NodeStatus,
  ReadResult,
  RequestContext,
  WatchHandle,
  WatchObserver,
  WatchRequest,
  WriteResult,
} from '../ports/key-value-service.js';
import type { LinkStatus, PeerRegistry, TransportHandler } from '../ports/transport.js';
import type { StateMachine } from '../state/state-machine.js';
import type { Command, CommandResult, Query, QueryResult } from '../state/vocabulary.js';
import { EventJournal, eventsDocument } from './journal/event-journal.js';
import { layersDocument, samplesDocument, syncsDocument } from './layers.js';
import type { NodeContext } from './node-context.js';
import { NodeLoop } from './node-loop.js';
import { createNodeMetrics, registerNodeGauges } from './node-metrics.js';
import { createParts, type NodeParts } from './node-parts.js';
import { nodeStatus } from './node-status.js';
import type { RuntimeOptions } from './runtime-options.js';
import { EVERYDAY } from './strategies.js';
import type { WriteOutcome } from './waiting-writes.js';

/**
 * One node as the others see it: clients through `KeyValueService`, operators through `admin`, peers through `TransportHandler` and
 * `PeerRegistry`. Every call only hands its request to a desk and asks the loop for a turn; `node-loop.ts` is where things happen.
 */
export class NodeRuntime implements KeyValueService, TransportHandler, PeerRegistry {
  readonly admin: ClusterAdmin;
  readonly #context: NodeContext;
  readonly #parts: NodeParts;
  readonly #loop: NodeLoop;
  readonly #startedNs: number;
  #isDraining = false;

  constructor(options: RuntimeOptions) {
    const { clock, metrics, strategies = EVERYDAY } = options;
    this.#context = {
      ...options,
      strategies,
      log: strategies.log(options.log),
      nodeMetrics: createNodeMetrics(metrics),
      journal: new EventJournal(() => options.raw.term),
      schedule: () => this.#loop.schedule(),
      leadingTerm: 0,
      transferTerm: 0,
      isStopped: false,
      isRemoved: false,
    };
    this.#parts = createParts(this.#context, (message) => this.#loop.receive(message));
    this.#loop = new NodeLoop(this.#context, this.#parts);
    this.admin = this.#parts.admin;
    this.#startedNs = clock.nowNs();
    registerNodeGauges(this.#context);
  }

  async start(): Promise<void> {
    this.#parts.book.refresh();
    await this.#context.transport.start(this);
    this.#loop.start();
    this.journal.moment('started', this.#context.clock.nowNs(), 'serves');
  }

  /** From now on the node reports itself not ready; requests under way go on. */
  beginDraining(): void {
    this.#isDraining = true;
  }

  /** Hands leadership over and waits until another node leads, so that a planned stop costs no election time-out. */
  handOver(timeoutMs: number): Promise<void> {
    return this.#parts.leadership.handOver(timeoutMs);
  }

  /** Answers all that waits; from now on everything is refused. */
  stop(): void {
    this.#loop.stop();
  }

  /** After `stop`: settles when no snapshot file is open any more. */
  closed(): Promise<void> {
    return this.#parts.snapshots.close();
  }

  /** The replicated state as it is now. */
  get machine(): StateMachine {
    return this.#context.machine;
  }

  /** What the process underneath may add to: its collector's pauses. */
  get journal(): EventJournal {
    return this.#context.journal;
  }

  // KeyValueService

  put(key: Uint8Array, value: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.#parts.writes.put(key, value, context, done);
    this.#loop.schedule();
  }

  delete(key: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.#parts.writes.delete(key, context, done);
    this.#loop.schedule();
  }

  write(command: Command, context: RequestContext, done: Done<CommandResult>): void {
    this.#parts.writes.write(command, context, done);
    this.#loop.schedule();
  }

  get(key: Uint8Array, consistency: Consistency, context: RequestContext, done: Done<ReadResult>): void {
    this.#parts.reads.get(key, consistency, context, done);
    this.#loop.schedule();
  }

  query(query: Query, consistency: Consistency, context: RequestContext, done: Done<QueryResult>): void {
    this.#parts.reads.query(query, consistency, context, done);
    this.#loop.schedule();
  }

  watch(request: WatchRequest, observer: WatchObserver): WatchHandle {
    return this.#parts.watches.open(request, observer);
  }

  status(): NodeStatus {
    const { admission, disk } = this.#parts;
    return nodeStatus(this.#context, {
      draining: this.#isDraining,
      alarms: admission.fullness() === null ? disk.alarms : [...disk.alarms, 'state-full'],
    });
  }

  layers(): unknown {
    const { id, identity, metrics } = this.#context;
    const { role, term, leader } = this.#context.raw;
    return layersDocument(
      { id, role, term, leader, ...identity },
      metrics,
      this.#context.clock.nowNs(),
      this.#startedNs,
    );
  }

  samples(since: number): unknown {
    return samplesDocument(this.#context.id, this.#parts.samples.after(since));
  }

  syncs(since: number): unknown {
    return syncsDocument(this.#context.id, this.#context.syncs.after(since));
  }

  events(since: number): unknown {
    return eventsDocument(this.#context.id, this.journal.after(since));
  }

  // TransportHandler

  onMessages(messages: readonly Message[]): void {
    for (const message of messages) {
      // A snapshot's bytes travel apart, and only what came in whole may reach the core.
      if (message.type !== MessageType.Snapshot) this.#loop.receive(message);
    }
  }

  onRequest(from: NodeId, method: string, payload: Uint8Array, reply: (response: Uint8Array) => void): void {
    if (method.startsWith('snapshot.')) this.#parts.snapshots.onRequest(from, method, payload, reply);
    else if (method.startsWith('cluster.')) this.#parts.admin.onRequest(method, payload, reply);
    else this.#onForwarded(method, payload, reply);
  }

  onUnreachable(peer: NodeId): void {
    this.#context.raw.reportUnreachable(peer);
  }

  onPeer(peer: NodeId, storageId: string): void {
    this.#parts.book.onPeer(peer, storageId);
    this.#loop.schedule();
  }

  onLink(peer: NodeId, state: LinkStatus['state']): void {
    this.#parts.links.changed(peer, state, this.#context.clock.nowNs());
  }

  onRefused(_peer: NodeId, code: string): void {
    this.#parts.book.onRefused(code);
  }

  #onForwarded(method: string, payload: Uint8Array, reply: (response: Uint8Array) => void): void {
    const nowNs = this.#context.clock.nowNs();
    const context: RequestContext = {
      receivedNs: nowNs,
      parsedNs: nowNs,
      traceId: null,
      forward: false,
      onReplied: null,
    };
    const { forwarder, reads, writes } = this.#parts;
    const request = forwarder.parse(method, payload, reply);
    if (request === null) return;
    if (request.kind === 'read') reads.get(request.key, request.consistency, context, request.done);
    else if (request.kind === 'query') reads.query(request.query, request.consistency, context, request.done);
    else writes.arrive(request.op, payload, null, context, request.done as Done<WriteOutcome>);
    this.#loop.schedule();
  }

  // PeerRegistry

  isRemoved(peer: NodeId): boolean {
    return this.#parts.book.isRemoved(peer);
  }

  storageIdOf(peer: NodeId): string {
    return this.#parts.book.storageIdOf(peer);
  }

  appliedIndex(): number {
    return this.#parts.book.appliedIndex();
  }
}
