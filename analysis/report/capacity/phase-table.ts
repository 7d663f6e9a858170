import { type Advice, evaluateAdvice } from '../../advice/advice-rule.js';
import { t, translated } from '../../language/language.js';
import { DOCUMENT_PHASES, type DocumentPhase } from '../../reference/phases.js';
import { adviceRules, rulesOf } from '../../rules/rule-book.js';
import { percent, times } from '../../tables/format.js';
import { left, MarkdownTable, right } from '../../tables/markdown-table.js';
import type { Facts } from '../facts.js';
import { blocks } from '../section.js';

/** Above this a bound only says that the cause is everything. */
const BOUND_MAX = 0.99;

/** R3: each phase of the document's road map against what this run has evidence for. */
export function phaseTable(facts: Facts): string {
  const advice = evaluateAdvice(adviceRules(rulesOf(facts)), facts);
  const table = new MarkdownTable(
    [
      left(t`Phase of the document`),
      left(t`What it wants done`),
      right(t`Gain it expects`),
      left(t`Evidence for it in this run (section 4)`),
      right(t`At most, by Amdahl`),
    ],
    t`rules of ${'`analysis/rules`'}, over ${'`points/*`'}`,
  );
  for (const phase of DOCUMENT_PHASES) phaseRow(table, phase, advice);
  return blocks(
    table.toString(),
    t`The bound is that of the greatest single cause: bounds overlap and do not add up. The document expects +500 to 1,100 % of all phases together, an estimate.`,
  );
}

function phaseRow(table: MarkdownTable, phase: DocumentPhase, advice: readonly Advice[]): void {
  const fired = advice
    .map((entry, index) => ({ entry, number: index + 1 }))
    .filter(({ entry }) => entry.rule.claims.some((claim) => phase.claims.includes(claim)));
  const bounds = fired.flatMap(({ entry }) => {
    const { bound } = entry.evidence;
    return bound === null || bound >= BOUND_MAX || entry.rule.of === 'bytes written' ? [] : [bound];
  });
  const most = bounds.length === 0 ? null : Math.max(...bounds);
  table.row(
    translated(phase.name),
    translated(phase.todo),
    translated(phase.gainText),
    fired.length === 0
      ? t`none: no rule of it found its evidence`
      : fired.map(({ entry, number }) => `${number}. ${entry.title}`).join('<br>'),
    most === null
      ? table.missing(t`nothing that this run shows of it has a bound`)
      : t`${times(1 / (1 - most))} (${percent(most)} at stake)`,
  );
}
