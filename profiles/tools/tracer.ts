import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { ProbeError } from '../probe-error.js';

const STDERR_CHARACTERS_MAX = 64 * 1024;

export interface TracerLimits {
  readonly attachTimeoutMs: number;
  readonly detachTimeoutMs: number;
  /** The tracer is told to detach after this time even when nobody calls `detach`. */
  readonly lifetimeMs: number;
  /** What messages call the tool, where `command` is only what starts it. */
  readonly name?: string;
  /** File for what the tool prints on its standard output; nowhere when absent. */
  readonly stdoutPath?: string;
}

/** How often the file is looked at for the sign of a tool that announces itself on its standard output. */
const STDOUT_LOOK_MS = 20;

/**
 * A tracing tool attached to another process. Whatever happens here, the observed process must be let go: on `detach`,
 * when the lifetime ends, and when this process exits. SIGINT makes the tool write its summary; SIGKILL, the last resort,
 * loses the summary, but the kernel detaches a dead tracer (strace uses PTRACE_SEIZE, so nothing is left stopped).
 */
export class Tracer {
  readonly #child: ChildProcess;
  readonly #limits: TracerLimits;
  readonly #name: string;
  readonly #ended: Promise<void>;
  readonly #lifetime: NodeJS.Timeout;
  readonly #onExit = (): void => {
    this.#child.kill('SIGINT');
  };
  #stderr = '';
  #failure: Error | null = null;

  constructor(command: string, args: readonly string[], limits: TracerLimits) {
    this.#limits = limits;
    this.#name = limits.name ?? command;
    const stdout = limits.stdoutPath === undefined ? null : openSync(limits.stdoutPath, 'w');
    this.#child = spawn(command, args, {
      stdio: ['ignore', stdout ?? 'ignore', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    // The child has its own copy.
    if (stdout !== null) closeSync(stdout);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARACTERS_MAX);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#failure = error;
        resolve();
      });
      this.#child.once('close', () => resolve());
    });
    this.#lifetime = setTimeout(() => this.#child.kill('SIGINT'), limits.lifetimeMs);
    process.once('exit', this.#onExit);
    void this.#ended.then(() => {
      clearTimeout(this.#lifetime);
      process.removeListener('exit', this.#onExit);
    });
  }

  /** Process id of the tool; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Only its beginning matters, and only until the tool is at work: then it is short. */
  get #stdout(): string {
    const { stdoutPath } = this.#limits;
    return stdoutPath === undefined ? '' : readFileSync(stdoutPath, 'utf8').slice(0, STDERR_CHARACTERS_MAX);
  }

  get #running(): boolean {
    return this.#failure === null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when the tool's messages match; fails, with the tool gone, when it ends or stays silent. */
  async attached(message: RegExp): Promise<void> {
    const said = (): boolean => message.test(this.#stderr) || message.test(this.#stdout);
    let timer: NodeJS.Timeout | undefined;
    const seen = new Promise<void>((resolve) => {
      const look = (): void => {
        if (said()) resolve();
      };
      this.#child.stderr?.on('data', look);
      if (this.#limits.stdoutPath !== undefined) timer = setInterval(look, STDOUT_LOOK_MS);
      look();
    });
    await within(this.#limits.attachTimeoutMs, Promise.race([seen, this.#ended]));
    clearInterval(timer);
    if (said() && this.#running) return;
    const reason = this.#failure?.message ?? (this.#stderr.trim() || 'it said nothing');
    await this.#end();
    throw new ProbeError(
      'STRATA_PROBE_FAILED',
      `${this.#name} did not attach: ${reason}. Try \`strata doctor\`.`,
    );
  }

  /** Ends the tracing. Fails when the tool had to be killed, because its summary is lost then. */
  async detach(): Promise<void> {
    if (await this.#end()) return;
    throw new ProbeError(
      'STRATA_PROBE_FAILED',
      `${this.#name} did not detach within ${this.#limits.detachTimeoutMs} ms and was killed; its summary is lost.`,
    );
  }

  /** True when the tool ended by itself or by SIGINT. Resolves only when it is gone. */
  async #end(): Promise<boolean> {
    if (this.#running) this.#child.kill('SIGINT');
    if (await within(this.#limits.detachTimeoutMs, this.#ended)) return true;
    this.#child.kill('SIGKILL');
    await this.#ended;
    return false;
  }
}

/** Whether the promise settled within the time. */
async function within(timeoutMs: number, promise: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
