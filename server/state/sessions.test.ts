import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeDelete, encodePut } from './command-codec.js';
import { StateMachine } from './state-machine.js';
import { LIMITS } from './testing/arbitraries.js';
import { bytes, put, restore, snapshotOf, textOf, Writer } from './testing/state-fixtures.js';
import type { Command, CommandResult, Op } from './vocabulary.js';

const increment: Op = { kind: 'increment', key: bytes('n'), delta: 1n };

function request(session: number, sequence: number, ...ops: Op[]): Command {
  return { kind: 'batch', ops: ops.length > 0 ? ops : [increment], session: { session, sequence } };
}

function open(writer: Writer, sessionsMax = LIMITS.sessionsMax): number {
  return writer.write({ kind: 'open-session' }, { ...LIMITS, sessionsMax }).session;
}

function fault(writer: Writer, session: number, sequence: number): string | null {
  const result = writer.write(request(session, sequence));
  if (result.sessionFault !== null) assert.deepEqual([result.succeeded, result.results.length], [false, 0]);
  return result.sessionFault;
}

describe('sessions', () => {
  it('A2.41 a request that comes twice is applied once and answered alike, also in between others', () => {
    const writer = new Writer(new StateMachine());
    const session = open(writer);
    assert.equal(session, 1, 'the index that opened it');
    const first = writer.write(request(session, 1));
    writer.put('n', '100');
    const second = writer.write(request(session, 2));
    assert.deepEqual(writer.write(request(session, 1)), first);
    assert.deepEqual(writer.write(request(session, 2, put('n', 'other'))), second, 'the number counts');
    assert.equal(textOf(writer.machine, 'n'), '101');
    assert.equal(
      writer.write(request(open(writer), 1)).results[0]!.value,
      '102',
      'another session, another request',
    );
  });

  it('A2.41 answers survive in a snapshot: a retry after it was installed is not applied again', () => {
    const writer = new Writer(new StateMachine());
    const session = open(writer);
    const long = 'x'.repeat(1_030);
    const answer = writer.write(request(session, 9, put('n', long), { kind: 'get', key: bytes('n') }));
    writer.put('n', '1');
    const other = new Writer(restore(snapshotOf(writer.machine)));
    assert.deepEqual(other.write(request(session, 9)), answer);
    assert.equal(textOf(other.machine, 'n'), '1');
    assert.equal(other.write(request(session, 10)).results[0]!.value, '2');
  });

  it('A2.41 a session that is not known is an error and no second apply', () => {
    const writer = new Writer(new StateMachine());
    assert.equal(fault(writer, 77, 1), 'expired');
    const sessions = [open(writer), open(writer), open(writer)];
    writer.write(request(sessions[0]!, 1));
    const fourth = open(writer);
    assert.equal(writer.machine.sessionCount, 3);
    assert.equal(fault(writer, sessions[1]!, 1), 'expired', 'the least recently used one ended');
    assert.equal(fault(writer, sessions[0]!, 1), null, 'a retry is a use');
    assert.deepEqual([fault(writer, sessions[2]!, 1), fault(writer, fourth, 1)], [null, null]);
    assert.equal(textOf(writer.machine, 'n'), '3');
    open(writer, 1);
    assert.equal(writer.machine.sessionCount, 1, 'the limit that came with the command counts');
  });

  it('A2.41 a request whose answer was dropped is stale, one that is only late is not', () => {
    const writer = new Writer(new StateMachine());
    const session = open(writer);
    for (const sequence of [10, 30, 20, 40]) assert.equal(fault(writer, session, sequence), null);
    assert.equal(fault(writer, session, 10), 'stale', 'three are kept');
    assert.equal(fault(writer, session, 5), 'stale', 'it may have been dropped as well');
    assert.equal(fault(writer, session, 20), null);
    assert.equal(textOf(writer.machine, 'n'), '4');
    assert.equal(fault(writer, session, 15), null, 'new and late: applied');
    assert.equal(textOf(writer.machine, 'n'), '5');
    assert.equal(fault(writer, session, 15), 'stale', 'its answer was the lowest and not kept');
    assert.equal(fault(writer, session, 20), null);
    assert.equal(textOf(writer.machine, 'n'), '5');
  });

  it('keeps no more bytes of answers than it says, for a session and for all', () => {
    const many = { ...LIMITS, sessionsMax: 10_000, sessionAnswersMax: 10_000 };
    const writer = new Writer(new StateMachine());
    writer.put('big', 'x'.repeat(40_000));
    const empty = writer.machine.stateBytes;
    const get: Op = { kind: 'get', key: bytes('big') };
    const session = writer.write({ kind: 'open-session' }, many).session;
    for (let sequence = 1; sequence <= 20; sequence++) {
      writer.write(request(session, sequence, get), many);
      assert.ok(writer.machine.stateBytes - empty <= 70_000, `${writer.machine.stateBytes - empty} bytes`);
    }
    assert.equal(fault(writer, session, 19), 'stale');
    assert.equal(fault(writer, session, 20), null);
    writer.put('big', 'x'.repeat(8_000_000));
    const before = writer.machine.stateBytes;
    for (let at = 0; at < 12; at++) {
      const other = writer.write({ kind: 'open-session' }, many).session;
      writer.write(request(other, 1, get), many);
    }
    assert.ok(writer.machine.stateBytes - before <= 67_108_864);
    assert.ok(writer.machine.sessionCount < 12);
    assert.equal(fault(writer, session, 20), 'expired');
  });

  it('A2.41 a failed transaction and a condition that failed are answers too', () => {
    const writer = new Writer(new StateMachine());
    const session = open(writer);
    const txn: Command = {
      kind: 'txn',
      compares: [{ target: 'exists', key: bytes('n'), exists: true }],
      success: [increment],
      failure: [],
      session: { session, sequence: 1 },
    };
    const answer: CommandResult = writer.write(txn);
    assert.equal(answer.succeeded, false);
    writer.put('n', '1');
    assert.deepEqual(writer.write(txn), answer);
    assert.equal(textOf(writer.machine, 'n'), '1');
  });
});

