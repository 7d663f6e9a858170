import type { LabData } from '../../results/run-directory.js';
import type { LabExperiment } from '../../results/schema/index.js';
import { inLanguage, type Language, t, translated } from '../language/language.js';
import { blocks, figure } from '../report/section.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { beforeAfterTables } from './before-after.js';
import { effectChart } from './effect-chart.js';
import { type Effect, effectsOf, summarize } from './effects.js';
import type { Verdict } from './verdict.js';
import {
  claimText,
  estimateText,
  medianText,
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
  const verdicts = judged.flatMap(({ effects }) =>
    effects.flatMap(({ verdict }) => (verdict === null ? [] : [verdict])),
  );
  const count = (kind: Verdict['kind']) => verdicts.filter((verdict) => verdict.kind === kind).length;
  const figures =
    verdicts.length === 0
      ? t`**The document gives no figure that these experiments could judge; what was measured stands below.**`
      : t`**Of ${verdicts.length} figures of the document ${count('confirmed')} are confirmed, ${count('refuted')} refuted, ${count('undecided')} undecided, ${count('not-decidable')} not decidable on this machine.**`;
  const broken = judged.filter(({ experiment }) => experiment.state !== 'done');
  const notes = broken.map(({ experiment }) => `- ${experiment.id}: ${stateText(experiment)}`);
  return blocks(figures, notes.length === 0 ? null : notes.join('\n'));
}

function claimedTable(judged: readonly Judged[]): string {
  const table = new MarkdownTable(
    [
      left(t`Claim`),
      left(t`Experiment`),
      left(t`What is compared`),
      left(t`Number`),
      left(t`Verdict`),
      right(t`Document`),
      right(t`Measured (95 % interval)`),
      right('p'),
    ],
    '`lab/*.json`',
  );
  for (const { experiment, effects } of judged) {
    const claims = experiment.claims.join(', ');
    const judgedEffects = effects.filter(({ verdict }) => verdict !== null);
    for (const effect of judgedEffects)
      table.row(
        claims,
        experiment.id,
        t`${effect.arm} against ${effect.against}`,
        effect.metric.name,
        verdictText(effect.verdict),
        claimText(effect.claim, effect.metric),
        estimateText(effect),
        pText(effect.pAdjusted),
      );
    if (judgedEffects.length === 0)
      table.row(
        claims,
        experiment.id,
        translated(experiment.title),
        '–',
        experiment.state === 'not-decidable' ? t`not decidable here` : t`no figure to judge`,
        t`no figure`,
        experiment.state === 'done' ? t`see ${experiment.id} below` : t`not measured`,
        '–',
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
      const summary = summarize(experiment, arm.name, metric.name);
      const better = metric.better === 'higher' ? t`higher` : t`lower`;
      const first = index === 0;
      table.row(
        first ? arm.name : '',
        first ? translated(arm.what) : '',
        metric.name,
        medianText(summary, metric.unit),
        better,
      );
    }
  return table.toString();
}

function effectTable({ id, rounds }: LabExperiment, effects: readonly Effect[]): string | null {
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
      t`${effect.arm} against ${effect.against}`,
      effect.metric.name,
      effect.verdict === null ? '–' : claimText(effect.claim, effect.metric),
      estimateText(effect),
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
    ...experiments
      .filter(({ state }) => state !== 'done')
      .map((experiment) => `- ${experiment.id} · ${translated(experiment.title)}: ${stateText(experiment)}`),
  ];
  return lines.length === 0 ? t`Everything that was asked for was measured.` : lines.join('\n');
}
