import { type Advice, evaluateAdvice } from '../../advice/advice-rule.js';
import { t, translated } from '../../language/language.js';
import { adviceRules, rulesOf } from '../../rules/rule-book.js';
import { claimsText } from '../../rules/units.js';
import { percent, times } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { blocks, type Section } from '../section.js';

export const adviceSection: Section = (facts) => {
  const rules = adviceRules(rulesOf(facts));
  const advice = evaluateAdvice(rules, facts);
  const sound = facts.sweep.some((point) => point.unsound.length === 0);
  const head = t`## 4 Advice`;
  if (!sound)
    return { text: blocks(head, t`None: no level of this run passed its audit, so nothing is evidence.`) };
  if (advice.length === 0) {
    return { text: blocks(head, t`None of the ${rules.length} rules found its evidence in this run.`) };
  }
  return {
    text: blocks(
      head,
      t`${advice.length} of ${rules.length} rules found their evidence. The bound is Amdahl's: what is at stake if the cause vanished altogether, never a forecast. Bounds of different rules overlap and do not add up. P0: at least 20 % of latency, CPU time or throughput at stake, or a rule that is always P0, as those of causes are; bytes written do not count, because no client waits for them. Causes come first.`,
      adviceTable(advice),
      ...advice.map(details),
    ),
  };
};

function adviceTable(advice: readonly Advice[]): string {
  const table = new MarkdownTable(
    [
      left('#'),
      left(t`Priority`),
      left(t`Layer`),
      left(t`Advice`),
      left(t`Level`),
      right(t`Saves at most`),
      left(t`Document`),
    ],
    t`rules of \`analysis/rules\`, over \`points/*\``,
  );
  advice.forEach((entry, index) => {
    table.row(
      String(index + 1),
      entry.priority,
      entry.rule.layer,
      entry.title,
      entry.level,
      entry.evidence.bound === null
        ? t`no bound`
        : t`${percent(entry.evidence.bound)} of ${translated(entry.rule.of)}`,
      claimsText(entry.rule),
    );
  });
  return table.toString();
}

function details(advice: Advice, index: number): string {
  return [
    `**${index + 1}. ${advice.title}** (${advice.priority})`,
    t`- Evidence at ${advice.level}: ${advice.evidence.text}.`,
    t`- Do: ${advice.action}`,
    t`- Bound: ${boundText(advice)}`,
    t`- Again: ${code(advice.command)}`,
  ].join('\n');
}

function boundText(advice: Advice): string {
  const { bound } = advice.evidence;
  if (bound === null) return t`none that this run could give.`;
  const what = t`removing it altogether saves at most ${percent(bound)} of the ${translated(advice.rule.of)}`;
  // In a closed loop the rate is clients / latency, and a full loop's rate is 1 / CPU time: either way 1 / (1 - share).
  if (advice.rule.of === 'bytes written' || bound >= 0.99) return t`${what}.`;
  return t`${what}, so throughput grows to at most ${times(1 / (1 - bound))}.`;
}
