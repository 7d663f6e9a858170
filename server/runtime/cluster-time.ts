import type { NodeContext } from './node-context.js';

/**
 * A node that does not lead counts its own time by this much slower. The clocks of two machines run apart by a thousandth at most (the kernel
 * corrects each by up to 500 ppm), and what a node is ahead it stays ahead: over a month of following it would become minutes, by
 * which keys would expire early once it leads.
 */
const FOLLOWING_RATE = 0.999;

/**
 * Milliseconds that the cluster has lived, as far as this node can tell: the newest stamp it applied and its own monotonic time since then. The
 * leader stamps commands with it. Every node's estimate is at most the leader's, since a stamp is applied after it was made and who follows counts
 * slower; so a new leader goes on where the old one was, give or take the time an entry travels, and never back. No wall clock takes part.
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
    const { machine, leadingTerm } = this.#context;
    // Some ask with the time at which their turn began, which others have passed already.
    if (nowNs > this.#countedNs) {
      const rate = leadingTerm === 0 ? FOLLOWING_RATE : 1;
      this.#estimateMs += ((nowNs - this.#countedNs) / 1e6) * rate;
      this.#countedNs = nowNs;
    }
    if (machine.clockMs > this.#estimateMs) this.#estimateMs = machine.clockMs;
    return Math.floor(this.#estimateMs);
  }

  /** What is left until `expiresAtMs`; null for a key that does not expire. A key that is due exists until the leader has removed it. */
  ttlMs(expiresAtMs: number, nowNs: number): number | null {
    return expiresAtMs === 0 ? null : Math.max(1, expiresAtMs - this.nowMs(nowNs));
  }
}
