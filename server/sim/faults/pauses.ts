import type { Random } from '../random.js';
import type { SimNode } from '../world/sim-node.js';
import type { SimWorld } from '../world/sim-world.js';
import type { Fault } from './fault.js';

/** Processes that stand still (SIGSTOP), while time goes on and what reaches them waits. */
export class Pauses implements Fault {
  readonly #world: SimWorld;
  readonly #random: Random;
  /** Node and the tick in which it goes on. */
  readonly #paused = new Map<SimNode, number>();

  constructor(world: SimWorld) {
    this.#world = world;
    this.#random = world.fork('pauses');
  }

  onTick(): void {
    const { tick, plan, counts, leader } = this.#world;
    for (const [node, end] of this.#paused) {
      if (tick < end) continue;
      this.#paused.delete(node);
      if (node.isPaused) node.resume();
    }
    const { pause, pauseMsMax } = plan.faults;
    if (pause === 0 || !this.#random.chance(pause)) return;
    const up = this.#world.nodes.filter((node) => node.isUp && !node.isPaused);
    if (up.length === 0) return;
    const node =
      leader !== null && !leader.isPaused && this.#random.chance(0.5) ? leader : this.#random.pick(up);
    node.pause();
    counts.add('pauses');
    this.#paused.set(node, tick + this.#random.between(1, pauseMsMax));
  }

  heal(): void {
    this.#paused.clear();
  }
}
