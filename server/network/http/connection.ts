/**
 * One client connection as the limits see it, and the one place that knows when it is gone: a response that waits behind another one
 * (pipelining) never hears of the end of its socket from node:http.
 */
export class Connection {
  /** Let in beyond the limit: health is answered, all else refused, and it closes after one answer. */
  readonly reserved: boolean;
  /** Operations under way on it. */
  inFlight = 0;
  #closed = false;
  /** Null for nearly every connection. */
  #tasks: Set<() => void> | null = null;

  constructor(reserved: boolean) {
    this.reserved = reserved;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Runs `task` once when the connection is gone, unless what this gives is called before; that says whether it came in time. */
  whenClosed(task: () => void): () => boolean {
    this.#tasks ??= new Set();
    const tasks = this.#tasks;
    tasks.add(task);
    return () => tasks.delete(task);
  }

  close(): void {
    this.#closed = true;
    const tasks = this.#tasks;
    this.#tasks = null;
    if (tasks === null) return;
    for (const task of tasks) {
      tasks.delete(task);
      task();
    }
  }
}
