import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../errors.js';
import {
  decodeCommand,
  encodeCommand,
  encodeDelete,
  encodePut,
  isCommand,
  stampCommand,
} from './command-codec.js';
import { encodeOnce } from './once-codec.js';
import { StateMachine } from './state-machine.js';
import { compare, key, LIMITS, op, value } from './testing/arbitraries.js';
import { batch, bytes, put } from './testing/state-fixtures.js';
import type { Command } from './vocabulary.js';

const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const session = fc.option(fc.record({ session: positive, sequence: positive }));
const ops = fc.array(op, { maxLength: 5 });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('batch' as const), ops, session }),
  fc.record({
    kind: fc.constant('txn' as const),
    compares: fc.array(compare, { maxLength: 4 }),
    success: ops,
    failure: ops,
    session,
  }),
  fc.constantFrom<Command>({ kind: 'open-session' }, { kind: 'expire-due' }),
  fc.record({
    kind: fc.constant('register-storage' as const),
    node: positive,
    storageId: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  }),
);
const stamp = fc.integer({ min: 0, max: 2 ** 48 - 1 });

/** Node's deepEqual tells a Buffer from other bytes; what counts is the bytes. */
function plain(thing: unknown): unknown {
  return JSON.parse(
    JSON.stringify(thing, (_, each) =>
      typeof each === 'bigint' ? `${each}n` : each instanceof Uint8Array ? [...each] : (each?.data ?? each),
    ),
  );
}

describe('plain commands', () => {
  it('come back as a batch of one step', () => {
    fc.assert(
      fc.property(key, value, (name, content) => {
        const { command: written, clockMs } = decodeCommand(encodePut(name, content));
        const expected = { kind: 'put', key: name, value: content, ttl: null };
        assert.deepEqual(
          plain(written),
          plain(batch({ ...expected, condition: null, returnPrevious: false } as never)),
        );
        assert.equal(clockMs, 0);
        const { command: removed } = decodeCommand(encodeDelete(name));
        assert.deepEqual(
          plain(removed),
          plain(batch({ kind: 'delete', key: name, condition: null, returnPrevious: false })),
        );
      }),
    );
  });

  it('keep their layout: they stand in logs', () => {
    assert.deepEqual([...encodePut(bytes('k'), bytes('v'))], [1, 0, 1, 107, 118]);
    assert.deepEqual([...encodeDelete(bytes('kk'))], [2, 0, 2, 107, 107]);
  });

  it('crash on data that no encoder wrote, and isCommand tells beforehand', () => {
    for (const data of [
      [],
      [1],
      [1, 0],
      [1, 0, 0],
      [9, 0, 1, 65],
      [1, 0, 5, 65],
      [2, 0, 1, 65, 66],
      [0, 0, 1, 65],
    ]) {
      assert.equal(isCommand(Uint8Array.from(data)), false, data.join());
      assert.throws(() => decodeCommand(Uint8Array.from(data)), InvariantError, data.join());
    }
    assert.equal(isCommand(encodePut(bytes('k'), bytes(''))), true);
  });
});

