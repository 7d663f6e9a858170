import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Cluster, type ClusterOptions } from '../lib/cluster.js';

const CLI = fileURLToPath(new URL('../strata.js', import.meta.url));
const CLI_TIMEOUT_MS = 120_000;

/** A folder of its own for one test, gone afterwards. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'strata-e2e-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Real processes on free ports of the loopback, stopped after the test. */
export async function startCluster(t: TestContext, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const cluster = await Cluster.start({
    nodes: 3,
    directory: temporaryDirectory(t),
    httpPort: null,
    peerPort: null,
    strategy: 'G',
    primitive: 'fdatasync',
    ...options,
  });
  t.after(() => cluster.stop());
  return cluster;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** `error.code` of a JSON body, null when there is none. */
  readonly code: string | null;
}

/** One request, its path sent as it is: `fetch` would repair what a test means to be broken. */
export function ask(
  base: string,
  method: string,
  path: string,
  options: {
    readonly body?: string | Buffer;
    readonly chunked?: boolean;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, method, path, agent: false, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, code: codeOf(body) });
      });
    });
    let answered = false;
    call.on('response', () => {
      answered = true;
    });
    // A server that refuses a body may close before it has read all of it; its answer counts.
    call.on('error', (error) => answered || reject(error));
    call.on('timeout', () => call.destroy(new Error(`no answer to ${method} ${path} within 10 s`)));
    for (const [name, value] of Object.entries(options.headers ?? {})) call.setHeader(name, value);
    if (options.chunked === true) call.setHeader('Transfer-Encoding', 'chunked');
    else if (options.body !== undefined) call.setHeader('Content-Length', Buffer.byteLength(options.body));
    call.end(options.body);
  });
}

function codeOf(body: string): string | null {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: unknown } };
    return typeof error?.code === 'string' ? error.code : null;
  } catch {
    return null;
  }
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly pid: number;
  readonly result: Promise<CliResult>;
  /** Resolves with the first line of stdout, or with null when the process ends without one. */
  readonly firstLine: Promise<string | null>;
  signal(signal: NodeJS.Signals): void;
}

/** The command line as a user starts it, `environment` added to ours; killed after the test if it still runs. */
export function startCli(
  t: TestContext,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): RunningCli {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const timer = setTimeout(() => child.kill('SIGKILL'), CLI_TIMEOUT_MS);
  t.after(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const result = new Promise<CliResult>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
  const firstLine = new Promise<string | null>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
      if (stdout.includes('\n')) resolve(stdout.slice(0, stdout.indexOf('\n')));
    });
    child.on('close', () => resolve(null));
  });
  return { pid: child.pid ?? 0, result, firstLine, signal: (signal) => child.kill(signal) };
}

export function runCli(
  t: TestContext,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  return startCli(t, args, environment).result;
}

export interface NodeView {
  readonly id: number;
  readonly role: string;
  readonly term: number;
  readonly leader: number;
  readonly ready: boolean;
  readonly appliedIndex: number;
  readonly lastIndex: number;
  readonly firstIndex: number;
  readonly keys: number;
  readonly alarms: readonly string[];
  readonly members: readonly {
    readonly id: number;
    readonly voter: boolean;
    readonly state: string | null;
    readonly match: number | null;
  }[];
  readonly links: readonly { readonly peer: number; readonly state: string; readonly queuedBytes: number }[];
}

/** What a node says of the cluster and of itself. */
export async function statusOf(url: string): Promise<NodeView> {
  return JSON.parse((await ask(url, 'GET', '/cluster')).body) as NodeView;
}

const UNTIL_MS = 30_000;

/** Waits for something that must happen; how long it may take is bounded and never what is tested. */
export async function until(
  holds: () => Promise<boolean>,
  what: string,
  timeoutMs = UNTIL_MS,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown = null;
  while (performance.now() < deadline) {
    try {
      if (await holds()) return;
      last = null;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(
    `within ${timeoutMs} ms it did not happen that ${what}${last === null ? '' : `: ${String(last)}`}`,
  );
}

/** What a stack trace looks like; nothing that a user sees may. */
export const STACK = /^\s+at .+:\d+:\d+\)?$/m;
