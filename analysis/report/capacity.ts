import { fitUsl, USL_POINTS_MIN, type UslFit, uslPeak, uslThroughput } from '../statistics/usl.js';
import { decimal, integer, perSecond, significant } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import type { Facts } from './facts.js';
import { blocks } from './section.js';

/** R2: what more clients would bring, or why nobody can say from this run. */
export function capacityPrediction(facts: Facts): string {
  const sound = facts.sweep.filter((point) => point.unsound.length === 0);
  const points = sound.map((point) => ({
    clients: point.point.ref.clients,
    throughputPerSecond: point.summary.throughputPerSecond,
  }));
  const count = new Set(points.map((point) => point.clients)).size;
  if (count < USL_POINTS_MIN) {
    return `Not predicted, because the run has ${count} sound ${count === 1 ? 'level' : 'levels'}: the Universal Scalability Law has three parameters, and through fewer than ${USL_POINTS_MIN} points it fits anything. \`strata sweep --levels 1,5,10,50,100,250,500,1000\` gives enough. The document's own predictions (80,000 to 500,000 QPS) rest on no measurement.`;
  }
  const fit = fitUsl(points);
  if (fit === null)
    return 'Not predicted, because no curve of the Universal Scalability Law fits these levels.';
  const table = new MarkdownTable(
    [left('Clients'), right('Measured'), right('Universal Scalability Law')],
    '`points/*/summary.json`, fit of X(N) = λN / (1 + σ(N−1) + κN(N−1))',
  );
  for (const point of points) {
    table.row(
      integer(point.clients),
      perSecond(point.throughputPerSecond),
      perSecond(uslThroughput(fit, point.clients)),
    );
  }
  return blocks(table.toString(), words(fit, points));
}

function words(fit: UslFit, points: readonly { clients: number; throughputPerSecond: number }[]): string {
  const peak = uslPeak(fit);
  const widest = Math.max(...points.map((point) => point.clients));
  const beyond =
    peak === null
      ? 'it levels off without a peak'
      : `it peaks at ${integer(peak)} clients with ${perSecond(uslThroughput(fit, peak))}${peak > 2 * widest ? ' (far outside the measured range: read it as "no peak seen")' : ''}`;
  return `λ = ${perSecond(fit.lambda)} for one client, contention σ = ${decimal(fit.sigma, 5)}, coherency κ = ${fit.kappa.toExponential(2)}; R² = ${significant(fit.rSquared)}; ${beyond}. Without each level in turn: ${leaveOneOut(points)}.`;
}

/** How much one level moves the answer: a spread that a single fit would hide. */
function leaveOneOut(points: readonly { clients: number; throughputPerSecond: number }[]): string {
  const sigmas = points.flatMap((omitted) => {
    const fit = fitUsl(points.filter((point) => point !== omitted));
    return fit === null ? [] : [fit.sigma];
  });
  if (sigmas.length === 0) return `not computed, because ${USL_POINTS_MIN} levels leave none to spare`;
  return `σ from ${decimal(Math.min(...sigmas), 5)} to ${decimal(Math.max(...sigmas), 5)}`;
}
