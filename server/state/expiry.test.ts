import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StateMachine } from './state-machine.js';
import { bytes, put, snapshotOf, textOf, Writer } from './testing/state-fixtures.js';
import type { Op } from './vocabulary.js';

const expire = (key: string, ttlMs: number | null): Op => ({ kind: 'expire', key: bytes(key), ttlMs });

function deadlineOf(writer: Writer, key: string): number | undefined {
  return writer.machine.get(bytes(key))?.expiresAtMs;
}

describe('time to live', () => {
  it('A2.11 counts from the clock that comes with commands, which never goes back', () => {
    const writer = new Writer(new StateMachine());
    writer.clockMs = 1_000;
    writer.ops(put('a', '1', { ttl: 500 }));
    assert.equal(deadlineOf(writer, 'a'), 1_500);
    writer.clockMs = 200;
    writer.ops(put('b', '1', { ttl: 500 }));
    assert.equal(writer.machine.clockMs, 1_000);
    assert.equal(deadlineOf(writer, 'b'), 1_500);
    assert.equal(writer.machine.nextExpiryMs, 1_500);
    writer.clockMs = 1_499;
    writer.write({ kind: 'expire-due' });
    assert.equal(writer.machine.keyCount, 2);
    writer.clockMs = 1_500;
    assert.equal(writer.write({ kind: 'expire-due' }).revision, 3, 'all that end at once share a revision');
    assert.equal(writer.machine.keyCount, 0);
    assert.equal(writer.machine.nextExpiryMs, null);
    assert.equal(writer.write({ kind: 'expire-due' }).revision, 3, 'nothing due, no revision');
  });

  it('is taken away by a put, kept by `keep`, increment and append, moved by expire', () => {
    const writer = new Writer(new StateMachine());
    const fresh = () => writer.ops(put('a', '1', { ttl: 500 }));
    fresh();
    writer.put('a', '2');
    assert.equal(deadlineOf(writer, 'a'), 0);
    fresh();
    writer.ops(put('a', '2', { ttl: 'keep' }));
    writer.ops(
      { kind: 'increment', key: bytes('a'), delta: 1n },
      { kind: 'append', key: bytes('a'), value: bytes('0') },
    );
    assert.equal(deadlineOf(writer, 'a'), 500);
    assert.equal(textOf(writer.machine, 'a'), '30');
    writer.clockMs = 10;
    writer.ops(expire('a', 100));
    assert.equal(deadlineOf(writer, 'a'), 110);
    writer.ops(expire('a', null));
    assert.equal(deadlineOf(writer, 'a'), 0);
    writer.ops(put('b', '1', { ttl: 'keep' }));
    assert.equal(deadlineOf(writer, 'b'), 0);
    assert.equal(writer.machine.nextExpiryMs, null);
  });

  it('set or removed is a change of the store and no write to the key', () => {
    const writer = new Writer(new StateMachine());
    writer.put('a', '1');
    writer.machine.collectsEvents = true;
    const answer = (op: Op) => {
      const { revision, results } = writer.ops(op);
      return [revision, results[0]!.changed, results[0]!.revision, results[0]!.count];
    };
    assert.deepEqual(answer(expire('a', 100)), [2, true, 1, 0]);
    assert.deepEqual(answer(expire('a', 100)), [2, true, 1, 1], 'the same deadline changes nothing');
    assert.deepEqual(answer(expire('a', null)), [3, true, 1, 1], 'it had one');
    assert.deepEqual(answer(expire('a', null)), [3, true, 1, 0]);
    assert.deepEqual(answer(expire('none', 100)), [3, false, 0, 0]);
    assert.deepEqual(writer.machine.takeEvents(), []);
    assert.deepEqual(answer(expire('a', 0)), [4, true, 0, 0]);
    assert.equal(writer.machine.takeEvents()[0]!.type, 'delete');
    assert.equal(textOf(writer.machine, 'a'), null);
  });

  it('that is over is seen by reads until its end is applied, and by no command', () => {
    const absent = { condition: { kind: 'absent' } } as const;
    const touches: [string, (writer: Writer) => unknown, unknown][] = [
      ['put if absent', (w) => w.ops(put('a', '2', absent)).results[0]!.status, 'ok'],
      ['plain put', (w) => w.put('a', '2').changed, true],
      ['plain delete', (w) => w.delete('a').changed, false],
      ['increment', (w) => w.ops({ kind: 'increment', key: bytes('a'), delta: 1n }).results[0]!.value, '1'],
      ['append', (w) => w.ops({ kind: 'append', key: bytes('a'), value: bytes('xy') }).results[0]!.count, 2],
      ['expire', (w) => w.ops(expire('a', 50)).results[0]!.changed, false],
      ['keep', (w) => w.ops(put('a', '2', { ttl: 'keep' })).results[0]!.changed, true],
      ['get', (w) => w.ops({ kind: 'get', key: bytes('a') }).results[0]!.value, null],
      [
        'compare',
        (w) => {
          const compares = [{ target: 'exists' as const, key: bytes('a'), exists: true }];
          return w.write({ kind: 'txn', compares, success: [], failure: [], session: null }).succeeded;
        },
        false,
      ],
    ];
    for (const [name, touch, expected] of touches) {
      const writer = new Writer(new StateMachine());
      writer.ops(put('a', '41', { ttl: 500 }));
      writer.clockMs = 500;
      writer.ops(put('other', '1'));
      assert.equal(textOf(writer.machine, 'a'), '41', 'a read still sees it');
      writer.machine.collectsEvents = true;
      assert.equal(touch(writer), expected, name);
      assert.equal(writer.machine.takeEvents()[0]?.type, 'expire', name);
      const { createRevision } = writer.machine.get(bytes('a')) ?? { createRevision: 3 };
      assert.equal(createRevision, 3, `${name}: a key anew`);
      writer.write({ kind: 'expire-due' });
      assert.equal(writer.machine.revision, 3, `${name}: ended once`);
    }
  });

  it('ends at most 1000 keys an entry, earliest first and then by key, on every replica alike', () => {
    const replicas = [new Writer(new StateMachine()), new Writer(new StateMachine())];
    for (const writer of replicas) {
      for (let at = 0; at < 2_001; at++)
        writer.ops(put(`k${(at * 7919) % 2_001}`, '', { ttl: 1 + (at % 3) }));
      writer.clockMs = 10;
      writer.machine.collectsEvents = true;
      for (const left of [1_001, 1, 0, 0]) {
        writer.write({ kind: 'expire-due' });
        assert.equal(writer.machine.keyCount, left);
      }
    }
    const [first, second] = replicas.map(({ machine }) =>
      machine.takeEvents().map(({ key, revision }) => `${Buffer.from(key).toString()} ${revision}`),
    );
    assert.equal(first!.length, 2_001);
    assert.deepEqual(first, second);
    assert.ok(snapshotOf(replicas[0]!.machine).equals(snapshotOf(replicas[1]!.machine)));
    assert.equal(replicas[0]!.machine.stateBytes, 0);
  });
});
