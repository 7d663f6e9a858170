import type { HistoryOptions } from './options.js';

/** Operations of one burst, over all workers. */
const BURST_OPERATIONS = 64;
/**
 * Of one burst under way at a time, over all workers, burst by burst. Many that overlap find races; but among many writes a lost one hides behind
 * another that overlapped it, and a read that is a little stale behind a slow one. Few find those.
 */
const BURST_UNDER_WAY_MAX = [2, 16, 4] as const;
const BURST_NS_MIN = 50e6;
/** Start-up, the callbacks around the window and the drain belong to the run too. */
const RESERVE_SECONDS = 2;

export interface Share {
  readonly index: number;
  readonly count: number;
}

/**
 * When the operations of a history are sent, and on which key. The limit on their number is spread over the whole run, so that its end is as well
 * covered as its beginning; but in bursts on one key, because operations that are spread evenly hardly ever overlap, and what does not overlap proves
 * little. All workers find the same burst and key from the clock. Pure: the caller tells the time.
 */
export class BurstSchedule {
  readonly #keys: number;
  readonly #burstNs: number;
  readonly #tokensOfBurst: number;
  readonly #underWayMax: readonly number[];
  #startNs = Number.POSITIVE_INFINITY;
  #burst = -1;
  #tokens = 0;
  #underWay = 0;
  /** What this worker may still send in the whole run. */
  #left: number;

  constructor({ keys, operationsMax }: HistoryOptions, plannedSeconds: number, { index, count }: Share) {
    const bursts = Math.max(1, Math.floor(operationsMax / BURST_OPERATIONS));
    this.#keys = keys;
    this.#burstNs = Math.max(BURST_NS_MIN, ((plannedSeconds + RESERVE_SECONDS) * 1e9) / bursts);
    this.#tokensOfBurst = shareOf(BURST_OPERATIONS, index, count);
    this.#underWayMax = BURST_UNDER_WAY_MAX.map((total) => shareOf(total, index, count));
    this.#left = shareOf(operationsMax, index, count);
  }

  /** True when this worker may send nothing any more, because its share of the limit is used up. */
  get isUsedUp(): boolean {
    return this.#left === 0;
  }

  start(startNs: number): void {
    this.#startNs = startNs;
  }

  /** Takes one operation: the number of its burst, or -1 when none is due now. */
  take(nowNs: number): number {
    if (nowNs < this.#startNs || this.#left === 0) return -1;
    const burst = Math.floor((nowNs - this.#startNs) / this.#burstNs);
    if (burst !== this.#burst) {
      this.#burst = burst;
      this.#tokens = this.#tokensOfBurst;
      // What hangs from earlier bursts must not keep the rest of the run from being recorded.
      this.#underWay = 0;
    }
    const underWayMax = this.#underWayMax[burst % this.#underWayMax.length]!;
    if (this.#tokens === 0 || this.#underWay >= underWayMax) return -1;
    this.#tokens--;
    this.#left--;
    this.#underWay++;
    return burst;
  }

  keyOf(burst: number): number {
    return burst % this.#keys;
  }

  ended(burst: number): void {
    if (burst === this.#burst) this.#underWay--;
  }
}

/** Whole shares of `total` that add up to it. */
function shareOf(total: number, index: number, count: number): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0);
}
