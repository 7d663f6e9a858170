import assert from 'node:assert/strict';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readDocument } from '../../results/run-directory.js';
import { BpfCapture } from '../../results/schema/index.js';
import { parseBpftraceHistograms } from '../bpf/bpftrace-json.js';
import { KERNEL_HISTOGRAMS } from '../bpf/kernel-program.js';
import { checkBpftrace } from '../bpf/run-bpftrace.js';
import { SYNCS_PROCESS } from '../testing/syscall-syncs.js';
import { runWork, SYSCALL_IDLE } from '../testing/syscall-workloads.js';
import { scratchFolder, startWorkload, type Workload, writeFiles } from '../testing/workload.js';
import { bpfProbe } from './bpf.js';

const { available, detail } = await bpfProbe.check();
type Histogram = BpfCapture['histograms'][number];
const total = ({ buckets }: Histogram) => buckets.reduce((sum, [, count]) => sum + count, 0);

describe('the bpf probe', { skip: available ? false : detail, concurrency: false }, () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  async function capture(
    files: Readonly<Record<string, string>>,
    args: readonly string[],
    during: (workload: Workload) => Promise<unknown>,
  ): Promise<(name: string) => Histogram> {
    for (const name of ['done', 'data']) rmSync(join(folder.path, name), { force: true, recursive: true });
    writeFiles(folder.path, files);
    const workload = await startWorkload(folder.path, files, args);
    try {
      const target = { node: 1, role: 'leader', pid: workload.pid, url: null } as const;
      const session = await bpfProbe.start(target, folder.path, { seconds: 5 });
      await during(workload);
      const name = await session.stop();
      assert.ok(workload.alive);
      const { histograms, raw } = readDocument(join(folder.path, name), BpfCapture);
      assert.match(readFileSync(join(folder.path, raw[0]!), 'utf8'), /attached_probes/);
      return (wanted) => histograms.find((one) => one.name === wanted)!;
    } finally {
      await workload.stop();
    }
  }

  it('counts every sync of the process, and slow ones as slow', async () => {
    const done = (workload: Workload) => runWork(workload.pid, join(folder.path, 'done'));
    const sync = (await capture(SYNCS_PROCESS, ['plain'], done))('sync');
    assert.equal(total(sync), 35, JSON.stringify(sync));
    const slow = (await capture(SYNCS_PROCESS, ['slow'], done))('sync');
    assert.equal(total(slow), 26, JSON.stringify(slow));
    const buckets = [...slow.buckets].reverse();
    // The six with 128 MiB to write are the six longest: they lie above the median of all.
    const longest = buckets[0]![0];
    const seen = slow.buckets.flatMap(([us, count]) => Array<number>(count).fill(us));
    assert.ok(longest >= 4 * seen[seen.length >> 1]!, JSON.stringify(slow));
  });
  it('finds a thread that waits for a processor which others hold', async () => {
    // As many spinning processes as processors and two more: whoever becomes ready has to wait for its turn.
    const spinners = await crowd();
    try {
      const histogram = await capture(SYNCS_PROCESS, ['saturated'], (workload) =>
        runWork(workload.pid, join(folder.path, 'done')),
      );
      const others = histogram('run_queue_others');
      const long = others.buckets.filter(([us]) => us >= 1_024).reduce((sum, [, count]) => sum + count, 0);
      assert.ok(long >= 3, JSON.stringify(others));
      assert.ok(total(histogram('off_cpu_main')) > 0);
    } finally {
      await Promise.all(spinners.map((one) => one.stop()));
    }
  });
  it('finds no sync in an idle process, and says so', async () => {
    const histogram = await capture(SYSCALL_IDLE, [], () => sleep(500));
    assert.deepEqual(histogram('sync').buckets, []);
    assert.equal(histogram('sync').unit, 'us');
  });
  it('fails at the start when there is no such process', async () => {
    const target = { node: 9, role: 'unknown', pid: 2 ** 22 - 1, url: null } as const;
    await assert.rejects(bpfProbe.start(target, folder.path), {
      code: 'STRATA_PROBE_FAILED',
      message: /no process/,
    });
  });

  async function crowd(): Promise<Workload[]> {
    const files = { 'spin.mjs': `console.log('spins'); for (;;);` };
    writeFiles(folder.path, files);
    return Promise.all(Array.from({ length: 4 }, () => startWorkload(folder.path, files)));
  }
});

describe('a machine without bpftrace', () => {
  it('gets the reason, and the command that installs it', async () => {
    const answer = await checkBpftrace('no-such-bpftrace');
    assert.deepEqual([answer.available, answer.detail], [false, 'bpftrace is not installed']);
    assert.ok(answer.install === null || answer.install === 'apt-get install -y bpftrace');
  });
  it('gets the reason of the kernel when its programs are refused', async () => {
    // A program that knows its version and refuses all else, as bpftrace without rights does.
    const folder = scratchFolder();
    writeFiles(folder.path, {
      bpftrace: `#!/bin/sh
        [ "$1" = --version ] && echo 'bpftrace v0.0' && exit 0
        echo 'ERROR: failed to create probe: Operation not permitted' >&2; exit 1
      `,
    });
    const command = join(folder.path, 'bpftrace');
    chmodSync(command, 0o755);
    const answer = await checkBpftrace(command);
    folder.remove();
    assert.equal(answer.available, false);
    assert.match(answer.detail, /cannot watch this kernel: .*(not permitted|Operation)/);
  });
});

describe('parseBpftraceHistograms', () => {
  const RECORDED = `{"type": "attached_probes", "data": {"probes": 6}}
{"type": "printf", "data": "watching\\n"}

{"type": "hist", "data": {"@sync": [{"min": 0, "max": 0, "count": 2}, {"min": 64, "max": 127, "count": 9}, {"min": 32, "max": 63, "count": 1}]}}
{"type": "hist", "data": {"@flush": [{"max": -1, "count": 3}, {"min": 0, "max": 0, "count": 1}]}}
{"type": "lost_events", "data": {"events": 3}}
`;
  const expected = KERNEL_HISTOGRAMS.filter(({ name }) => name !== 'off_cpu_main');
  it('reads buckets ascending, negative values as zero, and keeps what nothing fell into', () => {
    const read = parseBpftraceHistograms(RECORDED, expected);
    assert.deepEqual(Object.fromEntries(read.map(({ name, buckets }) => [name, buckets])), {
      run_queue_main: [],
      run_queue_others: [],
      sync: [
        [0, 2],
        [32, 1],
        [64, 9],
      ],
      flush: [[0, 4]],
    });
  });
  it('refuses a line that was cut off', () => {
    assert.throws(() => parseBpftraceHistograms(RECORDED.slice(0, 200), expected), {
      code: 'STRATA_PROBE_OUTPUT_INVALID',
    });
  });
});
