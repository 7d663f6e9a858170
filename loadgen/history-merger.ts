import type { HistoryPart } from './messages.js';

/**
 * Brings the workers' parts of a history into the order of time. Each part says up to when it is complete; what is older than the least of these is given on. So
 * no more is held than what was recorded since the slowest worker last spoke, and the file is in order however long the run.
 */
export class HistoryMerger {
  readonly #write: (lines: string) => void;
  readonly #times: number[][];
  readonly #lines: string[][];
  readonly #upToNs: number[];

  constructor(workers: number, write: (lines: string) => void) {
    this.#write = write;
    this.#times = Array.from({ length: workers }, () => []);
    this.#lines = Array.from({ length: workers }, () => []);
    this.#upToNs = new Array<number>(workers).fill(Number.NEGATIVE_INFINITY);
  }

  add(worker: number, part: HistoryPart): void {
    this.#times[worker]!.push(...part.times);
    this.#lines[worker]!.push(...part.lines);
    this.#upToNs[worker] = part.upToNs;
    this.#giveOn(Math.min(...this.#upToNs));
  }

  /** Gives on all that is left: no worker will say more. */
  finish(): void {
    this.#giveOn(Number.POSITIVE_INFINITY);
  }

  #giveOn(upToNs: number): void {
    const ready: { readonly time: number; readonly line: string }[] = [];
    for (const [worker, times] of this.#times.entries()) {
      let count = 0;
      while (count < times.length && times[count]! <= upToNs) count++;
      const lines = this.#lines[worker]!.splice(0, count);
      for (const [at, time] of times.splice(0, count).entries()) ready.push({ time, line: lines[at]! });
    }
    if (ready.length === 0) return;
    // A stable sort: events of one worker that share a stamp keep their order.
    ready.sort((one, other) => one.time - other.time);
    this.#write(ready.map(({ line }) => line).join(''));
  }
}
