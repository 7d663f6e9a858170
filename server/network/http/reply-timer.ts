import type { RequestContext } from '../../ports/key-value-service.js';
import type { Histogram, Stamps } from '../../ports/metrics.js';

/** One in so many replies is timed: two readings of the clock cost a tenth of a small reply, and the mean needs no more. */
const TIMED_EVERY = 8;

/** Times replies: from the outcome known to the answer handed to the socket. */
export class ReplyTimer {
  readonly #replyNs: Histogram;
  readonly #stamps: Stamps;
  #untimed = 0;

  constructor(replyNs: Histogram, stamps: Stamps) {
    this.#replyNs = replyNs;
    this.#stamps = stamps;
  }

  /** The outcome is known. Gives what `end` wants; 0 for a reply that is not timed. One whose request is sampled always is. */
  begin({ onReplied }: RequestContext): number {
    this.#untimed += 1;
    if (onReplied === null && this.#untimed < TIMED_EVERY) return 0;
    this.#untimed = 0;
    return this.#stamps.nowNs();
  }

  /** The answer is handed over. Tells a sampled request that it is. */
  end({ onReplied }: RequestContext, doneNs: number): void {
    if (doneNs !== 0) this.#replyNs.record(this.#stamps.nowNs() - doneNs);
    onReplied?.(doneNs);
  }
}
