import type { NodeId } from '../../consensus/messages.js';
import type { PartitionKind } from '../plan.js';
import type { Random } from '../random.js';
import type { SimWorld } from '../world/sim-world.js';
import type { Fault } from './fault.js';

const KINDS: readonly PartitionKind[] = ['leader', 'minority', 'halves', 'bridge', 'ring', 'wires'];

/** Wires that are cut for a while, one pattern at a time, in both directions or in one. And wires that hold everything back. */
export class Partitions implements Fault {
  readonly #world: SimWorld;
  readonly #random: Random;
  #endTick = 0;
  #isCut = false;

  constructor(world: SimWorld) {
    this.#world = world;
    this.#random = world.fork('partitions');
  }

  onTick(): void {
    const { tick, plan, network, trace } = this.#world;
    this.#clog();
    if (this.#isCut && tick >= this.#endTick) {
      this.#isCut = false;
      network.reconnect();
      trace('reconnect');
    }
    const { partition, partitionMsMax } = plan.faults;
    if (this.#isCut || partition === 0 || !this.#random.chance(partition)) return;
    this.#isCut = true;
    this.#endTick = tick + this.#random.between(1, partitionMsMax);
    this.#cut();
  }

  heal(): void {
    this.#isCut = false;
  }

  #clog(): void {
    const { clog, clogMsMax } = this.#world.plan.network;
    const { nodes, network, counts } = this.#world;
    if (clog === 0 || !this.#random.chance(clog * nodes.length)) return;
    const [from, to] = [this.#random.pick(nodes).id, this.#random.pick(nodes).id];
    network.clog(from, to, this.#random.between(1, clogMsMax));
    counts.add('clogs');
  }

  #cut(): void {
    const { counts, trace, plan, leader } = this.#world;
    const ids = this.#world.nodes.filter((node) => !node.isRetired).map(({ id }) => id);
    const kind = this.#random.pick(plan.faults.partitionKinds ?? KINDS);
    const isOneWay = this.#random.chance(plan.faults.asymmetric);
    counts.add('partitions');
    counts.add(`partitions: ${kind}`);
    if (isOneWay) counts.add('partitions in one direction');
    const hub = leader?.id ?? this.#random.pick(ids);
    trace(`partition ${kind} of ${hub}${isOneWay ? ' in one direction' : ''}`);
    const apart = this.#apart(kind, ids, hub);
    const isReversed = this.#random.chance(0.5);
    for (const a of ids) {
      for (const b of ids) {
        if (a === b || !apart(a, b)) continue;
        if (!isOneWay) this.#world.network.cut(a, b);
        else if (isReversed) this.#world.network.cut(b, a, true);
        else this.#world.network.cut(a, b, true);
      }
    }
  }

  /** Whether the wire from the first to the second is cut. Where directions matter, the first is on the side of the leader. */
  #apart(kind: PartitionKind, ids: readonly NodeId[], hub: NodeId): (a: NodeId, b: NodeId) => boolean {
    const random = this.#random;
    switch (kind) {
      case 'leader':
        return (a) => a === hub;
      case 'minority': {
        // The leader stays on the side of the minority.
        const others = ids.filter((id) => id !== hub && random.chance(0.4));
        const side = new Set([hub, ...others.slice(0, Math.max(0, Math.ceil(ids.length / 2) - 2))]);
        return (a, b) => side.has(a) && !side.has(b);
      }
      case 'halves': {
        const side = new Set(ids.filter(() => random.chance(0.5)));
        return (a, b) => side.has(a) && !side.has(b);
      }
      case 'bridge': {
        // Two halves that only one node sees both of.
        const bridge = random.pick(ids);
        const side = new Set(ids.filter((id) => id !== bridge && random.chance(0.5)));
        return (a, b) => a !== bridge && b !== bridge && side.has(a) && !side.has(b);
      }
      case 'ring': {
        // Everybody sees a majority, and no two the same one.
        const place = new Map(ids.map((id, at) => [id, at]));
        return (a, b) => {
          const distance = Math.abs(place.get(a)! - place.get(b)!);
          return Math.min(distance, ids.length - distance) > Math.max(1, Math.floor(ids.length / 4));
        };
      }
      case 'wires': {
        const cut = new Set(ids.flatMap((a) => ids.filter(() => random.chance(0.3)).map((b) => `${a} ${b}`)));
        return (a, b) => cut.has(`${a} ${b}`);
      }
    }
  }
}
