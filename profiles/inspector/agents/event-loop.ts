import type { Agent, Builtin } from './agent.js';

export interface EventLoopOptions {
  readonly resolutionMs: number;
  /** A turn that holds the loop for this long is a stall. */
  readonly stallMsMin: number;
  readonly stallsMax: number;
}

export interface EventLoopFindings {
  /** Active share of the loop since the agent began. */
  readonly utilization: number;
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
 * Measures how late the loop comes. Delays are Node's own histogram, which costs no JavaScript. Stalls are seen by a timer: how long the loop was
 * active without a break before a late timer is known from its idle time, better than from the lateness alone, which misses up to a period.
 */
export function eventLoopAgent(
  builtin: Builtin,
  { resolutionMs, stallMsMin, stallsMax }: EventLoopOptions,
): Agent<EventLoopFindings> {
  const { monitorEventLoopDelay, performance } = builtin('node:perf_hooks');
  const { setInterval, clearInterval } = builtin('node:timers');
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  const loopAtStart = performance.eventLoopUtilization();
  const zeroNs = Number(process.hrtime.bigint()) - performance.now() * 1e6;
  let stalls: EventLoopFindings['stalls'] = [];
  let lastMs = performance.now();
  let lastIdleMs = performance.nodeTiming.idleTime;
  const longestFirst = (): void => {
    stalls = stalls.sort((a, b) => b.ms - a.ms).slice(0, stallsMax);
  };
  const tick = (): void => {
    try {
      const nowMs = performance.now();
      const idleMs = performance.nodeTiming.idleTime;
      const activeMs = nowMs - lastMs - (idleMs - lastIdleMs);
      const lateMs = nowMs - lastMs - resolutionMs;
      // Late by less: many short turns one after the other, each of which let others in between.
      if (activeMs >= stallMsMin && lateMs >= stallMsMin - 2 * resolutionMs) {
        stalls.push({ atNs: Math.round(zeroNs + (nowMs - activeMs) * 1e6), ms: activeMs });
        if (stalls.length > 2 * stallsMax) longestFirst();
      }
      lastMs = nowMs;
      lastIdleMs = idleMs;
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
      const { utilization } = performance.eventLoopUtilization(loopAtStart);
      const percentilesNs = [50, 90, 95, 99, 99.9, 99.99].map(
        (percent) => [percent, delay.percentile(percent)] as const,
      );
      const { count, mean, min, max } = delay as typeof delay & { readonly count: number };
      return {
        utilization,
        delayNs: count > 0 ? { count, mean, min, max } : { count, mean: 0, min: 0, max: 0 },
        percentilesNs,
        stalls,
      };
    },
  };
}
