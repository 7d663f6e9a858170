import assert from 'node:assert/strict';
import test from 'node:test';
import {
  parseDistribution,
  parseInteger,
  parseLevels,
  parseRate,
  parseSeconds,
  parseShare,
  parseStrategies,
  parseTargets,
} from './parse.js';

const refused = { code: 'commander.invalidArgument' };

test('values are understood', () => {
  assert.equal(parseInteger(1, 9)('9'), 9);
  assert.deepEqual(['500ms', '10s', '2m', '1.5', '1h'].map(parseSeconds(0)), [0.5, 10, 120, 1.5, 3600]);
  assert.deepEqual(parseLevels('1000, 10,100,10'), [10, 100, 1000]);
  assert.deepEqual(parseStrategies('g,always,A'), ['G', 'A']);
  assert.deepEqual(parseTargets('http://127.0.0.1:7001/,http://host:80'), [
    'http://127.0.0.1:7001',
    'http://host',
  ]);
  assert.equal(parseShare('0'), 0);
  assert.equal(parseRate('0.5'), 0.5);
  assert.equal(parseDistribution('zipf:0.99'), 'zipf:0.99');
});

test('anything else is refused', () => {
  const cases: readonly [(text: string) => unknown, readonly string[]][] = [
    [parseInteger(1, 9), ['', '0', '10', '1.5', '1e1', 'x', ' 1', '-1']],
    [parseSeconds(0.1), ['', '0', '99ms', '10 s', '-1s', 's', '25h', 'NaN']],
    [parseLevels, ['', ',', '0', '10,x', '10;20']],
    [parseStrategies, ['', 'D', 'A,fast', 'toString']],
    [parseTargets, ['', '127.0.0.1:7001', 'https://x', 'http://x/kv', 'http://']],
    [parseShare, ['', ' ', '-0.1', '1.1', '50%']],
    [parseRate, ['', '0', '-1', 'Infinity']],
    [parseDistribution, ['zipf', 'zipf:2', 'zipf:', 'normal', 'constructor']],
  ];
  for (const [parse, texts] of cases)
    for (const text of texts) assert.throws(() => parse(text), refused, text);
});
