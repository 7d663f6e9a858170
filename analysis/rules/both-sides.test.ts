import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluateAdvice } from '../advice/advice-rule.js';
import { evaluateKpi } from '../kpi/kpi-rule.js';
import { factsOf } from '../testing/change-run.js';
import type { Status } from './judge.js';
import { READINGS } from './readings.js';
import type { Rule } from './rule.js';
import { DEFAULT_RULES } from './rule-book.js';
import { EVIDENCE } from './testing/evidence.js';
import { thresholdText } from './units.js';

/** Buckets of a histogram are 3 % wide, and a value read from one is off by up to half of it. */
const STEP = 0.04;

/** What a threshold's two sides are: counts have no value between two whole numbers. */
function sidesOf(
  { unit, direction }: Rule,
  threshold: number,
): { readonly better: number; readonly worse: number } {
  const sign = direction === 'below' ? 1 : -1;
  const isWhole = unit === 'count' && Number.isInteger(threshold) && threshold < 2;
  return isWhole
    ? { better: threshold - sign, worse: threshold }
    : { better: threshold * (1 - sign * STEP), worse: threshold * (1 + sign * STEP) };
}

function statusAt(rule: Rule, value: number): Status | null {
  const make = EVIDENCE[rule.reading];
  assert.ok(make !== undefined, `no made-up evidence for the reading ${rule.reading} of rule ${rule.id}`);
  const facts = factsOf(make(value));
  if (rule.kind === 'kpi') return evaluateKpi(rule, facts).levels[0]!.status;
  const advice = evaluateAdvice([rule], facts);
  // Advice has no warning: it speaks or it does not.
  return advice.length === 0 ? 'pass' : 'fail';
}

describe('every rule on both sides of its threshold, from evidence in a run', () => {
  for (const rule of DEFAULT_RULES.rules) {
    it(`${rule.id} ${thresholdText(rule)}`, () => {
      const bad = sidesOf(rule, rule.bad);
      assert.equal(statusAt(rule, bad.worse), 'fail');
      if (rule.kind !== 'kpi' || rule.good === rule.bad) {
        assert.equal(statusAt(rule, bad.better), 'pass');
        return;
      }
      const good = sidesOf(rule, rule.good);
      assert.equal(statusAt(rule, bad.better), 'warn');
      assert.equal(statusAt(rule, good.worse), 'warn');
      assert.equal(statusAt(rule, good.better), 'pass');
    });
  }

  it('has made-up evidence for every reading that a rule may call', () => {
    assert.deepEqual(Object.keys(EVIDENCE).sort(), Object.keys(READINGS).sort());
  });

  it('says of every value what it is and where the alert begins', () => {
    for (const rule of DEFAULT_RULES.rules) {
      if (rule.kind === 'kpi') continue;
      const [advice] = evaluateAdvice(
        [rule],
        factsOf(EVIDENCE[rule.reading]!(sidesOf(rule, rule.bad).worse)),
      );
      assert.match(advice!.evidence.text, /\d/, rule.id);
      assert.match(advice!.command, /^strata /, rule.id);
    }
  });
});
