import type { NodeWindow } from '../../results/schema/index.js';
import { t, translated } from '../language/language.js';
import { combine, type Measured, map, measured, quotient } from '../measures/measured.js';
import {
  counter,
  counterPerSecond,
  cpuCores,
  histogramMean,
  histogramQuantile,
  mainThreadShare,
  persistShare,
  timeShare,
} from '../measures/node-measures.js';
import { bytes, decimal, integer, nanos, percent, perSecond, significant, times } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName, nodesInOrder, type PointFacts } from './facts.js';
import { blocks, notMeasured } from './section.js';

/** C1: what a leader costs against a follower. */
export function roleTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      left(t`Node`),
      right('CPU'),
      right(t`user / system`),
      right(t`Main thread on a CPU`),
      right(t`Resident`),
      right(t`Sent to peers`),
      right(t`Received`),
      right(t`Loop delay p99`),
      right(t`GC time`),
    ],
    '`points/*/nodes/*.json`, `/proc/<pid>`',
  );
  for (const point of facts.sweep) {
    for (const node of nodesInOrder(point)) {
      const { proc } = node;
      const split = (value: number): string => decimal(value / (node.seconds * 1e3), 2);
      table.row(
        levelName(point),
        `${node.role} ${node.node}`,
        table.cell(cpuCores(node), (value) => t`${decimal(value, 2)} cores`),
        proc === null
          ? table.missing(t`/proc of the node was not readable`)
          : `${split(proc.cpuUserMs)} / ${split(proc.cpuSystemMs)}`,
        table.cell(mainThreadShare(node), percent),
        proc === null ? table.missing(t`/proc of the node was not readable`) : bytes(proc.rssBytes),
        table.cell(counterPerSecond(node, 'network_peer_bytes_sent_total'), (value) => `${bytes(value)}/s`),
        table.cell(
          counterPerSecond(node, 'network_peer_bytes_received_total'),
          (value) => `${bytes(value)}/s`,
        ),
        table.cell(histogramQuantile(node, 'runtime_loop_delay_ns', 0.99), nanos),
        table.cell(timeShare(node, 'runtime_gc_ns'), percent),
      );
    }
  }
  if (table.isEmpty) return notMeasured(t`no node window was written`);
  const ratios = facts.sweep.flatMap((point) => {
    const ratio = leaderToFollower(point, cpuCores);
    return ratio.ok ? [t`${times(ratio.value)} at ${levelName(point)}`] : [];
  });
  const note =
    ratios.length === 0
      ? null
      : t`CPU of the leader against the mean follower: ${ratios.join(t`, `)} (document: 1.5 to 2x, C1).`;
  return blocks(table.toString(), note);
}

/** A measure of the leader against its mean over the followers. */
export function leaderToFollower(point: PointFacts, read: (node: NodeWindow) => Measured): Measured {
  if (!point.leader.ok) return point.leader;
  if (point.followers.length === 0)
    return { ok: false, because: t`no node was a follower at the end of the window` };
  const sum = point.followers
    .map(read)
    .reduce((total, next) => combine(total, next, (one, other) => one + other), measured(0) as Measured);
  const mean = map(sum, (value) => value / point.followers.length);
  return quotient(read(point.leader.value), mean, t`the followers did none of it in the window`);
}

type Row = readonly [string, (node: NodeWindow) => Measured, (value: number) => string];

const ROWS: readonly Row[] = [
  ['proposals', (node) => counterPerSecond(node, 'consensus_proposals_total'), perSecond],
  ['commits (entries)', (node) => counterPerSecond(node, 'consensus_commits_total'), perSecond],
  [
    'commit, mean (proposed → committed, per batch)',
    (node) => histogramMean(node, 'consensus_commit_ns'),
    nanos,
  ],
  ['commit, p99', (node) => histogramQuantile(node, 'consensus_commit_ns', 0.99), nanos],
  ['persist branch, mean', (node) => histogramMean(node, 'consensus_persist_ns'), nanos],
  ['replicate branch, mean', (node) => histogramMean(node, 'consensus_replicate_ns'), nanos],
  ['replicate branch, p99', (node) => histogramQuantile(node, 'consensus_replicate_ns', 0.99), nanos],
  ['persist finished last', persistShare, percent],
  ['slack of the other branch, mean', (node) => histogramMean(node, 'consensus_slack_ns'), nanos],
  ['read rounds', (node) => counterPerSecond(node, 'consensus_read_rounds_total'), perSecond],
  [
    'reads a round',
    (node) =>
      quotient(
        counter(node, 'consensus_reads_total'),
        counter(node, 'consensus_read_rounds_total'),
        t`there was no linearizable read in the window`,
      ),
    significant,
  ],
  ['heartbeats sent', (node) => counterPerSecond(node, 'consensus_heartbeats_sent_total'), perSecond],
  ['turns of the protocol loop', (node) => counterPerSecond(node, 'runtime_drains_total'), perSecond],
  ['one turn, mean', (node) => histogramMean(node, 'runtime_drain_ns'), nanos],
  ['applied', (node) => counterPerSecond(node, 'state_applied_total'), perSecond],
  ['applying, mean per batch', (node) => histogramMean(node, 'state_apply_ns'), nanos],
  ['time spent applying', (node) => timeShare(node, 'state_apply_ns'), percent],
];

/** One row a number of the leader, one column a level; then the counts over all nodes. */
export function consensusCounters(facts: Facts): string {
  const table = new MarkdownTable(
    [left(t`Leader`), ...facts.sweep.map((point) => right(levelName(point)))],
    t`\`points/*/nodes/*.json\`, \`consensus_*\`, \`state_*\`, \`runtime_*\` of the leader; elections and leader changes over all nodes`,
  );
  for (const [name, read, format] of ROWS) {
    table.row(
      translated(name),
      ...facts.sweep.map((point) =>
        table.cell(point.leader.ok ? read(point.leader.value) : point.leader, format),
      ),
    );
  }
  for (const [name, counterName] of [
    [t`campaigns, pre-votes included, all nodes`, 'consensus_elections_total'],
    [t`leader changes seen, all nodes`, 'consensus_leader_changes_total'],
  ] as const) {
    table.row(name, ...facts.sweep.map((point) => table.cell(ofAllNodes(point, counterName), integer)));
  }
  return table.toString();
}

function ofAllNodes(point: PointFacts, name: string): Measured {
  const nodes = nodesInOrder(point);
  if (nodes.length === 0) return { ok: false, because: t`no node window was written` };
  return nodes
    .map((node) => counter(node, name))
    .reduce((total, next) => combine(total, next, (one, other) => one + other));
}
