import { type Advice, evaluateAdvice } from '../../advice/advice-rule.js';
import { ADVICE_RULES } from '../../advice/rules.js';
import { percent, times } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { blocks, type Section } from '../section.js';

export const adviceSection: Section = (facts) => {
  const advice = evaluateAdvice(ADVICE_RULES, facts);
  const sound = facts.sweep.some((point) => point.unsound.length === 0);
  const head = '## 4 Advice';
  if (!sound)
    return { text: blocks(head, 'None: no level of this run passed its audit, so nothing is evidence.') };
  if (advice.length === 0) {
    return { text: blocks(head, `None of the ${ADVICE_RULES.length} rules found its evidence in this run.`) };
  }
  return {
    text: blocks(
      head,
      `${advice.length} of ${ADVICE_RULES.length} rules found their evidence. The bound is Amdahl's: what is at stake if the cause vanished altogether, never a forecast. Bounds of different rules overlap and do not add up. P0: at least 20 % at stake.`,
      adviceTable(advice),
      ...advice.map(details),
    ),
  };
};

function adviceTable(advice: readonly Advice[]): string {
  const table = new MarkdownTable(
    [
      left('#'),
      left('Priority'),
      left('Layer'),
      left('Advice'),
      left('Level'),
      right('Saves at most'),
      left('Document'),
    ],
    'rules of `analysis/advice`, over `points/*`',
  );
  advice.forEach((entry, index) => {
    table.row(
      String(index + 1),
      entry.priority,
      entry.rule.layer,
      entry.rule.title,
      entry.level,
      entry.evidence.bound === null ? 'no bound' : `${percent(entry.evidence.bound)} of ${entry.rule.of}`,
      entry.rule.claims.length === 0 ? 'not in it' : entry.rule.claims.join(', '),
    );
  });
  return table.toString();
}

function details(advice: Advice, index: number): string {
  return [
    `**${index + 1}. ${advice.rule.title}** (${advice.priority})`,
    `- Evidence at ${advice.level}: ${advice.evidence.text}.`,
    `- Do: ${advice.rule.action}`,
    `- Bound: ${boundText(advice)}`,
    `- Again: ${code(advice.command)}`,
  ].join('\n');
}

function boundText(advice: Advice): string {
  const { bound } = advice.evidence;
  if (bound === null) return 'none that this run could give.';
  const what = `removing it altogether saves at most ${percent(bound)} of the ${advice.rule.of}`;
  // In a closed loop the rate is clients / latency, and a full loop's rate is 1 / CPU time: either way 1 / (1 - share).
  if (advice.rule.of === 'bytes written' || bound >= 0.99) return `${what}.`;
  return `${what}, so throughput grows to at most ${times(1 / (1 - bound))}.`;
}
