import { t } from '../language/language.js';
import { percent } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import type { ComparisonRow } from './compare-row.js';
import type { RunComparison } from './compare-runs.js';
import { remarks } from './render-text.js';
import {
  armLine,
  medianCell,
  metricOf,
  metricTitle,
  pCell,
  percentInterval,
  shiftCell,
  signedPercent,
  verdictSentence,
  verdictWord,
} from './words.js';

/** Stands in the first line, so that a later comment on the same pull request finds the earlier one and takes its place. */
export const COMMENT_MARK = '<!-- strata-compare -->';
const SOURCE = '`run.json`, `points/*/summary.json`, `points/*/nodes/*.json`';

/** The comparison as a comment: verdict first, the rows that changed in a short table, everything else folded. Ends with a line break. */
export function comparisonMarkdown(found: RunComparison): string {
  const changed = found.rows.filter(({ verdict }) => verdict !== '~');
  const parts = [
    COMMENT_MARK,
    `### ${mark(found)} ${t`Performance`}`,
    `**${verdictSentence(found)}**`,
    differences(found),
    changed.length === 0 ? '' : shortTable(changed),
    overLevels(found),
    details(found),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function mark({ verdict }: RunComparison): string {
  if (verdict === 'regression') return '🔴';
  if (verdict === 'worse') return '🟠';
  if (verdict === 'better') return '🟢';
  if (verdict === 'changed') return '🔵';
  return '⚪';
}

function differences({ differences: found, forced }: RunComparison): string {
  if (found.length === 0) return '';
  const table = new MarkdownTable([left(t`differs`), left(t`base`), left(t`contender`)], SOURCE);
  for (const { what, base, contender } of found) table.row(code(what), code(base), code(contender));
  const head = forced
    ? t`Compared all the same (--force), although these differ:`
    : t`These differ; --force compares all the same:`;
  return `${head}\n\n${table}`;
}

function shortTable(rows: readonly ComparisonRow[]): string {
  const table = new MarkdownTable(
    [
      left(t`level`),
      left(t`metric`),
      right(t`base`),
      right(t`contender`),
      right(t`change`),
      left(t`verdict`),
    ],
    SOURCE,
  );
  for (const row of rows) {
    const metric = metricOf(row.metric);
    const change = `${signedPercent(row.delta)} ${percentInterval(row.deltaInterval)}`.trim();
    table.row(
      code(row.point),
      metricTitle(row.metric),
      metric.format(row.base.median),
      metric.format(row.contender.median),
      change,
      verdictWord(row),
    );
  }
  return table.toString();
}

function overLevels(found: RunComparison): string {
  return found.overLevels
    .map(({ metric, ratio, interval }) => {
      const range =
        interval === null ? '' : ` ${percentInterval({ low: interval.low - 1, high: interval.high - 1 })}`;
      return `${metricTitle(metric)} ${signedPercent(ratio - 1)}${range}`;
    })
    .map((line, at) => (at === 0 ? `${t`Geometric mean over the levels:`} ${line}` : line))
    .join(' · ');
}

function details(found: RunComparison): string {
  const lines = [
    `- ${t`base`}: ${armLine(found.base)}`,
    `- ${t`contender`}: ${armLine(found.contender)}`,
    ...remarks(found).map((line) => `- ${line}`),
  ];
  const table = found.rows.length === 0 ? [] : ['', fullTable(found.rows).toString()];
  const { alpha, power, threshold } = found.options;
  const how = t`One value a run. ± is the interval of the median from order statistics, the change has a BCa bootstrap interval over runs, p is Mann–Whitney's, adjusted for all rows after Holm; a change has p ≤ ${alpha} and is larger than the noise floor of the repeats, a regression is also larger than ${percent(threshold)}. Detectable: found in ${percent(power)} of the cases.`;
  return [
    '<details>',
    `<summary>${t`All rows, and how they were judged`}</summary>`,
    '',
    ...lines,
    ...table,
    '',
    how,
    '',
    '</details>',
  ].join('\n');
}

function fullTable(rows: readonly ComparisonRow[]): MarkdownTable {
  const table = new MarkdownTable(
    [
      left(t`level`),
      left(t`metric`),
      right(t`base`),
      right(t`contender`),
      right(t`change`),
      right(t`shift`),
      right('p'),
      right('Holm p'),
      right(t`noise`),
      right(t`detectable`),
      left(t`verdict`),
    ],
    SOURCE,
  );
  for (const row of rows) {
    const metric = metricOf(row.metric);
    table.row(
      code(row.point),
      metricTitle(row.metric),
      medianCell(row.base, metric),
      medianCell(row.contender, metric),
      `${signedPercent(row.delta)} ${percentInterval(row.deltaInterval)}`.trim(),
      shiftCell(row, metric),
      pCell(row.test.p),
      pCell(row.pAdjusted),
      row.noiseFloor === null ? '?' : percent(row.noiseFloor),
      row.detectable === null ? '?' : percent(row.detectable),
      row.because === null ? verdictWord(row) : `~ (${row.because})`,
    );
  }
  return table;
}
