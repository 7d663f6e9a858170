import type { Random } from '../random.js';
import type { SimNode } from '../world/sim-node.js';
import type { SimWorld } from '../world/sim-world.js';
import type { Fault } from './fault.js';

const PLANNED_SHARE = 0.2;

/** Processes that end: killed, stopped by their operator, or with the power of their machine, or of the whole room. */
export class Crashes implements Fault {
  readonly #world: SimWorld;
  readonly #random: Random;

  constructor(world: SimWorld) {
    this.#world = world;
    this.#random = world.fork('crashes');
  }

  onTick(): void {
    const { crash, powerCut, allAtOnce } = this.#world.plan.faults;
    if (crash === 0 || !this.#random.chance(crash)) return;
    const isPowerCut = this.#random.chance(powerCut);
    if (this.#random.chance(allAtOnce)) {
      this.#world.counts.add(isPowerCut ? 'power cuts of all' : 'crashes of all');
      for (const node of this.#world.nodes) if (node.isUp) this.#end(node, isPowerCut);
      return;
    }
    const node = this.#pick();
    if (node === null) return;
    if (!isPowerCut && this.#random.chance(PLANNED_SHARE)) node.shutDown();
    else this.#end(node, isPowerCut);
  }

  #end(node: SimNode, isPowerCut: boolean): void {
    this.#world.counts.add(isPowerCut ? 'power cuts' : 'crashes');
    if (isPowerCut) node.powerCut();
    else node.crash();
  }

  /** Leaders more often than chance would: what happens to the others rarely matters. */
  #pick(): SimNode | null {
    const up = this.#world.nodes.filter((node) => node.isUp);
    if (up.length === 0) return null;
    const { leader } = this.#world;
    return leader !== null && this.#random.chance(0.4) ? leader : this.#random.pick(up);
  }
}
