import assert from 'node:assert/strict';
import { parseNodeConfig } from '../../config/config.js';
import { MessageType, type NodeId } from '../../consensus/messages.js';
import type { RawNode } from '../../consensus/raw-node.js';
import type { ClusterAdmin } from '../../ports/cluster-admin.js';
import type {
  Consistency,
  Done,
  ReadResult,
  RequestContext,
  WriteResult,
} from '../../ports/key-value-service.js';
import type { RecoveredLog } from '../../ports/log-storage.js';
import { StateMachine } from '../../state/state-machine.js';
import type { Command, CommandResult, Query, QueryResult } from '../../state/vocabulary.js';
import { type LoopLab, labStrategies } from '../lab/lab-strategies.js';
import { MetricsRegistry } from '../metrics-registry.js';
import { NodeRuntime } from '../node-runtime.js';
import { QuietRegistry } from '../quiet-registry.js';
import { restoreState } from '../restore.js';
import type { RuntimeOptions, SnapshotRules } from '../runtime-options.js';
import type { Strategies } from '../strategies.js';
import { type Answer, expectAnswer, textOf } from './answers.js';
import { MemoryLog } from './memory-log.js';
import { MemoryNetwork } from './memory-network.js';
import { MemorySnapshots } from './memory-snapshots.js';
import { NodeClock } from './node-clock.js';
import { SimulatedClock } from './simulated-clock.js';
import {
  address,
  coreOf,
  ELECTION_MS,
  emptyMeta,
  HEARTBEAT_MS,
  logFrom,
  record,
  stateBlocks,
  TICK_MS,
} from './test-nodes.js';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Turns that promises and deferred tasks get in each millisecond that `pass` lets go by. */
const ROUNDS_PER_MS = 6;
const PROMISES_PER_ROUND = 12;
const CONFIG = parseNodeConfig({
  id: 1,
  clusterId: 'test',
  dataDir: '/data',
  members: [{ id: 1, host: '127.0.0.1', peerPort: 1, httpPort: 2 }],
});
/** Nothing is due by itself unless a test says so. */
export const SNAPSHOT_RULES: SnapshotRules = {
  logBytesMin: 2 ** 40,
  entriesMax: 2 ** 40,
  keepEntries: 0,
  keepBytes: 1_000_000,
  sliceBytes: 256,
};

export interface Settings {
  /** False: nodes that measure no time. */
  readonly isMeasured?: boolean;
  /** Nodes of the first membership; 3. */
  readonly nodes?: number;
  /** Members begin without registered storage, as in a real new cluster. */
  readonly unregistered?: boolean;
  readonly snapshots?: Partial<SnapshotRules>;
  readonly limits?: Partial<RuntimeOptions['limits']>;
  readonly diskStallMs?: number;
  readonly diskStallRestMs?: number;
  readonly diskMs?: number;
  readonly delayMs?: number;
  readonly gatherBehindAppends?: number;
  readonly gatherMsMax?: number;
  readonly operationTimeoutMs?: number;
  readonly sampleEvery?: number;
  /** `testing.lab`, as far as it concerns the loop. */
  readonly lab?: Partial<LoopLab>;
  /** Last word on the parts of every node that exist in more than one make. */
  readonly strategies?: (usual: Strategies) => Strategies;
}

export interface Node {
  readonly id: NodeId;
  readonly runtime: NodeRuntime;
  readonly raw: RawNode;
  /** The state machine of now: installing a snapshot replaces it. */
  readonly machine: StateMachine;
  readonly log: MemoryLog;
  readonly snapshots: MemorySnapshots;
  readonly metrics: MetricsRegistry;
}

/** What survives a crash of the process besides the log. */
interface Disk {
  readonly storageId: string;
  readonly snapshots: MemorySnapshots;
}

/** Whole nodes, real but for time, disks and wires, which belong to the test. */
export class TestCluster {
  readonly clock = new SimulatedClock();
  readonly network: MemoryNetwork;
  /** What went to disks and wires, in order: `append 1: 2,3`, `send 1>2: 2,3` with the indexes of the entries, `answer`. */
  readonly events: string[] = [];
  /** What nodes logged as warnings and errors: `1 warn STRATA_NODE_REMOVED`. */
  readonly warnings: string[] = [];
  readonly #nodes = new Map<NodeId, Node>();
  readonly #disks = new Map<NodeId, Disk>();
  readonly #clocks = new Map<NodeId, NodeClock>();
  readonly #settings: Settings;
  #lives = 0;

  private constructor(settings: Settings) {
    this.#settings = settings;
    this.network = new MemoryNetwork(this.clock, settings.delayMs ?? 1);
    this.network.onSend = ({ type, from, to, entries }) => {
      if (type === MessageType.Append && entries.length > 0)
        this.events.push(`send ${from}>${to}: ${entries.map(({ index }) => index)}`);
    };
  }

