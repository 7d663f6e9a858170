import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { DescriptorHistory } from '../descriptors/descriptor-history.js';
import type { OpenFile } from '../descriptors/open-files.js';
import { BpftraceSyncReader, syncProgram } from './bpftrace-watcher.js';
import { monotonicFrom, readClocks } from './clocks.js';
import type { KernelLogReader, KernelView } from './kernel-syncs.js';
import { NodeAccount } from './node-account.js';
import { PerfSyncReader } from './perf-watcher.js';
import { StraceSyncReader } from './strace-watcher.js';

function read(reader: KernelLogReader, text: string): KernelView {
  for (const line of text.split('\n')) reader.line(line);
  return reader.end();
}

describe('the lines of bpftrace', () => {
  const TEXT = `Attaching 7 probes...
watching
F 36396689558941 35803
S fdatasync 13302 18 36396688464656 1233692
S fsync 13312 19 36396688149378 212205
S fdatasync 1 2 3
`;
  it('become syncs and flushes in the order of time', () => {
    const { syncs, flushes, lost } = read(new BpftraceSyncReader(3), TEXT);
    assert.deepEqual(
      syncs.map(({ syscall, tid, descriptor, kernelNs }) => [syscall, tid, descriptor, kernelNs]),
      [
        ['fsync', 13_312, 19, 212_205],
        ['fdatasync', 13_302, 18, 1_233_692],
      ],
    );
    assert.deepEqual(flushes, [{ issuedNs: 36_396_689_558_941, ns: 35_803 }]);
    assert.equal(lost, 3);
  });
  it('come from a program that watches one process', () => {
    const program = syncProgram(77, ['fsync', 'fdatasync']);
    assert.equal(program.match(/\/pid == 77\//g)?.length, 2);
  });
});

describe('the events of perf', () => {
  const TEXT = `29221/29221 34847.147187703: syscalls:sys_enter_fdatasync: fd: 0x00000012
29221/29221 34847.147276925:         block:block_rq_issue: 254,0 WS 4096 () 172789752 + 8 0x2,0,4 [node]
12610/12610 34847.147532345:         block:block_rq_issue: 254,0 FF 0 () 0 + 0 0x0,0,0 [kworker/1:1H]
    0/0     34847.147562345:      block:block_rq_complete: 254,0 FF () 0 + 0 0x0,0,0 [0]
29221/29221 34847.147576811:  syscalls:sys_exit_fdatasync: 0x0
29221/29230 34847.147975943: syscalls:sys_enter_fdatasync: fd: 0x00000013
  555/555   34847.147975950: syscalls:sys_enter_fdatasync: fd: 0x00000001
  555/555   34847.147975990:  syscalls:sys_exit_fdatasync: 0x0
29221/29230 34847.148229279:  syscalls:sys_exit_fdatasync: 0x0
29221/29231 34847.149000000:  syscalls:sys_exit_fsync: 0x0
node 29221 [000] 5.1: PERF_RECORD_LOST lost 12
`;
  it('become the calls of that process alone, with the flushes of the machine', () => {
    const { syncs, flushes, lost } = read(new PerfSyncReader(29_221), TEXT);
    assert.deepEqual(
      syncs.map(({ tid, descriptor, kernelNs }) => [tid, descriptor, kernelNs]),
      [
        [29_221, 18, 389_108],
        [29_230, 19, 253_336],
      ],
    );
    assert.deepEqual(flushes, [{ issuedNs: 34_847_147_532_345, ns: 30_000 }]);
    assert.equal(lost, 12);
  });
  it('say nothing of the device when completions are missing', () => {
    const text = TEXT.split('\n').filter((line) => !line.includes('complete'));
    assert.equal(read(new PerfSyncReader(29_221), text.join('\n')).flushes, null);
  });
});

describe('the log of strace', () => {
  it('becomes syncs on the monotonic clock', () => {
    const toMonotonic = (realtimeUs: number) => (realtimeUs - 1_000_000) * 1_000;
    const { syncs, flushes } = read(
      new StraceSyncReader(toMonotonic),
      '9 1.000250 fdatasync(18</d/wal/1-1.wal>) = 0 <0.000336>\n9 1.000900 fsync(18</d>) = ?',
    );
    assert.deepEqual(syncs, [
      {
        syscall: 'fdatasync',
        tid: 9,
        descriptor: null,
        path: '/d/wal/1-1.wal',
        enteredNs: 250_000,
        kernelNs: 336_000,
      },
    ]);
    assert.equal(flushes, null);
  });
});

describe('the two clocks', () => {
  it('are read together to a millisecond at the very worst', () => {
    const { realtimeNs, monotonicNs } = readClocks();
    const again = readClocks();
    const drift = again.realtimeNs - realtimeNs - (again.monotonicNs - monotonicNs);
    assert.ok(drift < 1_000_000n && drift > -1_000_000n, `${drift} ns between two readings`);
    const now = process.hrtime.bigint();
    const mapped = monotonicFrom(again, readClocks())(Date.now() * 1_000);
    assert.ok(Math.abs(mapped - Number(now)) < 1e9, `${mapped} for ${now}`);
  });
  it('are mapped by both ends, a slewed clock evenly', () => {
    const begin = { realtimeNs: 5_000_000_000n, monotonicNs: 1_000n };
    const end = { realtimeNs: 6_000_000_000n, monotonicNs: 1_000_101_000n };
    const map = monotonicFrom(begin, end);
    assert.equal(map(5_000_000), 1_000);
    assert.equal(map(5_500_000), 1_000 + 500_000_000 + 50_000);
    assert.equal(map(6_000_000), 1_000_101_000);
    assert.equal(monotonicFrom(begin, begin)(5_000_001), 2_000);
  });
});

describe('the history of descriptors', () => {
  it('tells a number that was given out again by when it was seen', () => {
    let now = 100;
    let files: OpenFile[] = [{ descriptor: 3, path: '/a' }];
    const history = new DescriptorHistory(
      1,
      () => files,
      () => now,
    );
    history.look();
    now = 200;
    files = [
      { descriptor: 3, path: '/b' },
      { descriptor: 4, path: '/c' },
    ];
    history.look();
    assert.deepEqual(
      [
        history.pathAt(3, 50),
        history.pathAt(3, 150),
        history.pathAt(3, 250),
        history.pathAt(4, 150),
        history.pathAt(9, 1),
      ],
      ['/a', '/a', '/b', '/c', null],
    );
    assert.deepEqual([...history.paths], ['/a', '/b', '/c']);
  });
});

describe('the account of a node', () => {
  it('is read from where it stood at the begin, and is none without the endpoint', async () => {
    let next = 5;
    const asked: string[] = [];
    const server = http.createServer((request, response) => {
      asked.push(request.url!);
      const since = Number(new URL(request.url!, 'http://x').searchParams.get('since'));
      const syncs =
        since < next
          ? [{ sequence: next, submittedNs: 1, doneNs: 2, call: 'fsync', cause: 'c', entries: 0, bytes: 0 }]
          : [];
      response.end(JSON.stringify({ schema: 'strata.syncs/1', node: 1, next, dropped: 0, syncs }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const account = await NodeAccount.begin(url);
      next = 6;
      assert.equal((await account!.end()).length, 1);
      assert.deepEqual(asked, ['/debug/syncs?since=1000000000000', '/debug/syncs?since=5']);
    } finally {
      server.close();
    }
    assert.equal(await NodeAccount.begin(url), null);
    assert.equal(await NodeAccount.begin(null), null);
  });
});
