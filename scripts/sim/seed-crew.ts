import { Worker } from 'node:worker_threads';
import type { SeedJob, SeedOutcome } from './seed-run.js';

export interface CrewOptions {
  readonly workers: number;
  readonly signal: AbortSignal;
  /** In the order of the jobs, whatever the order in which they end; false ends the run. */
  readonly onOutcome: (outcome: SeedOutcome) => boolean;
}

/**
 * Runs jobs on worker threads. Outcomes are told in the order of the jobs, so that the same seeds print the same text on every machine. Rejects when
 * a thread breaks: that is a defect of the simulator, not of what it tests.
 */
export async function runJobs(
  jobs: Iterable<SeedJob>,
  { workers, signal, onOutcome }: CrewOptions,
): Promise<void> {
  const queue = jobs[Symbol.iterator]();
  const waiting = new Map<number, SeedOutcome>();
  let handedOut = 0;
  let told = 0;
  let isOver = false;
  const tell = (at: number, outcome: SeedOutcome): void => {
    waiting.set(at, outcome);
    for (let next = waiting.get(told); next !== undefined && !isOver; next = waiting.get(told)) {
      waiting.delete(told++);
      isOver = !onOutcome(next);
    }
  };
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./seed-worker.js', import.meta.url));
    try {
      for (;;) {
        const { value, done } = queue.next();
        if (done === true || isOver || signal.aborted) return;
        const at = handedOut++;
        tell(at, await outcomeOf(worker, value, signal));
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  if (signal.aborted) throw signal.reason;
}

function outcomeOf(worker: Worker, job: SeedJob, signal: AbortSignal): Promise<SeedOutcome> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      signal.removeEventListener('abort', onAbort);
    };
    const onMessage = (outcome: SeedOutcome): void => {
      leave();
      resolve(outcome);
    };
    const onError = (error: Error): void => {
      leave();
      reject(new Error(`seed ${job.seed}: ${error.message}`, { cause: error }));
    };
    const onAbort = (): void => {
      leave();
      reject(signal.reason);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    signal.addEventListener('abort', onAbort);
    worker.postMessage(job);
  });
}
