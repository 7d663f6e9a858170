import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { StrataError } from '../../errors.js';
import { encode, plain } from './testing/resp-client.js';
import { RespFixture } from './testing/resp-fixture.js';

type Line = readonly string[];

const key = fc.constantFrom('a', 'b', 'c');
const value = fc.constantFrom('1', '2', 'x', '-5', '');
const read: fc.Arbitrary<Line> = fc.oneof(
  key.map((k) => ['GET', k]),
  fc.tuple(key, key).map(([a, b]) => ['MGET', a, b]),
  fc.tuple(key, key).map(([a, b]) => ['EXISTS', a, b]),
  key.map((k) => ['STRLEN', k]),
  fc.constant(['DBSIZE']),
  fc.constant(['KEYS', '*']),
  fc.constant(['SCAN', '0']),
);
const write: fc.Arbitrary<Line> = fc.oneof(
  fc.tuple(key, value).map(([k, v]) => ['SET', k, v]),
  fc.tuple(key, value).map(([k, v]) => ['SET', k, v, 'NX', 'GET']),
  fc.tuple(key, value).map(([k, v]) => ['APPEND', k, v]),
  key.map((k) => ['INCR', k]),
  key.map((k) => ['DEL', k]),
  fc.tuple(key, key).map(([a, b]) => ['DEL', a, b]),
  key.map((k) => ['GETDEL', k]),
  fc.tuple(key, value, key, value).map((args) => ['MSETNX', ...args]),
);
const other: fc.Arbitrary<Line> = fc.constantFrom<Line>(
  ['PING'],
  ['ECHO', 'x'],
  ['NONSENSE'],
  ['GET'],
  ['SET', 'a', '1', 'NONSENSE'],
  ['WAIT', '0', '0'],
  ['HELLO', '3'],
  ['HELLO', '2'],
  ['WATCH', 'a'],
  ['UNWATCH'],
  ['MULTI'],
  ['EXEC'],
  ['DISCARD'],
);
const lines = fc.array(
  fc.oneof({ weight: 4, arbitrary: read }, { weight: 4, arbitrary: write }, { weight: 2, arbitrary: other }),
  { minLength: 1, maxLength: 30 },
);

/** A source of turns that a failing run repeats. */
function turnsFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    return 1 + ((state >>> 16) % 5);
  };
}

describe('RESP order: pipelined commands answer as those that wait for each other', () => {
  let pipelined: RespFixture;
  let sequential: RespFixture;

  before(async () => {
    pipelined = await new RespFixture().start();
    sequential = await new RespFixture().start();
  });
  after(async () => {
    await pipelined.stop();
    await sequential.stop();
  });

  const clear = async (fixture: RespFixture): Promise<void> => {
    const client = await fixture.client();
    await client.call('DEL', 'a', 'b', 'c');
    client.destroy();
  };

  const compare = async (commands: readonly Line[], chunkBytes: number): Promise<void> => {
    await clear(pipelined);
    await clear(sequential);
    const one = await sequential.client();
    const expected: unknown[] = [];
    for (const line of commands) expected.push(plain(await one.call(...line)));
    one.destroy();
    const many = await pipelined.client();
    const bytes = Buffer.concat(commands.map((line) => encode(...line)));
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      many.send(bytes.subarray(at, at + chunkBytes));
      if (at % (3 * chunkBytes) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const answers: unknown[] = [];
    for (const _ of commands) answers.push(plain(await many.answer()));
    many.destroy();
    assert.deepEqual(answers, expected);
  };

  it('whatever overtakes what inside the cluster', async () => {
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.nat(),
        fc.integer({ min: 5, max: 400 }),
        async (commands, seed, chunkBytes) => {
          pipelined.service.turns = turnsFrom(seed);
          await compare(commands, chunkBytes);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('and while the leader comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.nat(),
        fc.array(fc.nat(40), { maxLength: 4 }),
        async (commands, seed, gone) => {
          pipelined.service.turns = turnsFrom(seed);
          const from = pipelined.service.asked.length;
          // A leader that is gone is gone for every request of a turn: one that is refused is not overtaken by a write that took effect.
          let isGone = false;
          pipelined.service.failing = (_what, count) => {
            if (!isGone && pipelined.service.waiting === 0 && gone.includes(count - from)) {
              isGone = true;
              setImmediate(() => setImmediate(() => (isGone = false)));
            }
            return isGone ? { error: new StrataError('STRATA_NO_LEADER') } : null;
          };
          try {
            await compare(commands.slice(0, 15), 4_096);
          } finally {
            pipelined.service.failing = () => null;
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('a read behind a write sees it, a write behind a read is not seen by it', async () => {
    const { service } = pipelined;
    await clear(pipelined);
    service.turns = turnsFrom(7);
    const client = await pipelined.client();
    for (let round = 0; round < 30; round++) {
      const old = `${round}`;
      const answers = await client.pipeline([
        ['SET', 'a', old],
        ['GET', 'a'],
        ['SET', 'a', 'next'],
        ['GET', 'a'],
      ]);
      assert.deepEqual(answers, ['OK', old, 'OK', 'next']);
    }
  });

  it('reads in a row and writes in a row are inside the cluster together', async () => {
    const { service } = pipelined;
    service.isHeld = true;
    const client = await pipelined.client();
    client.send(Buffer.concat(Array.from({ length: 20 }, (_, i) => encode('SET', 'a', i))));
    while (service.waiting < 20) await new Promise((resolve) => setImmediate(resolve));
    client.send(Buffer.concat(Array.from({ length: 10 }, () => encode('GET', 'a'))));
    await client.pipeline([]);
    assert.equal(service.waiting, 20, 'the reads wait for the writes');
    service.release();
    for (let i = 0; i < 20; i++) assert.equal(await client.answer(), 'OK');
    for (let i = 0; i < 10; i++) assert.equal(await client.answer(), '19');
  });
});
