import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readBack, renderProgress, runLoad } from '../../loadgen/index.js';
import type { LoadOptions, LoadResult } from '../../loadgen/options.js';
import { writeDocument } from '../../results/run-directory.js';
import { LoadSummary } from '../../results/schema/index.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { HistoryRecording } from '../lib/history-recording.js';
import { judgeHistory } from '../lib/history-verdict.js';
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
  readonly history?: string;
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
          'scheduled start. With --verify a share of the operations, on ten keys of their own, is recorded as a history and\n' +
          'checked for linearizability, and every other acknowledged write is read back. Exit code 1 when a threshold is missed,\n' +
          'an acknowledged write is lost or the history is not linearizable; 3 when one of these cannot be said.',
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
    .option('--verify', 'check a history of the run, and read every acknowledged write back', false)
    .option('--history <file>', 'record the history there; without --verify it is not checked')
    .option(
      '--threshold <rule>',
      "a demand such as 'p99<20ms', 'throughput>5000' or 'errors<0.1%'; may be repeated",
      collect,
      [],
    )
    .option('--out <dir>', 'write summary.json, latency.hlog and, with --verify, history.jsonl there')
    .option('--json', 'stdout is one JSON document', false)
    .option('--verbose', 'tell on stderr what happens, in a pipe too', false)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  strata load --target http://127.0.0.1:7001 --clients 100 --reads 0\n' +
        '  strata load --target http://127.0.0.1:7001 --rate 5000 --duration 30s --threshold "p99<20ms"\n' +
        '  strata load --target http://127.0.0.1:7001,http://127.0.0.1:7002 --verify --json\n' +
        '  strata load --target http://127.0.0.1:7001 --history /tmp/h.jsonl && strata check /tmp/h.jsonl',
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
  const options: LoadOptions = {
    ...optionsOf(flags),
    signal,
    onProgress: (state) => progress.status(renderProgress(state)),
  };
  const { summary, hlog, recorded } = await measured(flags, options, progress, signal);
  progress.end();
  const thresholds = flags.threshold.map((threshold) => evaluateThreshold(threshold, summary));
  if (flags.out !== undefined) writeOut(resolve(flags.out), summary, hlog);
  if (flags.json) printJson({ ...summary, thresholds });
  else printLine(describeSummary(summary, thresholds));
  if (recorded !== null && !flags.json) printLine(`\n${recorded}`);
  return exitCodeOf(summary, thresholds);
}

interface Measured {
  readonly summary: LoadSummary;
  readonly hlog: string;
  /** A line about a history that was recorded and not checked. */
  readonly recorded: string | null;
}

/** The load, and with --verify what became of its writes. */
async function measured(
  flags: LoadFlags,
  options: LoadOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<Measured> {
  const place = historyPlace(flags);
  if (place === null) return { ...(await runLoad(options)), recorded: null };
  const recording = new HistoryRecording(place.path);
  // Out of the way it is kept only when it proves something.
  let isKept = !place.isTemporary;
  try {
    const result = await runLoad(recording.of(options));
    const { hlog, history } = result;
    if (history === null || !flags.verify) {
      const recorded = `history: ${history?.operations ?? 0} operations in ${place.path}, not checked: strata check ${place.path}`;
      return { summary: result.summary, hlog, recorded };
    }
    const summary = await verified(flags, result, progress, signal);
    progress.status(`checking a history of ${history.operations} operations`);
    const check = judgeHistory(recording, history, place.folder);
    isKept ||= check.verdict !== 'linearizable';
    return {
      summary: { ...summary, history: isKept ? check : { ...check, file: null } },
      hlog,
      recorded: null,
    };
  } finally {
    recording.close();
    if (!isKept) rmSync(dirname(place.path), { recursive: true, force: true });
  }
}

interface HistoryPlace {
  readonly path: string;
  /** What names in the summary are relative to; null: they are absolute. */
  readonly folder: string | null;
  readonly isTemporary: boolean;
}

/** Where asked for, else with the other files of the run, else out of the way: only a history that proves something is kept there. */
function historyPlace({ verify, history, out }: LoadFlags): HistoryPlace | null {
  if (history !== undefined) return { path: resolve(history), folder: null, isTemporary: false };
  if (!verify) return null;
  if (out !== undefined)
    return { path: join(resolve(out), 'history.jsonl'), folder: resolve(out), isTemporary: false };
  const folder = mkdtempSync(join(tmpdir(), 'strata-history-'));
  return { path: join(folder, 'history.jsonl'), folder: null, isTemporary: true };
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
function exitCodeOf(summary: LoadSummary, thresholds: readonly ThresholdResult[]): number {
  const { verification, history } = summary;
  const isLost = (verification?.lost ?? 0) > 0 || history?.verdict === 'not-linearizable';
  if (isLost || thresholds.some(({ met }) => met === false)) return EXIT.finding;
  const isUnread = (verification?.unreadable ?? 0) > 0 || history?.verdict === 'unknown';
  return isUnread || thresholds.some(({ met }) => met === null) ? EXIT.unknown : EXIT.done;
}
