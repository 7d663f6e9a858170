import type { NodeWindow } from '../../results/schema/index.js';
import { fromLeader, leaderMean } from '../kpi/leader-readings.js';
import { t } from '../language/language.js';
import { leaderCapture } from '../measures/captures.js';
import { valueOrNull } from '../measures/measured.js';
import {
  countersBetween,
  entriesPerFsync,
  histogramMean,
  histogramQuantile,
  logSyncs,
  timeShare,
  writesPerFsync,
} from '../measures/node-measures.js';
import { clockMeans, splitSyncs } from '../measures/sync-clocks.js';
import { bytes, integer, nanos, percent, significant } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName, nodesInOrder, type PointFacts } from './facts.js';
import { observeLevel, whyNotCaptured } from './observed.js';
import { notMeasured } from './section.js';
import { causeName } from './sync-causes.js';

/** Every sync of every node in the measured windows, as the process saw it. */
export function fsyncLedger(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      left(t`Node`),
      right(t`Fsyncs`),
      right(t`mean`),
      right('p50'),
      right('p99'),
      right('p99.9'),
      right(t`Entries / fsync`),
      right(t`Bytes / fsync`),
      right(t`Write : fsync`),
      right(t`Time with a sync under way`),
      right(t`Write mean`),
      right(t`Batch wait mean`),
    ],
    t`\`points/*/nodes/*.json\`, \`io_*\` and \`log_*\`; calls, times and entries without preallocation, snapshots and directories, which no request waits for`,
  );
  for (const point of facts.sweep) {
    for (const node of nodesInOrder(point)) {
      const quantile = (value: number): string =>
        table.cell(histogramQuantile(node, 'io_fsync_ns', value), nanos);
      table.row(
        levelName(point),
        `${node.role} ${node.node}`,
        table.cell(logSyncs(node), integer),
        table.cell(histogramMean(node, 'io_fsync_ns'), nanos),
        quantile(0.5),
        quantile(0.99),
        quantile(0.999),
        table.cell(entriesPerFsync(node), significant),
        table.cell(histogramMean(node, 'io_fsync_bytes'), bytes),
        table.cell(writesPerFsync(node), (value) => `${significant(value)}:1`),
        table.cell(timeShare(node, 'io_fsync_ns'), percent),
        table.cell(histogramMean(node, 'io_write_ns'), nanos),
        table.cell(histogramMean(node, 'log_batch_wait_ns'), nanos),
      );
    }
  }
  return table.isEmpty ? notMeasured(t`no node window was written`) : table.toString();
}

/** What the process saw against what the idle machine needs: the rest is queue, wake-up and company on the disk. */
export function ledgerParagraph(facts: Facts): string | null {
  const { middle } = facts;
  if (middle === null) return null;
  const mean = valueOrNull(leaderMean(middle, 'io_fsync_ns'));
  const floor = facts.data.baseline?.sync.find(
    (row) => row.primitive === middle.point.ref.primitive && row.blockBytes === 4096,
  );
  const p99 = valueOrNull(fromLeader(middle, (node) => histogramQuantile(node, 'io_fsync_ns', 0.99)));
  if (mean === null || floor === undefined) return null;
  const floorNs = floor.latency.mean * 1e3;
  const apart = mean - floorNs;
  const etcd =
    p99 === null
      ? ''
      : p99 < 10e6
        ? t` The p99 of ${nanos(p99)} is within the 10 ms that etcd asks of a disk.`
        : t` The p99 of ${nanos(p99)} is above the 10 ms that etcd asks of a disk.`;
  return t`At ${levelName(middle)} a sync of the leader takes ${nanos(mean)}; write + ${floor.primitive} of 4 KiB takes ${nanos(floorNs)} on the idle machine. The difference of ${nanos(apart)} is thread pool queue, wake-up of the loop, larger writes, and the other nodes on the same disk.${clocksPart(middle, facts)}${etcd}`;
}

/** Of one pass, which timed both sides of each sync: what another pass saw in the kernel is no part of these syncs. */
function clocksPart({ point }: PointFacts, facts: Facts): string {
  const capture = leaderCapture(point, 'strata.sync-calls/1');
  const split = capture.ok ? splitSyncs(capture.value) : null;
  const means = split === null ? null : clockMeans(split.syncs, split.hasFlush);
  const partOf = (clock: string) => means?.parts.find((part) => part.clock === clock)?.meanNs ?? 0;
  if (capture.ok && split !== null && means !== null)
    return t` In the pass of \`${capture.value.probe}\`, which timed ${integer(split.syncs.length)} syncs on both sides, a mean sync of ${nanos(means.observedNs)} waited ${nanos(partOf('queue'))} for a thread of the pool and ${nanos(partOf('wake'))} for the loop to wake up.`;
  const elsewhere = observeLevel(facts, 'strata.sync-calls/1').ok;
  const because = capture.ok
    ? t`no sync of that pass was timed on both sides`
    : elsewhere
      ? capture.because
      : whyNotCaptured(facts, 'strata.sync-calls/1');
  return t` How much of it is queue and wake-up was not measured, because ${because}.`;
}

export function syncCauses(facts: Facts): string | null {
  const prefix = 'io_fsync_cause_';
  const nodes = facts.sweep.flatMap((point) => nodesInOrder(point).map((node) => ({ point, node })));
  const causes = (node: NodeWindow) =>
    countersBetween(node, prefix, '_total').filter(([, count]) => count > 0);
  if (nodes.length === 0) return null;
  if (nodes.every(({ node }) => causes(node).length === 0)) {
    return t`Causes of syncs: ${notMeasured(t`no node reported a counter ${prefix}<cause>_total above zero`)}`;
  }
  const table = new MarkdownTable(
    [left(t`Level`), left(t`Node`), left(t`Why it synced`)],
    '`points/*/nodes/*.json`, `io_fsync_cause_*_total`',
  );
  for (const { point, node } of nodes) {
    const list = causes(node).map(([cause, count]) => `${causeName(cause)} ${integer(count)}`);
    table.row(
      levelName(point),
      `${node.role} ${node.node}`,
      list.length === 0 ? t`no sync` : list.join(t`, `),
    );
  }
  return table.toString();
}
