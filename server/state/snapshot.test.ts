import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InvariantError, StrataError } from '../errors.js';
import { StateMachine } from './state-machine.js';
import { StateRestorer } from './state-restorer.js';
import type { StateSnapshot } from './state-snapshot.js';
import { LIMITS, step } from './testing/arbitraries.js';
import {
  applyStep,
  bytes,
  drain,
  logOf,
  member,
  put,
  restore,
  snapshotOf,
  Writer,
} from './testing/state-fixtures.js';

/** A snapshot under way: what it must become, and what it is so far. */
interface Taking {
  readonly snapshot: StateSnapshot;
  readonly expected: Buffer;
  readonly blocks: Uint8Array[];
}

describe('snapshot', () => {
  it('is the state at one moment although writes go on, and what is restored goes on like the original', () => {
    const moments = fc.array(fc.record({ at: fc.nat(60), pace: fc.integer({ min: 1, max: 200 }) }), {
      maxLength: 3,
    });
    const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), moments, cuts, (steps, taken, sizes) => {
        const log = logOf(steps);
        const machine = new StateMachine();
        const all: Taking[] = [];
        for (const [at, entry] of log.entries()) {
          for (const moment of taken) if (moment.at === at) all.push(begin(machine));
          for (const [which, taking] of all.entries()) pull(taking, taken[which]?.pace ?? 1);
          applyStep(machine, at + 1, entry);
        }
        for (const taking of all) {
          while (pull(taking, 64));
          const body = Buffer.concat(taking.blocks);
          assert.equal(taking.snapshot.doneBytes, body.length);
          assert.ok(body.equals(taking.expected), 'what changed later shows in the snapshot');
          const restored = restore(body, sizes);
          assert.ok(snapshotOf(restored).equals(body), 'restored differs');
          for (const [at, entry] of log.entries())
            if (at >= restored.appliedIndex) applyStep(restored, at + 1, entry);
          assert.ok(snapshotOf(restored).equals(snapshotOf(machine)), 'went on differently');
          assert.equal(restored.stateBytes, machine.stateBytes);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives slices no longer than asked for, of values much longer too', () => {
    const writer = new Writer(new StateMachine());
    for (let at = 0; at < 50; at++) writer.put(`k${at}`, 'v'.repeat(at * 100));
    writer.put('long', 'x'.repeat(100_000));
    const snapshot = writer.machine.beginSnapshot();
    const blocks: Uint8Array[] = [];
    for (let block = snapshot.next(1_000); block !== null; block = snapshot.next(1_000)) {
      assert.ok(block.length >= 1 && block.length <= 1_000, `${block.length}`);
      blocks.push(block);
    }
    assert.ok(Buffer.concat(blocks).equals(snapshotOf(writer.machine)));
    assert.equal(snapshot.next(1_000), null);
    assert.equal(snapshot.appliedIndex, 51);
  });

  it('passes over any number of keys that came later, and ends', () => {
    const writer = new Writer(new StateMachine());
    for (const key of ['a', 'z']) writer.put(key, '1');
    const expected = snapshotOf(writer.machine);
    const snapshot = writer.machine.beginSnapshot();
    for (let at = 0; at < 10_000; at++) writer.put(`m${at}`, 'x');
    writer.delete('z');
    assert.ok(drain(snapshot, 16).equals(expected));
  });

  it('released, it costs later writes nothing and gives nothing more', () => {
    const writer = new Writer(new StateMachine());
    for (let at = 0; at < 100; at++) writer.put(`k${at}`, 'v'.repeat(100));
    const snapshot = writer.machine.beginSnapshot();
    assert.equal(snapshot.next(100)!.length, 100);
    snapshot.release();
    snapshot.release();
    writer.delete('k5');
    assert.equal(snapshot.next(100), null);
  });

  it('A2.32 holds members, removed ids and sessions', () => {
    const machine = new StateMachine();
    machine.bootstrap([member(1, 'disk-1'), member(2), member(3)]);
    const writer = new Writer(machine);
    writer.write({ kind: 'open-session' });
    const restored = restore(snapshotOf(machine), [1]);
    assert.deepEqual(restored.members(), machine.members());
    assert.equal(restored.sessionCount, 1);
    assert.equal(restored.storageIdOf(1), 'disk-1');
  });

  it('A2.41 holds the answers that sessions had when it began, not those that came while it was taken', () => {
    const writer = new Writer(new StateMachine());
    const sessions = [1, 2, 3].map(() => writer.write({ kind: 'open-session' }).session);
    const answer = (sequence: number): void => {
      for (const session of sessions)
        writer.write({ kind: 'batch', ops: [put('n', `${sequence}`)], session: { session, sequence } });
    };
    answer(1);
    const expected = snapshotOf(writer.machine);
    const first = writer.machine.beginSnapshot();
    answer(2);
    const second = writer.machine.beginSnapshot();
    const expectedSecond = snapshotOf(writer.machine);
    for (const sequence of [3, 4, 5]) answer(sequence);
    writer.write({ kind: 'open-session' });
    assert.ok(drain(first, 10).equals(expected));
    assert.ok(drain(second).equals(expectedSecond));
  });

  it('of an empty state is one too', () => {
    const restored = restore(snapshotOf(new StateMachine()));
    assert.deepEqual([restored.appliedIndex, restored.revision, restored.keyCount], [0, 0, 0]);
  });
});

function begin(machine: StateMachine): Taking {
  return { snapshot: machine.beginSnapshot(), expected: snapshotOf(machine), blocks: [] };
}

function pull(taking: Taking, bytesMax: number): boolean {
  const block = taking.snapshot.next(bytesMax);
  if (block !== null) taking.blocks.push(block);
  return block !== null;
}

/** A small state with something of everything. */
function sample(): Buffer {
  const machine = new StateMachine();
  machine.bootstrap([member(1, 'disk-1'), member(2)]);
  const writer = new Writer(machine);
  const { session } = writer.write({ kind: 'open-session' });
  writer.clockMs = 9;
  const ops = [put('a', '1', { ttl: 500 }), put('b', '2')];
  writer.write({ kind: 'batch', ops, session: { session, sequence: 3 } }, LIMITS);
  return snapshotOf(machine);
}

function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    assert.ok(error instanceof StrataError, String(error));
    return error.code;
  }
}

