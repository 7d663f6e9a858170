import { t } from '../language/language.js';
import { type Measured, missing } from '../measures/measured.js';
import type { Facts, PointFacts } from '../report/facts.js';
import type { Seen } from './reading.js';
import { readingOf } from './readings.js';
import type { Rule } from './rule.js';

export type Status = 'pass' | 'warn' | 'fail' | 'undecided';

type Thresholds = Pick<Rule, 'direction' | 'good' | 'bad'> & { readonly severity?: Rule['severity'] };

/** A value on a border is not good: the document says "below" and "above". */
export function judge(rule: Thresholds, seen: Seen): Status {
  if (seen.undecidedBecause !== undefined) return 'undecided';
  const sign = rule.direction === 'below' ? 1 : -1;
  const value = sign * seen.value;
  if (value < sign * rule.good) return 'pass';
  const isBetween = rule.good !== rule.bad && value <= sign * rule.bad;
  return isBetween || rule.severity === 'warn' ? 'warn' : 'fail';
}

/** What the reading of a rule sees at a level. */
export function see(rule: Rule, point: PointFacts, facts: Facts): Measured<Seen> {
  const { read, parameters } = readingOf(rule.reading);
  const seen = read(point, facts, { bad: rule.bad, parameters: { ...parameters, ...rule.parameters } });
  return seen.ok && !Number.isFinite(seen.value.value)
    ? missing(t`the reading ${rule.reading} gave ${seen.value.value}`)
    : seen;
}
