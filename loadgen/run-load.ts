import { setTimeout as sleep } from 'node:timers/promises';
import { checkOptions } from './check-options.js';
import { monotonicNs } from './clock.js';
import { recordFinalReads } from './final-reads.js';
import { LoadError } from './load-error.js';
import type { HistoryCounts } from './messages.js';
import type { LoadOptions, LoadResult } from './options.js';
import { ProgressReporter } from './progress.js';
import { summarize } from './summarize.js';
import { WorkerCrew } from './worker-crew.js';

/** From "start" to the first request: time for the message to reach every worker. */
const START_DELAY_NS = 10e6;
const WINDOW_DELAY_NS = 5e6;

/**
 * Runs one load: connects all clients, warms up for `warmupSeconds`, measures for exactly `durationSeconds`, lets what is under
 * way finish. `onMeasureStart` runs after the warm-up and the measured window opens when it is done; `onMeasureEnd`
 * runs after the window has closed; the load goes on, unmeasured, while either runs. So what the callbacks
 * read from the servers frames the window, under load on both sides.
 *
 * Rejects with `LoadError` when the options are impossible, no target answers, or a worker dies; with the signal's reason when
 * aborted. Failed requests do not reject: they are counted in the summary.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  const crew = new WorkerCrew(options);
  const progress = new ProgressReporter(options, () => crew.liveSnapshot());
  // A run that fails must not leave a timer behind that keeps the process alive to the end of its time.
  const ended = new AbortController();
  try {
    progress.enter('connect');
    checkConnected(options, await crew.connected);
    const startNs = monotonicNs() + START_DELAY_NS;
    crew.start(startNs);
    progress.enter('warmup', startNs);
    await crew.guard(until(startNs + options.warmupSeconds * 1e9, ended.signal));
    await crew.guard(options.onMeasureStart?.());
    const window = await measure(options, crew, progress, ended.signal);
    progress.enter('drain');
    crew.tell({ kind: 'stop' });
    const results = await crew.results;
    crew.finishHistory();
    const finalReads = await endHistory(options, crew);
    return summarize({
      options,
      runId: crew.runId,
      workers: crew.size,
      intervals: crew.intervals,
      results,
      finalReads,
      ...window,
    });
  } finally {
    ended.abort();
    progress.stop();
    await crew.dismiss();
  }
}

async function endHistory(options: LoadOptions, crew: WorkerCrew): Promise<HistoryCounts | null> {
  const { history, onHistory } = options;
  if (history == null) return null;
  return (await crew.guard(recordFinalReads(options, crew.runId, onHistory ?? (() => {})))) ?? null;
}

async function measure(
  options: LoadOptions,
  crew: WorkerCrew,
  progress: ProgressReporter,
  ended: AbortSignal,
): Promise<{ startMs: number; processCpuSeconds: number; pacerCpuSeconds: number }> {
  const startNs = monotonicNs() + WINDOW_DELAY_NS;
  const endNs = startNs + options.durationSeconds * 1e9;
  const startMs = Date.now() + WINDOW_DELAY_NS / 1e6;
  crew.control.setWindow(startNs, endNs);
  crew.tell({ kind: 'window', startNs, endNs });
  progress.enter('measure', startNs);
  const cpu = process.cpuUsage();
  const pacerCpuNs = crew.pacerCpuNs;
  await crew.guard(until(endNs, ended));
  const { user, system } = process.cpuUsage(cpu);
  const pacerCpuSeconds = (crew.pacerCpuNs - pacerCpuNs) / 1e9;
  await crew.guard(options.onMeasureEnd?.());
  return { startMs, processCpuSeconds: (user + system) / 1e6, pacerCpuSeconds };
}

/** Resolves at the given time or just after it, never before. */
async function until(timeNs: number, signal: AbortSignal): Promise<void> {
  for (let leftNs = timeNs - monotonicNs(); leftNs > 0; leftNs = timeNs - monotonicNs()) {
    await sleep(Math.ceil(leftNs / 1e6), undefined, { signal });
  }
}

function checkConnected(
  options: LoadOptions,
  workers: readonly { readonly connections: number; readonly failure: string | null }[],
): void {
  if (workers.some(({ connections }) => connections > 0)) return;
  const failure = workers.find((worker) => worker.failure !== null)?.failure ?? 'no answer';
  throw new LoadError(
    'STRATA_LOAD_UNREACHABLE',
    `No connection could be made to ${options.targets.join(', ')} (${failure}). Is the cluster running there?`,
  );
}
