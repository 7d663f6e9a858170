import { t, translated } from '../language/language.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import type { HistoryChange, HistorySeries, RunHistory } from './history.js';
import { textColumns } from './text-columns.js';
import { metricOf, metricTitle, pCell, signedPercent } from './words.js';

/** The history for a terminal. Without a line break at its end. */
export function historyText(found: RunHistory): string {
  const parts = [historySentence(found)];
  const rows = changeRows(found);
  if (rows.length > 0)
    parts.push(
      textColumns(
        heads().map((name, at) => ({
          name,
          align: at === 3 || at === 4 || at === 5 || at === 6 ? 'right' : 'left',
        })),
        rows,
      ),
    );
  parts.push(...leftOut(found));
  return parts.join('\n\n');
}

/** The history as Markdown. Ends with a line break. */
export function historyMarkdown(found: RunHistory): string {
  const rows = changeRows(found);
  const table = new MarkdownTable(
    heads().map((name, at) => (at >= 3 && at <= 6 ? right(name) : left(name))),
    '`run.json`, `points/*/summary.json`, `points/*/nodes/*.json`',
  );
  for (const row of rows) table.row(...row.map((cell, at) => (at === 0 || at === 2 ? code(cell) : cell)));
  const parts = [`**${historySentence(found)}**`, ...(rows.length > 0 ? [table.toString()] : [])];
  parts.push(...leftOut(found));
  return `${parts.join('\n\n')}\n`;
}

function heads(): string[] {
  return [t`level`, t`metric`, t`began with`, t`before`, t`after`, t`change`, 'p', t`verdict`, t`time`];
}

function changeRows({ series }: RunHistory): string[][] {
  return series.flatMap((one) => one.changes.map((change) => changeRow(one, change)));
}

function changeRow({ point, metric }: HistorySeries, change: HistoryChange): string[] {
  const { format } = metricOf(metric);
  const commit =
    change.commit === null ? change.run : `${change.commit.slice(0, 7)}${change.dirty ? '+' : ''}`;
  return [
    point,
    metricTitle(metric),
    commit,
    format(change.meanBefore),
    format(change.meanAfter),
    signedPercent(
      change.meanBefore === 0 ? null : (change.meanAfter - change.meanBefore) / Math.abs(change.meanBefore),
    ),
    pCell(change.p),
    translated(change.verdict),
    change.startedAt.slice(0, 16).replace('T', ' '),
  ];
}

function historySentence({ runs, series, verdict }: RunHistory): string {
  const changes = series.flatMap((one) => one.changes).length;
  if (verdict === 'unknown')
    return t`~ Nothing can be said: ${runs.length} runs are too few for a change point.`;
  if (changes === 0) return t`~ No change in ${runs.length} runs of ${series.length} series.`;
  const worse = series.filter((one) => one.changes.at(-1)?.verdict === 'worse').length;
  return t`${changes} change points in ${runs.length} runs of ${series.length} series; in ${worse} series the last one was for the worse.`;
}

function leftOut({ others, unsound }: RunHistory): string[] {
  const sentences: string[] = [];
  if (others.length > 0)
    sentences.push(
      t`${others.length} runs of another machine, configuration or workload than the newest are left out.`,
    );
  if (unsound.length > 0)
    sentences.push(
      t`Left out, because their load failed its own audit: ${unsound
        .map(({ run, point, because }) => `${point} (${run}): ${because}`)
        .join('; ')}.`,
    );
  return sentences;
}
