import { type Advice, evaluateAdvice } from '../../advice/advice-rule.js';
import { isOfMainThread } from '../../advice/growth.js';
import { FULL_THREAD_SHARE, mainThreadDemand } from '../../advice/main-thread-demand.js';
import { t, translated } from '../../language/language.js';
import { adviceRules, rulesOf } from '../../rules/rule-book.js';
import { claimsText } from '../../rules/units.js';
import { percent, perSecond, times } from '../../tables/format.js';
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
      t`${advice.length} of ${rules.length} rules found their evidence. The bound is Amdahl's: what is at stake if the cause vanished altogether, never a forecast. Where it would carry the throughput past that of an empty HTTP server with as many clients (machine baseline), it ends there. Bounds of different rules overlap and do not add up. P0: at least 20 % of latency, of CPU time or of the main thread's time at stake, or a rule that is always P0, as those of causes are; bytes written do not count, because no client waits for them. Causes come first.`,
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
      translated(entry.rule.layer),
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

function boundText({ evidence: { bound, uncapped }, rule, growth, point }: Advice): string {
  if (bound === null || uncapped === null) return t`none that this run could give.`;
  const what = t`removing it altogether saves at most ${percent(bound)} of the ${translated(rule.of)}`;
  // In a closed loop the rate is clients / latency, and a full thread's rate is 1 / its time: either way 1 / (1 - share).
  const demand = isOfMainThread(rule.of) ? mainThreadDemand(point) : null;
  if (growth === null)
    return demand === null
      ? t`${what}.`
      : demand.share >= FULL_THREAD_SHARE
        ? t`${what}; nothing follows for the throughput, because it is nearly all of it.`
        : t`${what}; nothing follows for the throughput, because the thread wants a CPU for ${percent(demand.share)} of the time only.`;
  const grows = t`${what}, so throughput grows to at most ${times(growth.factor)}`;
  if (growth.cappedBy === null) return t`${grows}.`;
  return t`${grows}: Amdahl's law alone would allow ${times(1 / (1 - uncapped))}, but an empty HTTP server answers no more than ${perSecond(growth.cappedBy.throughputPerSecond)} here with as many clients.`;
}
