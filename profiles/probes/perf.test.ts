import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { readDocument } from '../../results/run-directory.js';
import { PerfCapture } from '../../results/schema/index.js';
import { separateLineNumbers } from '../attribution/line-numbers.js';
import { PERF_NODE_ARGUMENTS, perfMapPath, removePerfMap } from '../perf/map-file.js';
import { checkPerf } from '../perf/perf-check.js';
import { readProc } from '../proc/proc.js';
import { PERF_SERVER, PERF_SERVER_SHARES } from '../testing/perf-workloads.js';
import { scratchFolder, startWorkload, writeFiles } from '../testing/workload.js';
import { perfProbe } from './perf.js';

interface Taken {
  readonly capture: PerfCapture;
  /** CPU time of the process over the capture by the kernel's own account. */
  readonly cpuUs: number;
  readonly pid: number;
  readonly raw: string;
}

/** Absence of perf is an answer, and this says which one it was. */
async function available(t: TestContext): Promise<boolean> {
  const { available: there, detail } = await perfProbe.check();
  if (!there) {
    assert.match(detail, /not installed|refused|does not run/);
    t.skip(detail);
  }
  return there;
}

describe('the perf probe against workloads whose answer is known', { concurrency: false }, () => {
  const folder = scratchFolder();
  before(() => {
    writeFiles(folder.path, PERF_SERVER);
    separateLineNumbers(folder.path);
  });
  after(() => folder.remove());

  async function take(mode: string, seconds: number, nodeArguments: readonly string[]): Promise<Taken> {
    const workload = await startWorkload(folder.path, PERF_SERVER, [mode], nodeArguments);
    try {
      const target = { node: 1, role: 'leader', pid: workload.pid, url: null } as const;
      const session = await perfProbe.start(target, folder.path, { seconds });
      const cpuBefore = cpuUsOf(workload.pid);
      await sleep(seconds * 1_000);
      const cpuUs = cpuUsOf(workload.pid) - cpuBefore;
      const name = await session.stop();
      assert.equal(name, 'node-1.json');
      assert.ok(workload.alive);
      const capture = readDocument(join(folder.path, name), PerfCapture);
      assert.deepEqual(capture.raw, ['node-1.perf.txt.gz']);
      const raw = gunzipSync(readFileSync(join(folder.path, 'node-1.perf.txt.gz'))).toString('utf8');
      return { capture, cpuUs, pid: workload.pid, raw };
    } finally {
      await workload.stop();
      removePerfMap(workload.pid);
    }
  }

  it('finds a function that burns 30 % of the CPU, the layers around it, and the way of a sync to the disk', async (t) => {
    if (!(await available(t))) return;
    const { capture, cpuUs, raw } = await take('burn', 3, PERF_NODE_ARGUMENTS);
    t.diagnostic(JSON.stringify({ event: capture.event, ...percent(capture) }));
    assert.equal(capture.namesJavaScript, true);
    assert.equal(capture.lost, 0);
    // The capture began a little before the first look at the kernel's account and ended after the second.
    const seen = capture.sampledUs / cpuUs;
    assert.ok(seen > 0.8 && seen < 1.25, `sampled ${seen} of the CPU time that the kernel counted`);
    expectShares(capture);
    expectLayers(capture);
    expectSyncs(capture);
    assert.match(raw, /JS:[~^*+]+burnLog /);
  });

  it('finds the collector on the main thread and on its helpers', async (t) => {
    if (!(await available(t))) return;
    const { capture } = await take('garbage', 2, PERF_NODE_ARGUMENTS);
    t.diagnostic(JSON.stringify(percent(capture)));
    assert.ok(capture.layers.gc > capture.sampledUs * 0.05, JSON.stringify(capture.layers));
    const collecting = (thread: string): boolean =>
      capture.stacks.some((stack) => stack.thread === thread && stack.layer === 'gc');
    assert.ok(collecting('main') && collecting('platform'), JSON.stringify(capture.threads));
    // More than under ordinary load: the C library has no frame pointers, so its malloc has no callers, and here it works much.
    assert.ok(capture.layers.unattributed <= capture.sampledUs * 0.1, JSON.stringify(capture.layers));
  });

  it('finds next to nothing in an idle process', async (t) => {
    if (!(await available(t))) return;
    const { capture } = await take('idle', 2, PERF_NODE_ARGUMENTS);
    assert.ok(capture.sampledUs < capture.seconds * 1e6 * 0.05, `${capture.samples} samples`);
    assert.match(capture.event, /^[\w-]+/);
  });

  it('still shows libuv and the kernel of a process that was started without the flags', async (t) => {
    if (!(await available(t))) return;
    const { capture } = await take('burn', 2, []);
    assert.equal(capture.namesJavaScript, false);
    assert.deepEqual(
      capture.frames.filter(({ kind }) => kind === 'js'),
      [],
    );
    assert.ok(capture.threads.some(({ kind }) => kind === 'pool'));
    assert.ok(capture.frames.some(({ kind, name }) => kind === 'kernel' && name !== '[unknown]'));
    // Nobody can say whose the burning is, and so nobody is blamed.
    assert.ok(capture.layers.unattributed > capture.sampledUs * 0.5, JSON.stringify(capture.layers));
  });

  it('leaves nothing behind but what it was asked for', async (t) => {
    if (!(await available(t))) return;
    const { pid } = await take('idle', 1, PERF_NODE_ARGUMENTS);
    assert.equal(existsSync(perfMapPath(pid)), false);
    const ofPid = (name: string): boolean => name.startsWith('isolate-') && name.includes(`-${pid}-`);
    assert.deepEqual([...readdirSync(folder.path), ...readdirSync('/tmp')].filter(ofPid), []);
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.startsWith('perf.data')),
      [],
    );
  });
});

