import type { LoadSummary } from '../../../results/schema/index.js';
import { leaderLayerShare } from '../../kpi/cpu-readings.js';
import { fromLeader } from '../../kpi/leader-readings.js';
import { recorded, t, translated } from '../../language/language.js';
import { type Measured, map, measured, missing, quotient } from '../../measures/measured.js';
import { counter, histogramMean } from '../../measures/node-measures.js';
import {
  DOCUMENT_CONTENDED,
  DOCUMENT_CPU_TEST,
  DOCUMENT_MID_RANGE,
  documentLevel,
} from '../../reference/document.js';
import { stageDefinition } from '../../stages/stage-list.js';
import { bytes, decimal, integer, micros, nanos, percent, perSecond } from '../../tables/format.js';
import { left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { secondsInterval } from '../confidence.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { networkCharts } from '../network-charts.js';
import { peerTable } from '../peer-table.js';
import { blocks, figure, notMeasured, type Section } from '../section.js';
import { sketch } from '../sketches.js';

const TOO_FEW = 'fewer than 10 requests lie above this percentile';

export const networkSection: Section = (facts) => {
  if (facts.sweep.length === 0) {
    return { text: blocks(t`## 1 Network`, notMeasured(t`the run has no sweep`)) };
  }
  const files = networkCharts(facts);
  return {
    files,
    text: blocks(
      t`## 1 Network`,
      sketch(facts, 'network'),
      t`### 1.1 Levels`,
      levelTable(facts),
      documentNote(),
      [
        figure('charts/throughput.svg', t`Throughput by level, ours and the document`),
        figure('charts/latency-percentiles.svg', t`Response latency by percentile and level`),
        ...facts.sweep.map((point) =>
          figure(`charts/timeline-${point.point.ref.id}.svg`, t`Latency by second, ${levelName(point)}`),
        ),
      ].join('\n'),
      t`### 1.2 Latency, taken apart as the client saw it`,
      latencyTable(facts),
      t`### 1.3 Audit of the load`,
      auditTable(facts),
      t`### 1.4 Surface for clients`,
      clientTable(facts),
      t`### 1.5 Between peers`,
      peerTable(facts),
    ),
  };
};

function levelTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      right(t`Throughput`),
      right(t`by second: median [95 % interval]`),
      right(t`Document (C8)`),
      right('p50'),
      right(t`Document`),
      right('p99'),
      right(t`Document`),
      right('p99.9'),
      right(t`Errors`),
      left(t`Audit`),
    ],
    t`\`points/*/summary.json\`; response latency, from the intended start`,
  );
  for (const point of facts.sweep) {
    const { summary } = point;
    const { response } = summary.latency;
    const document = documentLevel(point.point.ref.clients);
    const theirs = (value: string | undefined): string => value ?? t`no such level`;
    table.row(
      levelName(point),
      perSecond(summary.throughputPerSecond),
      table.cell(bySecond(point), String),
      theirs(document === null ? undefined : perSecond(document.throughputPerSecond)),
      table.nullable(response.p50, micros, translated(TOO_FEW)),
      theirs(document === null ? undefined : micros(document.p50Us)),
      table.nullable(response.p99, micros, translated(TOO_FEW)),
      theirs(document === null ? undefined : micros(document.p99Us)),
      table.nullable(response.p999, micros, translated(TOO_FEW)),
      percent(point.errorShare),
      point.unsound.length === 0 ? t`✅ sound` : t`⚠️ **suspect**`,
    );
  }
  return table.toString();
}

function bySecond(point: PointFacts): Measured<string> {
  const interval = secondsInterval(point);
  if (interval === null)
    return missing(t`the window has fewer than 6 whole seconds, too few for an interval`);
  return measured(`${integer(interval.median)} [${integer(interval.low)}, ${integer(interval.high)}]`);
}

function documentNote(): string {
  const { throughputPerSecond, p50Us, p99Us } = DOCUMENT_CONTENDED;
  const also = t`The document also expects ${perSecond(throughputPerSecond)} with ${micros(p50Us)} / ${micros(p99Us)} at high concurrency under lock contention (C8), and ${translated(DOCUMENT_MID_RANGE)} at mid (N10). Its figures are estimates for unnamed hardware.`;
  return blocks(also, cpuTestNote());
}

/** The one figure of speed that the document measured; by Little's law it is that of one operation at a time. */
function cpuTestNote(): string {
  const { throughputPerSecond, latencyUs, threads, operations } = DOCUMENT_CPU_TEST;
  const underWay = (throughputPerSecond * latencyUs) / 1e6;
  return t`The one speed that it measured (its §1.4 and §5.1), ${perSecond(throughputPerSecond)} at ${micros(latencyUs)}, is a CPU test of ${threads} threads × ${integer(operations)} operations without network, log or consensus: no level here can stand beside it. By Little's law it had ${decimal(underWay, 2)} operations under way, of ${threads} threads.`;
}

function latencyTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      left(t`Latency`),
      right(t`mean`),
      right('p50'),
      right('p90'),
      right('p95'),
      right('p99'),
      right('p99.9'),
      right(t`max`),
    ],
    t`\`points/*/summary.json\`, latency`,
  );
  for (const point of facts.sweep) {
    const { latency } = point.summary;
    const kinds: readonly [string, LoadSummary['latency']['put']][] = [
      [t`response (intended start → answer)`, latency.response],
      [t`service (sent → answer)`, latency.service],
      [t`client queue (intended start → sent)`, latency.queue],
      [t`response of puts`, latency.get === null ? null : latency.put],
      [t`response of gets`, latency.put === null ? null : latency.get],
    ];
    for (const [name, values] of kinds) {
      if (values === null || values.count === 0) continue;
      const cell = (value: number | null): string => table.nullable(value, micros, translated(TOO_FEW));
      table.row(
        levelName(point),
        name,
        micros(values.mean),
        cell(values.p50),
        cell(values.p90),
        cell(values.p95),
        cell(values.p99),
        cell(values.p999),
        micros(values.max),
      );
    }
  }
  return table.toString();
}

function auditTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      left(t`Loop`),
      right(t`Requests`),
      right(t`Failed`),
      left(t`Kinds of error`),
      right(t`Censored`),
      right(t`Resends`),
      right(t`Little's law: X·R / N`),
      right(t`Generator CPU`),
      left(t`Verdict`),
    ],
    t`\`points/*/summary.json\`, audit, errors, censored`,
  );
  for (const point of facts.sweep) {
    const { summary } = point;
    const { audit, censored, operations } = summary;
    const kinds = summary.errors.map((error) => `${error.kind} ${integer(error.count)}`).join(t`, `);
    table.row(
      levelName(point),
      summary.rate === null ? t`closed` : t`open, ${perSecond(summary.rate)}`,
      integer(operations.total),
      integer(operations.total - operations.ok),
      kinds === '' ? t`none` : kinds,
      integer(censored.timedOut + censored.inFlightAtEnd + censored.shed),
      integer(summary.resends),
      `${decimal(audit.littlesLaw.ratio, 3)} ${audit.littlesLaw.ok ? t`ok` : t`**off**`}`,
      t`${decimal(audit.generatorCpuCores, 2)} cores${audit.saturated ? t`, **saturated**` : ''}`,
      audit.verdict === 'ok' ? t`ok` : t`**suspect**: ${audit.reasons.map(recorded).join(t` `)}`,
    );
  }
  return table.toString();
}

function clientTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      right(t`Network layer, share of leader CPU`),
      right(t`HTTP requests, all nodes`),
      right(t`Errors`),
      right(t`Body in / request`),
      right(t`Body out / request`),
      right(t`Parse, mean`),
      right(t`Writing the answer, mean`),
    ],
    t`\`points/*/nodes/*.json\`; CPU share from \`points/*/passes/*/node-*.json\``,
  );
  for (const point of facts.sweep) {
    const requests = summed(point, 'network_http_requests_total');
    const perRequest = (name: string): Measured =>
      quotient(summed(point, name), requests, t`the nodes answered no request over HTTP in the window`);
    table.row(
      levelName(point),
      table.cell(leaderLayerShare(point, 'network'), percent),
      table.cell(requests, integer),
      table.cell(summed(point, 'network_http_errors_total'), integer),
      table.cell(perRequest('network_http_bytes_in_total'), bytes),
      table.cell(perRequest('network_http_bytes_out_total'), bytes),
      table.cell(
        fromLeader(point, (node) => histogramMean(node, 'network_parse_ns')),
        nanos,
      ),
      table.cell(
        fromLeader(point, (node) => histogramMean(node, 'network_reply_ns')),
        nanos,
      ),
    );
  }
  return blocks(
    table.toString(),
    t`Body: bytes in the bodies of requests and answers; the heads of HTTP are not counted.`,
    twoClocksNote(),
  );
}

/** An answer is timed from its outcome on, a stage from the stamp before it: the two differ by what happens in between. */
function twoClocksNote(): string {
  const stage = translated(stageDefinition('reply').name);
  return t`Writing the answer: from the outcome taken up to the answer handed to the socket. The stage "${stage}" of the request budget begins earlier, when the whole batch of the write is applied, and holds the answers of that batch that leave before its own.`;
}

/** A counter of all nodes together; missing when one of them lacks it. */
function summed(point: PointFacts, name: string): Measured {
  if (point.point.nodes.length === 0) return point.leader.ok ? measured(0) : point.leader;
  let total: Measured = measured(0);
  for (const node of point.point.nodes) {
    const next = counter(node, name);
    if (!next.ok) return next;
    total = map(total, (sum) => sum + next.value);
  }
  return total;
}
