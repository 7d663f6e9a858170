import type { NodeWindow } from '../../../results/schema/index.js';
import { evaluateKpi, type KpiResult } from '../../kpi/kpi-rule.js';
import { t, translated } from '../../language/language.js';
import { combine, type Measured } from '../../measures/measured.js';
import { counterPerSecond, cpuCores } from '../../measures/node-measures.js';
import { DOCUMENT_STRATEGIES, documentLevel } from '../../reference/document.js';
import type { Status } from '../../rules/judge.js';
import { kpiRules, rulesOf } from '../../rules/rule-book.js';
import { inUnit } from '../../rules/units.js';
import { integer, micros, perSecond, times } from '../../tables/format.js';
import { left, MarkdownTable, right } from '../../tables/markdown-table.js';
import {
  type AgainstDocument,
  type AgainstRange,
  judgePercentile,
  judgeRange,
  judgeThroughput,
} from '../against-document.js';
import { capacityPrediction } from '../capacity/capacity.js';
import { echoOf } from '../ceiling.js';
import type { Spread } from '../confidence.js';
import { leaderToFollower } from '../consensus-tables.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { blocks, notMeasured, type Section } from '../section.js';
import { fallsBehind } from '../strategies.js';

export const overallSection: Section = (facts) => ({
  text: blocks(
    t`## 5 Overall, beside the document`,
    t`The document estimated; this run measured, on one machine and one load. "Reached" and "not reached" hold for this machine only; "within the spread": what this run measured lies on both sides of it, all passes of the level counted; "not decidable": an empty HTTP server does not reach it here either, with as many clients (machine baseline). Thresholds of section 7 have its result, and the level that decided it.`,
    overallTable(facts),
    labNote(),
    t`## 6 Capacity prediction`,
    capacityPrediction(facts),
  ),
});

type Verdict = AgainstDocument | AgainstRange | 'suspect, not judged';

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
    '`points/*/summary.json`, `points/*/nodes/*.json`, `baseline.json`',
  );
  for (const point of facts.sweep) levelRows(table, point, facts);
  for (const arm of facts.strategies) strategyRow(table, arm, facts);
  for (const row of THRESHOLDS) thresholdRow(table, row, facts);
  for (const row of RATIOS) ratioRows(table, row, facts);
  return table.isEmpty ? notMeasured(t`the run holds no point`) : table.toString();
}

function levelRows(table: MarkdownTable, point: PointFacts, facts: Facts): void {
  const document = documentLevel(point.point.ref.clients);
  if (document === null) return;
  const { summary } = point;
  const { p50, p99 } = summary.latency.response;
  const echo = echoOf(point, facts);
  const row = (
    what: string,
    [theirs, ours, empty]: readonly [theirs: number, ours: number | null, empty: number | null | undefined],
    format: (value: number) => string,
    verdict: AgainstDocument | null,
  ) => {
    const because = t`fewer than 10 requests lie above this percentile`;
    table.row(
      'C8',
      t`${levelName(point)}: ${what}`,
      format(theirs),
      table.nullable(ours, format, because),
      table.nullable(ours, (value) => times(value / theirs), because),
      verdict === null
        ? table.missing(because)
        : judged(point, verdict, empty == null ? null : format(empty)),
    );
  };
  row(
    t`throughput`,
    [document.throughputPerSecond, summary.throughputPerSecond, echo?.throughputPerSecond],
    perSecond,
    judgeThroughput(point, document, facts),
  );
  row(
    'p50',
    [document.p50Us, p50, echo?.response.p50],
    micros,
    judgePercentile(point, document, 'p50', facts),
  );
  row(
    'p99',
    [document.p99Us, p99, echo?.response.p99],
    micros,
    judgePercentile(point, document, 'p99', facts),
  );
}

function strategyRow(table: MarkdownTable, arm: PointFacts, facts: Facts): void {
  const { strategy, clients } = arm.point.ref;
  const range = DOCUMENT_STRATEGIES[strategy];
  if (range === null) return;
  const ours = arm.summary.throughputPerSecond;
  const echo = echoOf(arm, facts);
  const verdict = judged(
    arm,
    judgeRange(arm, range, facts),
    echo === null ? null : perSecond(echo.throughputPerSecond),
  );
  table.row(
    'L1',
    t`strategy ${strategy}, ${integer(clients)} clients`,
    `${translated(range.text)}/s`,
    perSecond(ours),
    t`${times(ours / range.high)} of its upper end`,
    strategy === 'A' && fallsBehind(arm) !== null ? t`${verdict}; not a steady state` : verdict,
  );
}

/** A figure of the document that is a threshold of section 7 too: the result is that of section 7, and here stands the level that decided it. */
interface ThresholdRow {
  readonly claim: string;
  readonly what: string;
  readonly document: () => string;
  readonly rule: string;
}