  /** Nodes at rest; node 1 leads unless `elect` says no. */
  static async start(settings: Settings = {}, elect = true): Promise<TestCluster> {
    const cluster = new TestCluster(settings);
    for (const id of cluster.founders) await cluster.boot(id);
    if (!elect) return cluster;
    // The election, then heartbeats enough for everybody to know what is committed.
    cluster.clock.advance(ELECTION_MS + 100);
    assert.deepEqual(
      cluster.nodes.map(({ raw }) => raw.leader),
      cluster.founders.map(() => 1),
    );
    cluster.events.length = 0;
    return cluster;
  }

  /** Ids of the first membership. */
  get founders(): readonly NodeId[] {
    return Array.from({ length: this.#settings.nodes ?? 3 }, (_, at) => at + 1);
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes.values()].sort((a, b) => a.id - b.id);
  }

  node(id: NodeId): Node {
    const node = this.#nodes.get(id);
    assert.ok(node, `node ${id} is down`);
    return node;
  }

  admin(id: NodeId): ClusterAdmin {
    return this.node(id).runtime.admin;
  }

  /** Starts a node of the first membership, again or for the first time. */
  async boot(id: NodeId, recovered?: RecoveredLog): Promise<void> {
    await this.#boot(id, recovered, this.founders);
  }

  /** Starts a node that is to be added: it knows nobody but by its configuration. */
  async join(id: NodeId, recovered?: RecoveredLog): Promise<void> {
    await this.#boot(id, recovered, []);
  }

  /** The node is gone at once; returns what its log holds. Its snapshots stay for the next life. */
  crash(id: NodeId): RecoveredLog {
    const { runtime, log } = this.node(id);
    this.network.detach(id);
    const found = log.crash();
    runtime.stop();
    this.#nodes.delete(id);
    return found;
  }

  /** The process stands still (SIGSTOP) while time goes on; what reaches it meanwhile waits. */
  pause(id: NodeId): void {
    this.#clocks.get(id)!.pause();
  }

  resume(id: NodeId): void {
    this.#clocks.get(id)!.resume();
  }

  /** Somebody emptied the data directory of a node that is down. */
  wipe(id: NodeId): void {
    this.#disks.delete(id);
  }

  /** Lets time pass in which promises are kept too: everything about snapshots needs that. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed++) {
      this.clock.advance(1);
      await this.#turns();
    }
  }

  /** Lets time pass until `holds`, or fails. */
  async passUntil(holds: () => boolean, what: string, msMax = 10_000): Promise<void> {
    for (let ms = 0; ms < msMax; ms++) {
      if (holds()) return;
      await this.pass(1);
    }
    assert.fail(`after ${msMax} ms still not: ${what}`);
  }

  /** Asks an operator's question; the answer comes while time passes. */
  ask<Result>(question: (done: Done<Result>) => void): Answer<Result> {
    const { answer, done } = this.#expectAnswer<Result>({});
    question(done);
    assert.equal(answer.answered, false, 'answered before the call returned');
    return answer;
  }

  async #turns(): Promise<void> {
    for (let round = 0; round < ROUNDS_PER_MS; round++) {
      for (let turn = 0; turn < PROMISES_PER_ROUND; turn++) await null;
      this.clock.settle();
    }
  }

