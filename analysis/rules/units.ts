import { t } from '../language/language.js';
import { megabytesPerSecond, nanos, percent, significant, times } from '../tables/format.js';
import type { Rule } from './rule.js';

const FORMATS: Readonly<Record<Rule['unit'], (value: number) => string>> = {
  share: percent,
  ms: (value) => nanos(value * 1e6),
  'per-second': (value) => `${significant(value)}/s`,
  'per-hour': (value) => `${significant(value)}/h`,
  'to-one': (value) => `${significant(value)}:1`,
  times,
  count: significant,
  'megabytes-per-second': megabytesPerSecond,
};

/** A value in the unit of its rule, for readers. */
export function inUnit(unit: Rule['unit'], value: number): string {
  return FORMATS[unit](value);
}

/** `< 5.0 % (alert > 10.0 %)`: without the alert where it begins at the same value. */
export function thresholdText(rule: Pick<Rule, 'direction' | 'good' | 'bad' | 'unit'>): string {
  const [good, bad] = rule.direction === 'below' ? ['<', '>'] : ['>', '<'];
  const wanted = `${good} ${inUnit(rule.unit, rule.good)}`;
  return rule.good === rule.bad ? wanted : t`${wanted} (alert ${bad} ${inUnit(rule.unit, rule.bad)})`;
}

/** The claims of the reference document that a rule answers, for a cell. */
export function claimsText({ claims }: Pick<Rule, 'claims'>): string {
  return claims.length === 0 ? t`not in it` : claims.join(', ');
}
