import { t, translated } from '../../language/language.js';
import {
  fitUsl,
  type LoadPoint,
  USL_POINTS_MIN,
  type UslEstimate,
  type UslFit,
} from '../../statistics/usl/fit.js';
import { uslLatency, uslPeak, uslShape, uslThroughput } from '../../statistics/usl/model.js';
import { decimal, integer, micros, percent, perSecond, significant } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import type { Facts } from '../facts.js';
import { sweepAgain } from '../run-again.js';
import { blocks } from '../section.js';

/** Below, at and above the knee of any machine that the document speaks of. */
const LEVELS_ENOUGH = [1, 5, 10, 50, 100, 250, 500, 1000];

/** The law through the sound levels of a run, or why it cannot be drawn. */
export type Prediction =
  | { readonly ok: true; readonly fit: UslFit; readonly points: readonly LoadPoint[] }
  | {
      readonly ok: false;
      readonly because: string;
      /** The command that measures enough levels. */
      readonly again: string;
    };

export function predict(facts: Facts): Prediction {
  const sound = facts.sweep.filter((point) => point.unsound.length === 0);
  const points = sound.map((point) => ({
    clients: point.point.ref.clients,
    throughput: point.summary.throughputPerSecond,
  }));
  const count = new Set(points.map((point) => point.clients)).size;
  if (count >= USL_POINTS_MIN) return { ok: true, fit: fitUsl(points), points };
  return {
    ok: false,
    again: sweepAgain(facts, LEVELS_ENOUGH, 'none'),
    because:
      count === 1
        ? t`the run has 1 sound level: the Universal Scalability Law has three parameters, and through fewer than ${USL_POINTS_MIN} points it fits anything`
        : t`the run has ${count} sound levels: the Universal Scalability Law has three parameters, and through fewer than ${USL_POINTS_MIN} points it fits anything`,
  };
}

/** Beyond what was measured a curve is a guess. */
export function widestOf(points: readonly LoadPoint[]): number {
  return Math.max(...points.map((point) => point.clients));
}

export function predictionText(prediction: Prediction): string {
  if (!prediction.ok)
    return t`Not predicted, because ${prediction.because}. ${code(prediction.again)} gives enough. The document's own predictions (80,000 to 500,000 QPS) rest on no measurement.`;
  const { fit, points } = prediction;
  const table = new MarkdownTable(
    [
      left(t`Clients`),
      right(t`Measured`),
      right(t`Universal Scalability Law`),
      right(t`Difference`),
      right(t`Mean latency, predicted`),
    ],
    t`${'`points/*/summary.json`'}, fit of X(N) = λN / (1 + σ(N−1) + κN(N−1)) by least squares; latency N / X(N) by Little's law`,
  );
  for (const { clients, throughput } of points) {
    const predicted = uslThroughput(fit, clients);
    table.row(
      integer(clients),
      perSecond(throughput),
      perSecond(predicted),
      percent(predicted / throughput - 1),
      micros(uslLatency(fit, clients) * 1e6),
    );
  }
  return blocks(table.toString(), coefficientTable(fit), words(fit, points));
}

function coefficientTable(fit: UslFit): string {
  const table = new MarkdownTable(
    [
      left(t`Coefficient`),
      left(t`What it is`),
      right(t`Value`),
      right(t`${percent(fit.confidence)} interval`),
    ],
    t`profile of the sum of squares (Bates and Watts, 1988)`,
  );
  const row = (
    name: string,
    what: string,
    { value, low, high }: UslEstimate,
    show: (value: number) => string,
  ) => table.row(name, translated(what), show(value), t`${show(low)} to ${show(high)}`);
  row('λ', 'one client alone', fit.estimates.lambda, perSecond);
  row('σ', 'contention: what cannot run side by side', fit.estimates.sigma, (value) => decimal(value, 5));
  row('κ', 'coherency: the cost of every pair', fit.estimates.kappa, (value) => value.toExponential(2));
  return table.toString();
}

function words(fit: UslFit, points: readonly LoadPoint[]): string {
  return [
    fit.rSquared === null
      ? t`The levels do not differ in throughput; ${peakWords(fit, points)}.`
      : t`R² = ${significant(fit.rSquared)}; ${peakWords(fit, points)}.`,
    fit.leaveOneOutError === null
      ? t`Too few levels to leave one out.`
      : t`Predicted from all others, a level comes out ${percent(fit.leaveOneOutError)} off on average.`,
    t`Where generator and nodes share the CPUs of one machine, σ measures that sharing too.`,
  ].join(' ');
}

function peakWords(fit: UslFit, points: readonly LoadPoint[]): string {
  const peak = uslPeak(fit);
  if (peak === null) return noPeakWords(fit);
  const at = t`it peaks at ${integer(peak)} clients with ${perSecond(uslThroughput(fit, peak))}`;
  if (points.every(({ clients }) => clients > peak))
    return t`${at} (⚠️ below the measured range: every level lies behind it)`;
  return peak > widestOf(points) ? t`${at} (⚠️ outside the measured range: read it as "no peak seen")` : at;
}

function noPeakWords(fit: UslFit): string {
  switch (uslShape(fit)) {
    case 'falls':
      return t`it falls from the first client on`;
    case 'levels off':
      return t`it levels off without a peak`;
    default:
      return t`it grows in proportion to the clients, without a peak`;
  }
}
