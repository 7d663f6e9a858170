import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Query } from './query.js';

const invalid = { code: 'STRATA_QUERY_INVALID' };

test('known parameters are read, missing ones have their default', () => {
  const query = new Query('color=red&&n=12', ['color', 'n', 'shape']);
  assert.equal(query.choice('color', ['blue', 'red']), 'red');
  assert.equal(query.choice('shape', ['round', 'square']), 'round');
  assert.equal(query.integer('n', 1, 20, 5), 12);
  assert.equal(query.integer('shape', 1, 20, 5), 5);
  assert.equal(new Query('c%6Flor=r%65d', ['color']).choice('color', ['blue', 'red']), 'red');
});

test('unknown, repeated and badly encoded parameters are refused', () => {
  assert.throws(() => new Query('colour=red', ['color']), invalid);
  assert.throws(() => new Query('color=red&color=red', ['color']), invalid);
  assert.throws(() => new Query('color=%zz', ['color']), invalid);
  assert.throws(() => new Query('anything', []), invalid);
});

test('a wrong value is refused and the answer names the parameter and what is allowed', () => {
  assert.throws(() => new Query('color=green', ['color']).choice('color', ['blue', 'red']), {
    message: 'Query parameter color is "green"; it must be blue or red.',
  });
  for (const value of ['', '-1', '0', '21', '1.5', '1e1', ' 3', '0x5', '9'.repeat(30)]) {
    assert.throws(() => new Query(`n=${value}`, ['n']).integer('n', 1, 20, 5), invalid, value);
  }
});
