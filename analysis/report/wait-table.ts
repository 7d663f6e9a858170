import {
  histogramCount,
  histogramMean,
  histogramQuantile,
  mainThreadRunqueueShare,
} from '../measures/node-measures.js';
import { integer, nanos, percent } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName } from './facts.js';
import { blocks, notMeasured } from './section.js';

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
    what: 'a timer fires later than asked: the busy loop, the nearest thing to a global lock',
  },
  { histogram: 'runtime_gc_ns', name: 'garbage collection', what: 'the loop stands still (per collection)' },
] as const;

export function waitTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left('Wait (leader)'),
      left('What it is'),
      left('Level'),
      right('Count'),
      right('mean'),
      right('p50'),
      right('p99'),
    ],
    '`points/*/nodes/*.json`, histograms of the leader',
  );
  for (const wait of WAITS) {
    for (const point of facts.sweep) {
      const { leader } = point;
      if (!leader.ok) {
        const because = table.missing(leader.because);
        table.row(wait.name, wait.what, levelName(point), because, because, because, because);
        continue;
      }
      const node = leader.value;
      table.row(
        wait.name,
        wait.what,
        levelName(point),
        table.cell(histogramCount(node, wait.histogram), integer),
        table.cell(histogramMean(node, wait.histogram), nanos),
        table.cell(histogramQuantile(node, wait.histogram, 0.5), nanos),
        table.cell(histogramQuantile(node, wait.histogram, 0.99), nanos),
      );
    }
  }
  return blocks(table.isEmpty ? notMeasured('the run has no sweep') : table.toString(), runqueueLine(facts));
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
