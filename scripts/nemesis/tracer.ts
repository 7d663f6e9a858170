import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { CliError } from '../lib/cli-error.js';

const ATTACH_TIMEOUT_MS = 3_000;

/** Tracers that are attached; none may outlive this process. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGTERM');
});

/** True when this machine has strace and lets it trace a process that runs already. */
export function canTrace(): boolean {
  const child = spawn('sleep', ['5'], { stdio: 'ignore' });
  const { status, signal } = spawnSync(
    'timeout',
    ['1', 'strace', '-f', '-o', '/dev/null', '-p', `${child.pid}`],
    { stdio: 'ignore' },
  );
  child.kill('SIGKILL');
  // `timeout` ended it with 124: it was attached all the time. Refused, it would have ended by itself with 1.
  return status === 124 && signal === null;
}

/** Tampers with the calls of fdatasync of a process that runs: `error=EIO`, `delay_enter=50000`. */
export class Tracer {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    alive.add(child);
    child.once('exit', () => alive.delete(child));
    child.once('error', () => alive.delete(child));
  }

  static async attach(pid: number, inject: string): Promise<Tracer> {
    const calls = ['-e', 'trace=fdatasync', '-e', `inject=fdatasync:${inject}`];
    const child = spawn('strace', ['-f', '-o', '/dev/null', ...calls, '-p', `${pid}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const tracer = new Tracer(child);
    const attached = new Promise<boolean>((resolve) => {
      child.stderr!.on('data', (text: Buffer) => /attached/.test(text.toString('utf8')) && resolve(true));
      child.once('exit', () => resolve(false));
      child.once('error', () => resolve(false));
      setTimeout(resolve, ATTACH_TIMEOUT_MS, false).unref();
    });
    if (await attached) return tracer;
    await tracer.detach();
    throw new CliError('STRATA_TRACER', `strace could not attach to process ${pid}.`);
  }

  async detach(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}
