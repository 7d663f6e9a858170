import { parentPort, workerData } from 'node:worker_threads';
import { monotonicNs } from './clock.js';
import { LiveCounters } from './live-counters.js';
import { LoadEngine } from './load-engine.js';
import type { FromWorker, IntervalReport, ToWorker, WorkerResult, WorkerSetup } from './messages.js';
import { RunControl } from './run-control.js';
import { ThreadUsage } from './thread-usage.js';

/** A worker thread of the load: carries out what the coordinator orders and reports back. */
class LoadWorker {
  readonly #engine: LoadEngine;
  readonly #open: boolean;
  readonly #usage = new ThreadUsage();

  constructor(setup: WorkerSetup) {
    this.#open = setup.options.rate !== null;
    this.#engine = new LoadEngine(setup, new RunControl(setup.control), new LiveCounters(setup.live), {
      onInterval: (interval) => post({ kind: 'interval', interval }, transferable(interval)),
      onHistory: (part) => post({ kind: 'history', part }),
      // Thrown outside undici's callbacks it reaches the coordinator as the worker's 'error'.
      onDefect: (error) =>
        setImmediate(() => {
          throw error;
        }),
    });
  }

  async connect(): Promise<void> {
    post({ kind: 'connected', ...(await this.#engine.connect()) });
  }

  async handle(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case 'start':
        this.#engine.start(message.startNs);
        return;
      case 'window':
        atNs(message.startNs, () => this.#usage.begin());
        atNs(message.endNs, () => {
          this.#usage.end();
          this.#engine.recorder.close();
        });
        return;
      case 'stop':
        this.#engine.recorder.close();
        await this.#engine.stop();
        post({ kind: 'result', result: this.#result() });
    }
  }

  #result(): WorkerResult {
    const { recorder, ledger, history } = this.#engine;
    return {
      counts: recorder.counts,
      errors: recorder.errors,
      scheduleLag: this.#open ? recorder.scheduleLag.encode() : null,
      inFlightAges: recorder.inFlightAges.encode(),
      samples: recorder.samples,
      usage: this.#usage.result(),
      ledger: ledger?.part() ?? null,
      history: history === null ? null : { counts: history.counts, isLimitReached: history.isLimitReached },
    };
  }
}

/** Never early: a timer may fire a fraction of a millisecond before its time, and the window must not end before its end. */
function atNs(timeNs: number, action: () => void): void {
  const remainingMs = (timeNs - monotonicNs()) / 1e6;
  if (remainingMs <= 0) action();
  else setTimeout(atNs, Math.ceil(remainingMs), timeNs, action);
}

function transferable(interval: IntervalReport): ArrayBuffer[] {
  const { put, get, service, queue } = interval.histograms;
  return [put, get, service, queue].flatMap((encoded) =>
    encoded === null ? [] : [encoded.buffer as ArrayBuffer],
  );
}

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, transfer);
}

const worker = new LoadWorker(workerData as WorkerSetup);
parentPort!.on('message', (message: ToWorker) => void worker.handle(message));
await worker.connect();
