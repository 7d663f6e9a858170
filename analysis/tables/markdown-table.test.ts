import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inLanguage } from '../language/language.js';
import { measured, missing } from '../measures/measured.js';
import { code, left, MarkdownTable, right } from './markdown-table.js';

describe('MarkdownTable', () => {
  it('says once under the table why a value is missing, and where the numbers are from', () => {
    const table = new MarkdownTable([left('a'), right('b')], '`run.json`');
    table.row('one', table.cell(missing('the node did not report x'), String));
    table.row('two', table.cell(missing('the node did not report x'), String));
    table.row('three', table.cell(measured(3), String));
    assert.equal(
      table.toString(),
      [
        '| a | b |',
        '|---|---:|',
        '| one | not measured [1] |',
        '| two | not measured [1] |',
        '| three | 3 |',
        '',
        '[1] not measured, because the node did not report x.  ',
        '<sub>Source: `run.json`</sub>',
      ].join('\n'),
    );
  });

  it('says in the language of the report that a value is missing, and where the numbers are from', () => {
    const text = inLanguage('zh', () => {
      const table = new MarkdownTable([left('甲')], '`run.json`');
      return table.row(table.missing('节点没有报告')).toString();
    });
    assert.deepEqual(text.split('\n').slice(2), [
      '| 未测量 [1] |',
      '',
      '[1] 未测量，原因：节点没有报告。  ',
      '<sub>来源：`run.json`</sub>',
    ]);
  });

  it('keeps a cell inside its row', () => {
    const text = new MarkdownTable([left('a')], 'x').row(code('a|b\nc`d')).toString();
    assert.ok(text.includes("| `a\\|b c'd` |"), text);
  });

  it('refuses a row of another width', () => {
    assert.throws(() => new MarkdownTable([left('a')], 'x').row('1', '2'), /2 cells, the table 1/);
  });
});
