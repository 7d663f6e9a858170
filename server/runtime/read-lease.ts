/**
 * The leader's right to answer reads alone (Ongaro's thesis §6.4.1). A round of heartbeats that began at `startedNs` and was confirmed by a
 * quorum means: none of that quorum votes for another node until an election time-out after it heard the heartbeat, which was after
 * `startedNs`. So no other leader can have been elected before `startedNs` plus that time, less a margin: two ticks,
 * because followers count whole ticks, and a tenth, by which the clocks of two machines may run apart.
 *
 * What the margin cannot cover, ends the lease: an attempt to hand the lead over (the successor's election is forced), a change of membership
 * (another quorum), and a loop that was held up (the clock may have stood still, as it does in a machine that is put to sleep).
 * It rests on check-quorum and on nodes that refuse votes for an election time-out after their start, and on nobody calling `forgetLeader`.
 */
export class ReadLease {
  readonly #durationNs: number;
  readonly #stallNsMax: number;
  #term = 0;
  #startedNs = 0;
  #untilNs = 0;
  #isUsed = false;
  /** Rounds that began before this do not count. */
  #notBeforeNs = 0;

  constructor(electionTimeoutMsMin: number, tickMs: number) {
    const marginMs = 2 * tickMs + electionTimeoutMsMin / 10;
    this.#durationNs = Math.max(0, electionTimeoutMsMin - marginMs) * 1e6;
    this.#stallNsMax = (marginMs / 2) * 1e6;
  }

  /** A quorum confirmed a round of this term. */
  grant(term: number, startedNs: number): void {
    if (startedNs < this.#notBeforeNs) return;
    if (term === this.#term && startedNs <= this.#startedNs) return;
    this.#term = term;
    this.#startedNs = startedNs;
    this.#untilNs = startedNs + this.#durationNs;
    this.#isUsed = false;
  }

  /** Ends the lease; rounds that are under way give no new one. */
  drop(nowNs: number): void {
    this.#untilNs = 0;
    this.#notBeforeNs = nowNs;
  }

  /** The loop came `lateNs` later to its work than it was due. */
  noteLateness(lateNs: number, nowNs: number): void {
    if (lateNs > this.#stallNsMax) this.drop(nowNs);
  }

  isValid(term: number, nowNs: number): boolean {
    return term === this.#term && nowNs >= this.#startedNs && nowNs < this.#untilNs;
  }

  noteUse(): void {
    this.#isUsed = true;
  }

  /** More than half used up, and wanted: time for a round that renews it. */
  wantsRenewal(term: number, nowNs: number): boolean {
    return this.#isUsed && this.isValid(term, nowNs) && nowNs - this.#startedNs > this.#durationNs / 2;
  }
}
