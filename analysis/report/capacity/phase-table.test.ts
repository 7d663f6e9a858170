import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../../results/run-directory.js';
import { type Advice, evaluateAdvice } from '../../advice/advice-rule.js';
import { DOCUMENT_PHASES } from '../../reference/phases.js';
import { adviceRules, DEFAULT_RULES } from '../../rules/rule-book.js';
import { madeUpRun } from '../../testing/made-up-run.js';
import { collectFacts } from '../facts.js';
import { phaseTable } from './phase-table.js';

const ITEMS = DOCUMENT_PHASES.flatMap(({ items }) => items);

function rowsOf(run: RunData): readonly (readonly string[])[] {
  return phaseTable(collectFacts(run))
    .split('\n')
    .filter((line) => /^\| \d, /.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const rowOf = (run: RunData, todo: string) => rowsOf(run).find(([, what]) => what === todo)!;

describe('the road map of the document', () => {
  it('has every item of every phase in a row of its own, under its words', () => {
    assert.deepEqual(
      rowsOf(madeUpRun()).map(([phase, what]) => [phase, what]),
      DOCUMENT_PHASES.flatMap(({ name, gainText, items }) =>
        items.map(({ todo }) => [`${name} (${gainText})`, todo]),
      ),
    );
    for (const word of ['LockQueue', 'sleepNMilliseconds', 'applierTicker', "Raft's lock", 'WAL'])
      assert.ok(
        ITEMS.some(({ todo }) => todo.includes(word)),
        word,
      );
  });

  it('names rules that there are, and none about the machine', () => {
    const rules = new Map(adviceRules(DEFAULT_RULES).map((rule) => [rule.id, rule]));
    for (const id of ITEMS.flatMap((item) => item.rules)) {
      assert.ok(rules.has(id), id);
      assert.notEqual(rules.get(id)!.layer, 'machine', id);
    }
  });

  it('gives an item the findings of its own rules, and their greatest bound', () => {
    const run = madeUpRun();
    const facts = collectFacts(run);
    const advice = evaluateAdvice(adviceRules(DEFAULT_RULES), facts);
    const numbered = (ids: readonly string[]): readonly (readonly [Advice, number])[] =>
      advice.flatMap((entry, at) => (ids.includes(entry.rule.id) ? [[entry, at + 1] as const] : []));
    let found = 0;
    for (const { todo, rules, readsOnly } of ITEMS) {
      const [, , , evidence, bound] = rowOf(run, todo);
      const fired = numbered(rules);
      found += fired.length;
      if (readsOnly === true) assert.match(evidence!, /^not measured/);
      else if (fired.length === 0)
        assert.deepEqual([evidence, bound], ['none: no rule of it found its evidence', '–']);
      else {
        assert.equal(evidence, fired.map(([{ title }, number]) => `${number}. ${title}`).join('<br>'));
        const factors = fired.flatMap(([{ growth }]) => growth?.factor ?? []);
        if (factors.length === 0) assert.match(bound!, /^not measured/);
        else assert.match(bound!, new RegExp(`^${Math.max(...factors).toFixed(2)}x \\(`));
      }
    }
    assert.ok(found > 0);
  });

  it('has no evidence about reads in a run that only writes, and says which run would', () => {
    const run = madeUpRun();
    const only = { ...run, run: { ...run.run, load: { ...run.run.load, reads: 0 } } };
    assert.match(rowOf(only, 'lease reads').join(' '), /not measured \[\d\] – `strata lab run C7`$/);
    assert.match(phaseTable(collectFacts(only)), /this run only writes, and the item is about reads/);
    const mixed = { ...run, run: { ...run.run, load: { ...run.run.load, reads: 0.5 } } };
    assert.match(phaseTable(collectFacts(mixed)), /no rule judges how reads are answered/);
  });
});
