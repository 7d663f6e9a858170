import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeUpDescriptors } from '../testing/captures/syscalls.js';
import { madeUpSyscalls } from '../testing/made-up-parts.js';
import { descriptorFacts, futexByThread, logWritesPerSync, UNATTRIBUTED_MAX } from './descriptors.js';

const CAPTURE = madeUpDescriptors(1, 'leader');

const factsOf = (capture = CAPTURE) => {
  const facts = descriptorFacts(capture);
  assert.ok(facts.ok);
  return facts.value;
};

describe('system calls by layer', () => {
  it('lose no call, error, byte or second', () => {
    const { lines } = factsOf();
    for (const field of ['calls', 'errors', 'bytes', 'seconds'] as const) {
      const sum = (rows: readonly { readonly [name in typeof field]: number }[]) =>
        rows.reduce((total, row) => total + row[field], 0);
      assert.ok(Math.abs(sum(lines) - sum(CAPTURE.byDescriptor!)) < 1e-9, field);
    }
  });

  it('keep waiting calls apart, and stand in the order of the layers', () => {
    const { lines, workingSeconds } = factsOf();
    const working = lines.filter((line) => !line.waits);
    assert.deepEqual(
      lines.slice(working.length).map((line) => line.waits),
      [true, true],
    );
    assert.ok(Math.abs(working.reduce((total, line) => total + line.seconds, 0) - workingSeconds) < 1e-9);
    assert.deepEqual(
      [...new Set(working.map((line) => line.layer))],
      ['network', 'log', 'runtime', 'unattributed'],
    );
  });

  it('know how much has no owner, on both sides of the limit', () => {
    assert.ok(factsOf().unattributedShare < UNATTRIBUTED_MAX);
    // 0.4152 s of work, 0.0005 s of it without an owner: 21 ms more are just below 5 %, 22 ms just above.
    assert.ok(factsOf(madeUpDescriptors(1, 'leader', 20)).unattributedShare < UNATTRIBUTED_MAX);
    assert.ok(factsOf(madeUpDescriptors(1, 'leader', 23)).unattributedShare > UNATTRIBUTED_MAX);
  });

  it('give the ratio of the log alone', () => {
    assert.deepEqual(logWritesPerSync(CAPTURE), { ok: true, value: 10 });
    const noSync = {
      ...CAPTURE,
      byDescriptor: CAPTURE.byDescriptor!.filter((row) => row.syscall !== 'fdatasync'),
    };
    assert.deepEqual(logWritesPerSync(noSync), { ok: false, because: 'the trace saw no sync of the log' });
    const noLog = {
      ...CAPTURE,
      byDescriptor: CAPTURE.byDescriptor!.filter((row) => row.descriptor !== 'wal'),
    };
    assert.deepEqual(logWritesPerSync(noLog), { ok: false, because: 'the trace saw no call on the log' });
  });

  it('say so where the tracer cannot tell', () => {
    const plain = madeUpSyscalls(1, 'leader');
    assert.deepEqual(descriptorFacts(plain), {
      ok: false,
      because: 'this tracer did not tell descriptors apart',
    });
    assert.equal(logWritesPerSync(plain).ok, false);
  });
});

describe('futex by thread', () => {
  it('sums the threads of a kind, parked time apart from waits', () => {
    const kinds = futexByThread(CAPTURE.futex!);
    assert.deepEqual(
      kinds.map((kind) => [kind.thread, kind.threads, kind.waits]),
      [
        ['main', 1, 12],
        ['pool', 2, 75],
        ['platform', 1, 0],
      ],
    );
    const pool = kinds[1]!;
    assert.ok(Math.abs(pool.parkedSeconds - 5.3) < 1e-9 && Math.abs(pool.waitSeconds - 0.14) < 1e-9);
    assert.equal(pool.longestUs, 6_000);
  });
});
