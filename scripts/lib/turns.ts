import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';
import { folderEntries } from './folder-entries.js';
import type { Progress } from './progress.js';

/** One of the things that take turns. */
export interface Arm {
  /** Folder of its runs. */
  readonly name: string;
  /** A built checkout: its `dist/scripts/strata.js` is what runs. */
  readonly root: string;
  /** Added to our environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface TurnsOptions {
  readonly arms: readonly Arm[];
  /** Runs of each arm. */
  readonly times: number;
  /** New or empty; gets `<arm>/01`, `<arm>/02`, … */
  readonly out: string;
  /** Arguments of `strata`, the same for all arms; `--out` is added. */
  readonly command: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: Pick<Progress, 'note' | 'status'>;
  readonly secondsMax: number;
}

const STDERR_BYTES_KEPT = 4_096;
const GRACE_MS = 30_000;

/**
 * Runs one command on several builds in turns, each run in a process of its own: what V8 made of the code of one process would otherwise be part of
 * every repeat. Every other round goes backwards, so that a machine that drifts gives and takes alike. Gives the folder of each arm.
 * @throws CliError when a run ends with anything but 0, 1 or 3 (a finding is a result too), leaves no run directory, or takes too long.
 */
export async function runInTurns(options: TurnsOptions): Promise<readonly string[]> {
  const { arms, times, out } = options;
  checkArms(options);
  mkdirSync(out, { recursive: true });
  for (let round = 1; round <= times; round += 1)
    for (const arm of round % 2 === 1 ? arms : [...arms].reverse()) {
      options.progress.status(`round ${round} of ${times}: ${arm.name}`);
      await runOnce(arm, round, options);
    }
  return arms.map(({ name }) => join(out, name));
}

function checkArms({ arms, out }: TurnsOptions): void {
  const usage = (sentence: string): CliError => new CliError('STRATA_USAGE', sentence, EXIT.usage);
  if (folderEntries(out).length > 0)
    throw new CliError('STRATA_OUT_NOT_EMPTY', `${out} is not empty; name a new one.`, EXIT.usage);
  const names = arms.map(({ name }) => name);
  const bad = names.find((name) => !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name));
  if (bad !== undefined)
    throw usage(`${JSON.stringify(bad)} is no name of an arm: letters, digits, dots and dashes.`);
  if (new Set(names).size < names.length) throw usage(`Two arms have one name: ${names.join(', ')}.`);
  const unbuilt = arms.find(({ root }) => !existsSync(programOf(root)));
  if (unbuilt !== undefined)
    throw usage(`${programOf(unbuilt.root)} is not there; build ${unbuilt.root} first: npm run build.`);
}

function programOf(root: string): string {
  return join(root, 'dist', 'scripts', 'strata.js');
}

async function runOnce(arm: Arm, round: number, options: TurnsOptions): Promise<void> {
  const { signal, secondsMax, command, out, progress } = options;
  signal.throwIfAborted();
  const directory = join(out, arm.name, String(round).padStart(2, '0'));
  const child = spawn(process.execPath, [programOf(arm.root), ...command, '--out', directory], {
    cwd: arm.root,
    env: { ...process.env, ...arm.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { code, stderr, late } = await ended(child, signal, secondsMax);
  signal.throwIfAborted();
  const what = `Run ${round} of ${arm.name}`;
  if (late) throw new CliError('STRATA_TURN_FAILED', `${what} took longer than ${secondsMax} s.`);
  const isResult = code === EXIT.done || code === EXIT.finding || code === EXIT.unknown;
  // A process that breaks before it begins ends with 1 too, as one with a finding does; only the latter leaves a run.
  if (!isResult || !existsSync(join(directory, 'run.json'))) {
    const lines = stderr.trim().split('\n');
    // What Node says of a crash ends with its own version.
    const last = lines.findLast((line) => /^strata: |Error/.test(line)) ?? lines.at(-1)!;
    throw new CliError(
      'STRATA_TURN_FAILED',
      `${what} ended with exit code ${code}: ${last || 'it said nothing'}`,
    );
  }
  progress.note(`${arm.name} ${round}/${options.times}: ${directory}`);
}

interface Ended {
  readonly code: number | null;
  /** The end of it. */
  readonly stderr: string;
  readonly late: boolean;
}

/** Waits for the child. An interruption or the time limit asks it to stop what it started, and kills it when it does not. */
function ended(child: ChildProcess, signal: AbortSignal, secondsMax: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    let late = false;
    let killer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGTERM');
      killer ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    };
    const clock = setTimeout(() => {
      late = true;
      stop();
    }, secondsMax * 1e3);
    signal.addEventListener('abort', stop, { once: true });
    const settle = (): void => {
      clearTimeout(clock);
      clearTimeout(killer);
      signal.removeEventListener('abort', stop);
    };
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_BYTES_KEPT);
    });
    child.once('error', (error) => {
      settle();
      reject(
        new CliError('STRATA_TURN_FAILED', `${process.execPath} could not be started: ${error.message}.`),
      );
    });
    child.once('close', (code) => {
      settle();
      resolve({ code, stderr, late });
    });
  });
}
