import type { LockMeter } from '../ports/lock.js';
import type { Metrics } from '../ports/metrics.js';

const USERS = ['write', 'append'] as const;

/**
 * The account of writes that gather behind the leader's own append at the disk (`raft.gatherBehindAppends`). The append counts as the holder from the
 * first write that it keeps waiting until the turn that proposes them all. A write costs it two additions.
 */
export class ProposalSlot {
  readonly #meter: LockMeter<(typeof USERS)[number]>;
  #waiters = 0;
  /** When the first of them came. */
  #sinceNs = 0;
  /** How much later than the first the others came, in all: a sum of differences keeps nanoseconds that a sum of stamps would lose. */
  #laterNs = 0;

  constructor(metrics: Metrics) {
    const help = 'Writes gather behind the own append at the disk and are proposed together.';
    this.#meter = metrics.lock('consensus_proposal_slot', help, USERS);
  }

  /** A write arrived. `isTaken`: behind an append at the disk. */
  ask(isTaken: boolean, nowNs: number): void {
    if (!isTaken) {
      this.#meter.passed('write');
      return;
    }
    if (this.#waiters === 0) this.#sinceNs = nowNs;
    else this.#laterNs += nowNs - this.#sinceNs;
    this.#waiters += 1;
  }

  /** All that arrived go on their way. */
  release(nowNs: number): void {
    if (this.#waiters === 0) return;
    const holdNs = Math.max(0, nowNs - this.#sinceNs);
    const waitNs = Math.max(0, this.#waiters * holdNs - this.#laterNs);
    this.#meter.gathered('append', 'write', this.#waiters, waitNs, holdNs);
    this.#waiters = 0;
    this.#laterNs = 0;
  }
}
