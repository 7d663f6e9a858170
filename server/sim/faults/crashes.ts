import type { Random } from '../random.js';
import type { SimNode } from '../world/sim-node.js';
import type { SimWorld } from '../world/sim-world.js';
import type { Fault } from './fault.js';

const PLANNED_SHARE = 0.2;
/** Long enough for the first entry of a new leader to reach some. */
const ELECTED_TICKS_MAX = 10;

/** Processes that end: killed, stopped by their operator, or with the power of their machine, or of the whole room. */
export class Crashes implements Fault {
  readonly #world: SimWorld;
  readonly #random: Random;
  /** The newest term that somebody was elected in. */
  #term = 0;
  #doomed: { readonly node: SimNode; readonly tick: number } | null = null;

  constructor(world: SimWorld) {
    this.#world = world;
    this.#random = world.fork('crashes');
  }

  onTick(): void {
    const { crash, crashElected = 0, powerCut, allAtOnce } = this.#world.plan.faults;
    if (crashElected > 0) this.#crashElected(crashElected, powerCut);
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

  #crashElected(share: number, powerCut: number): void {
    const { leader, tick } = this.#world;
    const term = leader?.process?.raw.term ?? 0;
    if (leader !== null && term > this.#term) {
      this.#term = term;
      if (this.#random.chance(share))
        this.#doomed = { node: leader, tick: tick + this.#random.between(0, ELECTED_TICKS_MAX) };
    }
    if (this.#doomed === null || tick < this.#doomed.tick) return;
    const { node } = this.#doomed;
    this.#doomed = null;
    if (node.isUp) this.#end(node, this.#random.chance(powerCut));
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
