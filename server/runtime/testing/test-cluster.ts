import assert from 'node:assert/strict';
import { MessageType, type NodeId } from '../../consensus/messages.js';
import { RawNode } from '../../consensus/raw-node.js';
import { StrataError } from '../../errors.js';
import type { Done, ReadResult, RequestContext, WriteResult } from '../../ports/key-value-service.js';
import type { RecoveredLog } from '../../ports/log-storage.js';
import type { PeerAddress } from '../../ports/transport.js';
import { StateMachine } from '../../state/state-machine.js';
import { MetricsRegistry } from '../metrics-registry.js';
import { NodeRuntime } from '../node-runtime.js';
import type { RuntimeOptions } from '../runtime-options.js';
import { MemoryLog } from './memory-log.js';
import { MemoryNetwork } from './memory-network.js';
import { SimulatedClock } from './simulated-clock.js';

export const TICK_MS = 10;
export const HEARTBEAT_MS = 30;
/** Ticks until a follower campaigns, by node: without chance, and node 1 is always the first. */
const ELECTION_TICKS: Readonly<Record<NodeId, number>> = { 1: 10, 2: 14, 3: 18 };
export const ELECTION_MS = 100;

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array | null): string | null =>
  data === null ? null : new TextDecoder().decode(data);

export interface Settings {
  readonly diskMs?: number;
  readonly delayMs?: number;
  readonly gatherBehindAppends?: number;
  readonly gatherMsMax?: number;
  readonly operationTimeoutMs?: number;
  readonly sampleEvery?: number;
}

/** What became of a request. A second answer fails the test where it is given. */
export interface Answer<Result> {
  error: Error | null;
  result: Result | null;
  answered: boolean;
  readonly context: RequestContext;
}

export interface Node {
  readonly id: NodeId;
  readonly runtime: NodeRuntime;
  readonly raw: RawNode;
  readonly machine: StateMachine;
  readonly log: MemoryLog;
  readonly metrics: MetricsRegistry;
}

/** Three whole nodes, real but for time, disks and wires, which belong to the test. */
export class TestCluster {
  readonly clock = new SimulatedClock();
  readonly network: MemoryNetwork;
  /** What went to disks and wires, in order: `append 1: 2,3`, `send 1>2: 2,3` with the indexes of the entries, `answer`. */
  readonly events: string[] = [];
  readonly #nodes = new Map<NodeId, Node>();
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

