import { Command } from 'commander';
import { capabilities } from '../../profiles/index.js';
import type { StrategyLetter } from '../../results/schema/index.js';
import { exitWith } from '../lib/exit-with.js';
import { fsyncArms } from '../lib/fsync-arms.js';
import { interruptSignal } from '../lib/interrupt.js';
import { ownClusterFacts } from '../lib/own-cluster.js';
import { parseInteger, parseStrategies } from '../lib/parse.js';
import { finishRun } from '../lib/report-files.js';
import {
  addFormatOption,
  addReportOptions,
  type FormatFlags,
  type ReportFlags,
} from '../lib/report-options.js';
import { addRunOptions, modeOf, openRun, type RunFlags, writeBaseline } from '../lib/run-session.js';

interface FsyncFlags extends RunFlags, ReportFlags, FormatFlags {
  readonly strategies: readonly StrategyLetter[];
  readonly powerCut: boolean;
  readonly cuts?: number;
}

export function fsyncCommand(): Command {
  return addFormatOption(addReportOptions(addRunOptions(new Command('fsync'))))
    .summary('compare the fsync strategies: speed, and what a crash loses')
    .description(
      'Compare the fsync strategies, each on a fresh cluster: speed at every level, and at the middle one what is left of the\n' +
        'acknowledged writes after kill -9 of all nodes at once. With --power-cut also what is left when nothing survives that was not synced:\n' +
        'on a cluster of its own, whose disk keeps in memory what no sync has asked for. Prints the verdict and the path of the report.\n' +
        'Exit code 1 when a cut took more than the strategy allows: anything under A and G, more than an interval and its syncs under B.',
    )
    .option('--strategies <list>', 'A always, B interval, C none, G group', parseStrategies, [
      'A',
      'B',
      'C',
      'G',
    ])
    .option('--power-cut', 'cut the power of all nodes at once, several times', false)
    .option('--cuts <n>', 'power cuts of each strategy, instead of those of the mode', parseInteger(1, 1_000))
    .addHelpText(
      'after',
      '\nExamples:\n  strata fsync --quick\n  strata fsync --strategies A,G --levels 100 --primitive fsync\n  strata fsync --power-cut --quick --levels 100\n  strata fsync --quick --lang en,zh',
    )
    .action(exitWith(fsync));
}

async function fsync(flags: FsyncFlags): Promise<number> {
  const signal = interruptSignal();
  const facts = ownClusterFacts(flags.nodes, flags.strategies[0]!, flags.primitive);
  const context = await openRun('fsync', flags, facts, await capabilities(), signal);
  context.writer.notMeasured(
    'levels with probes',
    'this run compares fsync strategies only; use strata sweep',
  );
  try {
    await writeBaseline(context, modeOf(flags));
    const powerCuts = flags.powerCut ? (flags.cuts ?? context.times.powerCuts) : 0;
    await fsyncArms(context, { ...flags, powerCuts });
  } finally {
    context.progress.end();
    context.writer.dropScratch();
  }
  return finishRun(context.writer.directory, flags);
}
