import { HistogramLogWriter } from 'hdr-histogram-js';
import { HLOG_TAGS, type Second } from './merged-intervals.js';

const NS_PER_MS = 1e6;

/** Text of an HdrHistogram interval log (`.hlog`, version 1.3): nanoseconds, one line per second and tag. */
export class IntervalLog {
  // Starts as a string: the writer appends, and an unset variable would put "undefined" into line one.
  #text = '';
  readonly #writer = new HistogramLogWriter((line) => {
    this.#text += line;
  });
  readonly #startMs: number;
  readonly #durationSeconds: number;

  /** `startMs`: wall clock at the start of the measured window. */
  constructor(startMs: number, durationSeconds: number) {
    this.#startMs = startMs;
    this.#durationSeconds = durationSeconds;
    this.#writer.outputComment(
      '[Latencies of strata load in nanoseconds; the Interval_Max column in milliseconds]',
    );
    this.#writer.outputLogFormatVersion();
    this.#writer.outputStartTime(startMs);
    // The writer has no call for it: its `baseTime` is only subtracted, and a reader needs the line.
    this.#writer.outputComment(`[BaseTime: ${(startMs / 1000).toFixed(3)} (seconds since epoch)]`);
    this.#writer.outputLegend();
  }

  add({ second, histograms }: Second): void {
    const end = Math.min(second + 1, this.#durationSeconds);
    for (const tag of HLOG_TAGS) {
      const histogram = histograms[tag].inner;
      histogram.tag = tag;
      histogram.startTimeStampMsec = this.#startMs + second * 1000;
      histogram.endTimeStampMsec = this.#startMs + end * 1000;
      this.#writer.outputIntervalHistogram(histogram, second, end, NS_PER_MS);
    }
  }

  get text(): string {
    return this.#text;
  }
}
