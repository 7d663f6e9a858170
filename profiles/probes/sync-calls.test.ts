import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readDocument } from '../../results/run-directory.js';
import { SyncCallsCapture } from '../../results/schema/index.js';
import { checkBpftrace } from '../bpf/run-bpftrace.js';
import { bpftraceWatcher } from '../syncs/bpftrace-watcher.js';
import { checkPerf, perfWatcher } from '../syncs/perf-watcher.js';
import { straceWatcher, straceWatcherWith } from '../syncs/strace-watcher.js';
import type { Watcher } from '../syncs/watch.js';
import { HELD_MS, SLOW_BYTES, SYNCS_PROCESS } from '../testing/syscall-syncs.js';
import { runWork } from '../testing/syscall-workloads.js';
import { scratchFolder, startWorkload, writeFiles } from '../testing/workload.js';
import { syncCallsProbe, syncCallsProbeWith } from './sync-calls.js';

type Call = SyncCallsCapture['calls'][number];
const HELD_NS = HELD_MS * 1e6;
/** The tool must find most of what was held back; the rest is what the machine did meanwhile. */
const FOUND_NS = HELD_NS * 0.5;
const queueNs = (call: Call) => call.enteredNs - call.submittedNs!;
const wakeNs = (call: Call) => call.doneNs! - (call.enteredNs + call.kernelNs);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const folder = scratchFolder();
after(() => folder.remove());

