import {
  fitUsl,
  type LoadPoint,
  USL_POINTS_MIN,
  type UslEstimate,
  type UslFit,
} from '../statistics/usl/fit.js';
import { uslPeak, uslThroughput } from '../statistics/usl/model.js';
import { decimal, integer, percent, perSecond, significant } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import type { Facts } from './facts.js';
import { blocks } from './section.js';

/** R2: what more clients would bring, or why nobody can say from this run. */
export function capacityPrediction(facts: Facts): string {
  const sound = facts.sweep.filter((point) => point.unsound.length === 0);
  const points = sound.map((point) => ({
    clients: point.point.ref.clients,
    throughput: point.summary.throughputPerSecond,
  }));
  const count = new Set(points.map((point) => point.clients)).size;
  if (count < USL_POINTS_MIN) {
    return `Not predicted, because the run has ${count} sound ${count === 1 ? 'level' : 'levels'}: the Universal Scalability Law has three parameters, and through fewer than ${USL_POINTS_MIN} points it fits anything. \`strata sweep --levels 1,5,10,50,100,250,500,1000\` gives enough. The document's own predictions (80,000 to 500,000 QPS) rest on no measurement.`;
  }
  const fit = fitUsl(points);
  const table = new MarkdownTable(
    [left('Clients'), right('Measured'), right('Universal Scalability Law')],
    '`points/*/summary.json`, fit of X(N) = λN / (1 + σ(N−1) + κN(N−1)) by least squares',
  );
  for (const point of points) {
    table.row(
      integer(point.clients),
      perSecond(point.throughput),
      perSecond(uslThroughput(fit, point.clients)),
    );
  }
  return blocks(table.toString(), coefficientTable(fit), words(fit, points));
}

function coefficientTable(fit: UslFit): string {
  const table = new MarkdownTable(
    [left('Coefficient'), left('What it is'), right('Value'), right(`${percent(fit.confidence)} interval`)],
    'profile of the sum of squares (Bates and Watts, 1988)',
  );
  const row = (
    name: string,
    what: string,
    { value, low, high }: UslEstimate,
    show: (value: number) => string,
  ) => table.row(name, what, show(value), `${show(low)} to ${show(high)}`);
  row('λ', 'one client alone', fit.estimates.lambda, perSecond);
  row('σ', 'contention: what cannot run side by side', fit.estimates.sigma, (value) => decimal(value, 5));
  row('κ', 'coherency: the cost of every pair', fit.estimates.kappa, (value) => value.toExponential(2));
  return table.toString();
}

function words(fit: UslFit, points: readonly LoadPoint[]): string {
  const peak = uslPeak(fit);
  const widest = Math.max(...points.map((point) => point.clients));
  const beyond =
    peak === null
      ? 'it levels off without a peak'
      : `it peaks at ${integer(peak)} clients with ${perSecond(uslThroughput(fit, peak))}${peak > widest ? ' (⚠️ outside the measured range: read it as "no peak seen")' : ''}`;
  const unseen =
    fit.leaveOneOutError === null
      ? 'Too few levels to leave one out.'
      : `Predicted from all others, a level comes out ${percent(fit.leaveOneOutError)} off on average.`;
  return `R² = ${significant(fit.rSquared)}; ${beyond}. ${unseen} Where generator and nodes share the CPUs of one machine, σ measures that sharing too.`;
}