describe('sessions of nodes', () => {
  it('A2.41 a plain put or delete that is passed on twice is applied once and answered alike, as a batch of it would be', () => {
    const writer = new Writer(new StateMachine());
    const session = open(writer);
    const first = writer.once(session, 1, 0, encodePut(bytes('n'), bytes('1')));
    assert.deepEqual(first.results, [{ status: 'ok', changed: true, value: null, revision: 1, count: 0 }]);
    writer.put('n', '2');
    assert.deepEqual(writer.once(session, 1, 0, encodePut(bytes('n'), bytes('1'))), first);
    assert.equal(textOf(writer.machine, 'n'), '2');
    const gone = writer.once(session, 2, 0, encodeDelete(bytes('n')));
    assert.deepEqual(gone.results, [{ status: 'ok', changed: true, value: null, revision: 0, count: 0 }]);
    writer.put('n', '3');
    assert.deepEqual(writer.once(session, 2, 0, encodeDelete(bytes('n'))), gone);
    assert.equal(textOf(writer.machine, 'n'), '3');
    assert.equal(writer.once(session + 50, 1, 0, encodeDelete(bytes('n'))).sessionFault, 'expired');
    assert.equal(textOf(writer.machine, 'n'), '3');
  });

  it('A2.41 what comes late is new above the settled number, stale at or below it', () => {
    const writer = new Writer(new StateMachine());
    const session = open(writer);
    const once = (sequence: number, settledTo: number) =>
      writer.once(session, sequence, settledTo, { kind: 'batch', ops: [increment], session: null });
    for (const sequence of [5, 3, 4]) assert.equal(once(sequence, 0).sessionFault, null);
    assert.equal(once(7, 4).results[0]!.value, '4');
    for (const sequence of [2, 3, 4]) assert.equal(once(sequence, 0).sessionFault, 'stale');
    assert.equal(once(5, 0).results[0]!.value, '1', 'kept');
    assert.equal(once(6, 4).results[0]!.value, '5', 'late and new');
    assert.equal(textOf(writer.machine, 'n'), '5');
    const other = new Writer(restore(snapshotOf(writer.machine)));
    assert.equal(other.once(session, 4, 0, encodePut(bytes('n'), bytes('x'))).sessionFault, 'stale');
    assert.equal(other.once(session, 7, 0, encodePut(bytes('n'), bytes('x'))).results[0]!.value, '4');
  });

  it('A2.41 keeps thousands of answers, however low the limit for clients is, and no more than it says', () => {
    const writer = new Writer(new StateMachine());
    const session = open(writer);
    const empty = writer.machine.stateBytes;
    const put = (sequence: number, settledTo = 0) =>
      writer.once(session, sequence, settledTo, encodePut(bytes('n'), bytes('1')));
    for (let sequence = 1; sequence <= 6_000; sequence++) put(sequence);
    assert.equal(put(1_904).sessionFault, 'stale');
    assert.equal(put(1_905).sessionFault, null);
    assert.ok(writer.machine.stateBytes - empty < 1_048_576 + 1_000);
    put(6_001, 6_000);
    assert.ok(writer.machine.stateBytes - empty < 1_000, 'settled answers take no memory');
  });
});
