import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { LANGUAGES } from '../../analysis/index.js';
import { capabilities, gitState, machineFingerprint, versions } from '../../profiles/index.js';
import type { Experiment } from '../lab/experiment.js';
import { EXPERIMENTS } from '../lab/experiments/index.js';
import { LabWriter } from '../lab/lab-writer.js';
import { runLab } from '../lab/run-lab.js';
import { CliError } from '../lib/cli-error.js';
import { commandLine } from '../lib/command-line.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { interruptSignal } from '../lib/interrupt.js';
import { printJson, printLine, textTable } from '../lib/output.js';
import { parseInteger } from '../lib/parse.js';
import { timeStamp } from '../lib/plan.js';
import { createProgress } from '../lib/progress.js';
import { projectRoot } from '../lib/project-root.js';
import { finishRun } from '../lib/report-files.js';

interface RunFlags {
  readonly repeats?: number;
  readonly quick: boolean;
  readonly seed: number;
  readonly out?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

const REPEATS_MAX = 500;

export function labCommand(): Command {
  return new Command('lab')
    .summary('put the claims of the performance document to the test')
    .description(
      'Experiments that put a claim of the performance document to the test: two or more arms under the same workload, run in turns, the effect with its interval\n' +
        'beside the figure that the document gives.',
    )
    .addCommand(listCommand())
    .addCommand(runCommand())
    .addHelpText(
      'after',
      '\nExamples:\n  strata lab list\n  strata lab run L5 --quick\n  strata lab run all',
    );
}

function listCommand(): Command {
  return new Command('list')
    .summary('list the experiments')
    .description('List the experiments: what each asks, its arms, the claims that it answers.')
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText('after', '\nExamples:\n  strata lab list\n  strata lab list --json')
    .action(exitWith(list));
}

function runCommand(): Command {
  return new Command('run')
    .summary('run experiments and write their report')
    .description(
      'Run experiments and write their report, in English and Chinese. Prints the verdict and the paths. An experiment that fails does not end the others. Exit code 0\n' +
        'whether the figures of the document are confirmed or refuted, 3 when an experiment failed, 130 when it was stopped; what was measured until then is kept.',
    )
    .argument('<ids...>', 'experiments, such as N3 or L5, or all')
    .option(
      '--repeats <n>',
      'runs of every arm, instead of those of the experiment; fewer than 4 decide nothing',
      parseInteger(1, REPEATS_MAX),
    )
    .option('--quick', 'short runs of every arm', false)
    .option('--seed <n>', 'of the order of the arms, and of the data', parseInteger(0, 2_147_483_647), 1)
    .option('--out <dir>', 'run directory, new or empty (default: results/<time>-lab)')
    .option('--json', 'stdout is one JSON document', false)
    .option('--verbose', 'tell on stderr what happens, in a pipe too', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata lab run L5 --quick\n  strata lab run N3 L5 --repeats 9 --out results/my-lab\n  strata lab run all',
    )
    .action(exitWith(run));
}

function list({ json }: { readonly json: boolean }): number {
  if (json) printJson({ experiments: EXPERIMENTS.map(({ begin: _, ...experiment }) => experiment) });
  else printLine(renderList(EXPERIMENTS));
  return EXIT.done;
}

export function renderList(experiments: readonly Experiment[]): string {
  const rows = experiments.map(({ id, claims, cost, title, arms }) => [
    id,
    claims.join(','),
    cost,
    title,
    arms.map(({ name }) => name).join(' | '),
  ]);
  return textTable([['id', 'claims', 'quick run', 'what', 'arms'], ...rows]);
}

async function run(ids: readonly string[], flags: RunFlags): Promise<number> {
  const experiments = chosen(ids);
  const signal = interruptSignal();
  const directory = resolve(flags.out ?? join(projectRoot(), 'results', `${timeStamp(new Date())}-lab`));
  const found = await capabilities();
  const writer = new LabWriter(directory, {
    command: commandLine(process.argv.slice(2)),
    mode: flags.quick ? 'quick' : 'standard',
    seed: flags.seed,
    git: await gitState(),
    versions: versions(),
    machine: machineFingerprint(projectRoot()),
    capabilities: [...found],
  });
  await runLab({
    experiments,
    quick: flags.quick,
    seed: flags.seed,
    repeats: flags.repeats ?? null,
    capabilities: found,
    writer,
    progress: createProgress(flags),
    signal,
  });
  const code = finishRun(directory, { json: flags.json, lang: LANGUAGES });
  return signal.aborted ? EXIT.interrupted : code;
}

/** In the order of the list, each once, in either case. An id names one experiment; a claim that is nobody's id, all that answer it. */
function chosen(names: readonly string[]): readonly Experiment[] {
  const wanted = names.flatMap((name) => name.split(',')).map((name) => name.toLowerCase());
  if (wanted.includes('all')) return EXPERIMENTS;
  const found = new Set(wanted.flatMap(experimentsOf));
  return EXPERIMENTS.filter((experiment) => found.has(experiment));
}

function experimentsOf(name: string): readonly Experiment[] {
  const named = EXPERIMENTS.filter(({ id }) => id.toLowerCase() === name);
  if (named.length > 0) return named;
  const answering = EXPERIMENTS.filter(({ claims }) => claims.some((claim) => claim.toLowerCase() === name));
  if (answering.length > 0) return answering;
  const sentence = `There is no experiment ${JSON.stringify(name)}: strata lab list names them all.`;
  throw new CliError('STRATA_LAB_UNKNOWN', sentence, EXIT.usage);
}
