import type { SimWorld } from '../world/sim-world.js';

/** Decides each tick what breaks, and what is repaired. */
export class FaultScheduler {
  readonly #world: SimWorld;
  readonly #buried: ReadonlySet<number>;

  constructor(world: SimWorld, buriedFounders: number) {
    this.#world = world;
    this.#buried = new Set(world.plan.founders.slice(0, buriedFounders));
  }

  /** Something is under way that has to end before the cluster can be at rest. */
  get isBusy(): boolean {
    return false;
  }

  get waitsFor(): string {
    return 'nothing';
  }

  begin(): void {
    for (const node of this.#world.nodes) node.start();
  }

  onTick(): void {
    for (const node of this.#world.nodes) {
      if (node.isUp || node.isBroken || node.isRetired || this.#buried.has(node.id)) continue;
      if (this.#world.tick >= node.restartTick) node.start();
    }
  }

  heal(): void {
    this.#world.heal();
    for (const node of this.#world.nodes) node.restartTick = 0;
  }
}
