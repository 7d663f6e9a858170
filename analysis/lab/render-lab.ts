import type { LabData } from '../../results/run-directory.js';
import type { LabExperiment } from '../../results/schema/index.js';
import { inLanguage, type Language, t, translated } from '../language/language.js';
import { blocks, figure } from '../report/section.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { beforeAfterTables } from './before-after.js';
import { estimateCell, summaryCell } from './cells.js';
import { effectChart } from './effect-chart.js';
import { directionsOf, type Effect, effectsOf, figuresOf, verdictsOf, withoutValues } from './effects.js';
import { countVerdicts } from './verdict.js';
import {
  claimText,
  comparisonText,
  endText,
  medianText,
  noValueText,
  pText,
  rulesText,
  stateText,
  valueText,
  verdictText,
} from './wording.js';

/** An experiment with what was computed from it. */
export interface Judged {
  readonly experiment: LabExperiment;
  readonly effects: readonly Effect[];
}

/**
 * The report of a run of the lab: path in the run directory → text, in one language. English is `report.md`, Chinese `report.zh.md`; the charts of both lie beside
 * each other. The same data gives the same bytes.
 */
export function renderLabReport(
  data: LabData,
  language: Language,
  onMissing?: (template: string) => void,
): Map<string, string> {
  return inLanguage(language, () => render(data, language), onMissing);
}

export function judgeLab({ experiments }: LabData): readonly Judged[] {
  return experiments.map((experiment) => ({ experiment, effects: effectsOf(experiment) }));
}

function render(data: LabData, language: Language): Map<string, string> {
  const judged = judgeLab(data);
  const suffix = language === 'en' ? '' : `.${language}`;
  const charts = new Map<string, string>();
  const sections = judged.map((one) => experimentSection(one, suffix, charts));
  const text = blocks(
    header(data),
    `## ${t`Verdict`}`,
    verdictLine(judged),
    `## ${t`What the document claimed, what we measured`}`,
    claimedTable(judged),
    beforeAfterTables(judged),
    ...sections,
    `## ${t`How these numbers come about`}`,
    rulesText(),
    `## ${t`Not measured, because`}`,
    notMeasured(data),
  );
  return new Map([[`report${suffix}.md`, `${text}\n`], ...charts]);
}

function header({ run }: LabData): string {
  const commit = run.git.commit === null ? t`unknown` : run.git.commit.slice(0, 12);
  const { machine } = run;
  const memory = `${Math.round(machine.memoryBytes / 2 ** 30)} GiB`;
  const table = new MarkdownTable([left(t`What`), left('')], '`run.json`')
    .row(t`command`, code(run.command))
    .row(t`run`, run.startedAt)
    .row(t`length of the passes`, run.mode === 'quick' ? t`quick` : t`standard`)
    .row(t`seed`, String(run.seed))
    .row(t`commit`, run.git.dirty ? t`${commit}, with changes` : commit)
    .row(t`machine`, `${machine.cpuModel}, ${t`${machine.cpuCount} CPUs`}, ${memory}`)
    .row(t`system`, `${machine.os}, ${machine.kernel}, ${machine.filesystem}`)
    .row('Node.js', run.versions.nodejs ?? t`unknown`);
  return blocks(`# ${t`Laboratory: the document’s claims, put to the test`}`, table.toString());
}

function verdictLine(judged: readonly Judged[]): string {
  const all = judged.flatMap(({ effects }) => effects);
  const verdicts = verdictsOf(all);
  const count = countVerdicts(verdicts);
  const figures =
    verdicts.length === 0
      ? t`**The document gives no figure that these experiments could judge; what was measured stands below.**`
      : t`**Of ${verdicts.length} statements of the document (${figuresOf(all)} figures, ${directionsOf(all)} directions) ${count.confirmed} are confirmed, ${count.refuted} refuted, ${count.undecided} undecided, ${count['not-decidable']} not decidable here.**`;
  const broken = judged.filter(({ experiment }) => experiment.state !== 'done');
  const notes = broken.map(({ experiment }) => `- ${experiment.id}: ${stateText(experiment)}`);
  return blocks(figures, notes.length === 0 ? null : notes.join('\n'));
}

function claimedTable(judged: readonly Judged[]): string {
  const table = new MarkdownTable(
    [
      left(t`Experiment`),
      left(t`What is compared`),
      right(t`Document`),
      right(t`Measured (95 % interval)`),
      right('p'),
      left(t`Verdict`),
    ],
    '`lab/*.json`',
  );
  for (const { experiment, effects } of judged) {
    // An experiment has the name of the first claim that it answers.
    const name = [experiment.id, ...experiment.claims.slice(1)].join(', ');
    const ended = endText(experiment);
    const judgedEffects = effects.filter(({ verdict }) => verdict !== null);
    for (const effect of judgedEffects)
      table.row(
        name,
        `${effect.metric.name}: ${comparisonText(effect)}`,
        claimText(effect.claim, effect.metric),
        estimateCell(table, experiment, effect),
        pText(effect.pAdjusted),
        verdictText(effect.verdict),
      );
    if (judgedEffects.length === 0)
      table.row(
        name,
        translated(experiment.title),
        t`no figure`,
        experiment.rounds.length > 0 || ended === null ? t`see ${experiment.id} below` : table.missing(ended),
        '–',
        experiment.state === 'not-decidable' ? t`not decidable here` : t`no figure to judge`,
      );
  }
  return table.isEmpty ? t`No experiment was run.` : table.toString();
}

