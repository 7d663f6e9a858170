import type { ClientSample } from '../results/schema/index.js';
import type { Exchange } from './exchange.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { LiveCounters } from './live-counters.js';
import { type HistogramName, type IntervalReport, noCounts, type WindowCounts } from './messages.js';
import type { RunControl } from './run-control.js';

const INTERVAL_NS = 1e9;
/** Most traced requests that one worker keeps. */
const SAMPLES_MAX = 100_000;

/** Calls back with the intended start of each request in the system: under way, or due and waiting for a connection. */
export type InSystem = (visit: (intendedNs: number) => void) => void;

/**
 * Counts what completes inside the measured window, [start, end) by the time of completion, and nothing else. How requests enter the numbers:
 * - in order: all latencies.
 * - timed out: an error, counted in `timedOut`, and recorded with its age when it was given up: the least its latency
 *   can be. To leave it out would make a server look faster the more requests it loses.
 * - other errors: counted by kind, in no latency. A fast refusal is not a fast answer.
 * - in the system at the end: counted in `inFlightAtEnd`, in no latency; their ages are kept apart for the audit.
 */
export class WindowRecorder {
  readonly #control: RunControl;
  readonly #live: LiveCounters;
  readonly #inSystem: InSystem;
  readonly #onInterval: (report: IntervalReport) => void;
  readonly #histograms: Readonly<Record<HistogramName, LatencyHistogram>> = {
    put: new LatencyHistogram(),
    get: new LatencyHistogram(),
    service: new LatencyHistogram(),
    queue: new LatencyHistogram(),
  };
  readonly inFlightAges = new LatencyHistogram();
  readonly scheduleLag = new LatencyHistogram();
  readonly errors = new Map<string, number>();
  readonly samples: ClientSample[] = [];
  readonly counts: WindowCounts = noCounts();
  #second = 0;
  #intervalOps = 0;
  #intervalErrors = 0;
  #closed = false;

  constructor(
    control: RunControl,
    live: LiveCounters,
    inSystem: InSystem,
    onInterval: (report: IntervalReport) => void,
  ) {
    this.#control = control;
    this.#live = live;
    this.#inSystem = inSystem;
    this.#onInterval = onInterval;
  }

  /** `errorKind` is null for an answer that is in order. Completions come in the order of time. */
  completed(exchange: Exchange, errorKind: string | null): void {
    const { doneNs, intendedNs } = exchange;
    if (errorKind === null) this.#live.countOk(doneNs - intendedNs);
    else this.#live.countError();
    const startNs = this.#control.measureStartNs;
    if (doneNs < startNs) return;
    if (doneNs >= this.#control.measureEndNs) {
      this.close(exchange);
      return;
    }
    while (doneNs >= startNs + (this.#second + 1) * INTERVAL_NS) this.#rotate();
    const { counts } = this;
    counts.total++;
    if (exchange.isRead) counts.get++;
    else counts.put++;
    counts.inSystemNs += doneNs - Math.max(intendedNs, startNs);
    if (errorKind === null) {
      counts.ok++;
      this.#intervalOps++;
      this.#recordLatencies(exchange);
      if (exchange.traceId !== null) this.#keepSample(exchange, exchange.traceId);
      return;
    }
    this.#intervalErrors++;
    this.errors.set(errorKind, (this.errors.get(errorKind) ?? 0) + 1);
    if (errorKind === 'timeout') {
      counts.timedOut++;
      this.#recordLatencies(exchange);
    }
  }

  #recordLatencies(exchange: Exchange): void {
    const { doneNs, intendedNs, sentNs } = exchange;
    this.#histograms[exchange.isRead ? 'get' : 'put'].record(doneNs - intendedNs);
    // A request that timed out before it was written spent all of its time in the queue.
    this.#histograms.queue.record((sentNs === 0 ? doneNs : sentNs) - intendedNs);
    if (sentNs !== 0) this.#histograms.service.record(doneNs - sentNs);
  }

  #keepSample(exchange: Exchange, traceId: string): void {
    if (this.samples.length >= SAMPLES_MAX) return;
    this.samples.push({
      traceId,
      op: exchange.isRead ? 'get' : 'put',
      intendedNs: Math.round(exchange.intendedNs),
      sentNs: Math.round(exchange.sentNs),
      doneNs: Math.round(exchange.doneNs),
    });
  }

  /** A slot of the schedule that found the queue full. */
  shed(nowNs: number): void {
    if (this.#isInside(nowNs)) this.counts.shed++;
  }

  resent(nowNs: number): void {
    if (this.#isInside(nowNs)) this.counts.resends++;
  }

  slotTakenUp(intendedNs: number, nowNs: number): void {
    if (this.#isInside(nowNs)) this.scheduleLag.record(nowNs - intendedNs);
  }

  #isInside(nowNs: number): boolean {
    return nowNs >= this.#control.measureStartNs && nowNs < this.#control.measureEndNs;
  }

  /** Ends the window, once: counts what is in the system. `late` has just completed, but after the end. */
  close(late: Exchange | null = null): void {
    if (this.#closed) return;
    this.#closed = true;
    const { measureStartNs, measureEndNs } = this.#control;
    const visit = (intendedNs: number) => {
      if (intendedNs >= measureEndNs) return;
      this.counts.inFlightAtEnd++;
      this.inFlightAges.record(measureEndNs - intendedNs);
      this.counts.inSystemNs += measureEndNs - Math.max(intendedNs, measureStartNs);
    };
    this.#inSystem(visit);
    if (late !== null) visit(late.intendedNs);
    // Seconds in which nothing completed are rows of the timeline too.
    while (measureStartNs + this.#second * INTERVAL_NS < measureEndNs) this.#rotate();
  }

  #rotate(): void {
    this.#onInterval({
      second: this.#second,
      ops: this.#intervalOps,
      errors: this.#intervalErrors,
      histograms: {
        put: takeEncoded(this.#histograms.put),
        get: takeEncoded(this.#histograms.get),
        service: takeEncoded(this.#histograms.service),
        queue: takeEncoded(this.#histograms.queue),
      },
    });
    this.#second++;
    this.#intervalOps = 0;
    this.#intervalErrors = 0;
  }
}

function takeEncoded(histogram: LatencyHistogram): Uint8Array | null {
  if (histogram.count === 0) return null;
  const encoded = histogram.encode();
  histogram.reset();
  return encoded;
}
