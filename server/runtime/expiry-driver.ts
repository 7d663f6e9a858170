import { StrataError } from '../errors.js';
import type { Counter } from '../ports/metrics.js';
import { encodeCommand } from '../state/command-codec.js';
import type { ClusterTime } from './cluster-time.js';
import type { NodeContext } from './node-context.js';

/**
 * Removes keys that are due: the leader proposes it, every node does the same when it applies that. One entry removes a bounded number of
 * keys, so it is proposed again as soon as it is applied while more are due. Looks at the earliest deadline only when the loop turns
 * anyway: no key with a TTL, no work.
 */
export class ExpiryDriver {
  readonly #context: NodeContext;
  readonly #time: ClusterTime;
  readonly #proposals: Counter;
  /** Index of the newest proposal of `#term`: one is under way while it is not applied. */
  #proposed = 0;
  #term = 0;

  constructor(context: NodeContext, time: ClusterTime) {
    this.#context = context;
    this.#time = time;
    this.#proposals = context.metrics.counter(
      'state_expiry_proposals_total',
      'Entries proposed to remove keys whose time has come.',
    );
  }

  run(nowNs: number): void {
    const { leadingTerm, limits, log, machine, raw } = this.#context;
    const dueMs = machine.nextExpiryMs;
    if (dueMs === null || leadingTerm === 0) return;
    if (this.#term !== leadingTerm) {
      this.#term = leadingTerm;
      this.#proposed = 0;
    }
    if (machine.appliedIndex < this.#proposed || log.health.isFull) return;
    const nowMs = this.#time.nowMs(nowNs);
    if (nowMs < dueMs) return;
    try {
      this.#proposed = raw.propose(encodeCommand({ kind: 'expire-due' }, nowMs, limits));
      this.#proposals.add(1);
    } catch (error) {
      // No room, or the lead is being handed over: the next turn, or the next leader, does it.
      if (!(error instanceof StrataError)) throw error;
    }
  }
}
