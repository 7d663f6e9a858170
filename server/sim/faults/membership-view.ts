import type { Membership } from '../../consensus/confchange.js';
import type { NodeId } from '../../consensus/messages.js';
import type { SimWorld } from '../world/sim-world.js';

/**
 * The newest membership that any node ever applied, and so a committed one: what an operator with perfect knowledge would go by. Nodes that are
 * asked may be behind, or may be deposed and not know yet.
 */
export class MembershipView {
  readonly #world: SimWorld;
  #index = -1;
  /** Where the newest membership was first seen: at or behind its own entry. */
  #changeIndex = -1;
  #membership: Membership | null = null;

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /** Each tick: a node that applied a change may be gone in the next. */
  onTick(): void {
    for (const { process } of this.#world.nodes) {
      if (process === null) continue;
      const { appliedIndex } = process.runtime.machine;
      const { membership } = process.raw;
      if (appliedIndex <= this.#index || membership.voters.size === 0) continue;
      if (membership !== this.#membership) this.#changeIndex = appliedIndex;
      this.#index = appliedIndex;
      this.#membership = membership;
    }
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

  /** Most voters know the newest membership: who is not in it is not needed any more, not even for a vote. */
  get isWidelyKnown(): boolean {
    const knowing = [...this.voters].filter((id) => {
      const process = this.#world.node(id)?.process;
      return process != null && process.runtime.machine.appliedIndex >= this.#changeIndex;
    });
    return knowing.length > this.voters.size / 2;
  }

  has(id: NodeId): boolean {
    return this.voters.has(id) || this.learners.has(id) || this.#membership?.votersOutgoing.has(id) === true;
  }
}
