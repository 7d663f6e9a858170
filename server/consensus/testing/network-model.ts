import type { Message, NodeId } from '../messages.js';
import type { Random } from './random.js';

export interface NetworkFaults {
  /** Probability that a message vanishes when sent. */
  readonly loss: number;
  /** Probability that a message arrives twice. */
  readonly duplication: number;
  /** Of how many of the oldest messages under way the next one is picked: 1 keeps the order. */
  readonly reorderWindow: number;
}

export const NO_FAULTS: NetworkFaults = { loss: 0, duplication: 0, reorderWindow: 1 };

/** More than this under way and the oldest is lost: a network has finite buffers, and a run finite memory. */
const CAPACITY = 200;

/** Messages under way between all nodes. A link is directed: what is cut loses messages at delivery, so also those already under way. */
export class NetworkModel {
  readonly #underWay: Message[] = [];
  readonly #cut = new Set<string>();
  readonly #clogged = new Set<string>();
  readonly #held: Message[] = [];
  faults: NetworkFaults = NO_FAULTS;

  get underWay(): readonly Message[] {
    return this.#underWay;
  }

  send(message: Message, random: Random): void {
    if (random.chance(this.faults.loss)) return;
    this.#underWay.push(message);
    if (random.chance(this.faults.duplication)) this.#underWay.push(message);
    if (this.#underWay.length > CAPACITY) this.#underWay.shift();
  }

  /** The next message to arrive; null when none is under way or the picked one is lost on a cut link. */
  receive(random: Random): Message | null {
    if (this.#underWay.length === 0) return null;
    const window = Math.min(this.faults.reorderWindow, this.#underWay.length);
    const [message] = this.#underWay.splice(random.between(0, window - 1), 1);
    if (message === undefined) return null;
    const path = link(message.from, message.to);
    if (this.#cut.has(path)) return null;
    if (!this.#clogged.has(path)) return message;
    if (this.#held.length < CAPACITY) this.#held.push(message);
    return null;
  }

  /** Removes and returns the messages under way that fit. */
  take(fits: (message: Message) => boolean): Message[] {
    const taken = this.#underWay.filter(fits);
    const left = this.#underWay.filter((message) => !fits(message));
    this.#underWay.splice(0, this.#underWay.length, ...left);
    return taken;
  }

  isCut(from: NodeId, to: NodeId): boolean {
    return this.#cut.has(link(from, to));
  }

  cutOneWay(from: NodeId, to: NodeId): void {
    this.#cut.add(link(from, to));
  }

  /** Messages on this link arrive only after `heal`: answers of long ago, to questions that nobody asks any more. */
  clog(from: NodeId, to: NodeId): void {
    this.#clogged.add(link(from, to));
  }

  heal(): void {
    this.#cut.clear();
    this.#clogged.clear();
    this.#underWay.unshift(...this.#held.splice(0));
  }
}

function link(from: NodeId, to: NodeId): string {
  return `${from}>${to}`;
}
