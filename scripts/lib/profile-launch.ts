import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { catchesSignal } from '../../profiles/inspector/node-process.js';
import { removePerfMap } from '../../profiles/perf/map-file.js';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';
import { describeCommand, isNode, isNodeName } from './profile-process.js';

/** Until the launcher in front has become Node.js, and that is far enough to be attached to. */
const START_LIMIT_MS = 10_000;
const POLL_MS = 20;
/** Between SIGINT and SIGKILL. */
const STOP_GRACE_MS = 5_000;

/** Every program started here and still alive: none may outlive this process, however it ends. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) killGroup(child);
});

/**
 * A program started for a profile. It has a process group of its own, so that Ctrl-C reaches the probes first and what it starts itself ends with it.
 * What it prints goes to standard error: standard output belongs to the result.
 */
export class LaunchedProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #how: string | null = null;

  private constructor(command: readonly string[], nodeArguments: readonly string[]) {
    const [program, ...args] = command as [string, ...string[]];
    // Port 0: on its usual port an inspector of another process may listen. The flag by itself opens nothing.
    const options = `${process.env.NODE_OPTIONS ?? ''} --inspect-port=0`.trim();
    // Not all that probes ask for may stand in NODE_OPTIONS; behind a script that starts Node.js they go without.
    const own = isNodeName(program) ? nodeArguments : [];
    this.#child = spawn(program, [...own, ...args], {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, NODE_OPTIONS: options },
      detached: true,
    });
    alive.add(this.#child);
    this.#ended = new Promise((resolve) => {
      const settle = (how: string) => {
        alive.delete(this.#child);
        this.#how ??= how;
        resolve();
      };
      this.#child.once('exit', (code, signal) =>
        settle(signal === null ? `with code ${code}` : `by ${signal}`),
      );
      this.#child.once('error', (error) => settle(`before it began: ${error.message}`));
    });
  }

  /** Starts the program and waits until it is Node.js; one that ends first, or is something else, is a `CliError`. */
  static async start(
    command: readonly string[],
    nodeArguments: readonly string[] = [],
  ): Promise<LaunchedProgram> {
    const program = new LaunchedProgram(command, nodeArguments);
    const deadline = performance.now() + START_LIMIT_MS;
    while (performance.now() < deadline) {
      if (program.#how !== null)
        throw new CliError('STRATA_LAUNCH', `${describeCommand(command)} ended ${program.#how}.`);
      if (isNode(program.pid) && handlesInspectorSignal(program.pid)) return program;
      await Promise.race([sleep(POLL_MS), program.#ended]);
    }
    await program.stop();
    const advice = 'Start Node.js itself: --launch "node app.js".';
    throw new CliError(
      'STRATA_PROCESS_NOT_NODE',
      `${describeCommand(command)} is not Node.js. ${advice}`,
      EXIT.usage,
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** SIGINT as a person would send it, then SIGKILL to all that it started; removes what V8 left for perf. */
  async stop(): Promise<void> {
    if (this.#how === null) this.#child.kill('SIGINT');
    await Promise.race([this.#ended, sleep(STOP_GRACE_MS, undefined, { ref: false })]);
    killGroup(this.#child);
    await this.#ended;
  }
}

/** Node.js is there a moment before it can be asked for its inspector; until then the signal would end it. */
function handlesInspectorSignal(pid: number): boolean {
  try {
    return catchesSignal(readFileSync(`/proc/${pid}/status`, 'utf8'), constants.signals.SIGUSR1);
  } catch {
    return false;
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
  removePerfMap(pid);
}

/**
 * The words of a command line: separated by blanks, kept together by quotes, a backslash takes the next character as it is. No shell: what is not
 * a word is not interpreted.
 */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\\' && quote !== "'") word = (word ?? '') + (text[++at] ?? '');
    else if (quote !== null) {
      if (character === quote) quote = null;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + character;
  }
  if (quote !== null)
    throw new CliError('STRATA_USAGE', `The command ends within ${quote}: ${text}`, EXIT.usage);
  if (word !== null) words.push(word);
  return words;
}