const THRESHOLDS: readonly ThresholdRow[] = [
  {
    claim: 'L3',
    what: 'write() : fsync of the leader',
    document: () => t`25:1, at least 10:1`,
    rule: 'kpi-write-fsync',
  },
  {
    claim: 'L3',
    what: 'log entries : fsync of the leader, shared before the write',
    document: () => t`25:1, at least 10:1, in its terms`,
    rule: 'kpi-entry-fsync',
  },
  { claim: 'L4', what: 'mean fsync of the leader', document: () => '< 2 ms', rule: 'kpi-fsync-mean' },
];

const THRESHOLD_VERDICTS: Readonly<Record<Status, string>> = {
  pass: 'reached (✅ pass)',
  warn: 'not reached (⚠️ warn)',
  fail: 'not reached (❌ fail)',
  undecided: 'undecided (❔, section 7)',
};

/** None for a threshold that the rules in force leave out. */
function thresholdRow(table: MarkdownTable, row: ThresholdRow, facts: Facts): void {
  const rule = kpiRules(rulesOf(facts)).find(({ id }) => id === row.rule);
  if (rule === undefined) return;
  const { levels, status } = evaluateKpi(rule, facts);
  const [worst] = levels
    .filter((level) => level.status === status)
    .sort((one, other) => (readingOf(other) - readingOf(one)) * (rule.direction === 'below' ? 1 : -1));
  if (worst === undefined) return;
  const { reading, point } = worst;
  const where =
    levels.length > 1 && reading.ok ? t`, worst at ${levelName(point)}` : t`, ${levelName(point)}`;
  table.row(
    row.claim,
    `${translated(row.what)}${where}`,
    row.document(),
    table.cell(reading, ({ value }) => inUnit(rule.unit, value)),
    '',
    reading.ok && status !== null
      ? translated(THRESHOLD_VERDICTS[status])
      : table.cell(reading, ({ value }) => inUnit(rule.unit, value)),
  );
}

function readingOf({ reading }: KpiResult['levels'][number]): number {
  return reading.ok ? reading.value.value : 0;
}

/** A ratio of the leader to its mean follower. */
interface RatioRow {
  readonly what: string;
  readonly document: (point: PointFacts) => string;
  readonly read: (node: NodeWindow) => Measured;
  readonly range: (point: PointFacts) => Spread;
}

/** Both directions: a follower sends little but acknowledgements, so that what is sent alone compares entries with those. */
function peerTraffic(node: NodeWindow): Measured {
  return combine(
    counterPerSecond(node, 'network_peer_bytes_sent_total'),
    counterPerSecond(node, 'network_peer_bytes_received_total'),
    (sent, received) => sent + received,
  );
}

/** What is counted at the ends of a window, and heartbeats, keep a ratio of bytes from being a whole number. */
const WHOLE_RATIO_TOLERANCE = 0.05;

const followersOf = ({ point }: PointFacts): number => Math.max(0, point.nodes.length - 1);

const RATIOS: readonly RatioRow[] = [
  {
    what: 'CPU leader / follower',
    document: () => t`1.5 to 2x`,
    read: cpuCores,
    range: () => ({ low: 1.5, high: 2 }),
  },
  {
    what: 'bytes to and from peers, leader / follower',
    document: (point) => `${integer(followersOf(point))}x (N − 1)`,
    read: peerTraffic,
    range: (point) => ({
      low: followersOf(point) * (1 - WHOLE_RATIO_TOLERANCE),
      high: followersOf(point) * (1 + WHOLE_RATIO_TOLERANCE),
    }),
  },
];

/** C1 at every level: how much the leader has to do beside its followers depends on the load. */
function ratioRows(table: MarkdownTable, row: RatioRow, facts: Facts): void {
  for (const point of facts.sweep) {
    const ours = leaderToFollower(point, row.read);
    const { low, high } = row.range(point);
    const verdict = (value: number): Verdict => (value < low ? 'below' : value > high ? 'above' : 'inside');
    table.row(
      'C1',
      t`${translated(row.what)}, ${levelName(point)}`,
      row.document(point),
      table.cell(ours, times),
      '',
      table.cell(ours, (value) => judged(point, verdict(value))),
    );
  }
}

/** `empty`: what the empty HTTP server reaches with as many clients, in words. */
function judged(point: PointFacts, verdict: Verdict, empty: string | null = null): string {
  if (point.unsound.length > 0) return translated('suspect, not judged');
  return verdict === 'not decidable on this machine' && empty !== null
    ? t`not decidable on this machine (empty HTTP server: ${empty})`
    : translated(verdict);
}

function labNote(): string {
  return t`The document's before/after tables (coroutines, dynamic buffer, connection pool: R5) compare two builds; they are experiments with arms of their own (N1, N3, N5), and no sweep can fill them.`;
}
