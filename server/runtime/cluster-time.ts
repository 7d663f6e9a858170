import { type Entry, EntryType } from '../consensus/messages.js';
import { stampOf } from '../state/command-codec.js';
import type { NodeContext } from './node-context.js';

/**
 * A node that does not lead counts its own time by this much slower. The clocks of two machines run apart by a thousandth at most (the kernel
 * corrects each by up to 500 ppm): what it is ahead of a leader that has stamped nothing for a month would be minutes, by which keys would
 * expire early once it leads.
 */
const FOLLOWING_RATE = 0.999;

/**
 * Milliseconds that the cluster has lived, as far as this node can tell: the newest stamp of a leader that it has and its own monotonic time since
 * then. The leader stamps commands with it. Who follows goes by each stamp as it comes in, forward or back: a leader that was started
 * anew may be hours behind those that counted on while nobody led, and what it stamps must not be long due where the next
 * leader counts. So every node's estimate is at most the leader's, since a stamp comes after it was made and who follows counts slower; and a
 * new leader goes on where the old one was, give or take the time an entry travels. Stamps that are applied never go back. No wall clock
 * takes part.
 */
export class ClusterTime {
  readonly #context: Pick<NodeContext, 'machine' | 'leadingTerm'>;
  #estimateMs: number;
  #countedNs: number;

  constructor(context: Pick<NodeContext, 'machine' | 'leadingTerm'>, nowNs: number) {
    this.#context = context;
    this.#estimateMs = context.machine.clockMs;
    this.#countedNs = nowNs;
  }

  /** Called every tick besides, so that a stamp is noticed soon after it was applied. */
  nowMs(nowNs: number): number {
    const { machine } = this.#context;
    this.#count(nowNs);
    if (machine.clockMs > this.#estimateMs) this.#estimateMs = machine.clockMs;
    return Math.floor(this.#estimateMs);
  }

  /** Entries of a node that leads go into the log. Not when they are applied: by then this node may lead itself, and have stamped others. */
  follow(entries: readonly Entry[], nowNs: number): void {
    for (let at = entries.length - 1; at >= 0; at--) {
      const { type, data } = entries[at]!;
      const stampMs = type === EntryType.Normal ? stampOf(data) : null;
      if (stampMs === null) continue;
      this.#count(nowNs);
      this.#estimateMs = stampMs;
      return;
    }
  }

  /** The state of a leader took the place of this node's. */
  beginAnew(nowNs: number): void {
    this.#count(nowNs);
    this.#estimateMs = this.#context.machine.clockMs;
  }

  /** What is left until `expiresAtMs`; null for a key that does not expire. A key that is due exists until the leader has removed it. */
  ttlMs(expiresAtMs: number, nowNs: number): number | null {
    return expiresAtMs === 0 ? null : Math.max(1, expiresAtMs - this.nowMs(nowNs));
  }

  #count(nowNs: number): void {
    // Some ask with the time at which their turn began, which others have passed already.
    if (nowNs <= this.#countedNs) return;
    const rate = this.#context.leadingTerm === 0 ? FOLLOWING_RATE : 1;
    this.#estimateMs += ((nowNs - this.#countedNs) / 1e6) * rate;
    this.#countedNs = nowNs;
  }
}
