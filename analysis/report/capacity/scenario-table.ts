import { t, translated } from '../../language/language.js';
import { DOCUMENT_SCENARIOS, type DocumentScenario } from '../../reference/scenarios.js';
import { uslClientsFor, uslLatency } from '../../statistics/usl/model.js';
import { integer, micros, perSecond, times } from '../../tables/format.js';
import { left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { blocks } from '../section.js';
import { type Prediction, widestOf } from './usl-prediction.js';

/** R2: the demands of the document's scenarios, what it expects, and what was measured and is predicted here. */
export function scenarioTable(facts: Facts, prediction: Prediction): string {
  const sound = facts.sweep.filter((point) => point.unsound.length === 0);
  if (sound.length === 0) return t`No scenario is judged, because the run has no sound level.`;
  const table = new MarkdownTable(
    [
      left(t`Scenario of the document`),
      right(t`Demand`),
      right(t`Document, today`),
      right(t`Document, optimised`),
      left(t`Smallest level that carries it`),
      right(t`p99 there`),
      right(t`Best level / demand`),
      right(t`Clients it takes, predicted`),
      right(t`Mean latency then`),
    ],
    t`${'`points/*/summary.json`'}; clients by the exact inverse of the Universal Scalability Law`,
  );
  for (const scenario of DOCUMENT_SCENARIOS) scenarioRow(table, scenario, sound, prediction);
  return blocks(
    table.toString(),
    t`Demand: the upper end of the scenario, the lower one where the document gives no upper end. A level carries it when its throughput is at least that much.`,
  );
}

function scenarioRow(
  table: MarkdownTable,
  scenario: DocumentScenario,
  sound: readonly PointFacts[],
  prediction: Prediction,
): void {
  const { demandLow, demandHigh } = scenario;
  const demand = demandHigh ?? demandLow;
  const rate = ({ summary }: PointFacts) => summary.throughputPerSecond;
  const carrier = sound.find((point) => rate(point) >= demand) ?? null;
  const best = Math.max(...sound.map(rate));
  const noCarrier = t`no level of this run reaches it`;
  table.row(
    translated(scenario.name),
    demandHigh === null
      ? t`above ${perSecond(demandLow)}`
      : t`${integer(demandLow)} to ${perSecond(demandHigh)}`,
    translated(scenario.todayText),
    translated(scenario.afterText),
    carrier === null ? table.missing(noCarrier) : t`${levelName(carrier)}: ${perSecond(rate(carrier))}`,
    table.nullable(carrier?.summary.latency.response.p99 ?? null, micros, noCarrier),
    times(best / demand),
    ...predicted(table, demand, prediction),
  );
}

function predicted(table: MarkdownTable, demand: number, prediction: Prediction): [string, string] {
  if (!prediction.ok) return [table.missing(prediction.because), table.missing(prediction.because)];
  const clients = uslClientsFor(prediction.fit, demand);
  if (clients === null) {
    const never = t`the fitted curve never reaches it`;
    return [table.missing(never), table.missing(never)];
  }
  const beyond = clients > widestOf(prediction.points) ? ' ⚠️' : '';
  // A fraction of a client that never pauses stands for one that does.
  const shown = clients < 1 ? t`less than 1` : integer(Math.ceil(clients));
  return [`${shown}${beyond}`, `${micros(uslLatency(prediction.fit, Math.max(1, clients)) * 1e6)}${beyond}`];
}
