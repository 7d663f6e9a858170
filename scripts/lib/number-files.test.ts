import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseNumbers, parsePairs } from './number-files.js';

describe('parseNumbers', () => {
  it('takes numbers in lines or in a row, and leaves comments out', () => {
    assert.deepEqual(parseNumbers('# ms\n1.5\n\n2, 3;4e1\t-5 # last\r\n', 'a.txt'), [1.5, 2, 3, 40, -5]);
    assert.deepEqual(parseNumbers('', 'a.txt'), []);
  });

  it('names file and line of what is no number', () => {
    assert.throws(() => parseNumbers('1\n2ms\n', 'a.txt'), /a\.txt, line 2: "2ms" is no number\./);
    assert.throws(() => parseNumbers('Infinity', 'a.txt'), /line 1/);
  });
});

describe('parsePairs', () => {
  it('takes a table of two columns, with names or without', () => {
    assert.deepEqual(parsePairs('N,X\n1,100\n2,190\n', 'p.csv'), [
      [1, 100],
      [2, 190],
    ]);
    assert.deepEqual(parsePairs('1 100\n', 'p.csv'), [[1, 100]]);
  });

  it('refuses lines of any other width, and names further down', () => {
    assert.throws(() => parsePairs('1,2,3', 'p.csv'), /3 fields where two belong/);
    assert.throws(() => parsePairs('N,X\n1,2\nN,X', 'p.csv'), /line 3: "N" is no number/);
  });
});