describe('other commands', () => {
  it('come back as they were, with the clock and the limits that matter for them', () => {
    fc.assert(
      fc.property(command, stamp, (written, clockMs) => {
        const data = encodeCommand(written, clockMs, LIMITS);
        assert.equal(isCommand(data), true);
        const read = decodeCommand(data);
        assert.deepEqual(plain(read.command), plain(written));
        assert.equal(read.clockMs, clockMs);
        const { valueBytesMax, sessionsMax, sessionAnswersMax } = LIMITS;
        if (written.kind === 'open-session') assert.equal(read.limits.sessionsMax, sessionsMax);
        if (written.kind === 'batch' || written.kind === 'txn') {
          assert.equal(read.limits.valueBytesMax, valueBytesMax);
          assert.equal(read.limits.sessionAnswersMax, written.session === null ? 0 : sessionAnswersMax);
        }
      }),
    );
  });

  it('keep their layout: they stand in logs', () => {
    const written = encodeCommand(
      { ...batch(put('k', 'v', { ttl: 300 })), session: { session: 5, sequence: 7 } } as Command,
      258,
      LIMITS,
    );
    assert.deepEqual(
      [...written],
      [
        [3, 0, 0, 0, 0, 1, 2],
        [0x86, 0x08, 1, 5, 7, 3],
        [1, 1, 2, 0xac, 0x02, 1, 107, 1, 118],
      ].flat(),
    );
  });

  it('are stamped anew by the leader when another node encoded them; plain ones are left alone', () => {
    fc.assert(
      fc.property(command, stamp, stamp, (written, before, after) => {
        const data = encodeCommand(written, before, LIMITS);
        stampCommand(data, after);
        assert.deepEqual([...data], [...encodeCommand(written, after, LIMITS)]);
      }),
    );
    const data = encodePut(bytes('key'), bytes('a long enough value'));
    const before = [...data];
    stampCommand(data, 77);
    assert.deepEqual([...data], before);
  });

  it('put a time to live below a millisecond at one, and an expiry below 0 at 0', () => {
    const written = batch(put('k', 'v', { ttl: -5 }), { kind: 'expire', key: bytes('k'), ttlMs: -5 });
    const read = decodeCommand(encodeCommand(written, 0, LIMITS)).command;
    assert.equal(read.kind === 'batch' && read.ops[0]?.kind === 'put' && read.ops[0].ttl, 1);
    assert.equal(read.kind === 'batch' && read.ops[1]?.kind === 'expire' && read.ops[1].ttlMs, 0);
  });

  it('are refused by the encoder when a number is none that the decoder would take', () => {
    const limits = { ...LIMITS, sessionAnswersMax: 0 };
    const inSession = { ...batch(), session: { session: 1, sequence: 1 } } as Command;
    assert.throws(() => encodeCommand(inSession, 0, limits), InvariantError);
    assert.throws(
      () => encodeCommand({ ...inSession, session: { session: 0, sequence: 1 } } as Command, 0, LIMITS),
      InvariantError,
    );
    assert.throws(() => encodeCommand(batch(put('', '')), 0, LIMITS), InvariantError);
    assert.throws(() => encodeCommand(batch(), -1, LIMITS), InvariantError);
    assert.throws(() => encodeCommand(batch(), 1.5, LIMITS), InvariantError);
    assert.throws(
      () => encodeCommand(batch({ kind: 'increment', key: bytes('k'), delta: 2n ** 63n }), 0, LIMITS),
      InvariantError,
    );
    assert.throws(() => encodeCommand(batch(put('k', 'v', { ttl: Number.NaN })), 0, LIMITS), InvariantError);
    assert.throws(
      () => encodeCommand(batch(...Array(65_537).fill(put('k', ''))), 0, LIMITS),
      /at most 65536/,
    );
  });
});

describe('commands from outside', () => {
  it('A2.37 isCommand never throws, whatever the bytes, and what it accepts decodes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(8), (noise, operation) => {
        for (const data of [noise, Uint8Array.from([operation, ...noise])])
          if (isCommand(data)) decodeCommand(data);
          else assert.throws(() => decodeCommand(data), InvariantError);
      }),
      { numRuns: 2_000 },
    );
  });

  it('every cut, every flipped bit and every byte too many of a command is refused or another command', () => {
    const written: Command = {
      kind: 'txn',
      compares: [{ target: 'value', key: bytes('k'), relation: '<', value: bytes('1') }],
      success: [put('k', 'v', { ttl: 9, condition: { kind: 'revision', revision: 3 } })],
      failure: [{ kind: 'increment', key: bytes('n'), delta: -1n }],
      session: { session: 9, sequence: 4 },
    };
    const data = encodeCommand(written, 1234, LIMITS);
    for (let end = 0; end < data.length; end++)
      assert.equal(isCommand(data.subarray(0, end)), false, `cut at ${end}`);
    assert.equal(isCommand(Uint8Array.from([...data, 0])), false);
    let accepted = 0;
    for (let bit = 0; bit < data.length * 8; bit++) {
      const damaged = Uint8Array.from(data);
      damaged[bit >>> 3]! ^= 1 << (bit & 7);
      if (!isCommand(damaged)) continue;
      accepted += 1;
      // One way to write it: what is accepted comes out again as it went in.
      const { command: read, clockMs, limits } = decodeCommand(damaged);
      const again = encodeCommand(read, clockMs, { ...LIMITS, ...limits, sessionsMax: 1 });
      assert.deepEqual([...again], [...damaged], `bit ${bit}`);
    }
    assert.ok(accepted > 0 && accepted < data.length * 8);
  });

  it('A2.24 claims of counts and lengths that cannot be there are refused without taking memory for them', () => {
    const head = [3, 0, 0, 0, 0, 0, 0, 1, 0];
    const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    const before = process.memoryUsage().arrayBuffers;
    for (const tail of [
      huge,
      [1, 4, 1, 107, ...huge],
      [1, 4, ...huge],
      [0x80, 0],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    ])
      assert.equal(isCommand(Uint8Array.from([...head, ...tail])), false, tail.join());
    assert.ok(process.memoryUsage().arrayBuffers - before < 1_048_576);
    assert.equal(isCommand(Uint8Array.from([...head, 0])), true, 'the head itself is one');
  });
});

