import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StateMachine } from './state-machine.js';
import { LIMITS } from './testing/arbitraries.js';
import { bytes, put, textOf, Writer } from './testing/state-fixtures.js';
import type { Compare, Condition, Op, OpResult } from './vocabulary.js';

const get = (key: string): Op => ({ kind: 'get', key: bytes(key) });
const increment = (key: string, delta: bigint): Op => ({ kind: 'increment', key: bytes(key), delta });
const append = (key: string, value: string): Op => ({ kind: 'append', key: bytes(key), value: bytes(value) });
const remove = (key: string, condition: Condition | null = null, returnPrevious = false): Op => {
  return { kind: 'delete', key: bytes(key), condition, returnPrevious };
};

function ok(fields: Partial<OpResult> = {}): OpResult {
  return { status: 'ok', changed: false, value: null, revision: 0, count: 0, ...fields };
}

function writer(...keys: [string, string][]): Writer {
  const made = new Writer(new StateMachine());
  for (const [key, value] of keys) made.put(key, value);
  return made;
}

function one(made: Writer, op: Op): OpResult {
  return made.ops(op).results[0]!;
}

describe('conditions', () => {
  it('hold or change nothing, and a command that changes nothing takes no revision', () => {
    const made = writer(['a', '1']);
    const absent: Condition = { kind: 'absent' };
    const failed = made.ops(put('a', '2', { condition: absent, returnPrevious: true }));
    assert.deepEqual(failed, {
      revision: 1,
      succeeded: true,
      results: [{ status: 'condition-failed', changed: false, value: '1', revision: 1, count: 0 }],
      session: 0,
      sessionFault: null,
    });
    assert.deepEqual(one(made, put('b', '2', { condition: absent })), ok({ changed: true, revision: 2 }));
    assert.equal(one(made, put('c', '1', { condition: { kind: 'exists' } })).status, 'condition-failed');
    assert.equal(
      one(made, put('a', '3', { condition: { kind: 'revision', revision: 2 } })).status,
      'condition-failed',
    );
    const right = put('a', '3', { condition: { kind: 'revision', revision: 1 }, returnPrevious: true });
    assert.deepEqual(one(made, right), ok({ value: '1', revision: 3 }));
    assert.equal(one(made, remove('none', { kind: 'revision', revision: 0 })).status, 'condition-failed');
    assert.deepEqual(one(made, remove('a', { kind: 'not-revision', revision: 3 })), {
      ...ok({ revision: 3 }),
      status: 'condition-failed',
    });
    assert.deepEqual(
      one(made, remove('a', { kind: 'not-revision', revision: 2 }, true)),
      ok({ changed: true, value: '3' }),
    );
    assert.equal(textOf(made.machine, 'a'), null);
  });
});

describe('increment', () => {
  it('counts in 64 bits and refuses what is no integer or would overflow', () => {
    const made = writer();
    assert.deepEqual(one(made, increment('n', 5n)), ok({ changed: true, value: '5', revision: 1 }));
    assert.deepEqual(one(made, increment('n', -7n)), ok({ changed: true, value: '-2', revision: 2 }));
    made.put('max', '9223372036854775807');
    assert.deepEqual(one(made, increment('max', 1n)), { ...ok({ revision: 3 }), status: 'overflow' });
    assert.equal(one(made, increment('max', 0n)).value, '9223372036854775807');
    made.put('min', '-9223372036854775808');
    assert.equal(one(made, increment('min', -1n)).status, 'overflow');
    assert.equal(one(made, increment('min', 1n)).value, '-9223372036854775807');
  });

  it('takes the integers that Redis takes and no other text', () => {
    const made = writer();
    const bad = ['', ' 1', '1 ', '+1', '-0', '00', '01', '1.0', '1e3', '0x1', 'a', '1\0', '１', '-', '1_0'];
    for (const text of [...bad, '9223372036854775808', '-9223372036854775809', '1'.repeat(1_025)]) {
      made.put('n', text);
      assert.equal(one(made, increment('n', 1n)).status, 'not-an-integer', JSON.stringify(text));
    }
    for (const text of ['0', '-1', '10']) {
      made.put('n', text);
      assert.equal(one(made, increment('n', 1n)).value, String(Number(text) + 1));
    }
  });
});

