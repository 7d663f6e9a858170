import { barChart } from '../charts/bars.js';
import { seriesColour } from '../charts/colours.js';
import { lineChart } from '../charts/line-chart.js';
import { t } from '../language/language.js';
import { documentLevel } from '../reference/document.js';
import { integer, micros } from '../tables/format.js';
import { type Facts, levelName, type PointFacts } from './facts.js';

/** Path in the run directory → SVG. */
export function networkCharts(facts: Facts): Map<string, string> {
  const files = new Map<string, string>();
  files.set(
    'charts/throughput.svg',
    barChart(
      facts.sweep.map((point) => ({
        name: levelName(point),
        bars: [
          { series: t`this run`, colour: seriesColour(0), value: point.summary.throughputPerSecond },
          {
            series: t`the document (estimate)`,
            colour: seriesColour(1),
            value: documentLevel(point.point.ref.clients)?.throughputPerSecond ?? null,
          },
        ],
      })),
      {
        title: t`Throughput by level`,
        valueAxis: t`requests per second`,
        groupAxis: t`level`,
        format: integer,
      },
    ),
  );
  files.set('charts/latency-percentiles.svg', percentileChart(facts));
  for (const point of facts.sweep) {
    files.set(`charts/timeline-${point.point.ref.id}.svg`, timelineChart(point));
  }
  return files;
}

const PERCENTILES = [
  ['p50', 0.5, 'p50'],
  ['p90', 0.9, 'p90'],
  ['p95', 0.95, ''],
  ['p99', 0.99, 'p99'],
  ['p999', 0.999, 'p99.9'],
  ['p9999', 0.9999, 'p99.99'],
] as const;

/** The x axis counts nines, so that the tail has room. */
function percentileChart(facts: Facts): string {
  const place = (quantile: number): number => -Math.log10(1 - quantile);
  const nameOf = new Map(
    PERCENTILES.map(([key, quantile]) => [place(quantile), key.replace(/^p99(?=9)/, 'p99.')]),
  );
  const lines = facts.sweep.map((point, index) => ({
    name: levelName(point),
    colour: seriesColour(index === 1 ? 3 : index === 0 ? 0 : index + 3),
    points: PERCENTILES.map(([key, quantile]) => ({
      x: place(quantile),
      y: point.summary.latency.response[key],
    })),
  }));
  return lineChart(lines, {
    title: t`Response latency by percentile`,
    xAxis: t`percentile`,
    yAxis: t`latency (log scale)`,
    format: micros,
    yScale: 'log',
    xTicks: PERCENTILES.map(([, quantile, text]) => ({
      at: place(quantile),
      text,
    })),
    xFormat: (x) => nameOf.get(x) ?? '',
  });
}

function timelineChart(point: PointFacts): string {
  const { timeline } = point.summary;
  const last = timeline.at(-1)?.second ?? 1;
  const step = Math.max(1, Math.ceil(last / 10));
  const xTicks = [];
  for (let second = 0; second <= last; second += step) xTicks.push({ at: second, text: `${second} s` });
  if (xTicks.at(-1)!.at < last) xTicks.push({ at: last, text: `${last} s` });
  return lineChart(
    [
      {
        name: 'p99',
        colour: seriesColour(5),
        points: timeline.map((entry) => ({ x: entry.second, y: entry.p99 })),
      },
      {
        name: 'p50',
        colour: seriesColour(0),
        points: timeline.map((entry) => ({ x: entry.second, y: entry.p50 })),
      },
    ],
    {
      title: t`Response latency by second, ${levelName(point)}`,
      xAxis: t`second of the measured window`,
      yAxis: t`latency`,
      format: micros,
      yScale: 'linear',
      xTicks,
      xFormat: (second) => `${second} s`,
    },
  );
}
