import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodePut } from './command-codec.js';
import { encodeMembershipContext } from './membership-codec.js';
import { StateMachine } from './state-machine.js';
import { LIMITS, step } from './testing/arbitraries.js';
import {
  applyStep,
  bytes,
  logOf,
  member,
  put,
  restore,
  snapshotOf,
  textOf,
  Writer,
} from './testing/state-fixtures.js';
import { plainResult, StateModel } from './testing/state-model.js';
import { valueText } from './value.js';
import type { CommandResult } from './vocabulary.js';

describe('state machine', () => {
  it('numbers the commands that change something and tells what they did', () => {
    const machine = new StateMachine();
    const writer = new Writer(machine);
    assert.equal(machine.apply(1, new Uint8Array(0)), null);
    assert.deepEqual(writer.put('a', '1'), { revision: 1, changed: true });
    assert.deepEqual(writer.put('a', '2'), { revision: 2, changed: false });
    assert.deepEqual(writer.delete('b'), { revision: 2, changed: false });
    assert.deepEqual(writer.delete('a'), { revision: 3, changed: true });
    assert.equal(textOf(machine, 'a'), null);
    assert.equal(machine.keyCount, 0);
    assert.equal(machine.stateBytes, 0);
  });

  it('refuses to apply an entry twice or out of order', () => {
    const machine = new StateMachine();
    machine.apply(1, new Uint8Array(0));
    assert.throws(() => machine.apply(1, new Uint8Array(0)), /entry 1 applied after entry 1/);
    assert.throws(() => machine.apply(3, new Uint8Array(0)), /entry 3 applied after entry 1/);
    assert.throws(() => machine.applyMembership(3, new Uint8Array(0)), /entry 3 applied after entry 1/);
  });

  it('A2.38 keys that trip objects, empty values and NUL are keys like others', () => {
    const writer = new Writer(new StateMachine());
    const keys = ['__proto__', 'constructor', 'toString', '\0', 'a\0', 'a', '%2F', '..', 'x'.repeat(65_535)];
    for (const key of keys) assert.equal(writer.put(key, '').changed, true, JSON.stringify(key.slice(0, 20)));
    for (const key of keys) assert.equal(textOf(writer.machine, key), '');
    assert.equal(writer.machine.keyCount, keys.length);
    assert.equal(textOf(writer.machine, 'hasOwnProperty'), null);
    for (const length of [0, 65_536])
      assert.throws(() => encodePut(new Uint8Array(length), bytes('')), /key of \d+ bytes, 1 to 65535 fit/);
  });

  it('A2.39 keys that differ only in bytes which UTF-8 would fold stay different, and values come back byte for byte', () => {
    const writer = new Writer(new StateMachine());
    const keys = ['\xff', '\xfe', '\xc3\x28', '\xc3', '\xed\xa0\x80', '\xef\xbf\xbd'];
    for (const key of keys) writer.put(key, key + key);
    assert.equal(writer.machine.keyCount, keys.length);
    for (const key of keys) assert.equal(textOf(writer.machine, key), key + key);
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at));
    for (const repeat of [1, 4, 5]) {
      writer.put('all', all.repeat(repeat));
      assert.equal(textOf(writer.machine, 'all'), all.repeat(repeat), `${256 * repeat} bytes`);
    }
  });

  it('A2.40 times above 2^32 go through commands and snapshots, and a stamp that does not fit crashes', () => {
    const writer = new Writer(new StateMachine());
    writer.clockMs = 2 ** 47;
    writer.ops(put('a', '1', { ttl: 2 ** 52 }), put('b', '1', { ttl: Number.MAX_SAFE_INTEGER }));
    assert.equal(writer.machine.get(bytes('a'))?.expiresAtMs, 2 ** 47 + 2 ** 52);
    assert.equal(
      writer.machine.get(bytes('b'))?.expiresAtMs,
      Number.MAX_SAFE_INTEGER,
      'the farthest there is',
    );
    assert.equal(writer.machine.nextExpiryMs, 2 ** 47 + 2 ** 52);
    const restored = restore(snapshotOf(writer.machine));
    assert.equal(restored.clockMs, 2 ** 47);
    assert.equal(restored.nextExpiryMs, 2 ** 47 + 2 ** 52);
    writer.clockMs = 2 ** 48;
    assert.throws(() => writer.ops(), /time stamp 281474976710656/);
  });

  it('does what the model does, entry by entry, and gives two replicas the same bytes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const machine = new StateMachine();
        const replica = new StateMachine();
        const model = new StateModel();
        machine.collectsEvents = true;
        for (const [at, entry] of logOf(steps).entries()) {
          const result = applyStep(machine, at + 1, entry);
          assert.deepEqual(applyStep(replica, at + 1, entry), result);
          const one = steps[at]!;
          if (one.kind === 'put') assert.deepEqual(result, model.plain(one.key, one.value));
          else if (one.kind === 'delete') assert.deepEqual(result, model.plain(one.key, null));
          else if (entry.command !== null) {
            const settledTo = entry.once?.settledTo ?? null;
            const expected = model.command(at + 1, entry.command, entry.clockMs, LIMITS, settledTo);
            assert.deepEqual(plainResult(result as CommandResult), expected);
          }
        }
        assertSameState(machine, model);
        assert.deepEqual(eventLines(machine), model.events);
        assert.ok(snapshotOf(machine).equals(snapshotOf(replica)), 'replicas differ');
      }),
      { numRuns: 300 },
    );
  });
});

