import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readBack, renderProgress, runLoad } from '../../loadgen/index.js';
import type { LoadOptions, LoadResult } from '../../loadgen/options.js';
import { writeDocument } from '../../results/run-directory.js';
import { LoadSummary } from '../../results/schema/index.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { interruptSignal } from '../lib/interrupt.js';
import { addLoadShape } from '../lib/load-options.js';
import { LOAD_DEFAULTS } from '../lib/load-settings.js';
import { describeSummary } from '../lib/load-text.js';
import { printJson, printLine } from '../lib/output.js';
import { parseInteger, parseRate, parseSeconds, parseShare, parseTargets } from '../lib/parse.js';
import { createProgress, type Progress } from '../lib/progress.js';
import { evaluateThreshold, parseThreshold, type Threshold, type ThresholdResult } from '../lib/threshold.js';

interface LoadFlags {
  readonly target: readonly string[];
  readonly clients: number;
  readonly rate?: number;
  readonly arrival: 'poisson' | 'constant';
  readonly duration: number;
  readonly warmup: number;
  readonly reads: number;
  readonly keys: number;
  readonly dist: string;
  readonly valueBytes: number;
  readonly workers: number;
  readonly seed: number;
  readonly timeout: number;
  readonly traceEvery: number;
  readonly keyPrefix: string;
  readonly verify: boolean;
  readonly threshold: readonly Threshold[];
  readonly out?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

const COUNT = parseInteger(1, 100_000);

export function loadCommand(): Command {
  return addLoadShape(
    new Command('load')
      .summary('put load on a cluster and measure it')
      .description(
        'Put load on a running cluster. Without --rate a closed loop: every client sends its next request when it has its answer.\n' +
          'With --rate an open loop: requests start by a schedule whether the answers come or not, and latency counts from the\n' +
          'scheduled start. Exit code 1 when a threshold is missed or an acknowledged write is lost.',
      )
      .requiredOption(
        '--target <urls>',
        'base URLs of the nodes, comma separated; clients are spread over them',
        parseTargets,
      )
      .option('--clients <n>', 'closed loop: requests under way; open loop: connections', COUNT, 100)
      .option('--rate <per second>', 'open loop: requests per second', parseRate)
      .addOption(arrivalOption())
      .option('--duration <time>', 'measured time', parseSeconds(0.1), 10)
      .option('--warmup <time>', 'time before it, not measured', parseSeconds(0), 2)
      .option('--reads <share>', 'share of reads, 0 to 1', parseShare, 0.5),
  )
    .option('--seed <n>', 'of keys and arrival times', parseInteger(0, 2_147_483_647), 1)
    .option('--timeout <time>', 'of one request', parseSeconds(0.001), LOAD_DEFAULTS.requestTimeoutMs / 1000)
    .option(
      '--trace-every <n>',
      'one request in n is traced by the node that serves it; 0 for none',
      parseInteger(0, 1_000_000),
      0,
    )
    .option('--key-prefix <text>', 'what every key begins with', 'key-')
    .option('--verify', 'read every acknowledged write back after the run', false)
    .option(
      '--threshold <rule>',
      "a demand such as 'p99<20ms', 'throughput>5000' or 'errors<0.1%'; may be repeated",
      collect,
      [],
    )
    .option('--out <dir>', 'write summary.json and latency.hlog there')
    .option('--json', 'stdout is one JSON document', false)
    .option('--verbose', 'tell on stderr what happens, in a pipe too', false)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  strata load --target http://127.0.0.1:7001 --clients 100 --reads 0\n' +
        '  strata load --target http://127.0.0.1:7001 --rate 5000 --duration 30s --threshold "p99<20ms"\n' +
        '  strata load --target http://127.0.0.1:7001,http://127.0.0.1:7002 --verify --json',
    )
    .action(exitWith(load));
}

function arrivalOption(): Option {
  return new Option('--arrival <process>', 'open loop: how start times are drawn')
    .choices(['poisson', 'constant'])
    .default('poisson');
}

function collect(text: string, previous: readonly Threshold[]): Threshold[] {
  return [...previous, parseThreshold(text)];
}

async function load(flags: LoadFlags): Promise<number> {
  if (flags.verify && flags.reads === 1)
    throw new InvalidArgumentError('--verify reads back what was written; with --reads 1 nothing is.');
  const progress = createProgress(flags);
  const signal = interruptSignal();
  const result = await runLoad({
    ...optionsOf(flags),
    signal,
    onProgress: (state) => progress.status(renderProgress(state)),
  });
  const summary = flags.verify ? await verified(flags, result, progress, signal) : result.summary;
  progress.end();
  const thresholds = flags.threshold.map((threshold) => evaluateThreshold(threshold, summary));
  if (flags.out !== undefined) writeOut(resolve(flags.out), summary, result.hlog);
  if (flags.json) printJson({ ...summary, thresholds });
  else printLine(describeSummary(summary, thresholds));
  return exitCodeOf(summary, thresholds);
}

function optionsOf(flags: LoadFlags): LoadOptions {
  return {
    targets: flags.target,
    clients: flags.clients,
    rate: flags.rate ?? null,
    arrival: flags.arrival,
    durationSeconds: flags.duration,
    warmupSeconds: flags.warmup,
    reads: flags.reads,
    keys: flags.keys,
    distribution: flags.dist,
    valueBytes: flags.valueBytes,
    workers: flags.workers,
    seed: flags.seed,
    requestTimeoutMs: Math.ceil(flags.timeout * 1000),
    traceEvery: flags.traceEvery,
    ledger: flags.verify,
    keyPrefix: flags.keyPrefix,
  };
}

async function verified(
  flags: LoadFlags,
  result: LoadResult,
  progress: Progress,
  signal: AbortSignal,
): Promise<LoadSummary> {
  if (result.ledger === null) return result.summary;
  const { acknowledgedWrites } = result.ledger;
  progress.status(`reading back ${acknowledgedWrites} acknowledged writes`);
  const found = await readBack(result.ledger, flags.target, { signal });
  return { ...result.summary, verification: { acknowledgedWrites, ...found } };
}

function writeOut(directory: string, summary: LoadSummary, hlog: string): void {
  mkdirSync(directory, { recursive: true });
  writeDocument(join(directory, 'summary.json'), LoadSummary, summary);
  writeFileSync(join(directory, 'latency.hlog'), hlog);
}

/** A finding outweighs what cannot be said. */
function exitCodeOf({ verification }: LoadSummary, thresholds: readonly ThresholdResult[]): number {
  if ((verification?.lost ?? 0) > 0 || thresholds.some(({ met }) => met === false)) return EXIT.finding;
  const unknown = (verification?.unreadable ?? 0) > 0 || thresholds.some(({ met }) => met === null);
  return unknown ? EXIT.unknown : EXIT.done;
}
