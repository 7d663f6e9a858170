import assert from 'node:assert/strict';
import test from 'node:test';
import { DEFAULT_RULES } from '../../analysis/index.js';
import { ILLNESSES } from './illnesses.js';
import { judgeFirst } from './provoked-verdict.js';

const report = (...findings: readonly string[]): string =>
  ['## Verdict', '**100/s.**', '### Findings, by effect', ...findings, '## Machine baseline'].join('\n\n');

for (const illness of ILLNESSES) {
  const { name, rule: id } = illness;
  const verdictOf = (text: string) => judgeFirst(illness, text, DEFAULT_RULES).verdict;
  const rule = DEFAULT_RULES.rules.find((each) => each.id === id);

  test(`${name}: a report that failed its audit says nothing`, () => {
    assert.equal(verdictOf(report('**No verdict on the levels, because …**')), 'unknown');
  });

  if (rule === undefined || rule.kind === 'kpi') {
    test(`${name}: no cause may be named anywhere`, () => {
      const slow = DEFAULT_RULES.rules.find((each) => each.id === 'slow-disk')!;
      assert.equal(verdictOf(report('1. ⚠️ **Something else**')), 'right');
      assert.equal(
        verdictOf(report('1. ✅ **Something else**', `2. ⚠️ **${slow.title.en}**, at low: 3 ms.`)),
        'wrong',
      );
    });
    continue;
  }

  test(`${name}: its cause is the first finding, with its advice`, () => {
    const named = `⚠️ **${rule.title.en}**, at mid: numbers. Do: ${rule.action.en}`;
    assert.equal(verdictOf(report(`1. ${named}`, '2. ⚠️ **Something else**')), 'right');
    assert.equal(verdictOf(report('1. ⚠️ **Something else**', `2. ${named}`)), 'wrong');
    assert.equal(verdictOf(report(`1. ⚠️ **${rule.title.en}**, at mid: numbers.`)), 'wrong');
  });
}
