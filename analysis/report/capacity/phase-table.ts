import { type Advice, evaluateAdvice } from '../../advice/advice-rule.js';
import { t, translated } from '../../language/language.js';
import { DOCUMENT_PHASES, type DocumentItem, type DocumentPhase } from '../../reference/phases.js';
import { adviceRules, rulesOf } from '../../rules/rule-book.js';
import { percent, times } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import type { Facts } from '../facts.js';
import { labAgain } from '../run-lab.js';
import { blocks } from '../section.js';

/** R3: each thing that the document's road map wants done, against what this run has evidence for. */
export function phaseTable(facts: Facts): string {
  const advice = evaluateAdvice(adviceRules(rulesOf(facts)), facts);
  const table = new MarkdownTable(
    [
      left(t`Phase of the document`),
      left(t`What it wants done`),
      left(t`What that is here`),
      left(t`Evidence for it in this run (section 4)`),
      right(t`At most, by Amdahl`),
      left(t`To measure it`),
    ],
    t`rules of ${'`analysis/rules`'}, over ${'`points/*`'}`,
  );
  for (const phase of DOCUMENT_PHASES)
    for (const item of phase.items) itemRow(table, facts, phase, item, advice);
  return blocks(
    table.toString(),
    t`The percentages beside a phase are the gain that the document expects of it as a whole. A bound is that of the greatest single finding of its row: bounds overlap and do not add up. The document expects +500 to 1,100 % of all phases together, an estimate.`,
  );
}

function itemRow(
  table: MarkdownTable,
  facts: Facts,
  phase: DocumentPhase,
  item: DocumentItem,
  advice: readonly Advice[],
): void {
  const fired = advice
    .map((entry, index) => ({ entry, number: index + 1 }))
    .filter(({ entry }) => item.rules.includes(entry.rule.id));
  table.row(
    t`${translated(phase.name)} (${translated(phase.gainText)})`,
    translated(item.todo),
    translated(item.here),
    item.readsOnly === true
      ? table.missing(whyNoReads(facts))
      : fired.length === 0
        ? t`none: no rule of it found its evidence`
        : fired.map(({ entry, number }) => `${number}. ${entry.title}`).join('<br>'),
    boundCell(
      table,
      fired.map(({ entry }) => entry),
    ),
    labAgain(item.experiments).map(code).join('<br>'),
  );
}

function boundCell(table: MarkdownTable, fired: readonly Advice[]): string {
  if (fired.length === 0) return '–';
  const factors = fired.flatMap((entry) => entry.growth?.factor ?? []);
  if (factors.length === 0)
    return table.missing(
      fired.some(({ evidence }) => evidence.bound !== null)
        ? t`nothing follows for the throughput from what this run shows of it (section 4)`
        : t`nothing that this run shows of it has a bound`,
    );
  const most = Math.max(...factors);
  return t`${times(most)} (${percent(1 - 1 / most)} at stake)`;
}

function whyNoReads(facts: Facts): string {
  return facts.data.run.load.reads === 0
    ? t`this run only writes, and the item is about reads`
    : t`no rule judges how reads are answered`;
}
