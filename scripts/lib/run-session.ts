import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { gitState, machineFingerprint, measureBaseline, versions } from '../../profiles/index.js';
import type { Capability, PointRef, Run } from '../../results/schema/index.js';
import { commandLine } from './command-line.js';
import { measureHttpEcho } from './http-echo.js';
import { addLoadShape } from './load-options.js';
import { LOAD_DEFAULTS, type LoadSettings } from './load-settings.js';
import { parseInteger, parseLevels, parseSeconds, parseShare } from './parse.js';
import { nameLevels, SWEEP_TIMES, type SweepTimes, timeStamp } from './plan.js';
import { primitiveOption } from './primitive-option.js';
import { createProgress } from './progress.js';
import { projectRoot } from './project-root.js';
import type { RunContext } from './run-context.js';
import { RunWriter } from './run-writer.js';

/** Options that `sweep` and `fsync` share. */
export interface RunFlags {
  readonly levels: readonly number[];
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly duration?: number;
  readonly warmup?: number;
  readonly nodes: number;
  readonly primitive: PointRef['primitive'];
  readonly reads: number;
  readonly keys: number;
  readonly dist: string;
  readonly valueBytes: number;
  readonly workers: number;
  readonly seed: number;
  readonly verify?: boolean;
  readonly out?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

export function addRunOptions(command: Command): Command {
  return addLoadShape(
    command
      .option('--levels <list>', 'concurrent clients, comma separated', parseLevels, [10, 100, 1000])
      .option('--quick', 'short passes: the whole within two minutes')
      .option('--full', 'long passes, for numbers that are compared with others')
      .option('--duration <time>', 'measured time of a pass, instead of that of the mode', parseSeconds(0.5))
      .option('--warmup <time>', 'time before it, instead of that of the mode', parseSeconds(0))
      .option('--nodes <n>', 'nodes of the cluster that is started', parseInteger(1, 9), 3)
      .addOption(primitiveOption())
      .option('--reads <share>', 'share of reads; the tables are about puts', parseShare, 0),
  )
    .option('--seed <n>', 'of the load', parseInteger(0, 2_147_483_647), 1)
    .option('--out <dir>', 'run directory, new or empty (default: results/<time>-<command>)')
    .option('--json', 'stdout is one JSON document', false)
    .option('--verbose', 'tell on stderr what happens, in a pipe too', false);
}

export function modeOf(flags: RunFlags): Run['mode'] {
  return flags.full ? 'full' : flags.quick ? 'quick' : 'standard';
}

/** Makes the run directory and writes what is known before anything is measured. */
export async function openRun(
  kind: 'sweep' | 'fsync',
  flags: RunFlags,
  cluster: Run['cluster'],
  capabilities: readonly Capability[],
  signal: AbortSignal,
): Promise<RunContext> {
  const directory = flags.out ?? join(projectRoot(), 'results', `${timeStamp(new Date())}-${kind}`);
  const settings = settingsOf(flags);
  const writer = new RunWriter(resolve(directory), {
    command: commandLine(process.argv.slice(2)),
    mode: modeOf(flags),
    seed: flags.seed,
    git: await gitState(),
    versions: versions(),
    machine: machineFingerprint(projectRoot()),
    capabilities: [...capabilities],
    cluster,
    load: {
      reads: flags.reads,
      keys: flags.keys,
      distribution: flags.dist,
      valueBytes: flags.valueBytes,
    },
  });
  return {
    writer,
    settings,
    times: timesOf(flags),
    levels: nameLevels(flags.levels),
    progress: createProgress(flags),
    signal,
    verify: flags.verify ?? false,
  };
}

/** What the machine can do without our code, on the disk of the run. */
export async function writeBaseline(context: RunContext, mode: Run['mode']): Promise<void> {
  context.progress.status('baseline of the machine');
  const quick = mode === 'quick';
  const baseline = await measureBaseline(context.writer.directory, { quick });
  context.signal.throwIfAborted();
  context.progress.status('baseline of the machine: a bare HTTP server');
  const httpEcho = await measureHttpEcho(context.settings, context.levels, quick ? 0.8 : 3, context.signal);
  // Inside the project the path is told from its root: a run that is handed on should not carry somebody's home directory.
  const inside = relative(projectRoot(), baseline.directory);
  const directory = inside.startsWith('..') ? baseline.directory : inside;
  context.writer.writeBaseline({ ...baseline, directory, httpEcho });
}

function settingsOf(flags: RunFlags): LoadSettings {
  return {
    reads: flags.reads,
    keys: flags.keys,
    distribution: flags.dist,
    valueBytes: flags.valueBytes,
    workers: flags.workers,
    seed: flags.seed,
    requestTimeoutMs: LOAD_DEFAULTS.requestTimeoutMs,
  };
}

function timesOf(flags: RunFlags): SweepTimes {
  const times = SWEEP_TIMES[modeOf(flags)];
  return {
    ...times,
    ...(flags.duration === undefined ? {} : { measureSeconds: flags.duration, armSeconds: flags.duration }),
    ...(flags.warmup === undefined ? {} : { warmupSeconds: flags.warmup, armWarmupSeconds: flags.warmup }),
  };
}
