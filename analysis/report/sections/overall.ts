import { fromLeader, leaderMean } from '../../kpi/leader-readings.js';
import { type Measured, map, measured } from '../../measures/measured.js';
import { counterPerSecond, cpuCores, entriesPerFsync, writesPerFsync } from '../../measures/node-measures.js';
import { DOCUMENT_STRATEGIES, documentLevel } from '../../reference/document.js';
import { integer, micros, nanos, perSecond, significant, times } from '../../tables/format.js';
import { left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { capacityPrediction } from '../capacity.js';
import { leaderToFollower } from '../consensus-tables.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { blocks, notMeasured, type Section } from '../section.js';

export const overallSection: Section = (facts) => ({
  text: blocks(
    '## 5 Overall, beside the document',
    'The document estimated; this run measured, on one machine and one load. "Reached" and "not reached" hold for this machine only.',
    overallTable(facts),
    labNote(),
    '## 6 Capacity prediction',
    capacityPrediction(facts),
  ),
});

type Verdict = 'reached' | 'not reached' | 'inside' | 'above' | 'below' | 'suspect, not judged';

function overallTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left('Claim'),
      left('What'),
      right('Document'),
      right('Ours'),
      right('Ours / document'),
      left('Verdict'),
    ],
    '`points/*/summary.json`, `points/*/nodes/*.json`',
  );
  for (const point of facts.sweep) levelRows(table, point);
  for (const arm of facts.strategies) strategyRow(table, arm);
  const { middle } = facts;
  if (middle !== null) middleRows(table, middle);
  return table.isEmpty ? notMeasured('the run holds no point') : table.toString();
}

function levelRows(table: MarkdownTable, point: PointFacts): void {
  const document = documentLevel(point.point.ref.clients);
  if (document === null) return;
  const { summary } = point;
  const { p50, p99 } = summary.latency.response;
  const row = (
    what: string,
    theirs: number,
    ours: number | null,
    format: (value: number) => string,
    more: boolean,
  ) => {
    const because = 'fewer than 10 requests lie above this percentile';
    table.row(
      'C8',
      `${levelName(point)}: ${what}`,
      format(theirs),
      table.nullable(ours, format, because),
      table.nullable(ours, (value) => times(value / theirs), because),
      table.nullable(
        ours,
        (value) => judged(point, (more ? value >= theirs : value <= theirs) ? 'reached' : 'not reached'),
        because,
      ),
    );
  };
  row('throughput', document.throughputPerSecond, summary.throughputPerSecond, perSecond, true);
  row('p50', document.p50Us, p50, micros, false);
  row('p99', document.p99Us, p99, micros, false);
}

function strategyRow(table: MarkdownTable, arm: PointFacts): void {
  const { strategy, clients } = arm.point.ref;
  const range = DOCUMENT_STRATEGIES[strategy];
  if (range === null) return;
  const ours = arm.summary.throughputPerSecond;
  const verdict: Verdict = ours < range.low ? 'below' : ours > range.high ? 'above' : 'inside';
  table.row(
    'L1',
    `strategy ${strategy}, ${clients} clients`,
    `${range.text}/s`,
    perSecond(ours),
    `${times(ours / range.high)} of its upper end`,
    judged(arm, verdict),
  );
}

function middleRows(table: MarkdownTable, middle: PointFacts): void {
  const at = levelName(middle);
  const row = (
    claim: string,
    what: string,
    document: string,
    ours: Measured,
    format: (value: number) => string,
    reached: (value: number) => boolean,
  ) => {
    table.row(
      claim,
      `${what}, ${at}`,
      document,
      table.cell(ours, format),
      '',
      table.cell(
        map(ours, (value) => judged(middle, reached(value) ? 'reached' : 'not reached')),
        String,
      ),
    );
  };
  const toOne = (value: number): string => `${significant(value)}:1`;
  row(
    'L3',
    'write() : fsync of the leader',
    '25:1, KPI above 10:1',
    fromLeader(middle, writesPerFsync),
    toOne,
    (value) => value > 10,
  );
  row(
    'L3',
    'log entries : fsync of the leader',
    'not in it',
    fromLeader(middle, entriesPerFsync),
    toOne,
    (value) => value > 10,
  );
  row(
    'L4',
    'mean fsync of the leader',
    '< 2 ms',
    leaderMean(middle, 'io_fsync_ns'),
    nanos,
    (value) => value < 2e6,
  );
  row(
    'C1',
    'CPU leader / follower',
    '1.5 to 2x',
    leaderToFollower(middle, cpuCores),
    times,
    (value) => value <= 2,
  );
  const traffic = leaderToFollower(middle, (node) => counterPerSecond(node, 'network_peer_bytes_sent_total'));
  const peers = measured(middle.point.nodes.length - 1);
  row(
    'C1',
    `bytes sent leader / follower`,
    peers.ok ? `${integer(peers.value)}x (N − 1)` : 'N − 1',
    traffic,
    times,
    () => true,
  );
}

function judged(point: PointFacts, verdict: Verdict): string {
  return point.unsound.length === 0 ? verdict : 'suspect, not judged';
}

function labNote(): string {
  return "The document's before/after tables (coroutines, dynamic buffer, connection pool: R5) compare two builds; they are experiments with arms of their own, `strata lab run N1,N3,N5`, and no sweep can fill them.";
}
