/** One way between two nodes. */
export class Link {
  /** Nothing passes. */
  isCut = false;
  /** What is on its way, and what comes, waits until then. */
  cloggedUntilNs = 0;
  #lastArrivalNs = 0;

  /** When something sent now arrives: what travels in order never overtakes. */
  arrival(nowNs: number, delayNs: number, mayOvertake: boolean): number {
    const ownNs = Math.max(nowNs + delayNs, this.cloggedUntilNs);
    if (mayOvertake) return ownNs;
    this.#lastArrivalNs = Math.max(this.#lastArrivalNs, ownNs);
    return this.#lastArrivalNs;
  }
}
