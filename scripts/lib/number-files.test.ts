import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseNumbers, parsePairs } from './number-files.js';

describe('parseNumbers', () => {
  it('takes numbers in lines or in a row, and leaves comments out', () => {
    assert.deepEqual(parseNumbers('# ms\n1.5\n\n2, 3;4e1\t-5 # last\r\n', 'a.txt'), [1.5, 2, 3, 40, -5]);
    assert.deepEqual(parseNumbers('1,2,3', 'a.txt'), [1, 2, 3]);
    assert.deepEqual(parseNumbers('1,\n2,\n3\n', 'a.txt'), [1, 2, 3]);
  });

  it('leaves out a first line of names, whatever their number, and the quotes of numbers', () => {
    assert.deepEqual(parseNumbers('p99\n1\n2\n', 'a.txt'), [1, 2]);
    assert.deepEqual(parseNumbers('\uFEFF"response time, ms"\n"1.5"\n\'2\'\n', 'a.txt'), [1.5, 2]);
    assert.throws(() => parseNumbers('p99\n', 'a.txt'), /line 1: "p99" is no number/);
    assert.throws(() => parseNumbers('1\np99\n', 'a.txt'), /line 2: "p99" is no number/);
    assert.throws(() => parseNumbers('p99 1\n2\n', 'a.txt'), /line 1: "p99" is no number/);
    assert.throws(() => parseNumbers('a\nb\n1\n', 'a.txt'), /line 2: "b" is no number/);
    assert.throws(() => parseNumbers('""\n1\n', 'a.txt'), /line 1: "" is no number/);
  });

  it('takes no missing value for a name', () => {
    for (const word of ['NaN', 'nan', 'NA', 'N/A', 'null', 'None', 'inf', '-inf', 'Infinity'])
      assert.throws(() => parseNumbers(`${word}\n1\n2\n`, 'a.txt'), new RegExp(`line 1: "${word}" is no`));
  });

  it('takes no number that is spelled wrong for a name', () => {
    for (const word of ['1_000', '<0.5', '-', '1O0', '-nan(ind)', '1.5ms', '95th'])
      assert.throws(() => parseNumbers(`${word}\n1\n2\n`, 'a.txt'), /line 1: .* is no number/, word);
    assert.deepEqual(parseNumbers('µs\n1\n', 'a.txt'), [1]);
    assert.deepEqual(parseNumbers('延迟\n1\n', 'a.txt'), [1]);
  });

  it('refuses the columns of a table, and separators of thousands', () => {
    assert.throws(
      () => parseNumbers('# csv\n1,100\n2,101\n', 'a.csv'),
      /a\.csv, line 2: 2 fields where one number belongs, as on every line: .* with cut -d, -f2, and/,
    );
    assert.throws(() => parseNumbers('N,X\n1,100\n', 'a.csv'), /line 2: 2 fields/);
    assert.throws(() => parseNumbers('1;2;3\n1;2;3', 'a.csv'), /3 fields .* cut -d';' -f2/);
    assert.throws(() => parseNumbers('1\t2\n1\t2', 'a.csv'), /cut -f2/);
    assert.throws(() => parseNumbers('1 2\n1 2', 'a.csv'), /awk '\{ print \$2 \}'/);
    assert.throws(() => parseNumbers('900\n1,100\n', 'a.csv'), /line 2: 1,100 would be read as 2 numbers/);
    assert.deepEqual(parseNumbers('1, 2\n3\n', 'a.txt'), [1, 2, 3]);
    assert.deepEqual(parseNumbers('a b\n1\n', 'a.txt'), [1]);
  });

  it('refuses a file without a number', () => {
    assert.throws(() => parseNumbers('', 'a.txt'), /^CliError: a\.txt holds no number\.$/);
    assert.throws(() => parseNumbers('# nothing\n\n , \n', 'a.txt'), /a\.txt holds no number/);
    assert.throws(() => parsePairs('\n', 'a.txt'), /a\.txt holds no number/);
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

  it('has the same rule for names and missing values', () => {
    assert.deepEqual(parsePairs('"N","X"\n"1","100"\n', 'p.csv'), [[1, 100]]);
    assert.throws(() => parsePairs('NaN,NaN\n1,2\n', 'p.csv'), /line 1: "NaN" is no number/);
    assert.throws(() => parsePairs('N,X\n', 'p.csv'), /line 1: "N" is no number/);
  });

  it('refuses lines of any other width, and names further down', () => {
    assert.throws(() => parsePairs('1,2,3', 'p.csv'), /3 fields where two belong/);
    assert.throws(() => parsePairs('N,X\n1,2\nN,X', 'p.csv'), /line 3: "N" is no number/);
  });
});
