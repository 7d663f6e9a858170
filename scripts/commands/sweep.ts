import { Command, Option } from 'commander';
import { capabilities } from '../../profiles/index.js';
import type { Run, StrategyLetter } from '../../results/schema/index.js';
import { CliError } from '../lib/cli-error.js';
import { Cluster } from '../lib/cluster.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { examineTarget } from '../lib/external-target.js';
import { fsyncArms } from '../lib/fsync-arms.js';
import { interruptSignal } from '../lib/interrupt.js';
import { ownClusterFacts } from '../lib/own-cluster.js';
import { parseStrategies, parseStrategy, parseTargets } from '../lib/parse.js';
import { chooseProbes, unfitForNodes } from '../lib/probe-choice.js';
import type { TwinCluster } from '../lib/probe-level.js';
import {
  describePlan,
  expectedArmSeconds,
  expectedSeconds,
  type LevelPlan,
  planLevels,
  QUICK_PROBES,
} from '../lib/probe-plan.js';
import { finishRun } from '../lib/report-files.js';
import {
  addFormatOption,
  addReportOptions,
  type FormatFlags,
  type ReportFlags,
} from '../lib/report-options.js';
import type { RunContext } from '../lib/run-context.js';
import { addRunOptions, modeOf, openRun, type RunFlags, writeBaseline } from '../lib/run-session.js';
import { type SweepOptions, sweepLevels } from '../lib/sweep-points.js';

interface SweepFlags extends RunFlags, ReportFlags, FormatFlags {
  readonly fsync: StrategyLetter;
  readonly target?: readonly string[];
  readonly via: 'leader' | 'all';
  readonly probes?: string;
  readonly withFsync?: boolean;
  readonly fsyncStrategies?: readonly StrategyLetter[];
}

/** Why a probe of the default is no part of a quick run. */
const NOT_QUICK = 'a quick run has no time for it; leave --quick out, or name it with --probes';

const ALL_STRATEGIES: readonly StrategyLetter[] = ['A', 'B', 'C', 'G'];

export function sweepCommand(): Command {
  return addFormatOption(addReportOptions(addRunOptions(new Command('sweep'))))
    .summary('measure a cluster level by level and write a report')
    .description(
      'Measure a cluster at low, mid and high concurrency and write a report. Starts a cluster of its own on free ports, its data\n' +
        'on the disk of the results, or uses the one at --target. Every level has a measured pass without probes and one more\n' +
        'passes with the probes: the middle level with all of them, the others with the CPU profile and the system calls. Probes that do not\n' +
        'disturb each other share a pass, those that need nodes started in another way have a cluster of their own; --quick probes the\n' +
        'middle level only, with few. The load is puts (--reads changes that) and goes to the leader (--via changes that).\n' +
        'With --verify every measured pass records a share of its operations as a history and has it checked for\n' +
        'linearizability; what that costs is measured at the middle level and stands in the report. Exit code 1 when a history\n' +
        'is not linearizable, 3 when one says nothing.\n' +
        'Prints the verdict and the path of the report.',
    )
    .option('--fsync <strategy>', 'A always, B interval, C none, G group', parseStrategy, 'G')
    .option('--target <urls>', 'base URLs of all nodes of a running cluster, comma separated', parseTargets)
    .addOption(viaOption())
    .option(
      '--probes <list>',
      'names, comma separated; all, light (no outside tools) or none (default: what this machine can run)',
    )
    .option('--with-fsync', 'compare the fsync strategies A, B, C and G in the same run')
    .option('--fsync-strategies <list>', 'compare these only', parseStrategies)
    .option('--verify', 'record and check a history in every measured pass')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  strata sweep --quick --with-fsync\n' +
        '  strata sweep --levels 50 --probes none --duration 5s\n' +
        '  strata sweep --quick --probes none --verify\n' +
        '  strata sweep --quick --lang zh\n' +
        '  strata sweep --target http://127.0.0.1:7001,http://127.0.0.1:7002,http://127.0.0.1:7003',
    )
    .action(exitWith(sweep));
}

function viaOption(): Option {
  return new Option('--via <nodes>', 'where the load goes: to the leader, or in turn to all nodes')
    .choices(['leader', 'all'])
    .default('leader');
}

