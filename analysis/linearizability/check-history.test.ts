import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CheckOptions, checkHistory } from './check-history.js';
import { HistoryError } from './history-error.js';
import { script } from './testing/script.js';

type Case = readonly [name: string, verdict: string, steps: readonly string[], options?: CheckOptions];

const CASES: readonly Case[] = [
  ['a read of what was written', 'linearizable', ['0 write 1', '0 ok', '1 read', '1 ok 1']],
  ['a read of what was absent', 'linearizable', ['0 read', '0 ok null', '0 write 1', '0 ok']],
  ['a stale read', 'not-linearizable', ['0 write 1', '0 ok', '0 write 2', '0 ok', '1 read', '1 ok 1']],
  ['a lost write', 'not-linearizable', ['0 write 1', '0 ok', '1 read', '1 ok null']],
  ['a value out of nothing', 'not-linearizable', ['0 write 1', '1 read', '1 ok 7', '0 ok']],
  [
    'two reads that see two concurrent writes in two orders',
    'not-linearizable',
    ['0 write 1', '1 write 2', '0 ok', '1 ok', '2 read', '2 ok 1', '2 read', '2 ok 2', '2 read', '2 ok 1'],
  ],
  [
    'a read that goes back while the write is under way',
    'not-linearizable',
    ['0 write 1', '1 read', '1 ok 1', '1 read', '1 ok null', '0 ok'],
  ],
  ['a failed write that was read', 'not-linearizable', ['0 write 1', '0 fail', '1 read', '1 ok 1']],
  [
    'an open write that was read',
    'linearizable',
    ['0 write 1', '0 info', '1 read', '1 ok null', '1 read', '1 ok 1'],
  ],
  ['a write without a completion that was read', 'linearizable', ['0 write 1', '1 read', '1 ok 1']],
  [
    'an open write that took effect and went away',
    'not-linearizable',
    ['0 write 1', '0 info', '1 read', '1 ok 1', '1 read', '1 ok null'],
  ],
  [
    'an open write used twice',
    'not-linearizable',
    ['0 write 1', '0 info', '1 write 2', '1 ok', '1 read', '1 ok 1', '1 write 2', '1 ok', '1 read', '1 ok 1'],
  ],
  ['an open read', 'linearizable', ['0 write 1', '0 ok', '1 read', '1 info']],
  [
    'two cas of one value, one of which lost',
    'linearizable',
    ['0 write 1', '0 ok', '1 cas [1,2]', '2 cas [1,3]', '1 ok', '2 fail', '0 read', '0 ok 2'],
  ],
  [
    'two cas of one value, both won',
    'not-linearizable',
    ['0 write 1', '0 ok', '1 cas [1,2]', '2 cas [1,3]', '1 ok', '2 ok'],
  ],
  [
    'a chain of open cas',
    'linearizable',
    ['1 cas [null,1]', '2 cas [1,2]', '3 cas [2,3]', '0 read', '0 ok 3'],
  ],
  ['a cas whose expected value never was', 'not-linearizable', ['0 write 1', '0 ok', '1 cas [2,3]', '1 ok']],
  ['a register with an initial value', 'linearizable', ['0 read', '0 ok 5'], { initial: 5 }],
  [
    'keys with initial values',
    'linearizable',
    ['0 get:x', '0 ok "a"', '0 get:y', '0 ok null'],
    { initial: { x: 'a' } },
  ],
  [
    'one bad key among good ones',
    'not-linearizable',
    ['0 put:x 1', '0 ok', '0 put:y 1', '0 ok', '0 get:x', '0 ok 1', '0 get:y', '0 ok 2'],
  ],
  [
    'an append to nothing',
    'linearizable',
    ['0 append "a"', '0 ok', '0 append "b"', '0 ok', '0 get', '0 ok "ab"'],
  ],
  [
    'a lost append',
    'not-linearizable',
    ['0 append "a"', '0 ok', '1 append "b"', '1 ok', '0 get', '0 ok "b"'],
  ],
  ['an append twice', 'not-linearizable', ['0 append "a"', '0 info', '1 get', '1 ok "aa"']],
  [
    'an append that tells the whole',
    'linearizable',
    ['0 append "a"', '1 append "b"', '0 ok "ba"', '1 ok "b"'],
  ],
  [
    'appends that both tell they were first',
    'not-linearizable',
    ['0 append "a"', '0 ok', '1 append "b"', '2 append "c"', '1 ok "ab"', '2 ok "ac"'],
  ],
  [
    'objects that differ in the order of their members',
    'linearizable',
    ['0 put {"a":1,"b":2}', '0 ok', '0 get', '0 ok {"b":2,"a":1}'],
  ],
  ['a number that is not its text', 'not-linearizable', ['0 put 1', '0 ok', '0 get', '0 ok "1"']],
];

describe('checkHistory', () => {
  for (const [name, verdict, steps, options] of CASES)
    it(`${name}: ${verdict}`, () => assert.equal(checkHistory(script(...steps), options).verdict, verdict));

  it('takes a completion and an invocation at the same time for concurrent, unless the list is the order', () => {
    const events = script('0 write 1', '0 ok', '1 read', '1 ok null').map((event) => ({
      ...event,
      time: event.time === 3_000 ? 2_000 : event.time,
    }));
    assert.equal(checkHistory(events).verdict, 'linearizable');
    assert.equal(checkHistory(events, { equalTimes: 'in-order' }).verdict, 'not-linearizable');
  });

  it('keeps the order of a process even where its times are equal', () => {
    const events = script('0 write 1', '0 ok', '0 read', '0 ok null').map((event) => ({ ...event, time: 7 }));
    assert.equal(checkHistory(events).verdict, 'not-linearizable');
  });

  it('counts what it judged', () => {
    const events = script('0 write 1', '0 ok', '1 write:x 2', '2 read', '2 info', '3 write 4', '3 fail');
    const { keys, operations, open } = checkHistory(events);
    assert.deepEqual({ keys, operations, open }, { keys: 2, operations: 2, open: 1 });
  });

  it('says unknown when nothing completed', () => {
    const verdict = checkHistory(script('0 write 1', '1 read', '1 info'));
    assert.ok(verdict.verdict === 'unknown' && /nothing was tested/.test(verdict.because));
  });

  it('refuses an empty history', () => {
    assert.throws(() => checkHistory([]), HistoryError);
  });

  it('refuses functions of two models in one history', () => {
    assert.throws(
      () => checkHistory(script('0 write 1', '0 ok', '0 get', '0 ok 1')),
      /line 1: write is none of the functions of a kv/,
    );
    assert.throws(
      () => checkHistory(script('0 put 1', '0 ok'), { model: 'register' }),
      /put is none of the functions of a register/,
    );
  });

  it('refuses an initial value of kv that names no keys', () => {
    assert.throws(() => checkHistory(script('0 put 1', '0 ok'), { initial: 3 }), /an object of keys/);
  });
});
