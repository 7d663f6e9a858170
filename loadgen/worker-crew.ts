import { randomBytes } from 'node:crypto';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { HistoryMerger } from './history-merger.js';
import { LiveCounters } from './live-counters.js';
import { LoadError } from './load-error.js';
import type {
  FromWorker,
  HistoryPart,
  IntervalReport,
  ToWorker,
  WorkerOptions,
  WorkerResult,
  WorkerSetup,
} from './messages.js';
import type { LoadOptions } from './options.js';
import type { PacerSetup } from './pacer.js';
import { RunControl } from './run-control.js';

interface Connected {
  readonly connections: number;
  readonly failure: string | null;
}

/** The worker threads of one run. The first that fails, or an abort, fails every promise of the crew. */
export class WorkerCrew {
  readonly runId = randomBytes(8).toString('hex');
  readonly size: number;
  readonly control: RunControl;
  readonly intervals: IntervalReport[] = [];
  readonly connected: Promise<readonly Connected[]>;
  readonly results: Promise<readonly WorkerResult[]>;
  readonly #workers: readonly Worker[];
  readonly #pacer: Worker | null;
  readonly #pacerCpu = new SharedArrayBuffer(8);
  readonly #live: readonly LiveCounters[];
  readonly #failed: Promise<never>;
  readonly #history: HistoryMerger | null;
  #fail: (reason: unknown) => void = () => {};
  #dismissed = false;
  #stopListening: () => void = () => {};

  constructor(options: LoadOptions) {
    this.size = Math.min(options.workers, options.clients);
    const control = RunControl.create();
    const live = Array.from({ length: this.size }, () => new SharedArrayBuffer(LiveCounters.BYTES));
    this.control = new RunControl(control);
    this.#live = live.map((memory) => new LiveCounters(memory));
    const channels = options.rate === null ? [] : live.map(() => new MessageChannel());
    this.#workers = live.map((memory, index) => {
      const setup: WorkerSetup = {
        options: withoutCallbacks(options),
        index,
        count: this.size,
        runId: this.runId,
        control,
        live: memory,
        wakeUps: channels[index]?.port1 ?? null,
      };
      return startThread('worker', setup, setup.wakeUps === null ? [] : [setup.wakeUps]);
    });
    this.#pacer = options.rate === null ? null : this.#startPacer(options, options.rate, channels);
    this.#history = historyMerger(options, this.size);
    this.#failed = this.#watch(options.signal);
    // The promises below may fail while nobody waits for them yet.
    this.#failed.catch(() => {});
    this.connected = this.#each<Connected>((message) => (message.kind === 'connected' ? message : null));
    this.results = this.#each<WorkerResult>((message) => (message.kind === 'result' ? message.result : null));
    this.connected.catch(() => {});
    this.results.catch(() => {});
    for (const [index, worker] of this.#workers.entries()) {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'interval') this.intervals.push(message.interval);
        else if (message.kind === 'history') this.#keepHistory(index, message.part);
      });
    }
  }

  #startPacer(options: LoadOptions, rate: number, channels: readonly MessageChannel[]): Worker {
    const ports = channels.map((channel) => channel.port2);
    const { arrival, seed } = options;
    const setup: PacerSetup = { arrival, rate, seed, ports, cpu: this.#pacerCpu };
    return startThread('pacer', setup, ports);
  }

  get #threads(): readonly Worker[] {
    return this.#pacer === null ? this.#workers : [...this.#workers, this.#pacer];
  }

  /** CPU time of the pacing thread so far; brought up to date twenty times a second. */
  get pacerCpuNs(): number {
    return new Float64Array(this.#pacerCpu)[0]!;
  }

  start(startNs: number): void {
    this.tell({ kind: 'start', startNs });
    this.#pacer?.postMessage(startNs);
  }

  /** Whoever takes the history may fail, as a full disk makes it: that fails the run. */
  #keepHistory(worker: number, part: HistoryPart): void {
    try {
      this.#history?.add(worker, part);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** After the results of all workers: gives on what is left of the history. */
  finishHistory(): void {
    this.#history?.finish();
  }

  tell(message: ToWorker): void {
    for (const worker of this.#workers) worker.postMessage(message);
  }

  liveSnapshot(): Float64Array {
    const sum = LiveCounters.emptySnapshot();
    for (const counters of this.#live) counters.addTo(sum);
    return sum;
  }

  /** `work`, unless the crew fails first. */
  guard<T>(work: Promise<T> | undefined): Promise<T | undefined> {
    return Promise.race([work ?? Promise.resolve(undefined), this.#failed]);
  }

  async dismiss(): Promise<void> {
    this.#dismissed = true;
    this.#stopListening();
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** One answer of each worker, in the order of the workers. */
  #each<T>(pick: (message: FromWorker) => T | null): Promise<T[]> {
    const answers = this.#workers.map(
      (worker) =>
        new Promise<T>((resolve) => {
          worker.on('message', (message: FromWorker) => {
            const picked = pick(message);
            if (picked !== null) resolve(picked);
          });
        }),
    );
    return Promise.race([Promise.all(answers), this.#failed]);
  }

  #watch(signal: AbortSignal | undefined): Promise<never> {
    return new Promise((_resolve, reject) => {
      this.#fail = reject;
      if (signal !== undefined) {
        const onAbort = () => reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
        this.#stopListening = () => signal.removeEventListener('abort', onAbort);
      }
      for (const worker of this.#threads) {
        worker.on('error', (error) => {
          const message = `A load worker failed: ${error instanceof Error ? error.message : String(error)}`;
          reject(new LoadError('STRATA_LOAD_WORKER', message, { cause: error }));
        });
        worker.on('exit', (code) => {
          if (this.#dismissed) return;
          reject(new LoadError('STRATA_LOAD_WORKER', `A load worker ended early with code ${code}.`));
        });
      }
    });
  }
}

function startThread(file: 'worker' | 'pacer', workerData: object, transferList: MessagePort[]): Worker {
  const name = `loadgen-${file}`;
  return new Worker(new URL(`./${file}.js`, import.meta.url), { workerData, transferList, name });
}

function historyMerger({ history, onHistory }: LoadOptions, workers: number): HistoryMerger | null {
  return history == null || onHistory === undefined ? null : new HistoryMerger(workers, onHistory);
}

function withoutCallbacks(options: LoadOptions): WorkerOptions {
  const {
    onProgress: _progress,
    onHistory: _history,
    onMeasureStart: _start,
    onMeasureEnd: _end,
    signal: _signal,
    ...rest
  } = options;
  return rest;
}
