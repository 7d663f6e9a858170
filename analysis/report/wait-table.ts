import {
  histogramCount,
  histogramMean,
  histogramQuantile,
  mainThreadRunqueueShare,
} from '../measures/node-measures.js';
import { integer, nanos, percent } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from './facts.js';
import { blocks } from './section.js';

/** Waits in the order of a write. What of the document's lock each of them is stands in `what`. */
const WAITS = [
  {
    histogram: 'consensus_propose_wait_ns',
    name: 'propose queue',
    what: 'a write waits for the loop to propose it (per request)',
  },
  {
    histogram: 'log_batch_wait_ns',
    name: 'batch wait',
    what: 'a batch waits for the append before it (per batch)',
  },
  { histogram: 'io_fsync_ns', name: 'fsync', what: 'pool queue + kernel + wake-up (per sync)' },
  {
    histogram: 'consensus_slack_ns',
    name: 'slack',
    what: 'the branch of commit that was done first waits for the other (per batch)',
  },
  { histogram: 'state_apply_wait_ns', name: 'apply wait', what: 'committed, not yet applied (per batch)' },
  {
    histogram: 'runtime_loop_delay_ns',
    name: 'event loop delay',
    what: 'lateness of a timer that is due every 10 ms: the busy loop, the nearest thing to a global lock',
  },
  { histogram: 'runtime_gc_ns', name: 'garbage collection', what: 'the loop stands still (per collection)' },
] as const;

/** One row a wait, `mean · p99` a level. */
export function waitTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left('Wait (leader)'),
      left('What it is'),
      ...facts.sweep.map((point) => right(`${levelName(point)}: mean · p99 (count)`)),
    ],
    '`points/*/nodes/*.json`, histograms of the leader',
  );
  for (const wait of WAITS) {
    table.row(wait.name, wait.what, ...facts.sweep.map((point) => waitCell(table, point, wait.histogram)));
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
  return `${nanos(mean.value)} · ${p99.ok ? nanos(p99.value) : 'too few'} (${table.cell(count, integer)})`;
}

/** A wait of the kernel's making: ready to run, no CPU. */
function runqueueLine(facts: Facts): string | null {
  const parts = facts.sweep.flatMap((point) => {
    if (!point.leader.ok) return [];
    const share = mainThreadRunqueueShare(point.leader.value);
    return share.ok ? [`${percent(share.value)} at ${levelName(point)}`] : [];
  });
  if (parts.length === 0) return null;
  return `Ready to run but without a CPU, the leader's main thread: ${parts.join(', ')} of the window (\`/proc/<pid>/task/*/schedstat\`).`;
}
