import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readDocument } from '../../results/run-directory.js';
import { SyscallCapture } from '../../results/schema/index.js';
import { SYNCING_PROCESS, scratchFolder, startWorkload, writeFiles } from '../testing/workload.js';
import { checkStrace, straceProbe } from './strace.js';

describe('the strace probe', () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  it('counts the syncs of a process and leaves it running, or says why it cannot', async () => {
    const availability = await straceProbe.check();
    if (!availability.available) {
      assert.match(availability.detail, /not installed|failed|ptrace|refused/);
      return;
    }
    assert.match(availability.detail, /^\d+\.\d+/);
    writeFiles(folder.path, SYNCING_PROCESS);
    const workload = await startWorkload(folder.path, SYNCING_PROCESS);
    try {
      const target = { node: 2, role: 'follower', pid: workload.pid, url: null } as const;
      const session = await straceProbe.start(target, folder.path, { seconds: 1 });
      await sleep(700);
      const name = await session.stop();
      assert.equal(name, 'node-2.json');
      const capture = readDocument(join(folder.path, name), SyscallCapture);
      assert.deepEqual(capture.raw, ['node-2.strace.txt']);
      assert.match(readFileSync(join(folder.path, 'node-2.strace.txt'), 'utf8'), /fdatasync/);
      const row = (syscall: string) => capture.rows.find((one) => one.syscall === syscall);
      const syncs = row('fdatasync');
      // One on the main thread and one in the pool for each failed stat; the ends of the window may cut a turn.
      const failed = row('statx') ?? row('stat') ?? row('newfstatat');
      assert.ok(
        syncs !== undefined && syncs.calls > 2 && syncs.errors === 0,
        `fdatasync: ${JSON.stringify(syncs)}`,
      );
      assert.ok(
        failed !== undefined && Math.abs(syncs.calls - 2 * failed.errors) <= 2,
        JSON.stringify(capture.rows),
      );
      assert.ok(syncs.minUs! <= syncs.usecsPerCall + 1 && syncs.usecsPerCall <= syncs.maxUs! + 1);
      assert.equal(tracerOf(workload.pid), 0);
      assert.ok(workload.alive);
    } finally {
      await workload.stop();
    }
  });

  it('fails at the start when there is no such process', async () => {
    if (!(await straceProbe.check()).available) return;
    const target = { node: 9, role: 'unknown', pid: 2 ** 22 - 1, url: null } as const;
    await assert.rejects(straceProbe.start(target, folder.path, { seconds: 1 }), {
      code: 'STRATA_PROBE_FAILED',
      message: /did not attach: .*No such process/,
    });
  });

  it('says that strace is missing and how to get it', async () => {
    const { available, detail, install } = await checkStrace('no-such-strace');
    assert.equal(available, false);
    assert.match(detail, /not installed/);
    assert.ok(install === null || /^apt-get install -y strace$/.test(install));
  });
});

/** Process that traces another, 0 for none. */
function tracerOf(pid: number): number {
  return Number(/^TracerPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
