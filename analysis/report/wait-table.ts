import { t, translated } from '../language/language.js';
import {
  histogramCount,
  histogramMean,
  histogramQuantile,
  mainThreadRunqueueShare,
} from '../measures/node-measures.js';
import { QUEUES } from '../measures/queues.js';
import { integer, nanos, percent } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from './facts.js';
import { blocks } from './section.js';

/** One row a wait, `mean · p99` a level. */
export function waitTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Wait (leader)`),
      left(t`What it is`),
      ...facts.sweep.map((point) => right(t`${levelName(point)}: mean · p99 (count)`)),
    ],
    t`\`points/*/nodes/*.json\`, histograms of the leader`,
  );
  for (const wait of QUEUES) {
    table.row(
      translated(wait.name),
      translated(wait.what),
      ...facts.sweep.map((point) => waitCell(table, point, wait.histogram)),
    );
  }
  return blocks(table.toString(), runqueueLine(facts));
}

function waitCell(table: MarkdownTable, point: PointFacts, histogram: string): string {
  const { leader } = point;
  if (!leader.ok) return table.missing(leader.because);
  const mean = histogramMean(leader.value, histogram);
  if (!mean.ok) return table.missing(mean.because);
  const p99 = histogramQuantile(leader.value, histogram, 0.99);
  const count = histogramCount(leader.value, histogram);
  return `${nanos(mean.value)} · ${p99.ok ? nanos(p99.value) : t`too few`} (${table.cell(count, integer)})`;
}

/** A wait of the kernel's making: ready to run, no CPU. */
function runqueueLine(facts: Facts): string | null {
  const parts = facts.sweep.flatMap((point) => {
    if (!point.leader.ok) return [];
    const share = mainThreadRunqueueShare(point.leader.value);
    return share.ok ? [t`${percent(share.value)} at ${levelName(point)}`] : [];
  });
  if (parts.length === 0) return null;
  return t`Ready to run but without a CPU, the leader's main thread: ${parts.join(t`, `)} of the window (\`/proc/<pid>/task/*/schedstat\`).`;
}