/** Within 8 points, of all CPU time and of the three functions among themselves; each function is one frame, whatever tiers its code had. */
function expectShares(capture: PerfCapture): void {
  const selfUs = (name: string): number => {
    const indexes = capture.frames.flatMap((frame, index) => (frame.name === name ? [index] : []));
    assert.equal(indexes.length, 1, `${name} is ${indexes.length} frames`);
    return capture.stacks
      .filter(({ frames }) => frames.at(-1) === indexes[0])
      .reduce((sum, { us }) => sum + us, 0);
  };
  const burnt = Object.keys(PERF_SERVER_SHARES).reduce((sum, name) => sum + selfUs(name), 0);
  for (const [name, share] of Object.entries(PERF_SERVER_SHARES)) {
    const found = { ofAll: selfUs(name) / capture.sampledUs, ofBurnt: selfUs(name) / burnt };
    assert.ok(Math.abs(found.ofBurnt - share) < 0.08, `${name}: ${JSON.stringify(found)}`);
    assert.ok(
      found.ofAll > share * 0.7 - 0.02 && found.ofAll < share + 0.08,
      `${name}: ${JSON.stringify(found)}`,
    );
  }
  const found = selfUs('burnLog') / capture.sampledUs;
  assert.ok(Math.abs(found - PERF_SERVER_SHARES.burnLog) < 0.08, `burnLog has ${found} of the CPU time`);
  const { file, layer, kind, line } = capture.frames.find(({ name }) => name === 'burnLog')!;
  // The line in its own file, though the build that ran had thousands of blank lines in front of it.
  assert.deepEqual(
    { file, layer, kind, line },
    { file: 'server/log/wal.js', layer: 'log', kind: 'js', line: 11 },
  );
}

function expectLayers({ layers, sampledUs }: PerfCapture): void {
  for (const [layer, share] of [
    ['consensus', PERF_SERVER_SHARES.burnConsensus],
    ['state', PERF_SERVER_SHARES.burnState],
  ] as const)
    assert.ok(Math.abs(layers[layer] / sampledUs - share) < 0.1, `${layer}: ${JSON.stringify(layers)}`);
  assert.ok(layers.log / sampledUs > PERF_SERVER_SHARES.burnLog - 0.08, JSON.stringify(layers));
  assert.ok(layers.io > 0, JSON.stringify(layers));
  assert.ok(layers.unattributed <= sampledUs * 0.05, JSON.stringify(layers));
  assert.equal(layers.idle, 0);
}

/** One sync goes from JavaScript down into the kernel, the other from a thread of the pool. */
function expectSyncs({ stacks, frames, threads }: PerfCapture): void {
  const reachingSync = (thread: string, above: (names: string[]) => boolean): boolean =>
    stacks.some((stack) => {
      const all = stack.frames.map((index) => frames[index]!);
      const kernel = all.filter(({ kind }) => kind === 'kernel').map(({ name }) => name);
      return (
        stack.thread === thread &&
        kernel.some((name) => /fdatasync|fsync|sync_file/.test(name)) &&
        above(all.map(({ name }) => name))
      );
    });
  const kinds = threads.map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === 'main').length, 1);
  assert.equal(kinds.filter((kind) => kind === 'pool').length, 4, JSON.stringify(threads));
  assert.ok(
    reachingSync('main', (names) => names.includes('syncLog')),
    'no sync below syncLog',
  );
  assert.ok(reachingSync('pool', (names) => names.includes('worker') || names.includes('fdatasync')));
  const pool = stacks.filter(({ thread }) => thread === 'pool');
  const ofIo = pool.filter(({ layer }) => layer === 'io').length;
  assert.ok(ofIo > pool.length * 0.9, `${ofIo} of ${pool.length} stacks of the pool`);
}

function cpuUsOf(pid: number): number {
  return readProc(pid)!.threads.reduce((sum, { cpuNs }) => sum + cpuNs, 0) / 1_000;
}

function percent({ layers, sampledUs }: PerfCapture): Record<string, number> {
  return Object.fromEntries(
    Object.entries(layers).map(([layer, us]) => [layer, Math.round((100 * us) / sampledUs)]),
  );
}

describe('the perf probe', () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  it('says that perf is missing and how to get it', async () => {
    const { available: there, detail, install } = await checkPerf('record', 'no-such-perf');
    assert.equal(there, false);
    assert.match(detail, /not installed/);
    assert.ok(install === null || /^apt-get install -y linux-/.test(install));
  });
  it('fails at the start when there is no such process', async (t) => {
    if (!(await available(t))) return;
    const target = { node: 9, role: 'unknown', pid: 2 ** 22 - 1, url: null } as const;
    await assert.rejects(perfProbe.start(target, folder.path, { seconds: 1 }), {
      code: 'STRATA_PROBE_FAILED',
      message: /no process 4194303/,
    });
  });
});