describe('restoring', () => {
  it('A2.31 snapshot cut anywhere, or with anything behind its end, is refused with a code', () => {
    const body = sample();
    assert.equal(
      codeOf(() => restore(body)),
      null,
    );
    for (let end = 0; end < body.length; end++)
      assert.equal(
        codeOf(() => restore(body.subarray(0, end))),
        'STRATA_SNAPSHOT_CORRUPT',
        `cut at ${end}`,
      );
    for (const extra of [[0], [0, 0, 0, 0], [0, 0, 0, 1, 7]])
      assert.equal(
        codeOf(() => restore(Buffer.concat([body, Buffer.from(extra)]), [7])),
        'STRATA_SNAPSHOT_CORRUPT',
      );
  });

  it('A2.31 snapshot bit flip: a coded error, or a state that writes exactly the bytes it was read from', () => {
    const body = sample();
    let accepted = 0;
    for (let bit = 0; bit < body.length * 8; bit++) {
      const damaged = Buffer.from(body);
      damaged[bit >>> 3]! ^= 1 << (bit & 7);
      const code = codeOf(() => restore(damaged));
      if (bit < 8) assert.equal(code, 'STRATA_SNAPSHOT_VERSION');
      else if (code !== null) assert.equal(code, 'STRATA_SNAPSHOT_CORRUPT', `bit ${bit}`);
      else {
        // The file's checksum catches these; here only nothing may be made up.
        accepted += 1;
        assert.ok(snapshotOf(restore(damaged)).equals(damaged), `bit ${bit}`);
      }
    }
    assert.ok(accepted < body.length * 4, `${accepted} of ${body.length * 8}`);
  });

  it('A2.31 noise is a coded error, in blocks of any size', () => {
    const noise = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 20 }), (data, cut) => {
        assert.notEqual(
          codeOf(() => restore(data, [cut])),
          null,
        );
        assert.equal(
          codeOf(() => restore(Uint8Array.from([1, 0, 0, 0, ...data]), [cut])),
          'STRATA_SNAPSHOT_CORRUPT',
        );
      }),
    );
  });

  it('A2.19 another format version is refused, naming both', () => {
    const body = sample();
    body[0] = 9;
    assert.throws(() => restore(body), {
      code: 'STRATA_SNAPSHOT_VERSION',
      message: 'Snapshot test has format version 9; this build reads version 1.',
    });
  });

  it('A2.24 takes memory for what has come, not for what an item claims', () => {
    const restorer = new StateRestorer('test');
    const before = process.memoryUsage().arrayBuffers;
    restorer.push(Uint8Array.from([1, 0x7f, 0xff, 0xff, 0xff, 0, 0]));
    assert.ok(process.memoryUsage().arrayBuffers - before < 1_048_576);
    assert.equal(
      codeOf(() => restorer.finish()),
      'STRATA_SNAPSHOT_CORRUPT',
    );
    assert.equal(
      codeOf(() => restore(Uint8Array.from([1, 0xff, 0xff, 0xff, 0xff]))),
      'STRATA_SNAPSHOT_CORRUPT',
    );
  });

  it('holds no more than the item that is not whole yet', () => {
    const writer = new Writer(new StateMachine());
    for (let at = 0; at < 5_000; at++) writer.put(`k${at}`, 'x'.repeat(1_000));
    const body = snapshotOf(writer.machine);
    const restorer = new StateRestorer('test');
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 0; at < body.length; at += 10_000) restorer.push(body.subarray(at, at + 10_000));
    assert.ok(process.memoryUsage().arrayBuffers - before < 1_048_576, `of ${body.length} bytes`);
    assert.equal(restorer.finish().keyCount, 5_000);
  });

  it('holds the parts against the counts and the order that the header promises', () => {
    const writer = new Writer(new StateMachine());
    for (const key of ['a', 'b']) writer.put(key, '1');
    const body = snapshotOf(writer.machine);
    const swapped = Buffer.from(body.toString('latin1').replace('\x01a', '\x01c'), 'latin1');
    assert.throws(() => restore(swapped), /keys out of order/);
    const header = body.indexOf(Buffer.from([0, 0, 0, 7]));
    const fewer = Buffer.from(body);
    fewer[header + 4 + 6] = 1;
    assert.throws(() => restore(fewer), /an item more than the header counts/);
    const more = Buffer.from(body);
    more[header + 4 + 6] = 3;
    assert.throws(() => restore(more), /1 items are missing/);
  });

  it('the state machine crashes where the log is not what was checked', () => {
    const machine = new StateMachine();
    assert.throws(() => machine.apply(1, bytes('\x03')), InvariantError);
  });
});
