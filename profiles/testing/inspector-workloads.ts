import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorkload, type Workload } from './workload.js';

const REPORT_TIMEOUT_MS = 30_000;
const REPORT = 'report.json';

/** What a workload says of itself after a task: what the task really was, and what a capture may have left in the process. */
export interface Report<Result> {
  readonly result: Result;
  /** As the greeting says it was before. */
  readonly state: unknown;
}

/** Starts the workload of a mode in a folder of its own; `argument` is for the modes that take one. */
export function startObserved(folder: string, mode: string): Promise<Workload> {
  return startWorkload(folder, OBSERVED_PROCESS, [mode]);
}

/** Lets the workload do its task and gives its report, however long the machine takes for it. */
export async function runTask<Result>(workload: Workload, folder: string): Promise<Report<Result>> {
  const path = join(folder, REPORT);
  rmSync(path, { force: true });
  process.kill(workload.pid, 'SIGUSR2');
  const endMs = performance.now() + REPORT_TIMEOUT_MS;
  while (!existsSync(path)) {
    if (!workload.alive) throw new Error('the workload ended during its task');
    if (performance.now() > endMs) throw new Error('the workload did not finish its task');
    await sleep(10);
  }
  return JSON.parse(readFileSync(path, 'utf8')) as Report<Result>;
}

/**
 * A process that does what its mode says, all the time or as a task at SIGUSR2:
 * `burn`: burnThirtyPercent works for about 30 % of the time, because its pauses follow from how long it really worked; its task tells how long that was.
 * `allocate`: of ten equal arrays, allocateSeventyPercent makes seven. `saturate`: twice as many key derivations as the pool has threads.
 * `idle`: nothing. Tasks: `stall` holds the loop six times for 80 ms; `collect` forces five full collections; `lock` takes a lock twenty times that
 * a Worker holds for 10 ms; all others none.
 */
export const OBSERVED_PROCESS: Readonly<Record<string, string>> = {
  'main.js': `
    import { renameSync, writeFileSync } from 'node:fs';
    const mode = process.argv[2];
    const { task } = await import('./server/log/' + mode + '.js');
    // Everything that an agent of ours could leave behind.
    const state = () => ({
      globals: Reflect.ownKeys(globalThis).length,
      atomicsWait: String(Atomics.wait),
      stackTraces: [String(Error.prepareStackTrace), Error.stackTraceLimit],
      workers: process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort/.test(name)).length,
      debugPort: process.debugPort,
    });
    process.on('SIGUSR2', async () => {
      const result = await task();
      writeFileSync('report.tmp', JSON.stringify({ result, state: state() }));
      renameSync('report.tmp', 'report.json');
    });
    setInterval(() => {}, 60_000);
    console.log(JSON.stringify(state()));
  `,
  'server/log/idle.js': `
    export const task = () => null;
  `,
  'server/log/burn.js': `
    let burntMs = 0;
    let sum = 0;
    const startMs = performance.now();
    function multiply(count) {
      for (let i = 0; i < count; i++) sum = (sum * 48271 + i) % 2147483647;
    }
    // Short loops: V8 does not name code that was optimised in the middle of a long one before the profile began.
    function burnThirtyPercent() {
      for (let i = 0; i < 100; i++) multiply(900);
    }
    function turn() {
      const beginMs = performance.now();
      burnThirtyPercent();
      burntMs += performance.now() - beginMs;
      const pauseMs = burntMs / 0.3 - (performance.now() - startMs);
      if (pauseMs < 10) setImmediate(turn);
      else setTimeout(turn, pauseMs);
    }
    turn();
    export const task = () => ({ burntMs, atMs: performance.now(), sum });
  `,
  'server/log/allocate.js': `
    let kept = [];
    function allocateSeventyPercent() {
      for (let i = 0; i < 700; i++) kept.push(new Array(100).fill(i));
    }
    function allocateThirtyPercent() {
      for (let i = 0; i < 300; i++) kept.push(new Array(100).fill(i));
    }
    setInterval(() => {
      allocateSeventyPercent();
      allocateThirtyPercent();
      if (kept.length > 5_000) kept = [];
    }, 4);
    export const task = () => null;
  `,
  'server/log/saturate.js': `
    import { pbkdf2 } from 'node:crypto';
    const derive = () => pbkdf2('password', 'salt', 60_000, 64, 'sha512', derive);
    for (let i = 0; i < 2 * Number(process.env.UV_THREADPOOL_SIZE ?? 4); i++) derive();
    export const task = () => null;
  `,
  'server/log/stall.js': `
    const pause = () => new Promise((resolve) => setTimeout(resolve, 150));
    function holdLoop(ms) {
      const atNs = Number(process.hrtime.bigint());
      const beginMs = performance.now();
      while (performance.now() - beginMs < ms) ;
      return { atNs, ms: performance.now() - beginMs };
    }
    export async function task() {
      const blocks = [];
      for (let i = 0; i < 6; i++) {
        await pause();
        blocks.push(holdLoop(80));
      }
      await pause();
      return blocks;
    }
  `,
  'server/log/collect.js': `
    import { setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc');
    const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
    const kept = Array.from({ length: 200_000 }, (_, key) => ({ key, text: 'value ' + key }));
    export async function task() {
      for (let i = 0; i < 5; i++) {
        gc();
        await pause();
      }
      return kept.length;
    }
  `,
  'server/log/lock.js': `
    import { Worker } from 'node:worker_threads';
    const state = new Int32Array(new SharedArrayBuffer(8));
    const holder = new Worker(new URL('./holder.js', import.meta.url), { workerData: state });
    await new Promise((resolve) => holder.once('message', resolve));
    function waitForLock() {
      Atomics.store(state, 0, 1);
      Atomics.notify(state, 0);
      // Held until it is 0 again. Whoever reads 0 at once has not waited.
      return Atomics.wait(state, 0, 1) === 'not-equal' ? 0 : 1;
    }
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    export async function task() {
      let waits = 0;
      for (let i = 0; i < 20; i++) {
        waits += waitForLock();
        await pause();
      }
      return waits;
    }
  `,
  'server/log/holder.js': `
    import { parentPort, workerData as state } from 'node:worker_threads';
    parentPort.postMessage('ready');
    const never = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      Atomics.wait(state, 0, 0);
      Atomics.wait(never, 0, 0, 10);
      Atomics.store(state, 0, 0);
      Atomics.notify(state, 0);
    }
  `,
  'package.json': '{"type":"module"}',
};
