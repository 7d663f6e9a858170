import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readDocument } from '../../results/run-directory.js';
import { SyscallCapture } from '../../results/schema/index.js';
import { checkPerf } from '../perf/perf-check.js';
import { TRACED_PROCESS } from '../testing/perf-workloads.js';
import { scratchFolder, startWorkload, writeFiles } from '../testing/workload.js';
import { perfTraceProbe } from './perf-trace.js';

const DONE_TIMEOUT_MS = 30_000;

/** Absence of perf is an answer, and this says which one it was. */
async function available(t: TestContext): Promise<boolean> {
  const { available: there, detail } = await perfTraceProbe.check();
  if (!there) {
    assert.match(detail, /not installed|refused|does not run/);
    t.skip(detail);
  }
  return there;
}

async function appears(path: string): Promise<void> {
  const giveUpAt = Date.now() + DONE_TIMEOUT_MS;
  while (!existsSync(path)) {
    assert.ok(Date.now() < giveUpAt, `${path} did not appear within ${DONE_TIMEOUT_MS} ms`);
    await sleep(20);
  }
}

describe('the perf-trace probe', { concurrency: false }, () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  async function take(): Promise<{ capture: SyscallCapture; pid: number }> {
    rmSync(join(folder.path, 'done'), { force: true });
    writeFiles(folder.path, TRACED_PROCESS);
    const workload = await startWorkload(folder.path, TRACED_PROCESS);
    try {
      const target = { node: 3, role: 'follower', pid: workload.pid, url: null } as const;
      const session = await perfTraceProbe.start(target, folder.path, { seconds: 1 });
      process.kill(workload.pid, 'SIGUSR2');
      await appears(join(folder.path, 'done'));
      const name = await session.stop();
      assert.equal(name, 'node-3.json');
      assert.ok(workload.alive);
      return { capture: readDocument(join(folder.path, name), SyscallCapture), pid: workload.pid };
    } finally {
      await workload.stop();
    }
  }

  it('counts the calls of a process exactly, and times them', async (t) => {
    if (!(await available(t))) return;
    const { capture } = await take();
    assert.deepEqual(capture.raw, ['node-3.perf-trace.txt']);
    assert.equal(capture.lost, 0);
    const row = (pattern: RegExp) => {
      const found = capture.rows.find(({ syscall }) => pattern.test(syscall));
      assert.ok(found, `${pattern} in ${JSON.stringify(capture.rows)}`);
      return found;
    };
    const syncs = row(/^fdatasync$/);
    assert.deepEqual([syncs.calls, syncs.errors], [37, 0]);
    assert.ok(syncs.minUs! > 0 && syncs.minUs! <= syncs.usecsPerCall && syncs.usecsPerCall <= syncs.maxUs!);
    assert.ok(Math.abs(syncs.seconds * 1e6 - syncs.usecsPerCall * syncs.calls) < 1);
    assert.equal(row(/^(statx|newfstatat|stat)$/).errors, 23);
    assert.ok(readFileSync(join(folder.path, 'node-3.perf-trace.txt'), 'utf8').includes('fdatasync'));
  });

  it('tells the wait of a thread for a lock from pool threads that wait for work', async (t) => {
    if (!(await available(t))) return;
    const { capture, pid } = await take();
    const main = capture.futex?.find(({ tid }) => tid === pid);
    assert.ok(main?.thread === 'main' && main.waits >= 1, JSON.stringify(capture.futex));
    // Asked for 60 ms; a thread that has to wait for a CPU sleeps longer, never shorter.
    assert.ok(main.longestUs >= 60_000 && main.waitSeconds * 1e6 >= main.longestUs, JSON.stringify(main));
    assert.equal(main.parkedSeconds, 0);
    const pool = capture.futex!.filter(({ thread }) => thread === 'pool');
    assert.ok(pool.length >= 1, JSON.stringify(capture.futex));
    for (const { waits, parkedSeconds } of pool) assert.ok(waits === 0 && parkedSeconds > 0);
  });

  it('leaves no tracefs mounted, as perf would', async (t) => {
    if (!(await available(t))) return;
    const module = new URL('../perf/perf-check.js', import.meta.url).href;
    const probe = new URL('./perf-trace.js', import.meta.url).href;
    // In mounts of its own, so that nobody else's perf is disturbed.
    const script = `
      import { execFileSync } from 'node:child_process';
      import { readFileSync } from 'node:fs';
      import { checkPerf } from ${JSON.stringify(module)};
      import { perfTraceProbe } from ${JSON.stringify(probe)};
      const mounts = () => [...readFileSync('/proc/self/mounts', 'utf8').matchAll(/^\\S+ (\\S+) (?:tracefs|debugfs) /gm)].map((m) => m[1]).reverse();
      const unmountAll = () => { for (const point of mounts()) execFileSync('umount', [point]); };
      unmountAll();
      const answer = await checkPerf('trace');
      const session = await perfTraceProbe.start({ node: 4, role: 'unknown', pid: process.ppid, url: null }, ${JSON.stringify(folder.path)}, { seconds: 1 });
      await session.stop();
      const afterCapture = mounts().length;
      execFileSync('perf', ['trace', '-s', '-o', '/dev/null', '--', process.execPath, '-v'], { stdio: 'ignore' });
      console.log(JSON.stringify({ available: answer.available, afterCapture, afterBarePerf: mounts().length }));
    `;
    let output: string;
    try {
      const args = ['-m', process.execPath, '--input-type=module', '-e', script];
      output = execFileSync('unshare', args, {
        encoding: 'utf8',
        timeout: 60_000,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      t.skip(`no mounts of our own here: ${(error as Error).message.split('\n')[0]}`);
      return;
    }
    const { available: there, afterCapture, afterBarePerf } = JSON.parse(output);
    assert.deepEqual({ there, afterCapture }, { there: true, afterCapture: 0 });
    t.diagnostic(`perf alone leaves ${afterBarePerf} mounted`);
  });

  it('says that perf is missing and how to get it', async () => {
    const { available: there, detail, install } = await checkPerf('trace', 'no-such-perf');
    assert.equal(there, false);
    assert.match(detail, /not installed/);
    assert.ok(install === null || /^apt-get install -y linux-/.test(install));
  });
  it('fails at the start when there is no such process', async (t) => {
    if (!(await available(t))) return;
    const target = { node: 9, role: 'unknown', pid: 2 ** 22 - 1, url: null } as const;
    await assert.rejects(perfTraceProbe.start(target, folder.path, { seconds: 1 }), {
      code: 'STRATA_PROBE_FAILED',
      message: /no process 4194303/,
    });
  });
});
