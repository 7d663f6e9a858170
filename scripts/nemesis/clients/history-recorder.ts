import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { HistoryEvent } from '../../../results/schema/history.js';
import type { Outcome } from './outcome.js';

export type Operation = Pick<HistoryEvent, 'f' | 'key' | 'value'>;

export interface Completion {
  readonly outcome: Outcome;
  readonly key: string;
  readonly atMs: number;
}

/** Writes the history as it happens, and keeps it for the checker. */
export class HistoryRecorder {
  readonly events: HistoryEvent[] = [];
  readonly completions: Completion[] = [];
  readonly #file: WriteStream;
  readonly #startNs = process.hrtime.bigint();
  #processes = 0;

  constructor(path: string) {
    this.#file = createWriteStream(path);
  }

  newProcess(): number {
    return this.#processes++;
  }

  invoke(process: number, operation: Operation): void {
    this.#add(process, 'invoke', operation);
  }

  complete(process: number, outcome: Outcome, operation: Operation): void {
    this.#add(process, outcome, operation);
    this.completions.push({ outcome, key: operation.key, atMs: performance.now() });
  }

  /** May be called more than once. */
  async close(): Promise<void> {
    if (this.#file.closed) return;
    this.#file.end();
    await finished(this.#file);
  }

  #add(process: number, type: HistoryEvent['type'], { f, key, value }: Operation): void {
    const event = { process, type, f, key, value, time: this.#nowNs() };
    this.events.push(event);
    this.#file.write(`${JSON.stringify(event)}\n`);
  }

  #nowNs(): number {
    return Number(process.hrtime.bigint() - this.#startNs);
  }
}
