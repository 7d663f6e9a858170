import type { Agent, Builtin } from './agent.js';

export interface EventLoopOptions {
  readonly resolutionMs: number;
  /** A turn that holds the loop for this long is a stall. */
  readonly stallMsMin: number;
  readonly stallsMax: number;
}

export interface EventLoopFindings {
  /** CLOCK_MONOTONIC. */
  readonly beginNs: number;
  readonly endNs: number;
  /** Time between two wake-ups of the sampler in nanoseconds, its period included. */
  readonly delayNs: {
    readonly count: number;
    readonly mean: number;
    readonly min: number;
    readonly max: number;
  };
  /** `[percent, nanoseconds]` */
  readonly percentilesNs: (readonly [number, number])[];
  /** Longest first. */
  readonly stalls: { readonly atNs: number; readonly ms: number }[];
}

/**
 * Measures how late the loop comes. Delays are Node's own histogram, which costs no JavaScript. Stalls are seen by a timer that comes late: the turn
 * that held it up began at some moment of the timer's period, so half a period is added and that is the error, too.
 */
export function eventLoopAgent(
  builtin: Builtin,
  { resolutionMs, stallMsMin, stallsMax }: EventLoopOptions,
): Agent<EventLoopFindings> {
  const { monitorEventLoopDelay, performance } = builtin('node:perf_hooks');
  const { setInterval, clearInterval } = builtin('node:timers');
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  const nowNs = (): number => Number(process.hrtime.bigint());
  const beginNs = nowNs();
  let stalls: EventLoopFindings['stalls'] = [];
  let lastMs = performance.now();
  const longestFirst = (): void => {
    stalls = stalls.sort((a, b) => b.ms - a.ms).slice(0, stallsMax);
  };
  const tick = (): void => {
    try {
      const nowMs = performance.now();
      const ms = nowMs - lastMs - resolutionMs / 2;
      lastMs = nowMs;
      if (ms < stallMsMin) return;
      stalls.push({ atNs: Math.round(nowNs() - ms * 1e6), ms });
      if (stalls.length > 2 * stallsMax) longestFirst();
    } catch {
      // An error out of a timer would end the process.
    }
  };
  const timer = setInterval(tick, resolutionMs);
  timer.unref();
  delay.enable();
  return {
    stop: () => {
      clearInterval(timer);
      delay.disable();
      longestFirst();
      const percentilesNs = [50, 90, 95, 99, 99.9, 99.99].map(
        (percent) => [percent, delay.percentile(percent)] as const,
      );
      const { count, mean, min, max } = delay as typeof delay & { readonly count: number };
      // Without a value the histogram has no mean and the largest of all numbers for a minimum.
      const delayNs = count > 0 ? { count, mean, min, max } : { count, mean: 0, min: 0, max: 0 };
      return { beginNs, endNs: nowNs(), delayNs, percentilesNs, stalls };
    },
  };
}
