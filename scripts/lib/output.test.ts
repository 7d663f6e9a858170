import assert from 'node:assert/strict';
import test from 'node:test';
import { textTable } from './output.js';

test('columns of a table line up', () => {
  assert.equal(
    textTable([
      ['a', 'long', ''],
      ['wide', 'b', 'c'],
    ]),
    'a     long\nwide  b     c',
  );
});
