import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { monotonicNs } from './clock.js';
import type { WorkerUsage } from './messages.js';

interface Reading {
  readonly atNs: number;
  readonly utilization: ReturnType<typeof performance.eventLoopUtilization>;
  readonly schedstat: readonly [cpuNs: number, runQueueNs: number] | null;
}

/** What this thread uses between two moments: event loop, CPU, and time spent ready but without a CPU. */
export class ThreadUsage {
  #begin: Reading;
  #end: Reading | null = null;

  constructor() {
    this.#begin = read();
  }

  begin(): void {
    this.#begin = read();
  }

  end(): void {
    this.#end = read();
  }

  result(): WorkerUsage {
    const begin = this.#begin;
    const end = this.#end ?? read();
    return {
      seconds: (end.atNs - begin.atNs) / 1e9,
      // The form with two readings is their difference; with one it would average over the thread's whole life.
      eventLoopUtilization: performance.eventLoopUtilization(end.utilization, begin.utilization).utilization,
      cpuSeconds: difference(begin, end, 0),
      runQueueSeconds: difference(begin, end, 1),
    };
  }
}

function difference(begin: Reading, end: Reading, field: 0 | 1): number | null {
  if (begin.schedstat === null || end.schedstat === null) return null;
  return (end.schedstat[field] - begin.schedstat[field]) / 1e9;
}

function read(): Reading {
  return {
    atNs: monotonicNs(),
    utilization: performance.eventLoopUtilization(),
    schedstat: readSchedstat(),
  };
}

/** CPU time of the calling thread so far; null where the kernel does not tell. */
export function readThreadCpuNs(): number | null {
  return readSchedstat()?.[0] ?? null;
}

/** Two numbers of the calling thread, ns; null where the kernel was built without scheduler statistics, or is not Linux. */
function readSchedstat(): readonly [number, number] | null {
  try {
    const [cpuNs, runQueueNs] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ').map(Number);
    return cpuNs === undefined || runQueueNs === undefined ? null : [cpuNs, runQueueNs];
  } catch {
    return null;
  }
}
