/** Requests that wait for a lock, and may stop waiting before they have it. */
export class LockQueue<Request extends { readonly deadlineNs: number }> {
  readonly #waiting = new Set<Request>();

  get size(): number {
    return this.#waiting.size;
  }

  add(request: Request): void {
    this.#waiting.add(request);
  }

  /** True when it still waited: the lock is its own now. */
  take(request: Request): boolean {
    return this.#waiting.delete(request);
  }

  /** Takes out those whose deadline has passed. */
  expired(nowNs: number): Request[] {
    const late: Request[] = [];
    // A set keeps the order of arrival, so the first that is in time ends the search.
    for (const request of this.#waiting) {
      if (request.deadlineNs > nowNs) break;
      late.push(request);
    }
    for (const request of late) this.#waiting.delete(request);
    return late;
  }

  takeAll(): Request[] {
    const all = [...this.#waiting];
    this.#waiting.clear();
    return all;
  }
}
