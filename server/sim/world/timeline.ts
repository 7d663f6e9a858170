import { InvariantError } from '../../errors.js';
import type { Clock, Timer } from '../../ports/clock.js';

const TURNS_MAX = 100_000;
/** What a turn of an event loop takes here: above 0, so that stamps of different turns differ. */
const TURN_NS = 1_000;

interface Due extends Timer {
  readonly dueNs: number;
  readonly sequence: number;
  /** Null when it was cancelled. */
  task: (() => void) | null;
}

/**
 * The time of the whole simulation. What is due at the same moment runs in the order in which it was made, so a run repeats itself. The events
 * to come are a binary heap: a run makes hundreds of thousands of them.
 */
export class Timeline implements Clock {
  #nowNs = 0;
  #sequence = 0;
  #ranCount = 0;
  /** Invariant: no event is due before the one at half its place. */
  readonly #heap: Due[] = [];
  #deferred: (() => void)[] = [];

  nowNs(): number {
    return this.#nowNs;
  }

  /** Tasks that ran since the beginning. */
  get ranCount(): number {
    return this.#ranCount;
  }

  defer(task: () => void): void {
    this.#deferred.push(task);
  }

  after(delayMs: number, task: () => void): Timer {
    return this.at(this.#nowNs + Math.round(delayMs * 1e6), task);
  }

  at(dueNs: number, task: () => void): Timer {
    const due: Due = {
      dueNs: Math.max(dueNs, this.#nowNs),
      sequence: ++this.#sequence,
      task,
      cancel() {
        this.task = null;
      },
    };
    this.#push(due);
    return due;
  }

  every(intervalMs: number, task: () => void): Timer {
    let next: Timer;
    const fire = (): void => {
      next = this.after(intervalMs, fire);
      task();
    };
    next = this.after(intervalMs, fire);
    return { cancel: () => next.cancel() };
  }

  /** Runs what is deferred, and what that defers, without an event of its own time happening. */
  settle(): void {
    for (let turn = 0; this.#deferred.length > 0; turn++) {
      if (turn > TURNS_MAX) throw new InvariantError(`the loop does not come to rest in ${TURNS_MAX} turns`);
      this.#nowNs += TURN_NS;
      const tasks = this.#deferred;
      this.#deferred = [];
      this.#ranCount += tasks.length;
      for (const task of tasks) task();
    }
  }

  /** Lets everything happen that is due until then. */
  advanceTo(endNs: number): void {
    this.settle();
    for (let due = this.#heap[0]; due !== undefined && due.dueNs <= endNs; due = this.#heap[0]) {
      this.#pop();
      if (due.task === null) continue;
      this.#nowNs = Math.max(this.#nowNs, due.dueNs);
      this.#ranCount += 1;
      due.task();
      this.settle();
    }
    this.#nowNs = Math.max(this.#nowNs, endNs);
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(due, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    const { length } = heap;
    if (length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.dueNs < b.dueNs || (a.dueNs === b.dueNs && a.sequence < b.sequence);
}
