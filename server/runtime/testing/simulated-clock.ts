import assert from 'node:assert/strict';
import type { Clock, Timer } from '../../ports/clock.js';

const TURNS_MAX = 100_000;
/** What a turn of the event loop takes here: above 0, so that stamps of different turns differ. */
const TURN_NS = 1_000;

interface Due {
  readonly dueNs: number;
  readonly sequence: number;
  readonly task: () => void;
}

/** Time that stands still until a test moves it. Timers fire in the order of their due times, then of their making. */
export class SimulatedClock implements Clock {
  #nowNs = 1_000_000;
  #sequence = 0;
  #deferred: (() => void)[] = [];
  #timers: Due[] = [];

  nowNs(): number {
    return this.#nowNs;
  }

  defer(task: () => void): void {
    this.#deferred.push(task);
  }

  after(delayMs: number, task: () => void): Timer {
    const due = { dueNs: this.#nowNs + delayMs * 1e6, sequence: ++this.#sequence, task };
    this.#timers.push(due);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((timer) => timer !== due);
      },
    };
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

  /** Runs what is deferred, and what that defers, without a timer firing. */
  settle(): void {
    for (let turn = 0; this.#deferred.length > 0; turn++) {
      assert.ok(turn < TURNS_MAX, 'the loop never comes to rest');
      this.#nowNs += TURN_NS;
      const tasks = this.#deferred;
      this.#deferred = [];
      for (const task of tasks) task();
    }
  }

  /** Lets `ms` pass. */
  advance(ms: number): void {
    const endNs = this.#nowNs + ms * 1e6;
    this.settle();
    for (let due = this.#earliest(endNs); due !== null; due = this.#earliest(endNs)) {
      this.#timers.splice(this.#timers.indexOf(due), 1);
      this.#nowNs = Math.max(this.#nowNs, due.dueNs);
      due.task();
      this.settle();
    }
    this.#nowNs = Math.max(this.#nowNs, endNs);
  }

  #earliest(endNs: number): Due | null {
    let first: Due | null = null;
    for (const due of this.#timers) {
      if (due.dueNs > endNs) continue;
      if (
        first === null ||
        due.dueNs < first.dueNs ||
        (due.dueNs === first.dueNs && due.sequence < first.sequence)
      )
        first = due;
    }
    return first;
  }
}
