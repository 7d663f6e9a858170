import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { SIM_MUTATIONS } from '../../server/sim/mutations/index.js';
import { runSeed } from '../../server/sim/run-seed.js';
import { SimFailure } from '../../server/sim/sim-failure.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { interruptSignal } from '../lib/interrupt.js';
import { printJson, printLine, textTable } from '../lib/output.js';
import { parseInteger } from '../lib/parse.js';
import { createProgress, type Progress } from '../lib/progress.js';
import { runJobs } from '../sim/seed-crew.js';
import type { SeedJob, SeedOutcome } from '../sim/seed-run.js';
import { type SimSummary, SimTally } from '../sim/sim-tally.js';

interface Flags {
  readonly seeds: number;
  readonly from: number;
  readonly ticks: number;
  readonly seed?: number;
  readonly mutation?: string;
  readonly once: boolean;
  readonly keepGoing: boolean;
  readonly trace: boolean;
  readonly workers: number;
  readonly json: boolean;
}

const SEED_MAX = 2 ** 31 - 1;

export function simCommand(): Command {
  return new Command('sim')
    .summary('run the cluster on a simulated network, disk and clock, and look for broken promises')
    .description(
      'Run whole nodes (consensus, runtime, write-ahead log, snapshots: the code that serves) on a simulated network, disk and clock. A seed draws the\n' +
        'cluster, its clients and every fault; invariants are checked after every tick, the history of the clients for linearizability. Each seed runs\n' +
        'twice and the records are compared. Exit code 1 when a promise was broken; the same seed on the same build replays it exactly.',
    )
    .option('--seeds <n>', 'how many seeds', parseInteger(1, 10_000_000), 200)
    .option('--from <n>', 'the first of them', parseInteger(0, SEED_MAX), 1)
    .option(
      '--ticks <n>',
      'ticks (simulated milliseconds) of each before it is healed',
      parseInteger(1, 10_000_000),
      20_000,
    )
    .option('--seed <n>', 'this seed alone', parseInteger(0, SEED_MAX))
    .option('--mutation <name>', 'plant a known defect: `list` prints them', parseMutation)
    .option('--once', 'run each seed once: twice as fast, and nothing is said about determinism', false)
    .option('--keep-going', 'do not stop at the first seed that fails', false)
    .option('--trace', 'print the record of the run; needs --seed', false)
    .option('--workers <n>', 'threads', parseInteger(1, 256), availableParallelism())
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata sim\n  strata sim --seeds 5000 --once\n  strata sim --seed 4711 --trace | less\n' +
        '  strata sim --mutation list\n  strata sim --mutation commit-by-counting --seeds 50',
    )
    .action(exitWith(sim));
}

function parseMutation(text: string): string {
  if (text === 'list' || SIM_MUTATIONS.some(({ name }) => name === text)) return text;
  throw new InvalidArgumentError('There is no such mutation; --mutation list prints them.');
}

async function sim(flags: Flags): Promise<number> {
  if (flags.mutation === 'list') return listMutations(flags.json);
  if (flags.trace) return printTrace(flags);
  const progress = createProgress({ verbose: false });
  const tally = new SimTally(flags.mutation ?? null);
  try {
    await runJobs(jobsOf(flags), {
      workers: Math.min(flags.workers, flags.seed === undefined ? flags.seeds : 1),
      signal: interruptSignal(),
      onOutcome: (outcome) => {
        tally.add(outcome);
        tell(progress, outcome, tally, flags);
        return outcome.verdict === 'clean' || flags.keepGoing;
      },
    });
  } finally {
    progress.end();
  }
  const summary = tally.summary(flags);
  if (flags.json) printJson(summary);
  else printLine(render(summary));
  if (summary.violated > 0) return EXIT.finding;
  return summary.unknown > 0 ? EXIT.unknown : EXIT.done;
}

function* jobsOf({ seed, seeds, from, ticks, once, mutation }: Flags): Generator<SeedJob> {
  const first = seed ?? from;
  const count = seed === undefined ? seeds : 1;
  for (let at = 0; at < count; at++)
    yield { seed: first + at, ticks, repeats: !once, mutation: mutation ?? null };
}

function tell(progress: Progress, outcome: SeedOutcome, tally: SimTally, flags: Flags): void {
  if (outcome.verdict === 'violated') progress.warn(`${renderFailure(outcome)}\n`);
  if (outcome.verdict === 'unknown') progress.warn(`seed ${outcome.seed}: ${outcome.reason}`);
  progress.status(
    `${tally.done} of ${flags.seed === undefined ? flags.seeds : 1} seeds, ${tally.violated} failed`,
  );
}

/** The end of the record, then what was wrong and the command that replays it. */
function renderFailure({ failure }: Extract<SeedOutcome, { readonly verdict: 'violated' }>): string {
  return [...failure.detail.map((line) => `  ${line}`), failure.message].join('\n');
}

function render(summary: SimSummary): string {
  const { seeds, ticks, runsEach, violated, unknown, counts, mutation, checks } = summary;
  const many = `${seeds} seed${seeds === 1 ? '' : 's'} x ${ticks} ticks, each run ${runsEach === 1 ? 'once' : 'twice'}`;
  const planted = mutation === null ? '' : `, with ${mutation} planted`;
  const verdict =
    violated > 0
      ? `${violated} broke a promise (${checks.join(', ')})`
      : unknown > 0
        ? `${unknown} without a verdict`
        : 'every promise held';
  const rows = Object.entries(counts).map(([what, count]) => [what, `${count}`]);
  return [`${many}${planted}: ${verdict}`, ...(rows.length === 0 ? [] : ['', textTable(rows)])].join('\n');
}

function listMutations(json: boolean): number {
  const list = SIM_MUTATIONS.map(({ number, name, defect, foundBy }) => ({ number, name, defect, foundBy }));
  if (json) printJson(list);
  else
    printLine(
      textTable([
        ['no', 'mutation', 'defect'],
        ...list.map(({ number, name, defect }) => [`${number}`, name, defect]),
      ]),
    );
  return EXIT.done;
}

/** The record as it comes; what fails is thrown and printed as every error is. */
async function printTrace({ seed, ticks, mutation }: Flags): Promise<number> {
  if (seed === undefined)
    throw new InvalidArgumentError('--trace needs --seed: it prints the record of one run.');
  const planted = mutation === undefined ? {} : { mutation };
  try {
    const { digest } = await runSeed({ seed, ticks, onTrace: printLine, ...planted });
    printLine(`digest ${digest}`);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof SimFailure)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.finding;
  }
}
