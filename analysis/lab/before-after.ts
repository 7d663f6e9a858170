import type { LabExperiment } from '../../results/schema/index.js';
import { t, translated } from '../language/language.js';
import { DOCUMENT_BEFORE_AFTER, type DocumentBeforeAfter } from '../reference/before-after.js';
import { blocks } from '../report/section.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { estimateCell, summaryCell } from './cells.js';
import type { Effect } from './effects.js';
import { valueText, verdictText } from './wording.js';

interface Measured {
  readonly experiment: LabExperiment;
  readonly effects: readonly Effect[];
}

/** R5: the document's tables of what each improvement changed, with the medians of the arms beside its estimates. Null when none of their experiments was run. */
export function beforeAfterTables(measured: readonly Measured[]): string | null {
  const tables = DOCUMENT_BEFORE_AFTER.flatMap((table) => {
    const found = measured.find(({ experiment }) => experiment.id === table.experiment);
    return found === undefined ? [] : [oneTable(table, found)];
  });
  return tables.length === 0
    ? null
    : blocks(
        `## ${t`Before and after`}`,
        t`The document’s tables of its three improvements hold estimates. Here its columns stand beside medians of the arms that take each side.`,
        ...tables,
      );
}

function oneTable({ title, experiment: id, indicators }: DocumentBeforeAfter, measured: Measured): string {
  const table = new MarkdownTable(
    [
      left(t`Indicator`),
      right(t`Document: before`),
      right(t`after`),
      right(t`change`),
      right(t`Measured: before`),
      right(t`after`),
      right(t`change (95 % interval)`),
      left(t`Verdict`),
    ],
    `\`lab/${id}.json\``,
  );
  for (const { what, before, after, change, answer } of indicators) {
    const claimed = [translated(what), before ?? '–', after ?? '–', change];
    const ours = typeof answer === 'string' ? unanswered(table, answer) : answered(table, measured, answer);
    table.row(...claimed, ...ours);
  }
  return blocks(`### ${translated(title)} (${id})`, table.toString());
}

type Cells = readonly [before: string, after: string, change: string, verdict: string];

function unanswered(table: MarkdownTable, because: string): Cells {
  return ['–', '–', table.missing(translated(because)), '–'];
}

function answered(
  table: MarkdownTable,
  { experiment, effects }: Measured,
  answer: { readonly metric: string; readonly before: string; readonly after: string },
): Cells {
  const { metric, before, after } = answer;
  const unit = experiment.metrics.find(({ name }) => name === metric)?.unit ?? '';
  const median = (arm: string): string =>
    summaryCell(table, experiment, { arm, metric }, ({ median }) =>
      median === null ? null : valueText(median, unit),
    );
  const effect = effects.find(
    (one) => one.metric.name === metric && one.arm === after && one.against === before,
  );
  const medians = [median(before), median(after)] as const;
  if (effect === undefined) {
    const because = t`the experiment does not compare ${after} with ${before} in ${metric}`;
    return [...medians, table.missing(because), '–'];
  }
  return [...medians, estimateCell(table, experiment, effect), verdictText(effect.verdict)];
}
