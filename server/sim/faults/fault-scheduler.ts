import type { Random } from '../random.js';
import type { SimNode } from '../world/sim-node.js';
import type { SimWorld } from '../world/sim-world.js';
import { BitFlips } from './bit-flips.js';
import { Crashes } from './crashes.js';
import type { Fault } from './fault.js';
import { MembershipView } from './membership-view.js';
import { Operator } from './operator.js';
import { Partitions } from './partitions.js';
import { Pauses } from './pauses.js';

/** Decides each tick what breaks, and what is repaired. */
export class FaultScheduler {
  readonly #world: SimWorld;
  readonly #random: Random;
  readonly #view: MembershipView;
  readonly #operator: Operator;
  readonly #bitFlips: BitFlips;
  readonly #faults: readonly Fault[];
  readonly #buried: ReadonlySet<number>;

  constructor(world: SimWorld, buriedFounders: number) {
    this.#world = world;
    this.#random = world.fork('restarts');
    this.#view = new MembershipView(world);
    this.#operator = new Operator(world, this.#view);
    this.#bitFlips = new BitFlips(world, this.#view);
    this.#faults = [new Partitions(world), new Pauses(world), new Crashes(world), this.#operator];
    this.#buried = new Set(world.plan.founders.slice(0, buriedFounders));
  }

  /** Something is under way that has to end before the cluster can be at rest. */
  get isBusy(): boolean {
    return this.#operator.isBusy;
  }

  get waitsFor(): string {
    return this.#operator.waitsFor;
  }

  begin(): void {
    for (const node of this.#world.nodes) if (!this.#buried.has(node.id)) node.start();
  }

  onTick(): void {
    this.#view.onTick();
    for (const node of this.#world.nodes) if (!node.isUp) this.#watchOver(node);
    if (this.#world.isHealed) this.#operator.keepOn();
    else for (const fault of this.#faults) fault.onTick();
  }

  /** From now on nothing breaks, and what is broken is repaired. */
  heal(): void {
    for (const fault of this.#faults) fault.heal?.();
    this.#world.heal();
    for (const node of this.#world.nodes) node.restartTick = 0;
  }

  /** A process that ended is started again after a while, whatever it ended of. */
  #watchOver(node: SimNode): void {
    if (node.isBroken || node.isRetired || this.#buried.has(node.id)) return;
    const { tick, plan, isHealed } = this.#world;
    if (node.restartTick === Number.POSITIVE_INFINITY)
      node.restartTick = tick + (isHealed ? 1 : this.#random.between(1, plan.faults.downMsMax));
    if (tick < node.restartTick) return;
    if (!isHealed) this.#bitFlips.beforeStart(node, this.#operator.isQuiet);
    node.start();
  }
}
