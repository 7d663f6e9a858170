import type { Counter } from '../ports/metrics.js';
import type { CampaignGate } from './campaign-gate.js';
import type { LeadershipDesk } from './leadership-desk.js';
import type { NodeContext } from './node-context.js';

/** A leader that found nobody to take over asks again after this many election time-outs. */
const RETRY_TIMEOUTS = 10;

/**
 * A leader whose disk is full or does not answer gives its lead to a node whose disk works, before it costs an election or a client's
 * patience. Hysteresis: after a hand-over for a stall this node neither campaigns nor hands over again for `diskStallRestMs`, so that a disk
 * that stalls now and then does not make the lead wander.
 */
export class DiskWatch {
  readonly #context: NodeContext;
  readonly #leadership: LeadershipDesk;
  readonly #gate: CampaignGate;
  readonly #handOvers: Counter;
  #isFull = false;
  #isStalled = false;
  /** End of the rest after a hand-over, 0 for none. */
  #restUntilNs = 0;
  #retryAtNs = 0;
  #lastTickNs = 0;
  /** When this process last came back from where it did not run. */
  #awakeSinceNs = 0;

  constructor(context: NodeContext, leadership: LeadershipDesk, gate: CampaignGate) {
    this.#context = context;
    this.#leadership = leadership;
    this.#gate = gate;
    const { metrics } = context;
    this.#handOvers = metrics.counter(
      'runtime_disk_handovers_total',
      'Times this leader gave its lead away because of its disk.',
    );
    metrics.gauge('runtime_disk_full', '1 while the log has no space.', () =>
      context.log.health.isFull ? 1 : 0,
    );
    metrics.gauge(
      'runtime_disk_stalled',
      '1 while the disk does not finish a write, or rests after that.',
      () => (this.#isStalled || this.#restUntilNs !== 0 ? 1 : 0),
    );
  }

  get alarms(): readonly ('disk-full' | 'disk-stalled')[] {
    const alarms: ('disk-full' | 'disk-stalled')[] = [];
    // Not as of the last tick: writes are taken again as soon as there is space.
    if (this.#context.log.health.isFull) alarms.push('disk-full');
    if (this.#isStalled || this.#restUntilNs !== 0) alarms.push('disk-stalled');
    return alarms;
  }

  onTick(nowNs: number): void {
    const { isFull, busySinceNs } = this.#context.log.health;
    if (isFull !== this.#isFull) this.#fullChanged(isFull);
    const awakeSinceNs = this.#awakeSince(nowNs);
    const busyNs = busySinceNs === 0 ? 0 : nowNs - Math.max(busySinceNs, awakeSinceNs);
    // A write that waits for space is not a stall.
    const isStalled = !isFull && busyNs > this.#context.diskStallMs * 1e6;
    if (isStalled !== this.#isStalled) this.#stallChanged(isStalled, busyNs);
    if (this.#restUntilNs !== 0 && nowNs >= this.#restUntilNs && !isStalled) this.#endRest();
    if (this.#context.raw.role !== 'leader' || nowNs < this.#retryAtNs) return;
    if (isFull) this.#handOver('disk-full', nowNs);
    else if (isStalled && this.#restUntilNs === 0 && this.#isAnotherDiskAhead()) {
      this.#handOver('disk-stalled', nowNs);
      this.#restUntilNs = nowNs + this.#context.diskStallRestMs * 1e6;
    }
  }

  /**
   * A process that was stopped, with its machine or alone, knows nothing of its disk: what it did meanwhile waits in the loop behind this tick. Were
   * that time a stall, all nodes of machines that slept would rest at once, and nobody would campaign.
   */
  #awakeSince(nowNs: number): number {
    if (nowNs - this.#lastTickNs > (this.#context.diskStallMs * 1e6) / 2) this.#awakeSinceNs = nowNs;
    this.#lastTickNs = nowNs;
    return this.#awakeSinceNs;
  }

  #handOver(reason: 'disk-full' | 'disk-stalled', nowNs: number): void {
    const { electionTimeoutMsMax, logger } = this.#context;
    this.#retryAtNs = nowNs + RETRY_TIMEOUTS * electionTimeoutMsMax * 1e6;
    if (!this.#leadership.giveAway()) return;
    logger.warn({ reason }, 'handing leadership over because of the disk');
    this.#handOvers.add(1);
  }

  #fullChanged(isFull: boolean): void {
    this.#isFull = isFull;
    if (isFull) this.#gate.close('disk-full');
    else this.#gate.open('disk-full');
    if (isFull)
      this.#context.logger.error(
        { code: 'STRATA_DISK_FULL' },
        'the disk is full: writes are refused until there is space',
      );
    else this.#context.logger.info({}, 'the disk has space again');
  }

  #stallChanged(isStalled: boolean, busyNs: number): void {
    this.#isStalled = isStalled;
    // It could not even persist its vote.
    if (isStalled) this.#gate.close('disk-stalled');
    else if (this.#restUntilNs === 0) this.#gate.open('disk-stalled');
    if (isStalled)
      this.#context.logger.warn({ busyMs: Math.round(busyNs / 1e6) }, 'the disk does not finish a write');
    else this.#context.logger.info({}, 'the disk answers again');
  }

  #endRest(): void {
    this.#restUntilNs = 0;
    this.#gate.open('disk-stalled');
  }

  /** A voter made durable what this node could not: its disk works, so a hand-over helps. A disk that all share would stall there too. */
  #isAnotherDiskAhead(): boolean {
    const { id, raw } = this.#context;
    const { progress, stableIndex } = raw.status();
    return progress.some(
      (peer) =>
        peer.id !== id && peer.recentActive && raw.membership.voters.has(peer.id) && peer.match > stableIndex,
    );
  }
}