describe('commands with a head before them', () => {
  const ref = fc
    .record({
      session: fc.integer({ min: 1, max: 2 ** 48 - 1 }),
      sequence: fc.integer({ min: 1, max: 2 ** 48 - 1 }),
    })
    .chain((at) =>
      fc.integer({ min: 0, max: Math.min(at.sequence, 0xff_ffff) }).map((distance) => ({
        ...at,
        settledTo: distance === 0 ? 0 : at.sequence - distance,
      })),
    );

  it('come back with the session that the head names, and are stamped behind it', () => {
    fc.assert(
      fc.property(command, ref, stamp, (written, once, clockMs) => {
        const isRequest = (written.kind === 'batch' || written.kind === 'txn') && written.session === null;
        const data = encodeOnce(once, encodeCommand(written, 0, LIMITS));
        assert.equal(isCommand(data), isRequest);
        if (!isRequest) return;
        stampCommand(data, clockMs);
        const read = decodeCommand(data);
        const { session, sequence } = once;
        assert.deepEqual(plain(read.command), plain({ ...written, session: { session, sequence } }));
        assert.deepEqual([read.clockMs, read.once], [clockMs, once]);
      }),
    );
  });

  it('keep their layout: they stand in logs', () => {
    const data = encodeOnce({ session: 5, sequence: 260, settledTo: 258 }, encodePut(bytes('k'), bytes('v')));
    assert.deepEqual([...data], [8, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1, 4, 0, 0, 2, 1, 0, 1, 107, 118]);
    const before = [...data];
    stampCommand(data, 99);
    assert.deepEqual([...data], before, 'a plain command carries no clock');
    const far = encodeOnce({ session: 5, sequence: 2 ** 30, settledTo: 1 }, encodeDelete(bytes('k')));
    assert.equal(decodeCommand(far).once!.settledTo, 0, 'too far away to be told');
  });

  it('crash on data that no encoder wrote, and isCommand tells beforehand', () => {
    const head = [8, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 4, 0, 0, 0];
    for (const data of [
      [8],
      head,
      [...head, 1, 0, 0],
      [...head, 1, 0, 5, 65],
      [...head, 2, 0, 1, 65, 66],
      [...head, 0, 0, 1, 65],
      [...head, ...head, 1, 0, 1, 65],
      [...head.slice(0, 6), 0, ...head.slice(7), 1, 0, 1, 65],
      [...head.slice(0, 12), 0, ...head.slice(13), 1, 0, 1, 65],
      [...head.slice(0, 15), 5, 1, 0, 1, 65],
    ]) {
      assert.equal(isCommand(Uint8Array.from(data)), false, data.join());
      assert.throws(() => decodeCommand(Uint8Array.from(data)), InvariantError, data.join());
      const machine = new StateMachine();
      for (let index = 1; index < 5; index++) machine.apply(index, new Uint8Array(0));
      machine.apply(5, encodeCommand({ kind: 'open-session' }, 0, LIMITS));
      assert.throws(() => machine.apply(6, Uint8Array.from(data)), InvariantError, data.join());
    }
    assert.equal(isCommand(Uint8Array.from([...head, 1, 0, 1, 65])), true);
  });
});
