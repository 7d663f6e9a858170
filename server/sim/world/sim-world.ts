import type { NodeId } from '../../consensus/messages.js';
import type { PeerAddress } from '../../ports/transport.js';
import { type NodeProcess, type SimulatedNode, TICK_MS, type World } from '../contracts.js';
import { Counts } from '../counts.js';
import type { SimPlan } from '../plan.js';
import { Random } from '../random.js';
import { Trace } from '../trace.js';
import { addressOf, OPERATION_TIMEOUT_MS } from './node-process.js';
import { SimNetwork } from './sim-network.js';
import { SimNode } from './sim-node.js';
import { Timeline } from './timeline.js';

const TURN_TICKS_MAX = 8;

export interface WorldOptions {
  readonly plan: SimPlan;
  readonly onTrace?: ((line: string) => void) | undefined;
  readonly onBuilt: (node: SimulatedNode, process: NodeProcess) => void;
}

/** All machines, wires and disks of one run, and its time. What happens to them is decided elsewhere. */
export class SimWorld implements World {
  readonly plan: SimPlan;
  readonly clock = new Timeline();
  readonly counts = new Counts();
  readonly record: Trace;
  readonly network: SimNetwork;
  readonly nodes: SimNode[] = [];
  readonly trace: (line: string) => void;
  readonly #onBuilt: WorldOptions['onBuilt'];
  #tick = 0;
  #isHealed = false;
  #failure: { readonly error: unknown } | null = null;

  constructor({ plan, onTrace, onBuilt }: WorldOptions) {
    this.plan = plan;
    this.record = new Trace(onTrace);
    this.trace = (line) => this.record.write(this.#tick, line);
    this.#onBuilt = onBuilt;
    this.network = new SimNetwork({
      timeline: this.clock,
      random: this.fork('network'),
      plan: plan.network,
      counts: this.counts,
      trace: this.trace,
      requestTimeoutMs: OPERATION_TIMEOUT_MS,
    });
    const founders = plan.founders.map(addressOf);
    for (const id of plan.founders) this.addNode(id, founders, false);
  }

  get tick(): number {
    return this.#tick;
  }

  get isHealed(): boolean {
    return this.#isHealed;
  }

  /** Who leads by its own account, in the highest term. */
  get leader(): SimNode | null {
    let leader: SimNode | null = null;
    for (const node of this.nodes) {
      if (node.process?.raw.role !== 'leader') continue;
      if (leader === null || node.process.raw.term > leader.process!.raw.term) leader = node;
    }
    return leader;
  }

  node(id: NodeId): SimNode | null {
    return this.nodes.find((node) => node.id === id) ?? null;
  }

  fork(name: string): Random {
    let hash = this.plan.seed ^ 0x811c9dc5;
    for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    return new Random(hash);
  }

  addNode(id: NodeId, addresses: readonly PeerAddress[], joins: boolean): SimNode {
    const node = new SimNode({
      id,
      plan: this.plan,
      addresses,
      joins,
      timeline: this.clock,
      network: this.network,
      random: this.fork(`node ${id}`),
      counts: this.counts,
      trace: this.trace,
      onBuilt: this.#onBuilt,
      fail: (error) => this.fail(error),
    });
    if (this.#isHealed) node.storage.heal();
    this.nodes.push(node);
    return node;
  }

  /** No faults any more, neither on wires nor on disks; who is down stays down. */
  heal(): void {
    this.#isHealed = true;
    this.trace('heal');
    this.network.heal();
    for (const node of this.nodes) {
      node.storage.heal();
      if (node.isPaused) node.resume();
    }
  }

  /** Ends the run where nothing may be thrown: the first failure counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** One tick of time, and every promise that it kept. @throws whatever went wrong meanwhile */
  async pass(): Promise<void> {
    this.#tick += 1;
    const { ranCount } = this.clock;
    this.clock.advanceTo(this.#tick * TICK_MS * 1e6);
    // One turn of the real event loop runs all promises that are settled, and those that they settle. A tick in which nothing ran has settled
    // none; what was begun between two ticks may wait a little.
    if (this.clock.ranCount !== ranCount || this.#tick % TURN_TICKS_MAX === 0)
      await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.#failure !== null) throw this.#failure.error;
  }
}
