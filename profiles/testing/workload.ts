import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const START_TIMEOUT_MS = 15_000;

export interface Workload {
  readonly pid: number;
  /** The first line that the child wrote, without its line feed. */
  readonly greeting: string;
  readonly alive: boolean;
  stop(): Promise<void>;
}

/** A temporary folder that `remove` deletes. */
export function scratchFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'strata-profiles-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    // The layout of the compiler: nothing before the first column.
    writeFileSync(join(folder, name), text.replace(/^ {4}/gm, '').trimStart());
  }
}

/** Runs the first of the files, which are in `folder`, with this Node and waits for the line that says it is at work. */
export async function startWorkload(
  folder: string,
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  nodeArguments: readonly string[] = [],
): Promise<Workload> {
  const main = join(folder, Object.keys(files)[0]!);
  const child = spawn(process.execPath, [...nodeArguments, main, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const greeting = await firstLine(child);
  return {
    pid: child.pid!,
    greeting,
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error('the workload did not start')), START_TIMEOUT_MS);
    child.once('exit', (code) => reject(new Error(`the workload ended with code ${code}`)));
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      resolve(text.slice(0, end));
    });
  });
}

/**
 * A process that serves `/debug/pprof/profile` as a node does and spends its time as `mode` says:
 * `burn`: three parts in server/consensus, one in server/log, both called from server/runtime; `garbage`: fills the heap from
 * server/state; `idle`: nothing. The parts are counts of equal work, not of time, so the shares hold on a busy machine too.
 * The parts are small and get inlined into their caller, and all of it has been optimised before the profile starts: the
 * state in which every server spends its life, and in which the stacks of V8 name the caller only.
 */
export const PROFILED_SERVER: Readonly<Record<string, string>> = {
  'server/network/serve.js': `
    import http from 'node:http';
    import inspector from 'node:inspector/promises';
    import { turn } from '../runtime/drain.js';
    const mode = process.argv[2];
    const server = http.createServer(async (request, response) => {
      const query = new URL(request.url, 'http://x').searchParams;
      if (mode === 'refuse') { response.statusCode = 409; return response.end('busy'); }
      const session = new inspector.Session();
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: Number(query.get('interval_us')) });
      await session.post('Profiler.start');
      await new Promise((resolve) => setTimeout(resolve, Number(query.get('seconds')) * 1000));
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      response.end(JSON.stringify(profile));
    });
    const work = turn[mode];
    const loop = () => { work(); setImmediate(loop); };
    if (work) { for (let i = 0; i < 2000; i++) work(); loop(); }
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  `,
  'server/runtime/drain.js': `
    import { burnConsensus } from '../consensus/raft.js';
    import { burnLog } from '../log/wal.js';
    import { makeGarbage } from '../state/store.js';
    let sum = 0;
    function drain() {
      sum += burnConsensus(900);
      sum += burnLog(300);
    }
    function burn() {
      for (let i = 0; i < 50; i++) drain();
    }
    export const turn = { burn, garbage: makeGarbage };
  `,
  'server/consensus/raft.js': `
    export function burnConsensus(count) {
      let x = 1;
      for (let i = 0; i < count; i++) x = (x * 48271) % 2147483647;
      return x;
    }
  `,
  'server/log/wal.js': `
    export function burnLog(count) {
      let x = 7;
      for (let i = 0; i < count; i++) x = (x * 16807) % 2147483647;
      return x;
    }
  `,
  'server/state/store.js': `
    let kept = [];
    export function makeGarbage() {
      for (let i = 0; i < 2000; i++) kept.push({ key: 'k' + i, value: [i] });
      if (kept.length > 200000) kept = [];
    }
  `,
  'package.json': '{"type":"module"}',
};

/** Writes and syncs a file in a loop with pauses, synchronously and through the thread pool. */
export const SYNCING_PROCESS: Readonly<Record<string, string>> = {
  'sync.mjs': `
    import fs from 'node:fs';
    const file = fs.openSync('data', 'w');
    const pooled = await fs.promises.open('pooled', 'w');
    let first = true;
    const turn = async () => {
      fs.writeSync(file, 'x'.repeat(100));
      fs.fdatasyncSync(file);
      await pooled.datasync();
      try { fs.statSync('absent'); } catch {}
      if (first) console.log('at work');
      first = false;
      setTimeout(turn, 4);
    };
    turn();
  `,
};
