import type { LabData } from '../../results/run-directory.js';
import { type Effect, effectsOf } from './effects.js';
import { claimText, estimateText, verdictText } from './wording.js';

const KINDS = ['confirmed', 'refuted', 'undecided', 'not-decidable'] as const;

/**
 * A run of the lab in one line an experiment, for a page that has no room for all of it: the first figure that the document gives with its verdict, and how the
 * verdicts on all figures of the experiment are spread. Of an experiment without a figure its first comparison. Markdown, in English.
 */
export function labHeadlines({ experiments }: LabData): string {
  const rows = experiments.map((experiment) => {
    const effects = effectsOf(experiment);
    const judged = effects.filter(({ verdict }) => verdict !== null);
    const first: Effect | undefined = judged[0] ?? effects[0];
    const spread = KINDS.map((kind) => judged.filter(({ verdict }) => verdict?.kind === kind).length);
    const [confirmed, refuted, undecided, other] = spread;
    const all = judged.length === 0 ? '–' : `${confirmed} / ${refuted} / ${undecided! + other!}`;
    const what =
      first === undefined ? experiment.title : `${first.metric.name}: ${first.arm} against ${first.against}`;
    const cells =
      first === undefined
        ? ['no figure', 'not measured', 'no figure to judge']
        : [claimText(first.claim, first.metric), estimateText(first), verdictText(first.verdict)];
    return `| \`${experiment.id}\` | ${[what, ...cells, all].join(' | ')} |`;
  });
  return [
    '| experiment | what is compared | the document | measured (95 % interval) | verdict | all figures: confirmed / refuted / undecided |',
    '| --- | --- | ---: | ---: | --- | ---: |',
    ...rows,
  ].join('\n');
}

/** How many figures of the document a run of the lab judges, and how: `12 of 70 figures are confirmed, …`. */
export function labCount({ experiments }: LabData): string {
  const verdicts = experiments.flatMap((experiment) =>
    effectsOf(experiment).flatMap(({ verdict }) => (verdict === null ? [] : [verdict.kind])),
  );
  const [confirmed, refuted, undecided, other] = KINDS.map(
    (kind) => verdicts.filter((found) => found === kind).length,
  );
  return `${experiments.length} experiments judge ${verdicts.length} figures of the document: ${confirmed} confirmed, ${refuted} refuted, ${undecided} undecided, ${other} not decidable on this machine.`;
}
