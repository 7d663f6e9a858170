import type { LabExperiment } from '../../results/schema/index.js';
import { type Measured, measured, missing } from '../measures/measured.js';
import type { MarkdownTable } from '../tables/markdown-table.js';
import { type ArmSummary, type Effect, summarize, withoutValues } from './effects.js';
import { estimateText, noValueText } from './wording.js';

/** The size of an effect with its interval, or the reason why it has none. */
export function estimateOf(experiment: LabExperiment, effect: Effect): Measured<string> {
  const text = estimateText(effect);
  if (text !== null) return measured(text);
  const { metric, arm, against } = effect;
  return missing(
    noValueText(
      experiment,
      metric.name,
      withoutValues(experiment, metric.name, against === null ? [arm] : [arm, against]),
    ),
  );
}

export function estimateCell(table: MarkdownTable, experiment: LabExperiment, effect: Effect): string {
  return table.cell(estimateOf(experiment, effect), (text) => text);
}

/** An arm's values in a metric, or a mark that leads to the reason why there are none. `format` gives null where the summary has no median. */
export function summaryCell(
  table: MarkdownTable,
  experiment: LabExperiment,
  { arm, metric }: { readonly arm: string; readonly metric: string },
  format: (summary: ArmSummary) => string | null,
): string {
  return format(summarize(experiment, arm, metric)) ?? table.missing(noValueText(experiment, metric, [arm]));
}
