/** Pings of one connection: one is measured at a time. */
export class RoundTrip {
  #id = 0;
  /** Of the ping that is under way, 0 when none is. */
  #sentNs = 0;
  #lastNs = 0;

  /** When the last ping left, 0 before the first. */
  get lastNs(): number {
    return this.#lastNs;
  }

  /** A ping leaves; gives its id. One that was not answered yet goes on being measured: its round trip is at least that long. */
  sent(nowNs: number): number {
    this.#lastNs = nowNs;
    if (this.#sentNs === 0) {
      this.#id += 1;
      this.#sentNs = nowNs;
    }
    return this.#id;
  }

  /** How long it took, null when nobody asked. */
  answered(id: number, nowNs: number): number | null {
    if (id !== this.#id || this.#sentNs === 0) return null;
    const tookNs = nowNs - this.#sentNs;
    this.#sentNs = 0;
    return tookNs;
  }
}
