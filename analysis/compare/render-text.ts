import { t } from '../language/language.js';
import { percent } from '../tables/format.js';
import type { ComparisonRow } from './compare-row.js';
import type { RunComparison } from './compare-runs.js';
import { textColumns } from './text-columns.js';
import {
  armLine,
  medianCell,
  metricOf,
  metricTitle,
  pCell,
  percentInterval,
  repeatAdvice,
  shiftCell,
  signedPercent,
  verdictSentence,
  verdictWord,
} from './words.js';

/** The comparison for a terminal: verdict, what was compared, rows, geometric means in the last lines. Without a line break at its end. */
export function comparisonText(found: RunComparison): string {
  const parts = [
    verdictSentence(found),
    t`base       ${armLine(found.base)}\ncontender  ${armLine(found.contender)}`,
    differencesText(found),
    found.rows.length === 0 ? '' : rowsText(found.rows),
    remarks(found).join('\n'),
    found.overLevels.map(overLevelsLine).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function differencesText({ differences, forced }: RunComparison): string {
  if (differences.length === 0) return '';
  const head = forced
    ? t`Compared all the same (--force), although these differ:`
    : t`These differ; --force compares all the same:`;
  const table = textColumns(
    [
      { name: '', align: 'left' },
      { name: t`base`, align: 'left' },
      { name: t`contender`, align: 'left' },
    ],
    differences.map(({ what, base, contender }) => [what, base, contender]),
  );
  return `${head}\n${table}`;
}

function rowsText(rows: readonly ComparisonRow[]): string {
  const left = (name: string) => ({ name, align: 'left' as const });
  const right = (name: string) => ({ name, align: 'right' as const });
  const columns = [
    left(t`level`),
    left(t`metric`),
    right(t`base`),
    right(t`contender`),
    right(t`change`),
    left(''),
    left(t`shift`),
    right('p'),
    right('Holm p'),
    right(t`noise`),
    right(t`detectable`),
    left(t`verdict`),
  ];
  return textColumns(columns, rows.map(rowCells));
}

function rowCells(row: ComparisonRow): string[] {
  const metric = metricOf(row.metric);
  return [
    row.point,
    metricTitle(row.metric),
    medianCell(row.base, metric),
    medianCell(row.contender, metric),
    signedPercent(row.delta),
    percentInterval(row.deltaInterval),
    shiftCell(row, metric),
    pCell(row.test.p),
    pCell(row.pAdjusted),
    row.noiseFloor === null ? '?' : percent(row.noiseFloor),
    row.detectable === null ? '?' : percent(row.detectable),
    verdictWord(row),
  ];
}

/** Notes, gaps and advice, a line each. */
export function remarks(found: RunComparison): string[] {
  const advice = found.verdict === 'not-comparable' ? null : repeatAdvice(found);
  const gaps = found.gaps.map(({ point, metric, because }) =>
    metric === null
      ? t`${point} is not judged: ${because}.`
      : t`${metricTitle(metric)} at ${point} is missing in some run: ${because}.`,
  );
  const silent = found.rows.filter((row) => row.noiseFloor === null).length;
  const floor =
    silent === 0 ? [] : [t`The noise floor of ${silent} rows is not known: it takes four runs of one side.`];
  return [...found.notes, ...gaps, ...floor, ...(advice === null ? [] : [advice])];
}

function overLevelsLine({ metric, levels, ratio, interval }: RunComparison['overLevels'][number]): string {
  const range =
    interval === null ? '' : ` ${percentInterval({ low: interval.low - 1, high: interval.high - 1 })}`;
  return t`geometric mean over ${levels} levels: ${metricTitle(metric)} ${signedPercent(ratio - 1)}${range}`;
}
