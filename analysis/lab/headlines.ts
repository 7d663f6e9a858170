import type { LabData } from '../../results/run-directory.js';
import type { LabExperiment } from '../../results/schema/index.js';
import { estimateOf } from './cells.js';
import { directionsOf, type Effect, effectsOf, verdictsOf } from './effects.js';
import { countVerdicts } from './verdict.js';
import { claimText, comparisonText, endText, verdictText } from './wording.js';

/**
 * A run of the lab in one line an experiment, for a page that has no room for all of it: the first statement of the document with its verdict, and how the
 * verdicts on all statements of the experiment are spread. Of an experiment without one its first comparison. Markdown, in English.
 */
export function labHeadlines({ experiments }: LabData): string {
  return [
    '| experiment | what is compared | the document | measured (95 % interval) | verdict | all statements: confirmed / refuted / undecided |',
    '| --- | --- | ---: | ---: | --- | ---: |',
    ...experiments.map(headline),
  ].join('\n');
}

function headline(experiment: LabExperiment): string {
  const effects = effectsOf(experiment);
  const verdicts = verdictsOf(effects);
  const count = countVerdicts(verdicts);
  const open = count.undecided + count['not-decidable'];
  const all = verdicts.length === 0 ? '–' : `${count.confirmed} / ${count.refuted} / ${open}`;
  const first = effects.find(({ verdict }) => verdict !== null) ?? effects[0];
  const cells =
    first === undefined
      ? [experiment.title, 'no figure', endText(experiment) ?? 'nothing is compared', 'no figure to judge']
      : [
          `${first.metric.name}: ${comparisonText(first)}`,
          claimText(first.claim, first.metric),
          size(experiment, first),
          verdictText(first.verdict),
        ];
  return `| \`${experiment.id}\` | ${[...cells, all].join(' | ')} |`;
}

function size(experiment: LabExperiment, effect: Effect): string {
  const estimate = estimateOf(experiment, effect);
  return estimate.ok ? estimate.value : `not measured: ${estimate.because}`;
}

/** How many statements of the document a run of the lab judges, and how, in a sentence. */
export function labCount({ experiments }: LabData): string {
  const effects = experiments.flatMap(effectsOf);
  const verdicts = verdictsOf(effects);
  const count = countVerdicts(verdicts);
  return `${experiments.length} experiments judge ${verdicts.length} statements of the document, ${directionsOf(effects)} of them directions without a figure: ${count.confirmed} confirmed, ${count.refuted} refuted, ${count.undecided} undecided, ${count['not-decidable']} not decidable here.`;
}
