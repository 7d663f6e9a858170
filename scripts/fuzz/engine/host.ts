import { Worker } from 'node:worker_threads';
import { slugOf } from './signature.js';
import type { Order, Outcome } from './worker.js';

const CURRENT_BYTES_MAX = 2 ** 20;
const LOOK_EVERY_MS = 500;

/**
 * Runs one target in a thread of its own: a parser that never returns, or that eats the memory of its thread, is ended from here, and the input
 * that did it is the finding.
 */
export async function runTarget(order: Omit<Order, 'current'>, hangMs: number): Promise<Outcome> {
  const current = new SharedArrayBuffer(8 + CURRENT_BYTES_MAX);
  const counter = new Int32Array(current, 0, 2);
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { ...order, current } satisfies Order,
    resourceLimits: { maxOldGenerationSizeMb: 1_024 },
  });
  return new Promise((resolve, reject) => {
    let outcome: Outcome | null = null;
    let failure: Error | null = null;
    let seen = -1;
    let quietMs = 0;
    const watch = setInterval(() => {
      const now = Atomics.load(counter, 0);
      quietMs = now === seen ? quietMs + LOOK_EVERY_MS : 0;
      seen = now;
      if (quietMs < hangMs) return;
      failure = new Error(`no answer within ${hangMs} ms`);
      void worker.terminate();
    }, LOOK_EVERY_MS);
    worker.on('message', (message: Outcome) => {
      outcome = message;
    });
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('exit', () => {
      clearInterval(watch);
      if (outcome !== null) return resolve(outcome);
      // Nothing was run yet: the fuzzer is broken, not a parser.
      if (Atomics.load(counter, 0) === 0)
        return reject(failure ?? new Error('the worker ended without a word'));
      const bytes = new Uint8Array(new Uint8Array(current, 8, Math.min(counter[1]!, CURRENT_BYTES_MAX)));
      resolve(lost(order.target, Atomics.load(counter, 0), bytes, failure ?? new Error('it never settled')));
    });
  });
}

function lost(target: string, executions: number, bytes: Uint8Array, failure: Error): Outcome {
  const { message } = failure;
  const finding = { target, name: `fault-${slugOf(message)}`, bytes, message, stack: failure.stack ?? '' };
  return {
    target,
    executions,
    seconds: 0,
    seeds: 0,
    corpusSize: 0,
    coverage: { executed: 0, seen: 0 },
    findings: [finding],
    kept: [],
  };
}
