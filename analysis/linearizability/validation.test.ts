import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkHistory } from './check-history.js';
import { HistoryError } from './history-error.js';
import { parseHistory } from './parse-history.js';
import { asLines } from './testing/cross-check.js';
import { script } from './testing/script.js';

const GOOD = '{"process":0,"type":"invoke","f":"read","key":"k","value":null,"time":1}';

const MALFORMED: readonly (readonly [name: string, text: string, error: RegExp])[] = [
  ['no JSON', `${GOOD}\nread`, /^line 2: This is not JSON: read\.$/],
  ['half a line', GOOD.slice(0, 30), /^line 1: This is not JSON/],
  ['a blank line within', `${GOOD}\n\n${GOOD}`, /^line 2: This is not JSON: it is blank\.$/],
  ['a list', '[]', /^line 1: This is no event of a history/],
  ['an unknown type', GOOD.replace('invoke', 'begin'), /^line 1: .*type:/],
  ['a negative time', GOOD.replace(':1}', ':-1}'), /^line 1: .*time:/],
  ['a process that is no number', GOOD.replace(':0,', ':"a",'), /^line 1: .*process:/],
  ['a key that is no string', GOOD.replace('"key":"k"', '"key":[1]'), /^line 1: .*key:/],
  [
    'a value nested without end',
    GOOD.replace('null', '['.repeat(100) + ']'.repeat(100)),
    /^line 1: .*nested deeper than 64/,
  ],
];

const CONTRADICTORY: readonly (readonly [name: string, steps: readonly string[], error: RegExp])[] = [
  [
    'two operations under way',
    ['0 write 1', '0 write 2'],
    /^line 2: process 0 invokes an operation while that of line 1 is under way/,
  ],
  [
    'a read with a value at its invocation',
    ['0 read 1'],
    /^line 1: the invocation of read has the value null/,
  ],
  ['a cas without two values', ['0 cas [1]'], /^line 1: the value of cas is a list of two/],
  ['an append of no string', ['0 append 1'], /^line 1: the value of append is the string/],
  [
    'a write that wrote something else',
    ['0 write 1', '0 ok 2'],
    /^line 2: the value of write at ok differs .* line 1/,
  ],
  [
    'an append that left no string',
    ['0 append "a"', '0 ok 2'],
    /^line 2: the value of append at ok is a string/,
  ],
];

describe('parseHistory', () => {
  for (const [name, text, error] of MALFORMED)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => parseHistory(text),
        (thrown) => thrown instanceof HistoryError && error.test(thrown.message),
      );
    });

  it('reads back what was written, with and without a newline at the end', () => {
    const events = script('0 write {"a":[1,null,"x"]}', '0 ok', '1 read', '1 info');
    assert.deepEqual(parseHistory(asLines(events)), events);
    assert.deepEqual(parseHistory(`${asLines(events)}\n`), events);
    assert.deepEqual(parseHistory(asLines(events).replaceAll('\n', '\r\n')), events);
    assert.deepEqual(parseHistory(''), []);
  });
});

describe('the operations of a history', () => {
  it('takes what other recorders leave out or add', () => {
    const bare = '{"process":0,"type":"invoke","f":"read","time":1,"index":7}';
    const [event] = parseHistory(bare);
    assert.deepEqual(event, { process: 0, type: 'invoke', f: 'read', key: '', value: null, time: 1 });
    const silent = script('0 write 1', '0 ok null', '1 append "x"', '1 ok null');
    assert.equal(checkHistory(silent.slice(0, 2)).verdict, 'linearizable');
    assert.equal(checkHistory(silent.slice(2)).verdict, 'linearizable');
  });

  it('leaves an operation open when its process goes on after info', () => {
    const late = script('0 write 1', '0 info', '0 write 2', '0 ok', '1 read', '1 ok 1');
    assert.equal(checkHistory(late).verdict, 'linearizable');
    const ended = script('0 write 1', '0 fail', '0 write 2', '0 ok', '1 read', '1 ok 1');
    assert.equal(checkHistory(ended).verdict, 'not-linearizable');
  });

  for (const [name, steps, error] of CONTRADICTORY)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => checkHistory(script(...steps)),
        (thrown) => thrown instanceof HistoryError && error.test(thrown.message),
      );
    });

  it('refuses a completion without an invocation', () => {
    const [, , ...orphaned] = script('0 write 1', '0 ok', '0 write 2', '0 ok');
    assert.throws(
      () => checkHistory(orphaned.slice(1)),
      /line 1: process 0 completes write, and has no operation/,
    );
    assert.throws(
      () => checkHistory(script('0 write 1', '0 info', '0 ok')),
      /line 3: process 0 completes write/,
    );
  });

  it('refuses a completion of another function or key', () => {
    const [invoke, ok] = script('0 write 1', '0 ok') as [
      ReturnType<typeof script>[0],
      ReturnType<typeof script>[0],
    ];
    assert.throws(
      () => checkHistory([invoke!, { ...ok!, f: 'read' }]),
      /line 2: process 0 completes read of "k", but invoked write of "k" at line 1/,
    );
    assert.throws(
      () => checkHistory([invoke!, { ...ok!, key: 'x' }]),
      /line 2: .* of "x", but invoked write of "k"/,
    );
  });

  it('refuses a process whose time goes backwards, not two processes out of order', () => {
    const [invoke, ok, other] = script('0 write 1', '0 ok', '1 read');
    assert.throws(
      () => checkHistory([invoke!, { ...ok!, time: 5 }]),
      /line 2: the time of process 0 goes backwards, from 1000 at line 1 to 5/,
    );
    assert.equal(checkHistory([invoke!, ok!, { ...other!, time: 5 }]).verdict, 'linearizable');
  });
});
