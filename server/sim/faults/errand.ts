import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { ClusterAdmin, MembershipResult } from '../../ports/cluster-admin.js';
import type { Done } from '../../ports/key-value-service.js';
import type { Random } from '../random.js';
import type { SimWorld } from '../world/sim-world.js';

const PAUSE_TICKS_MIN = 20;
const PAUSE_TICKS_MAX = 300;
/** A node that was asked and died does not answer. */
const PATIENCE_TICKS = 5_000;

export interface ErrandOptions {
  readonly name: string;
  /** The newcomer that it is about, 0 for none: without it nothing is left to be done. */
  readonly subject: NodeId;
  readonly isReached: () => boolean;
  readonly ask: (admin: ClusterAdmin, done: Done<MembershipResult>) => void;
}

/** Something an operator wants of the cluster: asks one node after the other, until it is so. */
export class Errand {
  readonly name: string;
  readonly subject: NodeId;
  readonly #options: ErrandOptions;
  readonly #world: SimWorld;
  readonly #random: Random;
  #attempt = 0;
  #nextTick = 0;

  constructor(world: SimWorld, random: Random, options: ErrandOptions) {
    this.name = options.name;
    this.subject = options.subject;
    this.#options = options;
    this.#world = world;
    this.#random = random;
  }

  isDone(): boolean {
    if (!this.#options.isReached()) return false;
    this.#world.trace(`operator has it: ${this.name}`);
    this.#world.counts.add('members changed');
    return true;
  }

  onTick(): void {
    const { tick, nodes } = this.#world;
    if (tick < this.#nextTick) return;
    const up = nodes.filter(({ process, isPaused }) => process !== null && !isPaused);
    if (up.length === 0) return;
    const node = this.#random.pick(up);
    const attempt = ++this.#attempt;
    this.#nextTick = tick + PATIENCE_TICKS;
    this.#world.trace(`operator asks ${node.id}: ${this.name}`);
    node.run(() => this.#options.ask(node.process!.runtime.admin, (error) => this.#onAnswer(attempt, error)));
  }

  #onAnswer(attempt: number, error: Error | null): void {
    if (error !== null && !(error instanceof StrataError)) throw error;
    this.#world.trace(`operator is told: ${this.name}: ${error?.code ?? 'ok'}`);
    this.#world.counts.add(error === null ? 'operator served' : 'operator refused');
    if (attempt === this.#attempt)
      this.#nextTick = this.#world.tick + this.#random.between(PAUSE_TICKS_MIN, PAUSE_TICKS_MAX);
  }
}
