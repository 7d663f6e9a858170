import type { Agent, Builtin } from './agent.js';

export interface PoolOptions {
  /** Time between two tasks. */
  readonly periodMs: number;
  /** Tasks one after the other at the start, for the floor, and how long that may take. */
  readonly floorTasks: number;
  readonly floorMsMax: number;
  /** Tasks under way at once; when as many wait, no more are sent. */
  readonly outstandingMax: number;
  /** The newest tasks are kept one by one. */
  readonly tasksMax: number;
}

export interface PoolFindings {
  /** Round trips at the start, microseconds. */
  readonly floorUs: number[];
  /** Round trips on schedule, and for tasks that had not come back the time they had waited so far. */
  readonly roundTripUs: number[];
  /** UV_THREADPOOL_SIZE as the process has it, null when it has none. */
  readonly poolSize: string | null;
}

/**
 * Sends a tiny task through libuv's pool now and then, from a Worker: its own loop has nothing else to do, so that a busy main thread is not taken
 * for a busy pool, and the main thread pays nothing. The pool is one for all threads of a process.
 * The task is access(2) on the root folder: no descriptor, no disk, and unlike stat, open or read never a matter for io_uring.
 */
export function poolAgent(builtin: Builtin, options: PoolOptions): Agent<PoolFindings> {
  const { Worker } = builtin('node:worker_threads');
  const canary = async (): Promise<void> => {
    const { parentPort, workerData } = require('node:worker_threads') as typeof import('node:worker_threads');
    const fs = require('node:fs') as typeof import('node:fs');
    const { performance } = require('node:perf_hooks') as typeof import('node:perf_hooks');
    const { periodMs, floorTasks, floorMsMax, outstandingMax, tasksMax } = workerData as PoolOptions;
    const roundTripUs: number[] = [];
    const sentMs = new Set<number>();
    const send = (): Promise<number> =>
      new Promise((resolve) => {
        const atMs = performance.now();
        sentMs.add(atMs);
        fs.access('/', () => {
          sentMs.delete(atMs);
          resolve((performance.now() - atMs) * 1e3);
        });
      });
    const keep = (us: number): void => {
      roundTripUs.push(us);
      if (roundTripUs.length > tasksMax) roundTripUs.shift();
    };
    const floorUs: number[] = [];
    let isStopped = false;
    parentPort!.once('message', () => {
      isStopped = true;
      clearInterval(timer);
      const nowMs = performance.now();
      for (const atMs of sentMs) keep((nowMs - atMs) * 1e3);
      parentPort!.postMessage({ floorUs, roundTripUs });
    });
    let timer: NodeJS.Timeout | undefined;
    const floorEndsMs = performance.now() + floorMsMax;
    while (floorUs.length < floorTasks && !isStopped) {
      const us = await Promise.race([
        send(),
        new Promise<null>((resolve) => setTimeout(resolve, floorMsMax, null)),
      ]);
      if (us === null || performance.now() > floorEndsMs) break;
      floorUs.push(us);
    }
    if (isStopped) return;
    // A schedule that does not wait for answers: a full pool must not be asked less often than an empty one.
    timer = setInterval(() => {
      if (sentMs.size < outstandingMax) void send().then((us) => isStopped || keep(us));
    }, periodMs);
  };
  const worker = new Worker(`(${canary.toString()})()`, {
    eval: true,
    workerData: options,
    // Nothing of what the process preloads for its own threads.
    env: {},
    execArgv: [],
  });
  worker.unref();
  let failure: Error | null = null;
  worker.on('error', (error) => {
    failure = error as Error;
  });
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        const end = (): void => void worker.terminate().catch(() => {});
        if (failure !== null) {
          end();
          return reject(failure);
        }
        worker.once('message', ({ floorUs, roundTripUs }: Pick<PoolFindings, 'floorUs' | 'roundTripUs'>) => {
          end();
          resolve({ floorUs, roundTripUs, poolSize: process.env.UV_THREADPOOL_SIZE ?? null });
        });
        worker.once('exit', () => reject(new Error('the canary ended early')));
        worker.postMessage('stop');
      }),
  };
}