describe('append', () => {
  it('makes, lengthens and stops at the limit that came with the command', () => {
    const made = writer();
    assert.deepEqual(one(made, append('a', 'ab')), ok({ changed: true, revision: 1, count: 2 }));
    assert.deepEqual(one(made, append('a', '')), ok({ changed: true, revision: 2, count: 2 }));
    assert.deepEqual(
      one(made, append('a', 'x'.repeat(1022))),
      ok({ changed: true, revision: 3, count: 1024 }),
    );
    assert.equal(typeof made.machine.get(bytes('a'))!.value, 'string');
    assert.equal(one(made, append('a', 'yz')).count, 1026);
    assert.equal(typeof made.machine.get(bytes('a'))!.value, 'object', 'from here on kept as bytes');
    assert.equal(one(made, append('a', '!')).count, 1027);
    assert.equal(textOf(made.machine, 'a'), `ab${'x'.repeat(1022)}yz!`);
    assert.deepEqual(one(made, append('a', '1234')), { ...ok({ revision: 5 }), status: 'too-large' });
    const wide = { ...LIMITS, valueBytesMax: 2_000 };
    assert.equal(
      made.write({ kind: 'batch', ops: [append('a', '1234')], session: null }, wide).results[0]!.count,
      1031,
    );
  });
});

describe('transaction', () => {
  it('does one half, sees its own writes, and takes one revision', () => {
    const made = writer(['a', '1']);
    const compares: Compare[] = [{ target: 'value', key: bytes('a'), relation: '=', value: bytes('1') }];
    const success = [get('a'), put('a', '2'), get('a'), increment('a', 1n), remove('b'), get('b')];
    const failure = [put('failed', 'yes')];
    const txn = { kind: 'txn' as const, compares, success, failure, session: null };
    assert.deepEqual(made.write(txn), {
      revision: 2,
      succeeded: true,
      results: [
        ok({ value: '1', revision: 1 }),
        ok({ revision: 2 }),
        ok({ value: '2', revision: 2 }),
        ok({ changed: true, value: '3', revision: 2 }),
        ok(),
        ok(),
      ],
      session: 0,
      sessionFault: null,
    });
    const other = made.write(txn);
    assert.deepEqual([other.succeeded, other.revision, other.results.length], [false, 3, 1]);
    assert.equal(textOf(made.machine, 'failed'), 'yes');
  });

  it('compares as the vocabulary says', () => {
    const made = writer(['a', 'm'], ['a', 'm'], ['long', 'x'.repeat(1_030)]);
    const holds = (compare: Compare): boolean =>
      made.write({ kind: 'txn', compares: [compare], success: [], failure: [], session: null }).succeeded;
    const value = (key: string, relation: '=' | '!=' | '<' | '>', content: string) =>
      holds({ target: 'value', key: bytes(key), relation, value: bytes(content) });
    assert.deepEqual(
      [value('a', '<', 'n'), value('a', '>', 'l'), value('a', '>', 'm'), value('a', '!=', 'm')],
      [true, true, false, false],
    );
    assert.deepEqual(
      [value('long', '=', 'x'.repeat(1_030)), value('long', '<', 'y'), value('long', '>', 'x')],
      [true, true, true],
    );
    assert.deepEqual(
      [value('none', '=', ''), value('none', '!=', ''), value('none', '<', 'a'), value('none', '>', '')],
      [false, true, false, false],
    );
    const number = (
      target: 'revision' | 'createRevision',
      key: string,
      relation: '=' | '<' | '>',
      revision: number,
    ) => holds({ target, key: bytes(key), relation, revision });
    assert.deepEqual(
      [
        number('revision', 'a', '=', 2),
        number('createRevision', 'a', '=', 1),
        number('revision', 'none', '=', 0),
      ],
      [true, true, true],
    );
    assert.deepEqual([number('revision', 'a', '<', 2), number('revision', 'a', '>', 1)], [false, true]);
    assert.deepEqual(
      [true, false].map((exists) => holds({ target: 'exists', key: bytes('none'), exists })),
      [false, true],
    );
    assert.equal(made.machine.revision, 3, 'comparing changes nothing');
  });

  it('gives back no more values than fit an answer, and a step refused for that changes nothing', () => {
    const big = 'x'.repeat(9_000_000);
    const made = writer(['a', big], ['b', 'small']);
    const { results } = made.ops(
      get('a'),
      get('a'),
      get('b'),
      put('a', 'new', { returnPrevious: true }),
      put('a', 'new'),
    );
    assert.deepEqual(
      results.map((result) => [result.status, result.value?.length ?? 0]),
      [
        ['ok', 9_000_000],
        ['too-large', 0],
        ['ok', 5],
        ['too-large', 0],
        ['ok', 0],
      ],
    );
  });
});

