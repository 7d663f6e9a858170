import { Command, Option } from 'commander';
import { exitWith } from '../lib/exit-with.js';
import { interruptSignal } from '../lib/interrupt.js';
import { printJson, printLine } from '../lib/output.js';
import { parseInteger, parseSeconds } from '../lib/parse.js';
import { createProgress } from '../lib/progress.js';
import { parseGroups } from '../nemesis/fault-groups.js';
import { FAULT_GROUPS, type FaultGroup } from '../nemesis/faults/fault.js';
import { renderRuns } from '../nemesis/report.js';
import { exitCodeOf, runSeries } from '../nemesis/series.js';

interface NemesisFlags {
  readonly runs: number;
  readonly duration: number;
  readonly nodes: number;
  readonly seed?: number;
  readonly faults: readonly FaultGroup[];
  readonly out?: string;
  readonly canary?: 'stale-reads';
  readonly json: boolean;
  readonly verbose: boolean;
}

export function nemesisCommand(): Command {
  return new Command('nemesis')
    .summary('attack real clusters and check what their clients saw')
    .description(
      'Start clusters on this machine and let faults at them that overlap: partitions, bad links, kill -9, pauses, bad disks, changes of\n' +
        'membership, restarts. Clients record what they saw, and a checker says whether it is linearizable; at the end all members must hold\n' +
        'the same. A run that tested nothing does not pass. Exit code 1: a violation; 3: no verdict, or it tested nothing.',
    )
    .option('--runs <n>', 'runs, each with a cluster and a seed of its own', parseInteger(1, 10_000), 1)
    .option('--duration <time>', 'of the clients and faults of one run', parseSeconds(8), 60)
    .option('--nodes <n>', 'first members of each cluster', parseInteger(3, 9), 5)
    .option(
      '--seed <n>',
      'of the first run; the others count up (default: drawn)',
      parseInteger(0, 2_147_483_647),
    )
    .option('--faults <groups>', `which faults: ${FAULT_GROUPS.join(',')}`, parseGroups, [...FAULT_GROUPS])
    .option(
      '--out <dir>',
      'keep histories, faults and logs there (default: a temporary folder, kept unless all is green)',
    )
    .addOption(
      new Option('--canary <kind>', 'break the test on purpose: it must come out red').choices([
        'stale-reads',
      ]),
    )
    .option('--json', 'stdout is one JSON document', false)
    .option('--verbose', 'tell on stderr what happens, in a pipe too', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata nemesis\n  strata nemesis --runs 16 --duration 60s --out nemesis-runs\n' +
        '  strata nemesis --faults partition,kill --seed 42\n  strata nemesis --canary stale-reads --duration 12s',
    )
    .action(exitWith(nemesis));
}

async function nemesis(flags: NemesisFlags): Promise<number> {
  const progress = createProgress(flags);
  const series = await runSeries({
    runs: flags.runs,
    durationMs: flags.duration * 1000,
    nodes: flags.nodes,
    seed: flags.seed ?? null,
    groups: flags.faults,
    out: flags.out ?? null,
    staleReads: flags.canary === 'stale-reads',
    signal: interruptSignal(),
    progress,
  });
  progress.end();
  if (flags.json) printJson(series);
  else printLine(renderRuns(series));
  return exitCodeOf(series.runs);
}