function assertSameState(machine: StateMachine, model: StateModel): void {
  assert.equal(machine.revision, model.revision);
  assert.equal(machine.clockMs, model.clockMs);
  assert.equal(machine.sessionCount, model.sessions.length);
  const deadlines = [...model.keys.values()].map((key) => key.expiresAtMs).filter((at) => at !== 0);
  assert.equal(machine.nextExpiryMs, deadlines.length === 0 ? null : Math.min(...deadlines));
  const range = { kind: 'range', start: bytes(''), end: null, limit: 1e6, bytesMax: 1e9 } as const;
  const { items } = machine.query({ ...range, keysOnly: false }, 0);
  assert.deepEqual(
    items.map((item) => Buffer.from(item.key).toString('latin1')),
    [...model.keys.keys()].sort(),
  );
  assert.equal(machine.keyCount, items.length);
  for (const [key, expected] of model.keys) {
    const found = machine.get(bytes(key))!;
    assert.deepEqual({ ...found, value: valueText(found.value) }, expected);
  }
}

function eventLines(machine: StateMachine): string[] {
  return machine.takeEvents().map(({ type, key, value, revision }) => {
    const name = `${revision} ${type} ${Buffer.from(key).toString('latin1')}`;
    return value === null ? name : `${name} ${valueText(value)}`;
  });
}

describe('events', () => {
  it('are collected from when they are asked for, in order, a command under one revision', () => {
    const machine = new StateMachine();
    const writer = new Writer(machine);
    writer.put('before', '1');
    assert.deepEqual(machine.takeEvents(), []);
    machine.collectsEvents = true;
    writer.put('a', '1');
    writer.ops(put('b', '1'), { kind: 'increment', key: bytes('b'), delta: 1n }, put('c', 'x', { ttl: 5 }));
    writer.delete('nothing');
    writer.delete('a');
    writer.clockMs = 5;
    writer.write({ kind: 'expire-due' });
    assert.deepEqual(eventLines(machine), [
      '2 put a 1',
      '3 put b 1',
      '3 put b 2',
      '3 put c x',
      '4 delete a',
      '5 expire c',
    ]);
    assert.deepEqual(machine.takeEvents(), []);
    writer.put('a', '1');
    machine.collectsEvents = false;
    machine.collectsEvents = true;
    assert.deepEqual(machine.takeEvents(), [], 'switched off, it forgets');
  });
});

describe('member book', () => {
  it('keeps addresses, remembers the removed for ever and lets no removed id return', () => {
    const machine = new StateMachine();
    machine.bootstrap([member(2), member(1)]);
    assert.deepEqual(machine.members(), [member(1), member(2)]);
    const moved = { ...member(2), host: 'elsewhere.exämple' };
    machine.applyMembership(1, encodeMembershipContext({ upsert: [member(3), moved], remove: [1] }));
    assert.deepEqual(machine.members(), [moved, member(3)]);
    assert.deepEqual(machine.removedIds(), [1]);
    assert.equal(machine.isRemoved(1), true);
    machine.applyMembership(2, encodeMembershipContext({ upsert: [member(1)], remove: [] }));
    machine.applyMembership(3, new Uint8Array(0));
    assert.deepEqual(machine.members(), [moved, member(3)]);
    assert.equal(machine.appliedIndex, 3);
    assert.throws(() => machine.bootstrap([member(9)]), /bootstrap with 1 members after entry 3/);
    assert.throws(() => machine.applyMembership(4, bytes('\x01')), /membership of 1 bytes in the log/);
  });

  it('A2.15 takes the first identity of a data directory and tells that a later one is another', () => {
    const machine = new StateMachine();
    machine.bootstrap([member(1), member(2)]);
    const writer = new Writer(machine);
    const register = (node: number, storageId: string) =>
      writer.write({ kind: 'register-storage', node, storageId }).succeeded;
    assert.equal(register(1, 'disk-a'), true);
    assert.equal(register(1, 'disk-a'), true);
    assert.equal(register(1, 'disk-b'), false);
    assert.equal(register(7, 'disk-c'), false, 'no member');
    assert.equal(machine.storageIdOf(1), 'disk-a');
    assert.equal(machine.storageIdOf(2), '');
    const context = encodeMembershipContext({
      upsert: [member(1, 'disk-b'), member(2, 'disk-d')],
      remove: [],
    });
    machine.applyMembership(machine.appliedIndex + 1, context);
    assert.equal(machine.storageIdOf(1), 'disk-a', 'a change of address does not replace it');
    assert.equal(machine.storageIdOf(2), 'disk-d');
    assert.equal(machine.revision, 0, 'no write to a key');
  });

  it('begins anew with other members when a backup starts another cluster', () => {
    const machine = new StateMachine();
    machine.bootstrap([member(1)]);
    machine.applyMembership(1, encodeMembershipContext({ upsert: [], remove: [1] }));
    machine.replaceMembers([member(1)]);
    assert.deepEqual(machine.members(), [member(1)]);
    assert.deepEqual(machine.removedIds(), []);
  });
});
