import { setImmediate as turn } from 'node:timers/promises';
import type { LabExperiment, LabRound } from '../../results/schema/index.js';
import { type Experiment, type ExperimentContext, NotDecidableError, type Session } from './experiment.js';
import { drawRounds } from './rounds.js';

export interface ExperimentRun {
  readonly context: ExperimentContext;
  readonly repeats: number;
  /** A run of an arm that takes longer ends the experiment. */
  readonly runTimeoutMs?: number;
  /** Hears of what there is after every round, to be kept if the process ends. */
  readonly onRound?: (soFar: LabExperiment) => void;
}

/** Ten times what the longest run of a cluster takes. */
const RUN_TIMEOUT_MS = 600_000;

/** A run gave something else than its experiment promised. */
export class ExperimentValueError extends Error {
  readonly code = 'STRATA_LAB_VALUES';
}

/**
 * Runs all arms of an experiment in turns. Never throws for what goes wrong in it: the document says so, beside all that was measured before.
 */
export async function runExperiment(
  experiment: Experiment,
  { context, repeats, runTimeoutMs = RUN_TIMEOUT_MS, onRound }: ExperimentRun,
): Promise<LabExperiment> {
  const rounds: LabRound[] = [];
  const document = (state: LabExperiment['state'], because: string | null): LabExperiment => ({
    ...definitionOf(experiment),
    quick: context.quick,
    seed: context.seed,
    repeats,
    state,
    because,
    rounds,
  });
  try {
    context.signal.throwIfAborted();
    // A run that hangs is told to stop as Ctrl-C would tell it.
    const hung = new AbortController();
    const signal = AbortSignal.any([context.signal, hung.signal]);
    const session = await experiment.begin({ ...context, signal });
    const bounded = {
      end: () => session.end(),
      run: (arm: string) => within(runTimeoutMs, arm, session, hung),
    };
    try {
      await runRounds(experiment, bounded, context, repeats, (round) => {
        rounds.push(round);
        onRound?.(document('interrupted', 'the process ended before the last round'));
      });
    } finally {
      await session.end();
    }
    return document('done', null);
  } catch (error) {
    if (context.signal.aborted) return document('interrupted', 'it was stopped from outside');
    const state = error instanceof NotDecidableError ? 'not-decidable' : 'failed';
    return document(state, sentenceOf(error));
  }
}

/** What the capabilities of the machine do not allow, without having tried. */
export function undecidableExperiment(
  experiment: Experiment,
  { context, repeats }: ExperimentRun,
  because: string,
): LabExperiment {
  const { quick, seed } = context;
  return {
    ...definitionOf(experiment),
    quick,
    seed,
    repeats,
    state: 'not-decidable',
    because,
    rounds: [],
  };
}

async function runRounds(
  { arms, metrics, warmUp }: Experiment,
  session: Session,
  { signal, seed, progress }: ExperimentContext,
  repeats: number,
  onRound: (round: LabRound) => void,
): Promise<void> {
  const orders = drawRounds(
    arms.map(({ name }) => name),
    repeats + (warmUp ? 1 : 0),
    seed,
  );
  for (const [index, order] of orders.entries()) {
    const isWarmUp = warmUp && index === 0;
    const runs: LabRound['runs'] = [];
    for (const arm of order) {
      // Arms that never leave the thread would keep a signal from being heard.
      await turn();
      signal.throwIfAborted();
      progress(`${isWarmUp ? 'warm-up' : `round ${index + (warmUp ? 0 : 1)} of ${repeats}`} · ${arm}`);
      const startedMs = performance.now();
      const values = await session.run(arm);
      const durationMs = Math.round(performance.now() - startedMs);
      runs.push({ arm, durationMs, values: checkedValues(metrics, arm, values) });
    }
    await turn();
    signal.throwIfAborted();
    onRound({ warmUp: isWarmUp, runs });
  }
}

async function within(
  timeoutMs: number,
  arm: string,
  session: Session,
  hung: AbortController,
): ReturnType<Session['run']> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`a run of ${arm} did not end within ${timeoutMs / 1_000} s`);
      hung.abort(error);
      reject(error);
    }, timeoutMs);
  });
  try {
    return await Promise.race([session.run(arm), late]);
  } finally {
    clearTimeout(timer);
  }
}

function checkedValues(
  metrics: Experiment['metrics'],
  arm: string,
  values: Readonly<Record<string, number | null>>,
): Record<string, number | null> {
  const unknown = Object.keys(values).find((name) => !metrics.some((metric) => metric.name === name));
  if (unknown !== undefined)
    throw new ExperimentValueError(`arm ${arm} gave ${unknown}, which is no metric of the experiment`);
  return Object.fromEntries(
    metrics.map(({ name }) => {
      const value = values[name] ?? null;
      if (value !== null && !Number.isFinite(value))
        throw new ExperimentValueError(`arm ${arm} gave ${value} for ${name}`);
      return [name, value];
    }),
  );
}

function definitionOf(experiment: Experiment) {
  const { id, claims, title, question, document, arms, workload, limits, metrics } = experiment;
  return {
    schema: 'strata.lab-experiment/1' as const,
    id,
    claims: [...claims],
    title,
    question,
    says: document.says,
    effects: document.effects.map((effect) => ({
      ...effect,
      bound: effect.bound ?? null,
      notDecidable: effect.notDecidable ?? null,
    })),
    arms: arms.map((arm) => ({ ...arm })),
    workload,
    limits: limits ?? null,
    metrics: metrics.map((metric) => ({ ...metric, scale: metric.scale ?? ('ratio' as const) })),
  };
}

const SENTENCE_MAX = 1_000;

function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ').slice(0, SENTENCE_MAX);
}
