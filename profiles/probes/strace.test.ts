import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { readDocument } from '../../results/run-directory.js';
import { type DescriptorRow, SyscallCapture } from '../../results/schema/index.js';
import { checkStrace } from '../strace/run-strace.js';
import { runWork, SYSCALL_IDLE, SYSCALL_LOCKS, SYSCALL_NODE } from '../testing/syscall-workloads.js';
import {
  SYNCING_PROCESS,
  scratchFolder,
  startWorkload,
  type Workload,
  writeFiles,
} from '../testing/workload.js';
import { straceProbe } from './strace.js';

const availability = await straceProbe.check();
const skip = availability.available ? false : availability.detail;

/** Process that traces another, 0 for none. */
function tracerOf(pid: number): number {
  return Number(/^TracerPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

describe('the strace probe on a process that makes known calls', { skip, concurrency: false }, () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  async function capture(
    files: Readonly<Record<string, string>>,
    node: number,
    during: (workload: Workload) => Promise<unknown>,
  ): Promise<SyscallCapture & { pid: number }> {
    for (const name of ['done', 'data']) rmSync(join(folder.path, name), { force: true, recursive: true });
    writeFiles(folder.path, files);
    const workload = await startWorkload(folder.path, files);
    try {
      const url = workload.greeting.startsWith('http') ? workload.greeting : null;
      const target = { node, role: 'follower', pid: workload.pid, url } as const;
      const session = await straceProbe.start(target, folder.path, { seconds: 1 });
      await during(workload);
      const name = await session.stop();
      assert.equal(name, `node-${node}.json`);
      assert.equal(tracerOf(workload.pid), 0);
      assert.ok(workload.alive);
      return readDocument(join(folder.path, name), SyscallCapture);
    } finally {
      await workload.stop();
    }
  }
  const done = (workload: Workload) => runWork(workload.pid, join(folder.path, 'done'));

  it('counts the calls of each layer on each kind of descriptor, exactly', async () => {
    const { byDescriptor, rows, raw } = await capture(SYSCALL_NODE, 2, done);
    const row = (syscall: string, descriptor: string, layer: string) => {
      const found = byDescriptor?.find(
        (one) => one.syscall === syscall && one.descriptor === descriptor && one.layer === layer,
      );
      assert.ok(found, `${syscall} ${descriptor} ${layer} in ${JSON.stringify(byDescriptor)}`);
      return found;
    };
    assert.equal(row('fdatasync', 'wal', 'io').calls, 40);
    assert.deepEqual([row('write', 'wal', 'log').calls, row('write', 'wal', 'log').bytes], [40, 4_000]);
    assert.deepEqual([row('write', 'wal', 'io').calls, row('write', 'wal', 'io').bytes], [3, 30]);
    assert.equal(row('fsync', 'snapshot', 'io').calls, 7);
    assert.ok(row('fdatasync', 'wal', 'io').seconds > 0);
    assert.equal(sent(byDescriptor!, 'client'), 2 * 1_234);
    assert.equal(sent(byDescriptor!, 'peer'), 5 * 1_000);
    assert.ok(row('accept4', 'listener', 'network').calls >= 1);
    // Two independent counts of the same calls: strace's own table, and the log read by us.
    for (const { syscall, calls, errors } of rows) {
      const parts = byDescriptor!.filter((one) => one.syscall === syscall);
      assert.deepEqual(
        [parts.reduce((sum, one) => sum + one.calls, 0), parts.reduce((sum, one) => sum + one.errors, 0)],
        [calls, errors],
        `${syscall}: ${JSON.stringify(parts)}`,
      );
    }
    assert.deepEqual(raw, ['node-2.strace.txt', 'node-2.strace.log.gz']);
    assert.match(readFileSync(join(folder.path, raw[0]!), 'utf8'), /fdatasync/);
    const log = gunzipSync(readFileSync(join(folder.path, raw[1]!))).toString('utf8');
    assert.match(log, /fdatasync\(\d+<.*\.wal>/);
    assert.doesNotMatch(log, /wwww|pppp/, 'the log holds what was written');
    assert.equal(existsSync(join(folder.path, 'node-2.strace.log')), false);
  });

  it('knows nothing of our layout in a process that is not ours', async () => {
    const { byDescriptor } = await capture(SYSCALL_NODE, 0, done);
    const kinds = new Set(byDescriptor!.map(({ descriptor }) => descriptor));
    assert.ok(!kinds.has('wal') && !kinds.has('snapshot') && !kinds.has('data'), [...kinds].join());
    const syncs = byDescriptor!.find(({ syscall }) => syscall === 'fdatasync');
    assert.deepEqual([syncs?.descriptor, syncs?.layer, syncs?.calls], ['file', 'io', 40]);
  });

  it('tells a wait for a lock from a thread that waits for work', async () => {
    const { futex, pid, seconds } = await capture(SYSCALL_LOCKS, 1, done);
    const main = futex!.find(({ tid }) => tid === pid)!;
    assert.equal(main.thread, 'main');
    assert.equal(main.parkedSeconds, 0);
    assert.ok(
      main.waits >= 10 && main.waitSeconds >= 0.25 && main.longestUs >= 25_000,
      JSON.stringify(futex),
    );
    const others = futex!.filter(({ tid }) => tid !== pid);
    const worker = others.filter(({ thread, waitSeconds }) => thread === 'other' && waitSeconds >= 0.25);
    assert.equal(worker.length, 1, JSON.stringify(futex));
    const pool = others.filter(({ thread }) => thread === 'pool');
    assert.equal(pool.length, 4, JSON.stringify(futex));
    for (const { parkedSeconds, waitSeconds } of pool) {
      assert.ok(parkedSeconds > seconds * 0.5 && waitSeconds < parkedSeconds * 0.2, JSON.stringify(futex));
    }
  });

  it('finds nothing in an idle process but parked threads', async () => {
    const { futex, byDescriptor } = await capture(SYSCALL_IDLE, 1, () => sleep(700));
    const busy = byDescriptor!.filter(({ layer }) => layer !== 'runtime');
    assert.deepEqual(busy, []);
    assert.equal(
      futex!.reduce((sum, { waits }) => sum + waits, 0),
      0,
      JSON.stringify(futex),
    );
    assert.ok(futex!.filter(({ parkedSeconds }) => parkedSeconds > 0.3).length >= 8, JSON.stringify(futex));
  });

  it('counts the syncs of the main thread and of the pool', async () => {
    const { rows } = await capture(SYNCING_PROCESS, 1, () => sleep(700));
    const row = (syscall: string) => rows.find((one) => one.syscall === syscall);
    const syncs = row('fdatasync');
    // One on the main thread and one in the pool for each failed stat; the ends of the window may cut a turn.
    const failed = row('statx') ?? row('stat') ?? row('newfstatat');
    assert.ok(syncs !== undefined && syncs.calls > 2 && syncs.errors === 0, JSON.stringify(syncs));
    assert.ok(failed !== undefined && Math.abs(syncs.calls - 2 * failed.errors) <= 2, JSON.stringify(rows));
    assert.ok(syncs.minUs! <= syncs.usecsPerCall + 1 && syncs.usecsPerCall <= syncs.maxUs! + 1);
  });

  it('fails at the start when there is no such process', async () => {
    const target = { node: 9, role: 'unknown', pid: 2 ** 22 - 1, url: null } as const;
    await assert.rejects(straceProbe.start(target, folder.path, { seconds: 1 }), {
      code: 'STRATA_PROBE_FAILED',
      message: /did not attach: .*No such process/,
    });
  });
});

describe('a machine without strace', () => {
  it('gets the reason, and the command that installs it', async () => {
    const { available, detail, install } = await checkStrace('no-such-strace');
    assert.equal(available, false);
    assert.match(detail, /not installed/);
    assert.ok(install === null || /^apt-get install -y strace$/.test(install));
  });
  it('gets the reason when tracing is refused', async () => {
    const folder = scratchFolder();
    // A program that knows its version and may not trace, as in a container whose system call filter forbids it.
    writeFiles(folder.path, {
      strace: `#!/bin/sh
        [ "$1" = -V ] && echo 'strace -- version 6.1' && exit 0
        echo 'strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted' >&2; exit 1
      `,
    });
    const command = join(folder.path, 'strace');
    chmodSync(command, 0o755);
    const answer = await checkStrace(command);
    folder.remove();
    assert.equal(answer.available, false);
    assert.match(answer.detail, /refused here: .*not permitted|ptrace_scope/);
  });
  it('is told the version where it is there, or a reason', () => {
    assert.match(
      availability.detail,
      availability.available ? /^\d+\.\d+/ : /not installed|failed|ptrace|refused/,
    );
  });
});

/** Bytes that went out on descriptors of one kind, by whichever call. */
function sent(rows: readonly DescriptorRow[], descriptor: string): number {
  return rows
    .filter((row) => row.descriptor === descriptor && /^(write|writev|sendto|sendmsg)$/.test(row.syscall))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}
