import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ArrivalSchedule } from './arrival-schedule.js';
import { monotonicNs } from './clock.js';
import { readThreadCpuNs } from './thread-usage.js';

/**
 * A thread that sleeps until the next slot of an open loop is due and wakes the workers. An event loop can sleep only in whole
 * milliseconds, and half of one would stand in every latency; a thread that waits on a futex sleeps to a few
 * microseconds, and costs no spinning, which would take a CPU from the servers under test.
 */
export interface PacerSetup {
  readonly arrival: 'poisson' | 'constant';
  readonly rate: number;
  readonly seed: number;
  readonly ports: readonly MessagePort[];
  /** One cell: CPU time of this thread so far, ns, for the audit. */
  readonly cpu: SharedArrayBuffer;
}

/** Slots closer together than this share one wake-up: at high rates the wake-ups would cost more than the requests. */
const WAKE_UP_NS_MIN = 250_000;
const CPU_READING_NS = 50e6;

function run(setup: PacerSetup, startNs: number): never {
  const schedule = new ArrivalSchedule(setup.arrival, setup.rate, setup.seed);
  // Nobody ever notifies this cell: it is there to be waited on until the time-out.
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  const cpu = new Float64Array(setup.cpu);
  let dueNs = startNs + schedule.next();
  let readCpuNs = startNs;
  for (;;) {
    const waitNs = dueNs - monotonicNs();
    if (waitNs > 0) Atomics.wait(asleep, 0, 0, waitNs / 1e6);
    const nowNs = monotonicNs();
    while (dueNs <= nowNs) dueNs = startNs + schedule.next();
    dueNs = Math.max(dueNs, nowNs + WAKE_UP_NS_MIN);
    for (const port of setup.ports) port.postMessage(null);
    if (nowNs >= readCpuNs) {
      cpu[0] = readThreadCpuNs() ?? 0;
      readCpuNs = nowNs + CPU_READING_NS;
    }
  }
}

parentPort!.once('message', (startNs: number) => run(workerData as PacerSetup, startNs));