  async #boot(id: NodeId, recovered: RecoveredLog | undefined, voters: readonly NodeId[]): Promise<void> {
    const { diskMs = 1, isMeasured = true, lab, strategies = (usual) => usual } = this.#settings;
    this.#lives += 1;
    const { snapshots, storageId } = this.#diskOf(id, voters);
    snapshots.restart();
    const newest = snapshots.list()[0]!;
    const log = new MemoryLog(this.clock, diskMs, logFrom(newest.meta, recovered), (indexes) => {
      if (indexes.length > 0) this.events.push(`append ${id}: ${indexes}`);
    });
    const restored = await this.#drive(restoreState({ snapshots, clock: this.clock }, newest));
    assert.ok(restored);
    const metrics = isMeasured ? new MetricsRegistry() : new QuietRegistry();
    const raw = coreOf(id, log, newest.meta);
    let runtime: NodeRuntime;
    const registry = {
      isRemoved: (peer: NodeId) => runtime.isRemoved(peer),
      storageIdOf: (peer: NodeId) => runtime.storageIdOf(peer),
      appliedIndex: () => runtime.appliedIndex(),
    };
    runtime = new NodeRuntime({
      ...this.#optionsOf(id),
      transport: this.network.transportOf(id, storageId, registry),
      storageId,
      snapshots,
      log,
      raw,
      metrics,
      syncs: { after: () => ({ next: 0, dropped: 0, syncs: [] }) },
      isMeasured,
      machine: restored,
      strategies: strategies(labStrategies({ ...CONFIG.testing.lab, ...lab }, metrics, this.clock)),
    });
    const node = { id, runtime, raw, log, metrics, snapshots };
    this.#nodes.set(id, {
      ...node,
      get machine() {
        return runtime.machine;
      },
    });
    await runtime.start();
  }

  #diskOf(id: NodeId, voters: readonly NodeId[]): Disk {
    const before = this.#disks.get(id);
    if (before !== undefined) return before;
    const snapshots = new MemorySnapshots(this.clock);
    const machine = new StateMachine();
    const isUnregistered = this.#settings.unregistered ?? false;
    machine.bootstrap(voters.map((voter) => record(voter, isUnregistered ? '' : `disk-${voter}`)));
    snapshots.put(emptyMeta(voters), stateBlocks(machine));
    // A second data directory of one node has another identity than the first, which the members know.
    const disk = {
      storageId: this.#disks.has(-id) ? `disk-${id}-life-${this.#lives}` : `disk-${id}`,
      snapshots,
    };
    this.#disks.set(id, disk);
    this.#disks.set(-id, disk);
    return disk;
  }

  /** Waits for a promise whose work needs turns of the simulated loop. */
  async #drive<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    while (!isSettled) await this.#turns();
    return settled;
  }

  put(id: NodeId, key: string, value: string, more: Partial<RequestContext> = {}): Answer<WriteResult> {
    const { answer, done } = this.#expectAnswer<WriteResult>(more);
    this.node(id).runtime.put(bytes(key), bytes(value), answer.context, done);
    assert.equal(answer.answered, false, 'answered before the call returned');
    return answer;
  }

  get(
    id: NodeId,
    key: string,
    more: Partial<RequestContext> = {},
    consistency: Consistency = 'linearizable',
  ): Answer<ReadResult> {
    const { answer, done } = this.#expectAnswer<ReadResult>(more);
    this.node(id).runtime.get(bytes(key), consistency, answer.context, done);
    assert.equal(answer.answered, false, 'answered before the call returned');
    return answer;
  }

  write(id: NodeId, command: Command, more: Partial<RequestContext> = {}): Answer<CommandResult> {
    const { answer, done } = this.#expectAnswer<CommandResult>(more);
    this.node(id).runtime.write(command, answer.context, done);
    assert.equal(answer.answered, false, 'answered before the call returned');
    return answer;
  }

  query(
    id: NodeId,
    query: Query,
    consistency: Consistency = 'linearizable',
    more: Partial<RequestContext> = {},
  ): Answer<QueryResult> {
    const { answer, done } = this.#expectAnswer<QueryResult>(more);
    this.node(id).runtime.query(query, consistency, answer.context, done);
    assert.equal(answer.answered, false, 'answered before the call returned');
    return answer;
  }

  gauge(id: NodeId, name: string): number {
    const found = [...this.node(id).metrics.gauges()].find((gauge) => gauge.name === name);
    assert.ok(found, `no gauge ${name}`);
    return found.value;
  }

  /** The value that this node's own state machine holds, asked past consensus. */
  stored(id: NodeId, key: string): string | null {
    return textOf(this.node(id).machine.get(bytes(key))?.value ?? null);
  }

  counter(id: NodeId, name: string): number {
    const found = [...this.node(id).metrics.counters()].find((counter) => counter.name === name);
    assert.ok(found, `no counter ${name}`);
    return found.value;
  }

  #expectAnswer<Result>(more: Partial<RequestContext>): { answer: Answer<Result>; done: Done<Result> } {
    return expectAnswer<Result>(this.clock, more, () => this.events.push('answer'));
  }

  #clockOf(id: NodeId): NodeClock {
    const clock = new NodeClock(this.clock);
    this.#clocks.set(id, clock);
    return clock;
  }

  #optionsOf(id: NodeId) {
    const settings = this.#settings;
    const warn = (level: string) => (fields: Record<string, unknown>, message: string) => {
      this.warnings.push(`${id} ${level} ${String(fields.code ?? message)}`);
    };
    return {
      id,
      clusterId: 'test',
      hasClientTls: false,
      knownAddresses: [1, 2, 3, 4, 5].map(address),
      clock: this.#clockOf(id),
      logger: { debug: () => {}, info: () => {}, warn: warn('warn'), error: warn('error') },
      onFailure: (error: Error) => {
        throw error;
      },
      tickMs: TICK_MS,
      heartbeatMs: HEARTBEAT_MS,
      electionTimeoutMsMin: ELECTION_MS,
      electionTimeoutMsMax: 2 * ELECTION_MS,
      gatherBehindAppends: settings.gatherBehindAppends ?? 0,
      gatherMsMax: settings.gatherMsMax ?? 5,
      diskStallMs: settings.diskStallMs ?? 1_000_000,
      diskStallRestMs: settings.diskStallRestMs ?? 1_000,
      snapshotRules: { ...SNAPSHOT_RULES, ...settings.snapshots },
      limits: { ...CONFIG.limits, ...settings.limits },
      operationTimeoutMs: settings.operationTimeoutMs ?? 1_000,
      sampleEvery: settings.sampleEvery ?? 0,
      firstReadRound: this.#lives * 65_536,
      identity: { pid: id, strata: '0', nodejs: 'v20', config: { fsync: 'group' } },
    };
  }
}
