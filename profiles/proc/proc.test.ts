import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcWindow } from '../../results/schema/index.js';
import { SYNCING_PROCESS, scratchFolder, startWorkload, writeFiles } from '../testing/workload.js';
import { procWindow, readProc, statFields } from './proc.js';
import { THREAD_KINDS } from './proc-threads.js';

describe('readProc and procWindow', () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  it('sees a process write, sync and switch, and only forwards', async () => {
    writeFiles(folder.path, SYNCING_PROCESS);
    const workload = await startWorkload(folder.path, SYNCING_PROCESS);
    try {
      const before = readProc(workload.pid)!;
      await sleep(400);
      const later = readProc(workload.pid)!;
      const window = ProcWindow.parse(procWindow(before, later));
      const flat = [window.cpuUserMs, window.cpuSystemMs, ...Object.values(window.io ?? {})];
      for (const thread of window.threads) {
        const { tid: _tid, kind, ...numbers } = thread;
        flat.push(...Object.values(numbers));
        assert.ok((THREAD_KINDS as readonly string[]).includes(kind), kind);
      }
      assert.ok(
        flat.every((value) => value >= 0),
        JSON.stringify(window),
      );
      assert.ok(window.rssBytes > 10 * 2 ** 20);
      // Each turn writes 100 bytes and syncs once on the main thread.
      assert.ok(window.io === null || window.io.wchar >= 100, JSON.stringify(window.io));
      assert.equal(window.threads.filter(({ kind }) => kind === 'main').length, 1);
      const main = window.threads.find(({ tid }) => tid === workload.pid)!;
      assert.equal(main.kind, 'main');
      assert.ok(main.cpuMs > 0 && main.switchesVoluntary > 0, JSON.stringify(main));
      const pooled = window.threads.filter(({ kind }) => kind === 'pool' || kind === 'worker');
      assert.ok(
        pooled.some(({ switchesVoluntary }) => switchesVoluntary > 0),
        JSON.stringify(window.threads),
      );
    } finally {
      await workload.stop();
    }
  });
  it('is zero over no time and refuses two different processes', () => {
    const reading = readProc(process.pid)!;
    const window = procWindow(reading, reading);
    assert.equal(window.cpuUserMs, 0);
    assert.ok(window.threads.every(({ cpuMs }) => cpuMs === 0));
    const reborn = { ...reading, startTicks: reading.startTicks + 1 };
    assert.throws(() => procWindow(reading, reborn), /two processes/);
  });
  it('is null for a process that is not there', () => assert.equal(readProc(2 ** 22 - 1), null));
  it('counts a new thread from nothing and drops one that ended', () => {
    const reading = readProc(process.pid)!;
    const thread = (tid: number) =>
      ({
        tid,
        kind: 'pool',
        cpuNs: 5e6,
        runqueueWaitNs: 1e6,
        switchesVoluntary: 3,
        switchesInvoluntary: 1,
      }) as const;
    const window = procWindow(
      { ...reading, threads: [thread(1)] },
      { ...reading, threads: [thread(2)], io: null },
    );
    assert.deepEqual(window.threads, [
      { tid: 2, kind: 'pool', cpuMs: 5, runqueueWaitMs: 1, switchesVoluntary: 3, switchesInvoluntary: 1 },
    ]);
    assert.equal(window.io, null);
  });
  it('reads a stat line whose command holds brackets and spaces', () => {
    const line =
      '5369 (a) b (c) S 5365 5365 2573 0 -1 4194304 2611 0 1 0 13 3 0 0 20 0 11 0 126002 915075072';
    assert.deepEqual(statFields(line), { userTicks: 13, systemTicks: 3, startTicks: 126002 });
    assert.equal(statFields('5369 (node) S 1'), null);
  });
});
