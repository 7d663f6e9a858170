import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ProbeError } from '../probe-error.js';
import type { ToolJob, ToolMessage } from './tool-job.js';

const RUNNER = fileURLToPath(new URL('./tool-runner.js', import.meta.url));
/** A program that was told to end, and does not. */
const END_GRACE_MS = 15_000;
/** Clinic's bubbleprof needs minutes for a busy program; a stuck analysis is known of all of them. */
const ANALYSIS_LIMIT_MS = 180_000;
const STDERR_CHARACTERS_MAX = 4_096;

export interface JobLimits {
  /** The program is told to end after this time; null for a job without one. */
  readonly seconds: number | null;
  /** Tells it to end earlier. */
  readonly signal?: AbortSignal;
}

export interface JobResult {
  /** Of the program; null for a job without one. */
  readonly pid: number | null;
  readonly verdict: string | null;
  readonly warnings: readonly string[];
}

/** Runs a tool to its end within limits of time. Whatever happens, neither tool nor program is left behind. Fails with a `ProbeError`. */
export async function runJob(job: ToolJob, { seconds, signal }: JobLimits): Promise<JobResult> {
  // A group of its own: the tools expect the signal that a terminal gives to all of it.
  const child = spawn(process.execPath, [RUNNER, JSON.stringify(job)], {
    cwd: job.directory,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Neither asks for consent to telemetry nor looks for updates; no browser is opened by any tool from here.
    env: { ...process.env, NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1', BROWSER: 'none' },
  });
  const killAll = () => signalGroup(child, 'SIGKILL');
  process.once('exit', killAll);
  const timers = new Timers();
  const program: Program = { pid: null, isOver: false };
  const interrupt = () => {
    // A second signal would make some tools drop what they have, and one during the analysis ends it.
    if (program.isOver) return;
    program.isOver = true;
    endProgram(job, child, program.pid);
    timers.start('end', END_GRACE_MS);
  };
  try {
    if (seconds === null) timers.start('analysis', ANALYSIS_LIMIT_MS);
    else timers.after(seconds * 1_000, interrupt);
    signal?.addEventListener('abort', interrupt, { once: true });
    if (signal?.aborted) interrupt();
    return await outcome(job, child, timers, program);
  } finally {
    signal?.removeEventListener('abort', interrupt);
    timers.clear();
    process.removeListener('exit', killAll);
    killAll();
  }
}

interface Program {
  pid: number | null;
  /** It has ended, or was told to. */
  isOver: boolean;
}

/** Bubbleprof does not end on SIGINT; its program is told in the way that the runner has prepared. */
function endProgram({ tool }: ToolJob, runner: ChildProcess, pid: number | null): void {
  if (tool === 'clinic-bubbleprof' && pid !== null) signalProcess(pid, 'SIGTERM');
  else signalGroup(runner, 'SIGINT');
}

function outcome(job: ToolJob, child: ChildProcess, timers: Timers, program: Program): Promise<JobResult> {
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARACTERS_MAX);
  });
  return new Promise((resolve, reject) => {
    const fail = (sentence: string) =>
      reject(new ProbeError('STRATA_PROBE_FAILED', `${job.tool} ${sentence}`));
    timers.onExpired = (which) =>
      fail(
        which === 'end'
          ? `could not end the program: it does not stop on SIGINT within ${END_GRACE_MS / 1_000} s.`
          : `did not finish its analysis within ${ANALYSIS_LIMIT_MS / 1_000} s.`,
      );
    child.on('message', (message: ToolMessage) => {
      if (message.kind === 'started') program.pid ??= message.pid;
      else if (message.kind === 'analysing') {
        program.isOver = true;
        timers.start('analysis', ANALYSIS_LIMIT_MS);
      } else if (message.kind === 'done')
        resolve({ pid: program.pid, verdict: message.verdict, warnings: message.warnings });
      else fail(`failed: ${message.message}`);
    });
    child.once('error', (error) => fail(`did not start: ${error.message}`));
    child.once('exit', (code, by) => {
      const last = stderr.trim().split('\n').at(-1) ?? '';
      fail(
        `ended ${by === null ? `with code ${code}` : `by ${by}`} before its page was written. ${last}`.trim(),
      );
    });
  });
}

/** One limit at a time: for the end of the program, then for the analysis. */
class Timers {
  onExpired: (which: 'end' | 'analysis') => void = () => {};
  #running: NodeJS.Timeout | undefined;
  #once: NodeJS.Timeout | undefined;

  after(ms: number, action: () => void): void {
    this.#once = setTimeout(action, ms);
  }

  start(which: 'end' | 'analysis', ms: number): void {
    clearTimeout(this.#running);
    this.#running = setTimeout(() => this.onExpired(which), ms);
  }

  clear(): void {
    clearTimeout(this.#running);
    clearTimeout(this.#once);
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) signalProcess(-pid, signal);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Nobody is left to hear it.
  }
}