async function capture(
  watcher: Watcher,
  mode: string,
  { accountless = false } = {},
): Promise<SyncCallsCapture> {
  for (const name of ['done', 'data']) rmSync(join(folder.path, name), { force: true, recursive: true });
  writeFiles(folder.path, SYNCS_PROCESS);
  const workload = await startWorkload(folder.path, SYNCS_PROCESS, [mode]);
  try {
    const url = accountless ? null : workload.greeting;
    const target = { node: 1, role: 'leader', pid: workload.pid, url } as const;
    const session = await syncCallsProbeWith([watcher]).start(target, folder.path, { seconds: 5 });
    await runWork(workload.pid, join(folder.path, 'done'));
    const name = await session.stop();
    assert.ok(workload.alive);
    assert.equal(
      /^TracerPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${workload.pid}/status`, 'utf8'))?.[1],
      '0',
    );
    assert.equal(existsSync(join(folder.path, 'node-1.syncs.log')), false);
    return readDocument(join(folder.path, name), SyncCallsCapture);
  } finally {
    await workload.stop();
  }
}

for (const watcher of [bpftraceWatcher, perfWatcher, straceWatcher]) {
  const { available, detail } = await watcher.check();
  describe(`sync-calls by ${watcher.method}`, {
    skip: available ? false : detail,
    concurrency: false,
  }, () => {
    it('has every call once, on its file, with both sides of it', async () => {
      const { calls, dropped, unmatchedKernel, unmatchedProcess, method, device } = await capture(
        watcher,
        'plain',
      );
      assert.equal(method, watcher.method);
      assert.deepEqual([dropped, unmatchedKernel, unmatchedProcess], [0, 0, 0]);
      const kinds = calls.map(({ syscall, descriptor }) => `${syscall} ${descriptor}`);
      assert.deepEqual(kinds, [...Array(25).fill('fdatasync wal'), ...Array(10).fill('fsync snapshot')]);
      for (const call of calls) {
        assert.ok(
          queueNs(call) > -30_000 && wakeNs(call) > -30_000 && call.kernelNs > 0,
          JSON.stringify(call),
        );
        assert.deepEqual([call.cause, call.entries], ['entries', 3]);
        assert.ok(call.flushNs === null || call.flushNs <= call.kernelNs, JSON.stringify(call));
      }
      assert.ok(device === null || device.bytesWritten > 0, JSON.stringify(device));
      // A device without a cache to flush, or on which nobody counts, says nothing.
      if (watcher.method === 'bpftrace' && device !== null && device.flushes >= calls.length) {
        assert.ok(median(calls.map(({ flushNs }) => flushNs!)) > 0, JSON.stringify(calls));
      }
    });
    // What JavaScript did does not depend on who watches the kernel: the middle one only has to see the kernel right.
    if (watcher === perfWatcher) return;
    it('says that some calls are in no account', async () => {
      const { calls, unmatchedKernel, unmatchedProcess } = await capture(watcher, 'unaccounted');
      assert.deepEqual([calls.length, unmatchedKernel, unmatchedProcess], [35, 10, 0]);
      assert.ok(calls.every(({ syscall, submittedNs }) => (submittedNs === null) === (syscall === 'fsync')));
    });
    it('has the clock of the kernel alone for a process without an account', async () => {
      const { calls, unmatchedKernel, unmatchedProcess } = await capture(watcher, 'plain', {
        accountless: true,
      });
      assert.deepEqual([calls.length, unmatchedKernel, unmatchedProcess], [35, 0, 0]);
      assert.ok(
        calls.every(
          ({ submittedNs, doneNs, kernelNs }) => submittedNs === null && doneNs === null && kernelNs > 0,
        ),
      );
    });
    it('finds a saturated pool in the queue', async () => {
      const { calls } = await capture(watcher, 'saturated');
      assert.equal(calls.length, 6);
      assert.ok(median(calls.map(queueNs)) > FOUND_NS, JSON.stringify(calls));
      assert.ok(
        median(calls.map(queueNs)) > 2 * median(calls.map(({ kernelNs }) => kernelNs)),
        JSON.stringify(calls),
      );
      assert.ok(median(calls.map(queueNs)) > 2 * median(calls.map(wakeNs)), JSON.stringify(calls));
    });
    it('finds a blocked loop in the wake-up', async () => {
      const { calls } = await capture(watcher, 'blocked');
      assert.equal(calls.length, 6);
      assert.ok(median(calls.map(wakeNs)) > FOUND_NS, JSON.stringify(calls));
      assert.ok(
        median(calls.map(wakeNs)) > 2 * median(calls.map(({ kernelNs }) => kernelNs)),
        JSON.stringify(calls),
      );
      assert.ok(median(calls.map(wakeNs)) > 2 * median(calls.map(queueNs)), JSON.stringify(calls));
    });
    it('finds much to write in the kernel', async () => {
      const { calls } = await capture(watcher, 'slow');
      assert.equal(calls.length, 26);
      const [slow, quick] = [calls.slice(0, 6), calls.slice(6)];
      const kernel = (some: readonly Call[]) => median(some.map(({ kernelNs }) => kernelNs));
      assert.ok(kernel(slow) > 3 * kernel(quick), JSON.stringify(calls));
      for (const { bytes } of slow) assert.equal(bytes, SLOW_BYTES);
      assert.ok(kernel(slow) > 2 * median(slow.map(queueNs)) && kernel(slow) > 2 * median(slow.map(wakeNs)));
    });
    it('counts a write as a sync where the file is open with O_DSYNC, and only there', async () => {
      const { calls, unmatchedKernel, unmatchedProcess } = await capture(watcher, 'dsync');
      assert.equal(calls.length, 12);
      assert.ok(calls.every(({ syscall, descriptor }) => /^pwrite/.test(syscall) && descriptor === 'wal'));
      assert.deepEqual([unmatchedKernel, unmatchedProcess], [0, 0]);
    });
  });
}

const strace = await straceWatcher.check();
describe('sync-calls on syncs that strace delays by 50 ms', {
  skip: strace.available ? false : strace.detail,
}, () => {
  it('finds the delay in the kernel, on every call, and nowhere else', async () => {
    const delaying = straceWatcherWith(['-e', 'inject=fdatasync:delay_enter=50000']);
    const { calls } = await capture(delaying, 'plain');
    const delayed = calls.filter(({ syscall }) => syscall === 'fdatasync');
    assert.equal(delayed.length, 25);
    const kernel = median(delayed.map(({ kernelNs }) => kernelNs));
    // The clock that times a call starts a moment after the delay, on a busy machine a few milliseconds.
    for (const call of delayed) assert.ok(call.kernelNs >= 40e6, JSON.stringify(call));
    for (const clock of [queueNs, wakeNs]) {
      assert.ok(median(delayed.map(clock)) < kernel / 2, JSON.stringify(delayed));
    }
    const others = calls.filter(({ syscall }) => syscall === 'fsync');
    assert.ok(median(others.map(({ kernelNs }) => kernelNs)) < kernel / 2, JSON.stringify(others));
  });
});

describe('sync-calls on a machine without tools', () => {
  const missing = (method: Watcher['method'], detail: string): Watcher => ({
    method,
    check: async () => ({
      available: false,
      detail,
      install: method === 'perf' ? 'apt-get install -y linux-perf' : null,
    }),
    start: () => Promise.reject(new Error('must not be started')),
  });
  const nothing = syncCallsProbeWith([
    missing('bpftrace', 'bpftrace is not installed'),
    missing('perf', 'perf is not installed'),
  ]);

  it('says all that is missing, and what would help', async () => {
    assert.deepEqual(await nothing.check(), {
      available: false,
      detail: 'bpftrace is not installed; perf is not installed',
      install: 'apt-get install -y linux-perf',
    });
    const target = { node: 1, role: 'leader', pid: process.pid, url: null } as const;
    await assert.rejects(nothing.start(target, folder.path), {
      code: 'STRATA_PROBE_UNAVAILABLE',
      message: /strata doctor/,
    });
  });
  it('takes the next watcher, and says which', async () => {
    const some = syncCallsProbeWith([
      missing('bpftrace', 'bpftrace is not installed'),
      { ...straceWatcher, check: async () => ({ available: true, detail: '6.1', install: null }) },
    ]);
    assert.equal((await some.check()).detail, 'strace 6.1');
  });
  it('knows that perf and bpftrace are missing', async () => {
    for (const check of [checkPerf, checkBpftrace]) {
      const { available, detail } = await check('no-such-tool');
      assert.equal(available, false);
      assert.match(detail, /is not installed$/);
    }
  });
  it('knows that perf may not record', async () => {
    const command = join(folder.path, 'perf');
    writeFiles(folder.path, {
      perf: `#!/bin/sh
        [ "$1" = --version ] && echo 'perf version 6.1' && exit 0
        echo 'Error: No permission to enable syscalls:sys_enter_fsync event.' >&2; exit 255
      `,
    });
    chmodSync(command, 0o755);
    const { available, detail } = await checkPerf(command);
    assert.equal(available, false);
    assert.match(detail, /may not record tracepoints here: \w/);
  });
  it('gives a reason where it is not available', async () => {
    const { available, detail } = await syncCallsProbe.check();
    assert.match(detail, available ? /^(bpftrace|perf|strace) \S/ : /\w/);
  });
});
