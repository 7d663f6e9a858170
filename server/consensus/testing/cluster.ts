import type { ConfChangeV2 } from '../confchange.js';
import type { RaftConfig } from '../config.js';
import { type Entry, type Message, type NodeId, Role } from '../messages.js';
import type { RawNode } from '../raw-node.js';
import { command, configOf, metaOf, type TestConfig } from './build.js';
import { Invariants } from './invariants.js';
import { NetworkModel } from './network-model.js';
import { Random } from './random.js';
import { SimNode } from './sim-node.js';
import { SnapshotStreams, type StreamOutcome } from './snapshot-streams.js';
import { Violation } from './violation.js';

export interface ClusterOptions {
  /** Nodes to start; more than the voters when some are to join later. */
  readonly ids: readonly NodeId[];
  readonly seed?: number;
  /** Nodes that know of no members and wait for a leader's snapshot. */
  readonly joining?: readonly NodeId[];
  /** Applies to every node. */
  readonly config?: TestConfig;
  /** What some nodes have on disk at the start. */
  readonly disks?: ReadonlyMap<NodeId, Pick<RaftConfig, 'entries' | 'hardState'>>;
  /** Entries that count as committed at the start. */
  readonly chosen?: readonly Entry[];
}

/** More rounds than any scripted exchange needs; beyond it the cluster is in a loop. */
const SETTLE_ROUNDS_MAX = 10_000;

/**
 * A cluster of real cores on modelled disks and a modelled network, driven by hand: nothing moves until a method is called, and
 * the invariants are checked after every call. `settle` moves all there is, in order; the rest moves one thing.
 */
export class Cluster {
  readonly random: Random;
  readonly network = new NetworkModel();
  readonly invariants: Invariants;
  readonly streams = new SnapshotStreams();
  readonly #nodes = new Map<NodeId, SimNode>();
  #lastContext = 0;

  constructor({ ids, joining = [], seed = 1, config = {}, disks, chosen = [] }: ClusterOptions) {
    this.random = new Random(seed);
    const first = metaOf({ voters: config.voters ?? ids, learners: config.learners ?? [] });
    this.invariants = new Invariants(this.#nodes, first, chosen);
    const around = {
      random: this.random,
      invariants: this.invariants,
      streams: this.streams,
      send: (message: Message): void => this.network.send(message, this.random),
    };
    for (const id of ids) {
      const snapshot = joining.includes(id) ? metaOf({ voters: [] }) : first;
      const own = { random: this.random.next, ...config, ...disks?.get(id), snapshot, id };
      this.#nodes.set(id, new SimNode(configOf(own), around));
    }
  }

  get nodes(): readonly SimNode[] {
    return [...this.#nodes.values()];
  }

  node(id: NodeId): SimNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new RangeError(`there is no node ${id}`);
    return node;
  }

  raw(id: NodeId): RawNode {
    const { raw } = this.node(id);
    if (raw === null) throw new RangeError(`node ${id} is down`);
    return raw;
  }

  /** The leader of the highest term; null when nobody leads. */
  get leader(): SimNode | null {
    let leader: SimNode | null = null;
    for (const node of this.#nodes.values()) {
      if (node.raw?.role === Role.Leader && node.raw.term > (leader?.raw?.term ?? 0)) leader = node;
    }
    return leader;
  }

  // One thing at a time

  tick(id: NodeId, times = 1): void {
    for (let count = 0; count < times; count++) this.node(id).tick();
  }

  campaign(id: NodeId): void {
    this.node(id).call((raw) => raw.campaign());
  }

  propose(id: NodeId, text: string): number {
    let index = 0;
    this.node(id).call((raw) => {
      index = raw.propose(command(text));
    });
    return index;
  }

  change(id: NodeId, change: ConfChangeV2): number {
    let index = 0;
    this.node(id).call((raw) => {
      index = raw.proposeConfChange(change);
    });
    return index;
  }

  /** Asks for a read and returns its name; 0 when no leader is known. */
  read(id: NodeId): number {
    const context = this.#lastContext + 1;
    this.#lastContext = context;
    let isAsked = false;
    this.invariants.onReadAsked(this.node(id), context);
    this.node(id).call((raw) => {
      isAsked = raw.readIndex(context);
    });
    return isAsked ? context : 0;
  }

  /** The next message under way arrives, if its receiver is up. */
  deliver(): void {
    const message = this.network.receive(this.random);
    if (message !== null) this.hand(message);
  }

  hand(message: Message): void {
    this.#nodes.get(message.to)?.receive(message);
  }

  /** A snapshot under way comes to its end; over a cut link it fails. */
  endStream(at = 0, outcome: StreamOutcome = 'arrive'): void {
    const [from, to] = [this.streams.senderOf(at), this.streams.receiverOf(at)];
    const isCut = this.network.isCut(from, to) || this.network.isCut(to, from);
    this.streams.end(at, this.#nodes.get(to) ?? null, isCut ? 'fail' : outcome);
  }

  /** A node takes a snapshot and forgets all but the last `keep` entries that it covers. */
  snapshot(id: NodeId, keep = 0): void {
    const node = this.node(id);
    node.beginSnapshot();
    node.finishSnapshot();
    node.compact(keep);
  }

  /** Takes the readies of a node, completes its appends and applies its entries until it has nothing to do. */
  run(id: NodeId): void {
    const node = this.node(id);
    for (let round = 0; node.hasWork; round++) {
      if (round > SETTLE_ROUNDS_MAX) throw new Violation('liveness', `node ${id} never comes to rest`);
      node.drain();
      node.complete();
      node.apply();
    }
  }

  /** Everything that is under way arrives, in order, until nothing moves any more. Time stands still. */
  settle(): void {
    for (let round = 0; ; round++) {
      if (round > SETTLE_ROUNDS_MAX) throw new Violation('liveness', 'the cluster never comes to rest');
      for (const id of this.#nodes.keys()) this.run(id);
      if (this.network.underWay.length === 0 && this.streams.count === 0) return;
      while (this.network.underWay.length > 0) this.deliver();
      if (this.streams.count > 0) this.endStream();
    }
  }

  /** One tick for every node, then `settle`. */
  pass(ticks = 1): void {
    for (let count = 0; count < ticks; count++) {
      for (const id of this.#nodes.keys()) this.tick(id);
      this.settle();
    }
  }

  /** `id` campaigns and must win. */
  elect(id: NodeId): void {
    this.campaign(id);
    this.settle();
    if (this.raw(id).role !== Role.Leader) throw new Violation('liveness', `node ${id} was not elected`);
  }

  // Faults

  crash(id: NodeId): void {
    if (this.node(id).isUp) this.node(id).crash();
  }

  restart(id: NodeId, isNewestDamaged = false): void {
    if (!this.node(id).isUp) this.node(id).start(isNewestDamaged);
  }

  /** Cuts every link between `id` and the others, in both directions. */
  isolate(id: NodeId): void {
    for (const other of this.#nodes.keys()) if (other !== id) this.cut(id, other);
  }

  cut(a: NodeId, b: NodeId): void {
    this.network.cutOneWay(a, b);
    this.network.cutOneWay(b, a);
  }

  heal(): void {
    this.network.heal();
  }
}
