import type { LoadSummary } from '../results/schema/index.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { HistogramName, IntervalReport } from './messages.js';

export const HLOG_TAGS = ['response', 'service', 'queue'] as const;
export type HlogTag = (typeof HLOG_TAGS)[number];

/** One second of the measured window over all workers. */
export interface Second {
  readonly second: number;
  readonly histograms: Readonly<Record<HlogTag, LatencyHistogram>>;
}

/** Joins the seconds of all workers into a timeline and into totals. Response latency is that of puts and gets together. */
export class MergedIntervals {
  readonly totals: Readonly<Record<HistogramName | 'response', LatencyHistogram>> = {
    response: new LatencyHistogram(),
    put: new LatencyHistogram(),
    get: new LatencyHistogram(),
    service: new LatencyHistogram(),
    queue: new LatencyHistogram(),
  };
  readonly timeline: LoadSummary['timeline'] = [];

  /** `visit` sees each second once, in order; its histograms are used again for the next. */
  constructor(reports: readonly IntervalReport[], visit: (second: Second) => void) {
    const histograms = {
      response: new LatencyHistogram(),
      service: new LatencyHistogram(),
      queue: new LatencyHistogram(),
    };
    const seconds = reports.reduce((most, { second }) => Math.max(most, second + 1), 0);
    for (let second = 0; second < seconds; second++) {
      const parts = reports.filter((report) => report.second === second);
      this.#merge(parts, histograms);
      this.timeline.push({
        second,
        ops: sum(parts, (part) => part.ops),
        errors: sum(parts, (part) => part.errors),
        p50: histograms.response.quantileUs(0.5),
        p99: histograms.response.quantileUs(0.99),
      });
      visit({ second, histograms });
      for (const histogram of Object.values(histograms)) histogram.reset();
    }
    for (const histogram of Object.values(histograms)) histogram.destroy();
    this.totals.response.add(this.totals.put);
    this.totals.response.add(this.totals.get);
  }

  #merge(parts: readonly IntervalReport[], into: Record<HlogTag, LatencyHistogram>): void {
    for (const { histograms } of parts) {
      for (const name of ['put', 'get', 'service', 'queue'] as const) {
        const encoded = histograms[name];
        if (encoded === null) continue;
        this.totals[name].addEncoded(encoded);
        into[name === 'put' || name === 'get' ? 'response' : name].addEncoded(encoded);
      }
    }
  }

  destroy(): void {
    for (const histogram of Object.values(this.totals)) histogram.destroy();
  }
}

function sum<Item>(items: readonly Item[], pick: (item: Item) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}