  /** Three nodes at rest; node 1 leads unless `elect` says no. */
  static async start(settings: Settings = {}, elect = true): Promise<TestCluster> {
    const cluster = new TestCluster(settings);
    for (const id of [1, 2, 3]) await cluster.boot(id);
    if (!elect) return cluster;
    // The election, then heartbeats enough for everybody to know what is committed.
    cluster.clock.advance(ELECTION_MS + 100);
    assert.deepEqual(
      cluster.nodes.map(({ raw }) => raw.leader),
      [1, 1, 1],
    );
    cluster.events.length = 0;
    return cluster;
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes.values()].sort((a, b) => a.id - b.id);
  }

  node(id: NodeId): Node {
    const node = this.#nodes.get(id);
    assert.ok(node, `node ${id} is down`);
    return node;
  }

  async boot(id: NodeId, recovered?: RecoveredLog): Promise<void> {
    const { diskMs = 1 } = this.#settings;
    const log = new MemoryLog(this.clock, diskMs, recovered, (indexes) => {
      if (indexes.length > 0) this.events.push(`append ${id}: ${indexes}`);
    });
    const node = {
      id,
      log,
      machine: new StateMachine(),
      metrics: new MetricsRegistry(),
      raw: coreOf(id, log),
    };
    const runtime = new NodeRuntime(this.#optionsOf(node));
    this.#nodes.set(id, { ...node, runtime });
    await runtime.start();
  }

  /** The node is gone at once; returns what its disk holds. */
  crash(id: NodeId): RecoveredLog {
    const { runtime, log } = this.node(id);
    this.network.detach(id);
    const found = log.crash();
    runtime.stop();
    this.#nodes.delete(id);
    return found;
  }

  put(id: NodeId, key: string, value: string, more: Partial<RequestContext> = {}): Answer<WriteResult> {
    const { answer, done } = this.#expectAnswer<WriteResult>(more);
    this.node(id).runtime.put(bytes(key), bytes(value), answer.context, done);
    assert.equal(answer.answered, false, 'answered before the call returned');
    return answer;
  }

  get(id: NodeId, key: string, more: Partial<RequestContext> = {}): Answer<ReadResult> {
    const { answer, done } = this.#expectAnswer<ReadResult>(more);
    this.node(id).runtime.get(bytes(key), 'linearizable', answer.context, done);
    assert.equal(answer.answered, false, 'answered before the call returned');
    return answer;
  }

  /** The value that this node's own state machine holds, asked past consensus. */
  stored(id: NodeId, key: string): string | null {
    return text(this.node(id).machine.get(bytes(key))?.value ?? null);
  }

  counter(id: NodeId, name: string): number {
    const found = [...this.node(id).metrics.counters()].find((counter) => counter.name === name);
    assert.ok(found, `no counter ${name}`);
    return found.value;
  }

  #expectAnswer<Result>(more: Partial<RequestContext>): { answer: Answer<Result>; done: Done<Result> } {
    const nowNs = this.clock.nowNs();
    const context: RequestContext = {
      receivedNs: nowNs,
      parsedNs: nowNs,
      traceId: null,
      forward: true,
      onReplied: null,
      ...more,
    };
    const answer: Answer<Result> = { error: null, result: null, answered: false, context };
    const done: Done<Result> = (error, result) => {
      assert.equal(answer.answered, false, 'answered twice');
      Object.assign(answer, { error, result, answered: true });
      this.events.push('answer');
      // As the network layer does: errors are replies too.
      context.onReplied?.(this.clock.nowNs());
    };
    return { answer, done };
  }

  #optionsOf(node: Omit<Node, 'runtime'>): RuntimeOptions {
    const {
      gatherBehindAppends = 0,
      gatherMsMax = 5,
      operationTimeoutMs = 1_000,
      sampleEvery = 0,
    } = this.#settings;
    const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    this.#lives += 1;
    return {
      ...node,
      clusterId: 'test',
      members: [1, 2, 3].map(address),
      transport: this.network.transportOf(node.id),
      clock: this.clock,
      logger: silent,
      tickMs: TICK_MS,
      heartbeatMs: HEARTBEAT_MS,
      gatherBehindAppends,
      gatherMsMax,
      operationTimeoutMs,
      sampleEvery,
      firstReadRound: this.#lives * 65_536,
      identity: { pid: node.id, strata: '0', nodejs: 'v20', config: { fsync: 'group' } },
    };
  }
}

/** The code of an answer's error; null for a success or while there is no answer. */
export function codeOf({ error }: Answer<unknown>): string | null {
  if (error === null) return null;
  assert.ok(error instanceof StrataError, `an error without a code: ${error.message}`);
  return error.code;
}

/** The value that a read brought; null when absent. */
export function readValue({ answered, error, result }: Answer<ReadResult>): string | null {
  assert.ok(
    answered && error === null && result !== null,
    `the read was not served: ${error?.message ?? 'no answer'}`,
  );
  return text(result.value);
}

export function address(id: NodeId): PeerAddress {
  return { id, host: '127.0.0.1', peerPort: 7200 + id, httpUrl: `http://127.0.0.1:${7000 + id}` };
}

function coreOf(id: NodeId, log: MemoryLog): RawNode {
  const electionTicksMin = ELECTION_MS / TICK_MS;
  const electionTicksMax = 2 * electionTicksMin;
  const { hardState, entries } = log.recovered;
  return new RawNode({
    id,
    voters: [1, 2, 3],
    hardState,
    entries,
    applied: 0,
    electionTicksMin,
    electionTicksMax,
    heartbeatTicks: HEARTBEAT_MS / TICK_MS,
    appendBytesMax: 65_536,
    inflightMessagesMax: 256,
    inflightBytesMax: 1 << 20,
    uncommittedBytesMax: 1 << 20,
    asyncStorageWrites: true,
    commitNotice: 'tick',
    random: () => (ELECTION_TICKS[id]! - electionTicksMin) / electionTicksMin,
  });
}
