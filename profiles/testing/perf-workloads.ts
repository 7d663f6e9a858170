/** Work of a fixed amount in one large expression: too large for the optimiser to put into its caller, where perf could not see it. */
function burner(name: string, factor: number, first = ''): string {
  const step = `x = (x * ${factor} + 11) % 2147483647;`;
  return `export function ${name}(count) {
      ${first}
      let x = count;
      for (let i = 0; i < count; i++) {
        ${step.repeat(48)}
      }
      return x;
    }`;
}

/**
 * A server of several layers. `burn`: five parts of its work in consensus, three in log, two in state, all called from the runtime, a sync on the main
 * thread each turn, and four files that are synced through the thread pool without a pause. `garbage`: fills the heap from state. `idle`: nothing. The
 * parts are counts of equal work, not of time, so that the shares hold on a busy machine too.
 */
export const PERF_SERVER: Readonly<Record<string, string>> = {
  'server/network/serve.js': `
    import { turn } from '../runtime/drain.js';
    import { syncForever } from '../io/disk.js';
    const mode = process.argv[2];
    const work = turn[mode];
    const loop = () => { work(); setImmediate(loop); };
    if (work) loop();
    if (mode === 'burn') for (const name of ['a', 'b', 'c', 'd']) syncForever(name);
    setInterval(() => {}, 1000);
    setTimeout(() => console.log('at work'), 500);
  `,
  'server/runtime/drain.js': `
    import { burnConsensus } from '../consensus/raft.js';
    import { burnLog, syncLog } from '../log/wal.js';
    import { burnState, makeGarbage } from '../state/store.js';
    let sum = 0;
    function burn() {
      for (let i = 0; i < 80; i++) sum += burnConsensus(50) + burnLog(30) + burnState(20);
      syncLog(1);
    }
    export const turn = { burn, garbage: makeGarbage };
  `,
  'server/consensus/raft.js': burner('burnConsensus', 48_271),
  'server/log/wal.js': `
    import fs from 'node:fs';
    const log = fs.openSync('log', 'w');
    ${burner('syncLog', 3, "fs.writeSync(log, 'x'.repeat(100), 0); fs.fdatasyncSync(log);")}
    ${burner('burnLog', 16_807)}
  `,
  'server/io/disk.js': `
    import fs from 'node:fs';
    export async function syncForever(name) {
      const file = await fs.promises.open(name, 'w');
      for (;;) {
        await file.write('x'.repeat(100), 0);
        await file.datasync();
      }
    }
  `,
  'server/state/store.js': `
    let kept = [];
    export function makeGarbage() {
      for (let i = 0; i < 2000; i++) kept.push({ key: 'k' + i, value: [i] });
      if (kept.length > 200000) kept = [];
    }
    ${burner('burnState', 39_373)}
  `,
  'package.json': '{"type":"module"}',
};

/** What `burn` divides its work into. */
export const PERF_SERVER_SHARES = { burnConsensus: 0.5, burnLog: 0.3, burnState: 0.2 } as const;

/**
 * A process that waits for SIGUSR2 and then makes, exactly: 37 fdatasyncs in the pool, one after another; 23 stats of a file that is not there; one
 * wait of 60 ms for a lock that nobody gives back, on the main thread. Then it writes `done`.
 */
export const TRACED_PROCESS: Readonly<Record<string, string>> = {
  'traced.mjs': `
    import fs from 'node:fs';
    const file = await fs.promises.open('synced', 'w');
    // The threads of the pool start with the first piece of work, and that must not fall into the capture.
    await file.write('x');
    process.once('SIGUSR2', async () => {
      for (let i = 0; i < 37; i++) await file.datasync();
      for (let i = 0; i < 23; i++) fs.statSync('absent', { throwIfNoEntry: false });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
      fs.writeFileSync('done', '');
    });
    setInterval(() => {}, 1000);
    console.log('at work');
  `,
};
