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

/** Writes the files below `folder`, runs the first with this Node and waits for the line that says it is at work. */
export async function startWorkload(
  folder: string,
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Workload> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const main = join(folder, Object.keys(files)[0]!);
  const child = spawn(process.execPath, [main, ...args], {
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
 * `burn`: three parts in server/consensus, one in server/log; `garbage`: fills the heap from server/state; `idle`: nothing.
 * Parts are wall time, as the sampler's are, so the shares hold on a busy machine too.
 */
export const PROFILED_SERVER: Readonly<Record<string, string>> = {
  'server/network/serve.mjs': `
    import http from 'node:http';
    import inspector from 'node:inspector/promises';
    import { burnConsensus } from '../consensus/raft.mjs';
    import { burnLog } from '../log/wal.mjs';
    import { makeGarbage } from '../state/store.mjs';
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
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));
    const work = {
      burn: () => { burnConsensus(15); burnLog(5); },
      garbage: () => makeGarbage(),
    }[mode];
    if (work) setInterval(work, 1);
  `,
  'server/consensus/raft.mjs': `
    export function burnConsensus(ms) {
      const end = performance.now() + ms;
      let x = 1;
      while (performance.now() < end) for (let i = 0; i < 20000; i++) x = (x * 48271) % 2147483647;
      return x;
    }
  `,
  'server/log/wal.mjs': `
    export function burnLog(ms) {
      const end = performance.now() + ms;
      let x = 7;
      while (performance.now() < end) for (let i = 0; i < 20000; i++) x = (x * 16807) % 2147483647;
      return x;
    }
  `,
  'server/state/store.mjs': `
    let kept = [];
    export function makeGarbage() {
      for (let i = 0; i < 20000; i++) kept.push({ key: 'k' + i, value: [i] });
      if (kept.length > 200000) kept = [];
    }
  `,
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
