import type { Membership } from '../../consensus/confchange.js';
import type { NodeId } from '../../consensus/messages.js';
import type { NodeProcess } from '../contracts.js';
import type { SimNode } from '../world/sim-node.js';
import type { SimWorld } from '../world/sim-world.js';

/**
 * The newest membership that any node ever applied, and so a committed one: what an operator with perfect knowledge would go by. Nodes that are
 * asked may be behind, or may be deposed and not know yet.
 */
export class MembershipView {
  readonly #world: SimWorld;
  #index = -1;
  #membership: Membership | null = null;
  #words = '';
  /** Where the newest membership was first seen: at or behind its own entry. */
  #changeIndex = -1;
  /** Those whose disks hold it: they know it after a crash, too. */
  #knowing = new Set<NodeId>();

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /** Each tick: a node that applied a change may be gone in the next. */
  onTick(): void {
    for (const node of this.#world.nodes) this.#learn(node);
    for (const { id, process } of this.#world.nodes)
      if (process !== null && this.#isKept(process)) this.#knowing.add(id);
  }

  get voters(): ReadonlySet<NodeId> {
    return this.#membership?.voters ?? new Set(this.#world.plan.founders);
  }

  get learners(): ReadonlySet<NodeId> {
    return this.#membership?.learners ?? new Set();
  }

  get isJoint(): boolean {
    return (this.#membership?.votersOutgoing.size ?? 0) > 0;
  }

  /**
   * Most voters know the newest membership for good, even if this one is left out: who is not in it is not needed any more, not even for
   * a vote.
   */
  isWidelyKnown(without: NodeId = 0): boolean {
    const knowing = [...this.voters].filter((id) => id !== without && this.#knowing.has(id));
    return knowing.length > this.voters.size / 2;
  }

  has(id: NodeId): boolean {
    return this.voters.has(id) || this.learners.has(id) || this.#membership?.votersOutgoing.has(id) === true;
  }

  /** A membership in force is on the disk at once, but for strategies under which no commit index is remembered: there by a snapshot alone. */
  #isKept({ log, runtime, snapshots }: NodeProcess): boolean {
    const { strategy } = this.#world.plan;
    if (strategy === 'interval' || strategy === 'none')
      return snapshots.list()[0]!.meta.index >= this.#changeIndex;
    return log.pendingAppends === 0 && runtime.machine.appliedIndex >= this.#changeIndex;
  }

  #learn({ process }: SimNode): void {
    if (process === null) return;
    const { appliedIndex } = process.runtime.machine;
    const { membership } = process.raw;
    if (appliedIndex <= this.#index || membership.voters.size === 0) return;
    this.#index = appliedIndex;
    if (membership === this.#membership) return;
    this.#membership = membership;
    const words = wordsOf(membership);
    if (words === this.#words) return;
    this.#words = words;
    this.#changeIndex = appliedIndex;
    this.#knowing = new Set();
  }
}

function wordsOf({ voters, votersOutgoing, learners, learnersNext }: Membership): string {
  return [voters, votersOutgoing, learners, learnersNext]
    .map((ids) => [...ids].sort((a, b) => a - b).join(' '))
    .join('|');
}
