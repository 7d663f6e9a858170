import {
  type Counterexample,
  checkHistory,
  renderTimelineText,
} from '../../analysis/linearizability/index.js';
import type { HistoryEvent, SimReport } from '../../server/sim/contracts.js';
import { runSeed } from '../../server/sim/run-seed.js';
import { SimFailure } from '../../server/sim/sim-failure.js';

/** One seed to run. */
export interface SeedJob {
  readonly seed: number;
  readonly ticks: number;
  /** Run a second time and compare the records. */
  readonly repeats: boolean;
  /** Name of a planted defect, null for the product as it is. */
  readonly mutation: string | null;
}

export type SeedOutcome = {
  readonly seed: number;
  /** Of the first run. */
  readonly milliseconds: number;
} & (
  | { readonly verdict: 'clean'; readonly counts: Readonly<Record<string, number>>; readonly digest: string }
  | { readonly verdict: 'violated'; readonly failure: SeedFailure }
  | { readonly verdict: 'unknown'; readonly reason: string }
);

export interface SeedFailure {
  /** `election safety`, `linearizability`, `determinism`, … */
  readonly check: string;
  readonly message: string;
  /** 0 for what was found after the run. */
  readonly tick: number;
  /** The end of the record, or the counterexample. */
  readonly detail: readonly string[];
}

const CHECK_TIMEOUT_MS = 30_000;

/** Runs a seed, twice if asked, and puts its history before the checker. */
export async function runJob(job: SeedJob): Promise<SeedOutcome> {
  const startedMs = performance.now();
  try {
    const report = await simulate(job);
    const base = { seed: job.seed, milliseconds: performance.now() - startedMs };
    const again = job.repeats ? await simulate(job) : report;
    if (again.digest === report.digest) return { ...base, ...judge(report) };
    const message = `two runs of seed ${job.seed} differ: ${report.digest} and ${again.digest}`;
    const failure = { check: 'determinism', message, tick: 0, detail: [] };
    return { ...base, verdict: 'violated', failure };
  } catch (error) {
    if (!(error instanceof SimFailure)) throw error;
    const { check, message, tick, trace } = error;
    const failure = { check, message, tick, detail: trace };
    return { seed: job.seed, milliseconds: performance.now() - startedMs, verdict: 'violated', failure };
  }
}

function simulate({ seed, ticks, mutation }: SeedJob): Promise<SimReport> {
  return runSeed({ seed, ticks, ...(mutation === null ? {} : { mutation }) });
}

type Judgement =
  | { readonly verdict: 'clean'; readonly counts: Readonly<Record<string, number>>; readonly digest: string }
  | { readonly verdict: 'violated'; readonly failure: SeedFailure }
  | { readonly verdict: 'unknown'; readonly reason: string };

/** Keys that are registers and keys that are appended to are judged apart: each by the model that knows its functions. */
function judge({ history, counts, digest }: SimReport): Judgement {
  const registers = new Set(history.filter(({ f }) => f === 'read' || f === 'write').map(({ key }) => key));
  const [plain, appended] = [true, false].map((isRegister) =>
    history.filter(({ key }) => registers.has(key) === isRegister),
  ) as [HistoryEvent[], HistoryEvent[]];
  for (const [model, events] of [
    ['register', plain],
    ['kv', appended],
  ] as const) {
    // Without a completed operation there is nothing to judge; that a run was about something is for its counts to show.
    if (!events.some(({ type }) => type === 'ok')) continue;
    const found = checkHistory(events, { model, equalTimes: 'in-order', timeoutMs: CHECK_TIMEOUT_MS });
    if (found.verdict === 'unknown')
      return { verdict: 'unknown', reason: `no verdict on its history: ${found.because}` };
    if (found.verdict === 'not-linearizable')
      return { verdict: 'violated', failure: notLinearizable(found.counterexample) };
  }
  return { verdict: 'clean', counts, digest };
}

function notLinearizable(counterexample: Counterexample): SeedFailure {
  const message = `no order explains what clients saw of key ${counterexample.key}: ${counterexample.because}`;
  return {
    check: 'linearizability',
    message,
    tick: 0,
    detail: renderTimelineText(counterexample).split('\n'),
  };
}
