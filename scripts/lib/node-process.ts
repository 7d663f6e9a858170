import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removePerfMap } from '../../profiles/perf/map-file.js';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

const SERVER_MAIN = fileURLToPath(new URL('../../server/main.js', import.meta.url));
const START_TIMEOUT_MS = 30_000;
const FIRST_LINE_BYTES_MAX = 65_536;

export interface ExitInfo {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * An inspector probe makes a node listen for it. On Node's own port only one of several nodes of a machine could; with port 0 each takes a free
 * one. The flag by itself opens nothing.
 */
const INSPECTOR_ON_ANY_PORT = '--inspect-port=0';

/** Every process started here and still alive: none may outlive this process, however it ends. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) {
    child.kill('SIGKILL');
    dropSymbols(child);
  }
});

export interface StartOptions {
  /** Command and arguments in front of node's own, such as a tracer; the process that it becomes must be the node. */
  readonly wrapper?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeFlags?: readonly string[];
}

/** One node as a process of its own. Its stderr goes to `node.log` beside its configuration. */
export class NodeProcess {
  readonly id: number;
  readonly configPath: string;
  readonly logPath: string;
  readonly url: string;
  readonly #child: ChildProcess;
  readonly exited: Promise<ExitInfo>;
  #exit: ExitInfo | null = null;

  private constructor(id: number, configPath: string, url: string, options: StartOptions) {
    this.id = id;
    this.configPath = configPath;
    this.url = url;
    this.logPath = join(dirname(configPath), 'node.log');
    mkdirSync(dirname(this.logPath), { recursive: true });
    const log = openSync(this.logPath, 'a');
    // A group of its own: Ctrl-C reaches only the parent, which then stops the nodes in good order. A file instead of a
    // pipe for stderr: a reader that stalls can never make the node wait.
    const flags = [INSPECTOR_ON_ANY_PORT, ...(options.nodeFlags ?? [])];
    const words = [process.execPath, ...flags, SERVER_MAIN, '--config', configPath, '--with-parent'];
    const [command, ...args] = [...(options.wrapper ?? []), ...words] as [string, ...string[]];
    this.#child = spawn(command, args, {
      env: { ...process.env, ...options.env },
      // Nothing is ever written to its standard input: its end tells the node that this process is gone, however it went.
      stdio: ['pipe', 'pipe', log],
      detached: true,
    });
    closeSync(log);
    alive.add(this.#child);
    this.exited = new Promise((resolve) => {
      const settle = (exit: ExitInfo) => {
        alive.delete(this.#child);
        dropSymbols(this.#child);
        this.#exit ??= exit;
        resolve(this.#exit);
      };
      this.#child.once('exit', (code, signal) => settle({ code, signal }));
      this.#child.once('error', () => settle({ code: EXIT.environment, signal: null }));
    });
  }

  /** Starts a node and waits until its ports listen; a node that ends instead is an error with the node's own sentence. */
  static async start(
    id: number,
    configPath: string,
    url: string,
    options: StartOptions = {},
  ): Promise<NodeProcess> {
    const logStart = sizeOf(join(dirname(configPath), 'node.log'));
    const node = new NodeProcess(id, configPath, url, options);
    const timeout = timer(START_TIMEOUT_MS);
    const outcome = await Promise.race([
      node.#listening().then(() => 'listening' as const),
      node.exited,
      timeout.elapsed,
    ]);
    timeout.clear();
    if (outcome === 'listening') return node;
    node.kill();
    if (outcome === 'timeout') {
      const sentence = `Node ${id} did not listen within ${START_TIMEOUT_MS} ms; its log is ${node.logPath}.`;
      throw new CliError('STRATA_NODE_START', sentence);
    }
    throw startError(
      id,
      outcome,
      readFileSync(node.logPath).subarray(logStart).toString('utf8'),
      node.logPath,
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#exit === null;
  }

  /** SIGSTOP and SIGCONT: the process is not scheduled in between, and does not notice. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** As a crash would: no goodbye, nothing flushed by the process. */
  kill(): Promise<ExitInfo> {
    if (this.running) this.#child.kill('SIGKILL');
    return this.exited;
  }

  /** SIGTERM, and SIGKILL when the node has not ended in time. */
  async stop(graceMs: number): Promise<ExitInfo> {
    if (!this.running) return this.exited;
    this.#child.kill('SIGTERM');
    const timeout = timer(graceMs);
    await Promise.race([this.exited, timeout.elapsed]);
    timeout.clear();
    return this.kill();
  }

  /** Resolves with the first line of stdout; what follows is read and dropped. */
  #listening(): Promise<void> {
    return new Promise((resolve) => {
      let text = '';
      this.#child.stdout?.on('data', (chunk: Buffer) => {
        if (text.length > FIRST_LINE_BYTES_MAX) return;
        text += chunk.toString('utf8');
        if (/^\{"listening":true.*\n/m.test(text)) resolve();
      });
    });
  }
}

const HUMAN_LINE = /^strata: (.+) \(([A-Z][A-Z0-9_]+)\)$/gm;

/** The last human line that a node wrote before it ended carries its sentence and code. */
export function startError(id: number, exit: ExitInfo, log: string, logPath: string): CliError {
  const line = [...log.matchAll(HUMAN_LINE)].at(-1);
  const exitCode = exit.code === null || exit.code === 0 ? EXIT.internal : exit.code;
  if (line !== undefined) return new CliError(line[2]!, `Node ${id}: ${line[1]}`, exitCode);
  const how = exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`;
  return new CliError(
    'STRATA_NODE_START',
    `Node ${id} ended ${how} at start; its log is ${logPath}.`,
    exitCode,
  );
}

/** With `--perf-basic-prof` V8 leaves the names of its functions behind, megabytes of them, and nobody else removes them. */
function dropSymbols({ pid, spawnargs }: ChildProcess): void {
  if (pid !== undefined && spawnargs.includes('--perf-basic-prof')) removePerfMap(pid);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function timer(ms: number): { readonly elapsed: Promise<'timeout'>; clear(): void } {
  let handle: NodeJS.Timeout | undefined;
  const elapsed = new Promise<'timeout'>((resolve) => {
    handle = setTimeout(() => resolve('timeout'), ms);
  });
  return { elapsed, clear: () => clearTimeout(handle) };
}
