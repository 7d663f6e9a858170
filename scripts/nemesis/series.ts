import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import type { Progress } from '../lib/progress.js';
import { faultsOf } from './faults/catalogue.js';
import type { FaultGroup, FaultKind, Need } from './faults/fault.js';
import { NODE_HOST } from './fleet.js';
import { type RunResult, runNemesis } from './run.js';
import { SmallDisk } from './small-disk.js';
import { canTrace } from './tracer.js';
import { NO_FIGURES, type Verdict } from './verdict.js';

const LACK: Readonly<Record<Need, string>> = {
  tracer: 'strace cannot trace here',
  'small-disk': 'a small file system cannot be mounted here',
};

export interface SeriesOptions {
  readonly runs: number;
  readonly durationMs: number;
  readonly nodes: number;
  /** Null: drawn. */
  readonly seed: number | null;
  readonly groups: readonly FaultGroup[];
  /** Null: a temporary folder, gone when all is green. */
  readonly out: string | null;
  readonly staleReads: boolean;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface Series {
  readonly runs: readonly RunResult[];
  /** Kinds of faults that this machine cannot make, with the reason. */
  readonly leftOut: readonly string[];
  /** Null: everything was green and nothing was to be kept. */
  readonly directory: string | null;
  /** What repeats the runs that were not green. */
  readonly repeat: readonly string[];
}

/** Runs one after the other. */
export async function runSeries(options: SeriesOptions): Promise<Series> {
  const { runs, nodes, groups, out, signal, progress } = options;
  await checkAddresses();
  const { kinds, leftOut } = await survey(faultsOf(groups, nodes));
  for (const sentence of leftOut) progress.warn(sentence);
  const directory = out === null ? mkdtempSync(join(tmpdir(), 'strata-nemesis-')) : resolve(out);
  const firstSeed = options.seed ?? randomInt(2 ** 31 - runs);
  const results: RunResult[] = [];
  const red = () => results.filter(({ verdict }) => verdict !== 'green');
  const isKept = () => out !== null || red().length > 0;
  try {
    for (let at = 0; at < runs; at++) {
      signal.throwIfAborted();
      const seed = firstSeed + at;
      progress.status(`run ${at + 1} of ${runs}, seed ${seed}`);
      const result = await runOne(options, kinds, seed, join(directory, `seed-${seed}`));
      progress.note(`run ${at + 1} of ${runs}, seed ${seed}: ${result.verdict}`);
      results.push(result);
    }
  } finally {
    if (!isKept()) rmSync(directory, { recursive: true, force: true });
  }
  const repeat = red().map((run) => repeatOf(run, options));
  return { runs: results, leftOut, directory: isKept() ? directory : null, repeat };
}

async function runOne(
  { durationMs, nodes, groups, staleReads, signal }: SeriesOptions,
  kinds: readonly FaultKind[],
  seed: number,
  home: string,
): Promise<RunResult> {
  if (existsSync(home))
    throw new CliError('STRATA_NEMESIS_OUT', `${home} is there already; use another --out.`, EXIT.usage);
  const options = { seed, durationMs, nodes, groups, kinds, directory: home, staleReads, signal };
  const result = await runNemesis(options).catch((error: unknown) => {
    // A port that somebody took must not cost the other runs their results.
    if (signal.aborted || !(error instanceof CliError)) throw error;
    return failed(seed, home, error);
  });
  writeFileSync(join(home, 'summary.json'), `${JSON.stringify(result, null, 2)}\n`);
  if (result.verdict === 'green') dropData(home);
  return result;
}

function failed(seed: number, directory: string, { message, code, exitCode }: CliError): RunResult {
  const verdict = exitCode === EXIT.finding ? 'violation' : 'environment';
  const reasons = [`${message} (${code})`];
  return {
    seed,
    directory,
    verdict,
    reasons,
    figures: NO_FIGURES,
    faults: [],
    recovery: { tookMs: 0, waits: [] },
  };
}

/** A violation outweighs everything, and what the machine refused outweighs what was not tested. */
export function exitCodeOf(runs: readonly RunResult[]): number {
  const has = (wanted: Verdict) => runs.some(({ verdict }) => verdict === wanted);
  if (has('violation')) return EXIT.finding;
  if (has('environment')) return EXIT.environment;
  return has('unknown') || has('vacuous') ? EXIT.unknown : EXIT.done;
}

function repeatOf({ seed }: RunResult, { durationMs, nodes, groups, staleReads }: SeriesOptions): string {
  const canary = staleReads ? ' --canary stale-reads' : '';
  return `strata nemesis --seed ${seed} --duration ${durationMs / 1000}s --nodes ${nodes} --faults ${groups.join(',')}${canary}`;
}

/** What a green run leaves behind is its history and its logs, not its data. */
function dropData(home: string): void {
  for (const entry of readdirSync(home, { withFileTypes: true }))
    if (entry.isDirectory()) rmSync(join(home, entry.name, 'data'), { recursive: true, force: true });
}

/** Which faults this machine can make. */
async function survey(wanted: readonly FaultKind[]): Promise<{ kinds: FaultKind[]; leftOut: string[] }> {
  const needs = (need: Need): boolean => wanted.some((kind) => kind.need === need);
  const has: Record<Need, boolean> = {
    tracer: needs('tracer') && canTrace(),
    'small-disk': needs('small-disk') && (await canMount()),
  };
  const kinds = wanted.filter(({ need }) => need === undefined || has[need]);
  const leftOut = wanted
    .filter((kind) => !kinds.includes(kind))
    .map(({ name, need }) => `left out: ${name}, ${LACK[need!]}`);
  if (kinds.length === 0)
    throw new CliError('STRATA_NEMESIS_NO_FAULTS', `No fault can be made here; ${leftOut.join('; ')}.`);
  return { kinds, leftOut };
}

async function canMount(): Promise<boolean> {
  const path = mkdtempSync(join(tmpdir(), 'strata-disk-'));
  const disk = await SmallDisk.make(path);
  disk?.close();
  rmSync(path, { recursive: true, force: true });
  return disk !== null;
}

/** The proxies stand at one address of the loopback and the nodes at another. */
async function checkAddresses(): Promise<void> {
  const failure = await new Promise<Error | null>((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(0, NODE_HOST, () => server.close(() => resolve(null)));
  });
  if (failure === null) return;
  const sentence = `Nothing can listen on ${NODE_HOST} here (${failure.message}); add the address to the loopback interface.`;
  throw new CliError('STRATA_NEMESIS_ADDRESS', sentence);
}
