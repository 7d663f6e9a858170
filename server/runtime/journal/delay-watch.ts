import type { AppendTimings, LogHealth } from '../../ports/log-storage.js';
import type { EventJournal } from './event-journal.js';

/** A tick that comes later than this is worth an event: below it the timer's own grain and a busy turn are daily life. */
export const LOOP_DELAY_MS_MIN = 25;

/** CPU within a delay as a share of it: from here on the loop was busy, */
const BUSY_SHARE_MIN = 0.5;
/** below this the process as good as did not run; between the two it had work and too little of a processor. */
const RUNNING_SHARE_MIN = 0.1;

export interface DelayWatchOptions {
  readonly tickMs: number;
  /** A write or sync that takes longer is a stall. */
  readonly heartbeatMs: number;
  /** One that is still under way after this time is told before it ends. */
  readonly diskStallMs: number;
  readonly log: { readonly health: LogHealth };
  /** CPU time of the process since its start, ns; absent where nobody counts it, and then nothing is said of it. */
  readonly cpuNs?: (() => number) | undefined;
}

/**
 * What held this node up: its loop and its disk.
 *
 * A late tick alone does not tell whether the loop was busy or the process did not run at all (no CPU for it, SIGSTOP, a machine that was paused). The CPU
 * time of the process does. It is read once a tick, about 1 µs in 20 ms, and counts from the tick before; what that normal interval takes is told by the
 * interval before it. So `cpuNs` of a delay is wrong by one tick's worth of CPU at most, when the load changed between the two. Threads beside the loop
 * count too, up to the length of the delay.
 */
export class DelayWatch {
  readonly #journal: EventJournal;
  readonly #options: DelayWatchOptions;
  #tickNs = 0;
  #cpuNs = 0;
  /** CPU time of the last interval between two ticks of which the second was not late. */
  #usualNs = 0;
  /** The last delay: whatever waited for the loop then seems longer than it was. */
  #lateFromNs = 0;
  #lateToNs = 0;
  /** Begin of the stall that was told while it was under way, and of the call that was told when it ended. */
  #underWayNs = 0;
  #endedNs = 0;

  constructor(journal: EventJournal, options: DelayWatchOptions) {
    this.#journal = journal;
    this.#options = options;
  }

  onTick(nowNs: number): void {
    const cpuNs = this.#options.cpuNs?.() ?? 0;
    if (this.#tickNs !== 0) this.#interval(nowNs, cpuNs - this.#cpuNs);
    this.#tickNs = nowNs;
    this.#cpuNs = cpuNs;
    this.#lookAtDisk(nowNs);
  }

  /** An append came back from the disk. Appends that shared a write come one after the other, with the same stamps. */
  appended({ writeStartedNs, writtenNs, syncSubmittedNs, durableNs }: AppendTimings): void {
    if (durableNs - writeStartedNs <= this.#stallNs || writeStartedNs === this.#endedNs) return;
    this.#endedNs = writeStartedNs;
    this.#call('write', writeStartedNs, writtenNs);
    this.#call('sync', syncSubmittedNs, durableNs);
  }

  get #stallNs(): number {
    return this.#options.heartbeatMs * 1e6;
  }

  #interval(nowNs: number, spentNs: number): void {
    const dueNs = this.#tickNs + this.#options.tickMs * 1e6;
    const lateNs = nowNs - dueNs;
    if (lateNs <= LOOP_DELAY_MS_MIN * 1e6) {
      this.#usualNs = spentNs;
      return;
    }
    const cpuNs = Math.min(lateNs, Math.max(0, spentNs - this.#usualNs));
    const detail = this.#options.cpuNs === undefined ? 'not known' : inWords(cpuNs / lateNs);
    this.#lateFromNs = dueNs;
    this.#lateToNs = nowNs;
    this.#journal.span('loop-delay', dueNs, nowNs, detail, 0, cpuNs);
  }

  #call(name: 'write' | 'sync', fromNs: number, toNs: number): void {
    if (toNs - fromNs - this.#lateWithin(fromNs, toNs) > this.#stallNs)
      this.#journal.span('disk-stall', fromNs, toNs, name);
  }

  /** A completion that waited for the loop says nothing of the disk. */
  #lateWithin(fromNs: number, toNs: number): number {
    return Math.max(0, Math.min(toNs, this.#lateToNs) - Math.max(fromNs, this.#lateFromNs));
  }

  /** A disk that does not come back at all would otherwise never be told of. */
  #lookAtDisk(nowNs: number): void {
    const { isFull, busySinceNs } = this.#options.log.health;
    if (busySinceNs === 0 || busySinceNs === this.#underWayNs || isFull) return;
    const awakeNs = nowNs - Math.max(busySinceNs, this.#lateToNs);
    if (awakeNs <= this.#options.diskStallMs * 1e6) return;
    this.#underWayNs = busySinceNs;
    this.#journal.span('disk-stall', busySinceNs, nowNs, 'under way');
  }
}

function inWords(share: number): string {
  if (share >= BUSY_SHARE_MIN) return 'busy';
  return share >= RUNNING_SHARE_MIN ? 'short of CPU' : 'not running';
}
