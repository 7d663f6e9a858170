import type { LockMeter } from '../ports/lock.js';
import type { Metrics } from '../ports/metrics.js';

const USERS = ['write', 'append'] as const;

/**
 * The account of writes that gather behind the leader's own append at the disk (`raft.gatherBehindAppends`). The append counts as the holder from the
 * first write that it keeps waiting until the turn that proposes them all.
 */
export class ProposalSlot {
  readonly #meter: LockMeter<(typeof USERS)[number]>;
  #isTaken = false;

  constructor(metrics: Metrics) {
    const help = 'Writes gather behind the own append at the disk and are proposed together.';
    this.#meter = metrics.lock('consensus_proposal_slot', help, USERS);
  }

  /** A write arrived. Gives since when it waits, 0 when it need not. */
  ask(isTaken: boolean, nowNs: number): number {
    if (!isTaken) {
      this.#meter.passed('write');
      return 0;
    }
    if (!this.#isTaken) this.#meter.held('append', 0);
    this.#isTaken = true;
    this.#meter.waits(nowNs);
    return nowNs;
  }

  /** All that arrived go on their way. `waitsSinceNs`: what `ask` gave for each. */
  release(writes: readonly { readonly waitsSinceNs: number }[], nowNs: number): void {
    if (!this.#isTaken) return;
    for (const { waitsSinceNs } of writes)
      if (waitsSinceNs !== 0) this.#meter.granted('write', waitsSinceNs, nowNs);
    this.#isTaken = false;
    this.#meter.released(nowNs);
  }
}
