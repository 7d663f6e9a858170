import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../../loadgen/random.js';
import { Client } from './client.js';
import type { HistoryRecorder } from './history-recorder.js';
import type { HttpCaller } from './http-call.js';
import { KeyRing, type LiveKey } from './key-ring.js';
import { readOf } from './operations.js';

const REGISTERS = 7;
const TEXTS = 3;
const KEY_USES_MAX = 400;
const PAUSE_MS = 15;
const TIMEOUT_MS = 600;
const FINAL_TIMEOUT_MS = 3_000;
const FINAL_ATTEMPTS_MAX = 20;
const FINAL_PAUSE_MS = 100;
const FIRST_STREAM = 1_000;

export interface ClientPoolOptions {
  readonly caller: HttpCaller;
  readonly recorder: HistoryRecorder;
  readonly seed: number;
  readonly clients: number;
  readonly staleReads: boolean;
  readonly urls: () => readonly string[];
}

/** All clients, and the keys that they share. */
export class ClientPool {
  readonly keys = new KeyRing(REGISTERS, TEXTS, KEY_USES_MAX);
  readonly #options: ClientPoolOptions;
  readonly #clients: readonly Client[];

  constructor(options: ClientPoolOptions) {
    this.#options = options;
    const { clients, seed, caller, recorder, urls, staleReads } = options;
    let values = 0;
    this.#clients = Array.from(
      { length: clients },
      (_, at) =>
        new Client({
          ...{ caller, recorder, urls, staleReads, keys: this.keys },
          random: new Random(seed, FIRST_STREAM + at),
          pauseMs: PAUSE_MS,
          timeoutMs: TIMEOUT_MS,
          // Unique: a value that is read says which write it came from.
          nextValue: () => `v${values++}`,
        }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.stop()));
  }

  /** Reads every key that ever was, into the history. Gives the keys that could not be read. */
  async readAll(): Promise<readonly string[]> {
    const waiting = [...this.keys.all];
    const unread: string[] = [];
    const reader = async (at: number): Promise<void> => {
      const process = this.#options.recorder.newProcess();
      for (let key = waiting.pop(); key !== undefined; key = waiting.pop())
        if (!(await this.#read(process, key, at))) unread.push(key.name);
    };
    await Promise.all(this.#clients.map((_, at) => reader(at)));
    return unread;
  }

  async #read(process: number, key: LiveKey, first: number): Promise<boolean> {
    const { caller, recorder, urls } = this.#options;
    for (let attempt = 0; attempt < FINAL_ATTEMPTS_MAX; attempt++) {
      const all = urls();
      const url = all[(first + attempt) % all.length]!;
      const { operation, request, conclude } = readOf(key);
      recorder.invoke(process, operation);
      const end = conclude(await caller.call({ url, timeoutMs: FINAL_TIMEOUT_MS, ...request }));
      recorder.complete(process, end.outcome, end.operation);
      if (end.outcome === 'ok') return true;
      await sleep(FINAL_PAUSE_MS);
    }
    return false;
  }
}