describe('queries', () => {
  const items = (
    made: Writer,
    start: string,
    end: string | null,
    limit = 100,
    bytesMax = 1e6,
    keysOnly = false,
  ) => {
    const range = { start: bytes(start), end: end === null ? null : bytes(end), limit, bytesMax, keysOnly };
    const result = made.machine.query({ kind: 'range', ...range }, 0);
    assert.equal(result.count, result.items.length);
    return [result.items.map((item) => Buffer.from(item.key).toString('latin1')).join(), result.more];
  };

  it('give a range in order of bytes, cut by count and by bytes with at least one item', () => {
    const made = writer(['b', '22'], ['a', '1'], ['\xff', '5'], ['aa', '333'], ['c', '4444']);
    assert.deepEqual(items(made, '', null), ['a,aa,b,c,\xff', false]);
    assert.deepEqual(items(made, 'aa', 'c'), ['aa,b', false]);
    assert.deepEqual(items(made, 'a\0', null, 2), ['aa,b', true]);
    assert.deepEqual(items(made, 'b', null, 3), ['b,c,\xff', false], 'just all');
    assert.deepEqual(items(made, 'b', 'c', 1), ['b', false], 'nothing else in the range');
    assert.deepEqual(items(made, '', null, 100, 7), ['a,aa', true]);
    assert.deepEqual(items(made, '', null, 100, 6), ['a', true]);
    assert.deepEqual(items(made, 'c', null, 100, 1), ['c', true]);
    assert.deepEqual(items(made, '', null, 100, 4, true), ['a,aa,b', true]);
    assert.deepEqual(items(made, 'b', 'b'), ['', false]);
    assert.deepEqual(items(made, 'c', 'a'), ['', false]);
  });

  it('page through everything, whatever the size of a page', () => {
    const keys = Array.from({ length: 1_200 }, (_, at) => `k${(at * 7919) % 1_200}`);
    const made = writer(...keys.map((key): [string, string] => [key, key]));
    for (const limit of [1, 7, 511, 512, 513]) {
      const seen: string[] = [];
      for (let start = '', more = true; more; start = `${seen.at(-1)}\0`) {
        const page = made.machine.query(
          { kind: 'range', start: bytes(start), end: null, limit, bytesMax: 1e9, keysOnly: true },
          0,
        );
        seen.push(...page.items.map((item) => Buffer.from(item.key).toString('latin1')));
        more = page.more;
      }
      assert.deepEqual(seen, [...keys].sort());
    }
  });

  it('give many keys one by one, absent ones included, and the size', () => {
    const made = writer(['a', '1'], ['b', '2']);
    made.clockMs = 100;
    made.ops(put('a', '3', { ttl: 50 }));
    const many = made.machine.query(
      { kind: 'many', keys: [bytes('b'), bytes('x'), bytes('a'), bytes('a')] },
      120,
    );
    assert.deepEqual([many.count, many.revision, many.appliedIndex, many.more], [3, 3, 3, false]);
    assert.deepEqual(many.items[0], {
      key: bytes('b'),
      value: '2',
      revision: 2,
      createRevision: 2,
      ttlMs: null,
    });
    assert.deepEqual(many.items[1], {
      key: bytes('x'),
      value: null,
      revision: 0,
      createRevision: 0,
      ttlMs: null,
    });
    assert.deepEqual(many.items[2], {
      key: bytes('a'),
      value: '3',
      revision: 3,
      createRevision: 1,
      ttlMs: 30,
    });
    assert.equal(
      made.machine.query({ kind: 'many', keys: [bytes('a')] }, 999).items[0]!.ttlMs,
      1,
      'still there',
    );
    assert.equal(made.machine.query({ kind: 'size' }, 0).count, 2);
  });
});
