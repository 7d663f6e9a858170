import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../loadgen/random.js';
import type { HistoryRecorder, Operation } from './history-recorder.js';
import type { HttpCaller } from './http-call.js';
import type { KeyRing, LiveKey } from './key-ring.js';
import { type Attempt, attemptOf } from './operations.js';
import type { Outcome } from './outcome.js';

const PAUSE_AFTER_ERROR_MS = 50;

export interface ClientOptions {
  readonly caller: HttpCaller;
  readonly recorder: HistoryRecorder;
  readonly keys: KeyRing;
  readonly random: Random;
  /** Nodes to ask, those that are down among them. */
  readonly urls: () => readonly string[];
  /** Mean pause between two operations. */
  readonly pauseMs: number;
  readonly timeoutMs: number;
  /** The canary: reads take whatever a node holds, and are recorded as if they did not. */
  readonly staleReads: boolean;
  readonly nextValue: () => string;
}

/** One client with one operation under way at a time, on any key and any node. */
export class Client {
  readonly #options: ClientOptions;
  readonly #loop: Promise<void>;
  #process: number;
  #stopped = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#process = options.recorder.newProcess();
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { keys, random, pauseMs } = this.#options;
    while (!this.#stopped) {
      const outcome = await this.#operate(keys.pick(random));
      const pause = outcome === 'ok' ? 2 * pauseMs * random.nextFloat() : PAUSE_AFTER_ERROR_MS;
      await sleep(pause);
    }
  }

  async #operate(key: LiveKey): Promise<Outcome> {
    const { random, nextValue, staleReads, recorder, keys } = this.#options;
    const attempt = attemptOf(key, random, nextValue, staleReads);
    recorder.invoke(this.#process, attempt.operation);
    const { outcome, operation } = await this.#send(attempt);
    recorder.complete(this.#process, outcome, operation);
    if (outcome !== 'fail') keys.used(key);
    // Its operation never ended, so this process cannot begin another.
    if (outcome === 'info') this.#process = recorder.newProcess();
    return outcome;
  }

  async #send(attempt: Attempt): Promise<{ outcome: Outcome; operation: Operation }> {
    const { caller, urls, random, timeoutMs } = this.#options;
    const all = urls();
    const url = all[random.nextBelow(all.length)]!;
    const reply = await caller.call({ url, timeoutMs, ...attempt.request });
    return attempt.conclude(reply);
  }
}
