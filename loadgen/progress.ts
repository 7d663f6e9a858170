import { monotonicNs } from './clock.js';
import { liveInterval, totalErrors } from './live-counters.js';
import type { LoadOptions, LoadProgress } from './options.js';

const INTERVAL_MS = 500;

/** Calls `onProgress` twice a second and at each change of phase. Elapsed and total time are those of warm-up plus measured time. */
export class ProgressReporter {
  readonly #options: LoadOptions;
  readonly #snapshot: () => Float64Array;
  readonly #timer: NodeJS.Timeout | null;
  #phase: LoadProgress['phase'] = 'connect';
  /** When the phase began, and how much of the run's time lies before it. */
  #phaseStartNs = 0;
  #secondsBefore = 0;
  #last: Float64Array;
  #lastNs: number;

  constructor(options: LoadOptions, snapshot: () => Float64Array) {
    this.#options = options;
    this.#snapshot = snapshot;
    this.#last = snapshot();
    this.#lastNs = monotonicNs();
    this.#timer = options.onProgress === undefined ? null : setInterval(() => this.#report(), INTERVAL_MS);
  }

  enter(phase: LoadProgress['phase'], startNs = monotonicNs()): void {
    this.#phase = phase;
    this.#phaseStartNs = startNs;
    this.#secondsBefore = phase === 'measure' ? this.#options.warmupSeconds : 0;
    if (this.#timer !== null) this.#report();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #report(): void {
    const nowNs = monotonicNs();
    const current = this.#snapshot();
    const interval = liveInterval(this.#last, current);
    const seconds = (nowNs - this.#lastNs) / 1e9;
    this.#options.onProgress?.({
      phase: this.#phase,
      elapsedSeconds: this.#elapsedSeconds(nowNs),
      totalSeconds: this.#totalSeconds,
      throughputPerSecond: seconds > 0 ? interval.ok / seconds : 0,
      p50Us: interval.p50Us,
      p99Us: interval.p99Us,
      errors: totalErrors(current),
    });
    this.#last = current;
    this.#lastNs = nowNs;
  }

  get #totalSeconds(): number {
    return this.#options.warmupSeconds + this.#options.durationSeconds;
  }

  #elapsedSeconds(nowNs: number): number {
    if (this.#phase === 'connect') return 0;
    if (this.#phase === 'drain') return this.#totalSeconds;
    const limit = this.#phase === 'warmup' ? this.#options.warmupSeconds : this.#totalSeconds;
    const elapsed = this.#secondsBefore + Math.max(0, nowNs - this.#phaseStartNs) / 1e9;
    return Math.min(elapsed, limit);
  }
}

const PHASES: Readonly<Record<LoadProgress['phase'], string>> = {
  connect: 'connecting',
  warmup: 'warming up',
  measure: 'measuring',
  drain: 'finishing',
};

/** One line without a line end, for a terminal. */
export function renderProgress(progress: LoadProgress): string {
  const { phase, elapsedSeconds, totalSeconds, throughputPerSecond, p50Us, p99Us, errors } = progress;
  const time = `${elapsedSeconds.toFixed(1)}/${totalSeconds.toFixed(1)} s`;
  if (phase === 'connect') return `${PHASES[phase]} …`;
  const latency = `p50 ${renderLatency(p50Us)}  p99 ${renderLatency(p99Us)}`;
  const failed = errors === 0 ? '' : `  ${errors} errors`;
  const rate = Math.round(throughputPerSecond).toLocaleString('en-US');
  return `${PHASES[phase].padEnd(10)} ${time.padStart(11)}  ${rate.padStart(9)} op/s  ${latency}${failed}`;
}

function renderLatency(us: number | null): string {
  if (us === null) return '–'.padStart(8);
  return (us < 1000 ? `${us.toFixed(0)} µs` : `${(us / 1000).toFixed(1)} ms`).padStart(8);
}
