import type { NodeContext } from './node-context.js';

/**
 * Milliseconds that the cluster has lived, as far as this node can tell: the newest stamp it applied and its own monotonic time since then. The
 * leader stamps commands with it. Every node's estimate is at most the leader's, since a stamp is applied after it was made; so a new
 * leader goes on where the old one was, give or take the time an entry travels, and never back. No wall clock takes part.
 */
export class ClusterTime {
  readonly #context: Pick<NodeContext, 'machine'>;
  #baseMs: number;
  #baseNs: number;

  constructor(context: Pick<NodeContext, 'machine'>, nowNs: number) {
    this.#context = context;
    this.#baseMs = context.machine.clockMs;
    this.#baseNs = nowNs;
  }

  /** Called every tick besides, so that a stamp is noticed soon after it was applied. */
  nowMs(nowNs: number): number {
    const { clockMs } = this.#context.machine;
    const ownMs = Math.floor(this.#baseMs + (nowNs - this.#baseNs) / 1e6);
    if (clockMs <= ownMs) return ownMs;
    this.#baseMs = clockMs;
    this.#baseNs = nowNs;
    return clockMs;
  }

  /** What is left until `expiresAtMs`; null for a key that does not expire. A key that is due exists until the leader has removed it. */
  ttlMs(expiresAtMs: number, nowNs: number): number | null {
    return expiresAtMs === 0 ? null : Math.max(1, expiresAtMs - this.nowMs(nowNs));
  }
}