function experimentSection({ experiment, effects }: Judged, suffix: string, charts: Map<string, string>) {
  const title = `${experiment.id} · ${translated(experiment.title)}`;
  const images = (['ratio', 'difference'] as const).flatMap((scale) => {
    const chart = effectChart(
      title,
      effects.filter(({ metric }) => metric.scale === scale),
    );
    if (chart === null) return [];
    const path = `charts/lab-${experiment.id}${scale === 'ratio' ? '' : '-difference'}${suffix}.svg`;
    charts.set(path, chart);
    return [figure(path, t`${title}: measured beside claimed`)];
  });
  return blocks(
    `## ${title}`,
    `**${translated(experiment.question)}**`,
    t`The document: ${translated(experiment.says)}`,
    stateText(experiment),
    ...images,
    effectTable(experiment, effects),
    armTable(experiment),
    howMeasured(experiment),
  );
}

function armTable(experiment: LabExperiment): string | null {
  const { arms, metrics, id } = experiment;
  if (experiment.rounds.length === 0) return null;
  const table = new MarkdownTable(
    [left(t`Arm`), left(t`What it does`), left(t`Number`), right(t`Median (95 % interval)`), left(t`Better`)],
    `\`lab/${id}.json\``,
  );
  for (const arm of arms)
    for (const [index, metric] of metrics.entries()) {
      const better = metric.better === 'higher' ? t`higher` : t`lower`;
      const first = index === 0;
      table.row(
        first ? arm.name : '',
        first ? translated(arm.what) : '',
        metric.name,
        summaryCell(table, experiment, { arm: arm.name, metric: metric.name }, (summary) =>
          medianText(summary, metric.unit),
        ),
        better,
      );
    }
  return table.toString();
}

function effectTable(experiment: LabExperiment, effects: readonly Effect[]): string | null {
  const { id, rounds } = experiment;
  if (rounds.length === 0 || effects.length === 0) return null;
  const table = new MarkdownTable(
    [
      left(t`What is compared`),
      left(t`Number`),
      right(t`Document`),
      right(t`Measured (95 % interval)`),
      right('p'),
      left(t`Verdict`),
    ],
    `\`lab/${id}.json\``,
  );
  for (const effect of effects)
    table.row(
      comparisonText(effect),
      effect.metric.name,
      effect.verdict === null ? '–' : claimText(effect.claim, effect.metric),
      estimateCell(table, experiment, effect),
      pText(effect.pAdjusted),
      effect.verdict === null ? '–' : verdictText(effect.verdict),
    );
  return table.toString();
}

function howMeasured(experiment: LabExperiment): string {
  const measured = experiment.rounds.filter(({ warmUp }) => !warmUp);
  const lengths = measured.flatMap(({ runs }) => runs.map(({ durationMs }) => durationMs));
  const rounds =
    lengths.length === 0
      ? t`No run came to its end.`
      : t`Runs of every arm: ${measured.length}, the longest ${valueText(Math.max(...lengths), 'ms')}.`;
  const limits = experiment.limits === null ? '' : ` ${translated(experiment.limits)}`;
  const again = code(
    `strata lab run ${experiment.id} --repeats ${experiment.repeats} --seed ${experiment.seed}${experiment.quick ? ' --quick' : ''}`,
  );
  return blocks(`${t`Workload:`} ${translated(experiment.workload)} ${rounds}${limits}`, t`Again: ${again}`);
}

function notMeasured({ run, experiments }: LabData): string {
  const lines = [
    ...run.notMeasured.map(({ what, because }) => `- ${translated(what)}: ${translated(because)}`),
    ...experiments.flatMap((experiment) => {
      const title = translated(experiment.title);
      const state = stateText(experiment);
      return [
        ...(state === null ? [] : [`- ${experiment.id} · ${title}: ${state}`]),
        ...undecidable(experiment).map((why) => t`- ${experiment.id} · ${title}: ${why}.`),
        ...valueless(experiment).map((why) => t`- ${experiment.id} · ${title}: ${why}.`),
      ];
    }),
  ];
  return lines.length === 0 ? t`Everything that was asked for was measured.` : lines.join('\n');
}

/** A clause for every statement that this way of measuring cannot decide. */
function undecidable(experiment: LabExperiment): readonly string[] {
  return effectsOf(experiment).flatMap(({ claim, metric, verdict, ...compared }) =>
    verdict?.kind === 'not-decidable' && verdict.why !== null
      ? [
          t`${metric.name}, ${comparisonText(compared)} (${claimText(claim, metric)}): ${translated(verdict.why)}`,
        ]
      : [],
  );
}

/** A clause for every number that arms were asked for and that none of their runs gave. What an experiment lacks that has no run at all, its state tells. */
function valueless(experiment: LabExperiment): readonly string[] {
  if (experiment.state !== 'done' && experiment.rounds.length === 0) return [];
  const arms = experiment.arms.map(({ name }) => name);
  // A number that stands for statements which nothing here can decide has said so already.
  const left = experiment.effects.filter(({ notDecidable }) => notDecidable !== null);
  const excused = experiment.metrics.filter(
    ({ name }) =>
      left.some(({ metric }) => metric === name) &&
      experiment.effects.every(({ metric, notDecidable }) => metric !== name || notDecidable !== null),
  );
  return experiment.metrics.flatMap((metric) => {
    const { name } = metric;
    if (excused.includes(metric)) return [];
    const without = withoutValues(experiment, name, arms);
    return without.length === 0 ? [] : [noValueText(experiment, name, without)];
  });
}
