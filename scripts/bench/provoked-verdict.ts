import type { RuleBook } from '../../analysis/index.js';
import type { Illness } from './illnesses.js';

export interface Outcome {
  readonly verdict: 'right' | 'wrong' | 'unknown';
  readonly sentence: string;
}

const FIRST_FINDING = /^1\. (?<mark>\S+) (?<text>.+)$/m;

/** Whether the English report puts the illness first, with the advice that belongs to it; or no cause at all where there is none. */
export function judgeFirst({ rule: id }: Illness, report: string, { rules }: RuleBook): Outcome {
  const first = FIRST_FINDING.exec(report)?.groups;
  const text = first?.text ?? '';
  if (report.includes('No verdict on the levels') || report.includes('No conclusion at'))
    return { verdict: 'unknown', sentence: 'the load failed its own audit, so that nothing can be said' };
  if (id === null) {
    const named = rules.find((rule) => rule.kind === 'cause' && report.includes(`**${rule.title.en}**`));
    return named === undefined
      ? { verdict: 'right', sentence: 'no cause was named' }
      : { verdict: 'wrong', sentence: `nothing was provoked, and ${named.id} was named` };
  }
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined || rule.kind === 'kpi')
    throw new Error(`${id} is no cause that a report could name`);
  return text.startsWith(`**${rule.title.en}**`) && text.includes(rule.action.en)
    ? { verdict: 'right', sentence: `named first: ${text}` }
    : { verdict: 'wrong', sentence: `${id} was expected, and the first finding is: ${text || 'none'}` };
}
