import type { Capability, LabExperiment } from '../../results/schema/index.js';
import type { Progress } from '../lib/progress.js';
import type { Experiment } from './experiment.js';
import type { LabWriter } from './lab-writer.js';
import { runExperiment, undecidableExperiment } from './run-experiment.js';

export interface LabOptions {
  readonly experiments: readonly Experiment[];
  readonly quick: boolean;
  readonly seed: number;
  /** Instead of every experiment's own number. */
  readonly repeats: number | null;
  readonly capabilities: readonly Capability[];
  readonly writer: LabWriter;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Runs the experiments one after the other; one that fails does not end the others. What Ctrl-C leaves undone is named in the run. */
export async function runLab(options: LabOptions): Promise<void> {
  const { experiments, writer, progress, signal } = options;
  try {
    for (const [index, experiment] of experiments.entries()) {
      if (signal.aborted) {
        writer.notMeasured(experiment.title, 'the run was interrupted before it');
        continue;
      }
      const done = await runOne(experiment, options, `${index + 1} of ${experiments.length}`);
      writer.write(done);
      writer.dropScratch();
      tell(progress, done);
    }
  } finally {
    progress.end();
    writer.dropScratch();
  }
}

function runOne(experiment: Experiment, options: LabOptions, place: string): Promise<LabExperiment> {
  const { writer, progress, signal, quick, seed, repeats } = options;
  const run = {
    context: {
      signal,
      directory: writer.scratch(experiment.id),
      quick,
      seed,
      progress: (text: string) => progress.status(`${experiment.id} (${place}) · ${text}`),
    },
    repeats: repeats ?? experiment.repeats,
    onRound: (soFar: LabExperiment) => writer.write(soFar),
  };
  const missing = missingCapability(experiment, options.capabilities);
  if (missing !== null) return Promise.resolve(undecidableExperiment(experiment, run, missing));
  run.context.progress('starting');
  return runExperiment(experiment, run);
}

function missingCapability({ needs = [] }: Experiment, capabilities: readonly Capability[]): string | null {
  for (const name of needs) {
    const found = capabilities.find((capability) => capability.name === name);
    if (found?.available !== true) return `${name} is missing: ${found?.detail ?? 'it is not known here'}`;
  }
  return null;
}

function tell(progress: Progress, { id, title, state, because }: LabExperiment): void {
  if (state === 'done') progress.note(`${id} · ${title}: done`);
  else progress.warn(`${id} · ${title}: ${state.replace('-', ' ')}, ${because}`);
}
