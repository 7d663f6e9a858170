import type { NodeWindow } from '../../../results/schema/index.js';
import { fromLeader, leaderMean } from '../../kpi/leader-readings.js';
import { t, translated } from '../../language/language.js';
import { combine, type Measured, map } from '../../measures/measured.js';
import { counterPerSecond, cpuCores, entriesPerFsync, writesPerFsync } from '../../measures/node-measures.js';
import { DOCUMENT_STRATEGIES, documentLevel } from '../../reference/document.js';
import { integer, micros, nanos, perSecond, significant, times } from '../../tables/format.js';
import { left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { capacityPrediction } from '../capacity/capacity.js';
import { confidenceOf, isWithinSpread } from '../confidence.js';
import { leaderToFollower } from '../consensus-tables.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { blocks, notMeasured, type Section } from '../section.js';

export const overallSection: Section = (facts) => ({
  text: blocks(
    t`## 5 Overall, beside the document`,
    t`The document estimated; this run measured, on one machine and one load. "Reached" and "not reached" hold for this machine only; "within the spread": what this run measured lies on both sides of it.`,
    overallTable(facts),
    labNote(),
    t`## 6 Capacity prediction`,
    capacityPrediction(facts),
  ),
});

type Verdict =
  | 'reached'
  | 'not reached'
  | 'within the spread'
  | 'inside'
  | 'above'
  | 'below'
  | 'measured'
  | 'suspect, not judged';

function overallTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Claim`),
      left(t`What`),
      right(t`Document`),
      right(t`Ours`),
      right(t`Ours / document`),
      left(t`Verdict`),
    ],
    '`points/*/summary.json`, `points/*/nodes/*.json`',
  );
  for (const point of facts.sweep) levelRows(table, point, facts);
  for (const arm of facts.strategies) strategyRow(table, arm);
  const { middle } = facts;
  if (middle !== null) middleRows(table, middle);
  return table.isEmpty ? notMeasured(t`the run holds no point`) : table.toString();
}

function levelRows(table: MarkdownTable, point: PointFacts, facts: Facts): void {
  const document = documentLevel(point.point.ref.clients);
  if (document === null) return;
  const { summary } = point;
  const { p50, p99 } = summary.latency.response;
  const throughput = summary.throughputPerSecond;
  const isWithin = isWithinSpread(document.throughputPerSecond, confidenceOf(point, facts));
  const row = (
    what: string,
    theirs: number,
    ours: number | null,
    format: (value: number) => string,
    verdict: (ours: number) => Verdict,
  ) => {
    const because = t`fewer than 10 requests lie above this percentile`;
    table.row(
      'C8',
      t`${levelName(point)}: ${what}`,
      format(theirs),
      table.nullable(ours, format, because),
      table.nullable(ours, (value) => times(value / theirs), because),
      table.nullable(ours, (value) => judged(point, verdict(value)), because),
    );
  };
  const reached = (holds: boolean): Verdict => (holds ? 'reached' : 'not reached');
  row(t`throughput`, document.throughputPerSecond, throughput, perSecond, (ours) =>
    isWithin ? 'within the spread' : reached(ours >= document.throughputPerSecond),
  );
  row('p50', document.p50Us, p50, micros, (ours) => reached(ours <= document.p50Us));
  row('p99', document.p99Us, p99, micros, (ours) => reached(ours <= document.p99Us));
}

function strategyRow(table: MarkdownTable, arm: PointFacts): void {
  const { strategy, clients } = arm.point.ref;
  const range = DOCUMENT_STRATEGIES[strategy];
  if (range === null) return;
  const ours = arm.summary.throughputPerSecond;
  const verdict: Verdict = ours < range.low ? 'below' : ours > range.high ? 'above' : 'inside';
  table.row(
    'L1',
    t`strategy ${strategy}, ${integer(clients)} clients`,
    `${translated(range.text)}/s`,
    perSecond(ours),
    t`${times(ours / range.high)} of its upper end`,
    judged(arm, verdict),
  );
}

interface FigureRow {
  readonly claim: string;
  readonly what: string;
  readonly document: (point: PointFacts) => string;
  readonly read: (point: PointFacts) => Measured;
  readonly format: (value: number) => string;
  /** Null for a figure that is no threshold. */
  readonly reached: ((value: number) => boolean) | null;
}

/** Both directions: a follower sends little but acknowledgements, so that what is sent alone compares entries with those. */
function peerTraffic(node: NodeWindow): Measured {
  return combine(
    counterPerSecond(node, 'network_peer_bytes_sent_total'),
    counterPerSecond(node, 'network_peer_bytes_received_total'),
    (sent, received) => sent + received,
  );
}

const toOne = (value: number): string => `${significant(value)}:1`;

const FIGURES: readonly FigureRow[] = [
  {
    claim: 'L3',
    what: 'write() : fsync of the leader',
    document: () => t`25:1, at least 10:1`,
    read: (point) => fromLeader(point, writesPerFsync),
    format: toOne,
    reached: (value) => value > 10,
  },
  {
    claim: 'L3',
    what: 'log entries : fsync of the leader, shared before the write',
    document: () => t`at least 10:1, in its terms`,
    read: (point) => fromLeader(point, entriesPerFsync),
    format: toOne,
    reached: (value) => value > 10,
  },
  {
    claim: 'L4',
    what: 'mean fsync of the leader',
    document: () => '< 2 ms',
    read: (point) => leaderMean(point, 'io_fsync_ns'),
    format: nanos,
    reached: (value) => value < 2e6,
  },
  {
    claim: 'C1',
    what: 'CPU leader / follower',
    document: () => t`1.5 to 2x`,
    read: (point) => leaderToFollower(point, cpuCores),
    format: times,
    reached: null,
  },
  {
    claim: 'C1',
    what: 'bytes to and from peers, leader / follower',
    document: (point) => `${integer(Math.max(0, point.point.nodes.length - 1))}x (N − 1)`,
    read: (point) => leaderToFollower(point, peerTraffic),
    format: times,
    reached: null,
  },
];

function middleRows(table: MarkdownTable, middle: PointFacts): void {
  for (const row of FIGURES) {
    const ours = row.read(middle);
    const verdict = map(
      ours,
      (value): Verdict =>
        row.reached === null ? 'measured' : row.reached(value) ? 'reached' : 'not reached',
    );
    table.row(
      row.claim,
      t`${translated(row.what)}, ${levelName(middle)}`,
      row.document(middle),
      table.cell(ours, row.format),
      '',
      table.cell(verdict, (word) => judged(middle, word)),
    );
  }
}

function judged(point: PointFacts, verdict: Verdict): string {
  return translated(point.unsound.length === 0 ? verdict : 'suspect, not judged');
}

function labNote(): string {
  return t`The document's before/after tables (coroutines, dynamic buffer, connection pool: R5) compare two builds; they are experiments with arms of their own (N1, N3, N5), and no sweep can fill them.`;
}