async function sweep(flags: SweepFlags): Promise<number> {
  const signal = interruptSignal();
  const strategies = flags.fsyncStrategies ?? (flags.withFsync ? ALL_STRATEGIES : []);
  if (flags.target !== undefined && strategies.length > 0) {
    const sentence = 'The fsync strategies are compared on clusters of their own; leave --target out.';
    throw new CliError('STRATA_USAGE', sentence, EXIT.usage);
  }
  const external = flags.target === undefined ? null : await examineTarget(flags.target);
  const facts = external?.cluster ?? ownClusterFacts(flags.nodes, flags.fsync, flags.primitive);
  const choice = await chooseProbes(flags.probes, {
    unfit: (probe) => unfitForNodes(probe, external?.subject.local ?? true),
    ...(flags.quick ? { leftOut: { except: QUICK_PROBES, because: NOT_QUICK } } : {}),
  });
  const context = await openRun('sweep', flags, facts, await capabilities(), signal);
  for (const { what, because } of choice.missing) context.writer.notMeasured(what, because);
  const plan = planLevels({ ...context, ...choice, canStartNodes: external === null });
  announce(context, plan, strategies.length);
  const options: SweepOptions = {
    strategy: facts.strategy,
    primitive: facts.primitive,
    plan,
    via: flags.via,
    startTwin: (nodeArguments) => startTwin(context, facts, nodeArguments),
  };
  try {
    await writeBaseline(context, modeOf(flags));
    if (external !== null) await sweepLevels(context, external.subject, options);
    else await sweepOwnCluster(context, facts, options);
    if (strategies.length > 0)
      await fsyncArms(context, { strategies, primitive: flags.primitive, nodes: flags.nodes, powerCuts: 0 });
    else
      context.writer.notMeasured(
        'fsync strategies',
        'the run was asked for the levels only; use --with-fsync',
      );
  } finally {
    context.progress.end();
    context.writer.dropScratch();
  }
  return finishRun(context.writer.directory, flags);
}

async function sweepOwnCluster(
  context: RunContext,
  facts: Run['cluster'],
  options: SweepOptions,
): Promise<void> {
  context.progress.status(`starting ${facts.nodes} nodes`);
  const cluster = await startNodes(context, facts, 'sweep');
  cluster.onNodeLost = (node, how) =>
    context.writer.notMeasured(`node ${node.id} after it ended`, `it ended ${how}`);
  try {
    await sweepLevels(
      context,
      { urls: cluster.urls, local: true, dataDirectory: context.writer.directory },
      options,
    );
  } finally {
    await cluster.stop();
    context.writer.dropScratch('sweep');
  }
}

/** Lies beside the measured cluster, which stands idle meanwhile. */
async function startTwin(
  context: RunContext,
  facts: Run['cluster'],
  nodeArguments: readonly string[],
): Promise<TwinCluster> {
  const cluster = await startNodes(context, facts, 'twin', nodeArguments);
  return {
    subject: { urls: cluster.urls, local: true, dataDirectory: context.writer.directory },
    stop: async () => {
      await cluster.stop();
      context.writer.dropScratch('twin');
    },
  };
}

function startNodes(
  context: RunContext,
  facts: Run['cluster'],
  scratch: string,
  nodeArguments: readonly string[] = [],
): Promise<Cluster> {
  return Cluster.start({
    nodes: facts.nodes,
    directory: context.writer.scratch(scratch),
    httpPort: null,
    peerPort: null,
    strategy: facts.strategy,
    primitive: facts.primitive,
    nodeArguments,
  });
}

/** What is going to happen, before anything does. */
function announce({ progress, times }: RunContext, plan: readonly LevelPlan[], strategies: number): void {
  for (const line of describePlan(plan)) progress.note(line);
  const arms = expectedArmSeconds(strategies, plan.length, times);
  const told = strategies === 0 ? '' : `, ${Math.round(arms)} s of it for ${strategies} strategies`;
  progress.note(
    `after the baseline of the machine about ${Math.round(expectedSeconds(plan, times) + arms)} s${told}`,
  );
}
