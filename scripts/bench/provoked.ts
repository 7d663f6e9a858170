/**
 * Clusters with a known illness, and whether the report of each names it first:
 * `node dist/scripts/bench/provoked.js [--only slow-disk,strategy-a,…] [--out DIR] [--seconds 5] [--verbose]`.
 * Each has one short measured pass without probes; the run directories stay, reports and all (default: `results/<time>-provoked-<illness>`). The last cluster
 * is well, and of it no cause may be named.
 *
 * Exit code 0: every cause was named first. 1: one was not. 3: a run failed its own audit, so that nothing can be said. 4: this machine cannot provoke one.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_RULES } from '../../analysis/index.js';
import { capabilities, gitState, machineFingerprint, versions } from '../../profiles/index.js';
import type { Capability, Run } from '../../results/schema/index.js';
import { CliError, renderError } from '../lib/cli-error.js';
import { Cluster } from '../lib/cluster.js';
import { EXIT } from '../lib/exit-codes.js';
import { interruptSignal } from '../lib/interrupt.js';
import { LOAD_DEFAULTS } from '../lib/load-settings.js';
import { ownClusterFacts } from '../lib/own-cluster.js';
import { nameLevels, SWEEP_TIMES, timeStamp } from '../lib/plan.js';
import { planLevels } from '../lib/probe-plan.js';
import { createProgress } from '../lib/progress.js';
import { projectRoot } from '../lib/project-root.js';
import { finishRun } from '../lib/report-files.js';
import type { RunContext } from '../lib/run-context.js';
import { writeBaseline } from '../lib/run-session.js';
import { RunWriter } from '../lib/run-writer.js';
import { sweepLevels } from '../lib/sweep-points.js';
import { ILLNESSES, type Illness, PATIENCE_MS } from './illnesses.js';
import { judgeFirst, type Outcome } from './provoked-verdict.js';

const NODES = 3;
const PRIMITIVE = 'fdatasync';
const SEED = 1;

const WARMUP_SECONDS = 2;
/** A thousand clients behind one lock wait for a good part of a second each: a window must hold many of their waits. */
const patience = (clients: number): number => Math.max(1, clients / 500);

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    out: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    verbose: { type: 'boolean', default: false },
  },
});
const stamp = timeStamp(new Date());
const signal = interruptSignal();
try {
  process.exitCode = await provokeAll();
} catch (error) {
  const { line, exitCode } = renderError(error);
  process.stderr.write(`${line}\n`);
  process.exitCode = exitCode;
}
process.exit();

async function provokeAll(): Promise<number> {
  const tools = await capabilities();
  const outcomes: Outcome[] = [];
  for (const illness of chosen()) {
    const directory = await provoke(illness, tools);
    const outcome = judgeFirst(illness, readFileSync(join(directory, 'report.md'), 'utf8'), DEFAULT_RULES);
    outcomes.push(outcome);
    process.stdout.write(`\n${illness.name}: ${outcome.sentence}\n\n`);
  }
  if (outcomes.some(({ verdict }) => verdict === 'wrong')) return EXIT.finding;
  return outcomes.some(({ verdict }) => verdict === 'unknown') ? EXIT.unknown : EXIT.done;
}

function chosen(): readonly Illness[] {
  if (values.only === undefined) return ILLNESSES;
  return values.only.split(',').map((name) => {
    const illness = ILLNESSES.find((known) => known.name === name);
    if (illness !== undefined) return illness;
    const known = ILLNESSES.map((each) => each.name).join(', ');
    throw new CliError('STRATA_USAGE', `There is no illness ${name}; there are ${known}.`, EXIT.usage);
  });
}

/** One run directory with its report. */
async function provoke(illness: Illness, tools: readonly Capability[]): Promise<string> {
  if (illness.wrapper !== undefined && !tools.some(({ name, available }) => name === 'ptrace' && available))
    throw new CliError('STRATA_TRACER', `${illness.name} needs a tracer, and this machine allows none.`);
  const own = ownClusterFacts(NODES, illness.strategy, PRIMITIVE);
  const facts = { ...own, heartbeatMs: illness.heartbeatMs ?? own.heartbeatMs };
  const context = await contextOf(illness, facts, tools);
  try {
    await writeBaseline(context, 'quick');
    await measure(context, illness);
  } finally {
    context.progress.end();
    context.writer.dropScratch();
  }
  finishRun(context.writer.directory, { lang: ['en', 'zh'], json: false });
  return context.writer.directory;
}

async function contextOf(
  { name, clients }: Illness,
  cluster: Run['cluster'],
  tools: readonly Capability[],
): Promise<RunContext> {
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 600))
    throw new CliError('STRATA_USAGE', '--seconds must be a number from 1 to 600.', EXIT.usage);
  const directory =
    values.out === undefined
      ? join(projectRoot(), 'results', `${stamp}-provoked-${name}`)
      : join(resolve(values.out), name);
  const { keys, distribution, valueBytes } = LOAD_DEFAULTS;
  const writer = new RunWriter(directory, {
    command: `node dist/scripts/bench/provoked.js --only ${name}`,
    mode: 'quick',
    seed: SEED,
    git: await gitState(),
    versions: versions(),
    machine: machineFingerprint(projectRoot()),
    capabilities: [...tools],
    cluster,
    load: { reads: 0, keys, distribution, valueBytes },
  });
  writer.notMeasured('probes', 'a provoked run has one measured pass and no probe');
  return {
    writer,
    settings: { ...LOAD_DEFAULTS, requestTimeoutMs: PATIENCE_MS, reads: 0, seed: SEED },
    times: {
      ...SWEEP_TIMES.quick,
      warmupSeconds: WARMUP_SECONDS,
      measureSeconds: seconds * patience(clients),
    },
    levels: nameLevels([clients]),
    progress: createProgress(values),
    signal,
    verify: false,
  };
}

async function measure(context: RunContext, illness: Illness): Promise<void> {
  const { wrapper, adjust, strategy } = illness;
  context.progress.status(`${illness.name}: starting ${NODES} nodes`);
  const cluster = await Cluster.start({
    nodes: NODES,
    directory: context.writer.scratch(illness.name),
    httpPort: null,
    peerPort: null,
    strategy,
    primitive: PRIMITIVE,
    ...(wrapper === undefined ? {} : { wrapper }),
    ...(adjust === undefined ? {} : { adjust }),
  });
  try {
    await sweepLevels(
      context,
      { urls: cluster.urls, local: true, dataDirectory: context.writer.directory },
      {
        strategy,
        primitive: PRIMITIVE,
        plan: planLevels({ ...context, probes: [], named: false, canStartNodes: true }),
        via: 'leader',
        startTwin: () => Promise.reject(new Error('a run without probes asked for a second cluster')),
      },
    );
  } finally {
    await cluster.stop();
  }
}
