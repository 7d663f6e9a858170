import { type MedianInterval, median, medianInterval } from '../../analysis/statistics/order-statistics.js';

/** What one pass of the load gave. */
export interface ArmPass {
  readonly throughputPerSecond: number;
  /** CPU of all nodes, user and system, per completed request; null where /proc does not tell. */
  readonly cpuUsPerRequest: number | null;
}

/** Three clusters, started anew for each round, under the same load in turn. */
export interface Round {
  /** Of the passes, as it was drawn. */
  readonly order: readonly string[];
  readonly on: ArmPass;
  readonly off: ArmPass;
  /** A second cluster with the instrumentation off: what differs between it and `off` is noise. */
  readonly control: ArmPass;
}

/** A share: 0.02 is 2 % less throughput, or 2 % more CPU. */
export interface Cost {
  readonly median: number | null;
  /** Covers the true median in at least 95 % of such experiments; null with fewer than six rounds. */
  readonly interval: MedianInterval | null;
  /** The same between the two clusters that do not differ. */
  readonly noiseMedian: number | null;
  readonly noise: MedianInterval | null;
}

export type Verdict = 'within' | 'above' | 'cannot be told';

/** What stands for a cluster that was measured several times. */
export function medianPass(passes: readonly ArmPass[]): ArmPass {
  const cpu = passes.flatMap(({ cpuUsPerRequest }) => (cpuUsPerRequest === null ? [] : [cpuUsPerRequest]));
  return {
    throughputPerSecond: median(passes.map(({ throughputPerSecond }) => throughputPerSecond)) ?? 0,
    cpuUsPerRequest: cpu.length < passes.length ? null : median(cpu),
  };
}

/** Throughput that the instrumentation costs. */
export function throughputCost(rounds: readonly Round[]): Cost {
  const lost = (arm: 'on' | 'control') =>
    rounds.map((round) => 1 - round[arm].throughputPerSecond / round.off.throughputPerSecond);
  return costOf(lost('on'), lost('control'));
}

/** CPU that it costs per request. Null where a round could not be measured. */
export function cpuCost(rounds: readonly Round[]): Cost | null {
  const added = (arm: 'on' | 'control'): number[] | null => {
    const shares: number[] = [];
    for (const round of rounds) {
      const with_ = round[arm].cpuUsPerRequest;
      const without = round.off.cpuUsPerRequest;
      if (with_ === null || without === null || without === 0) return null;
      shares.push(with_ / without - 1);
    }
    return shares;
  };
  const on = added('on');
  const control = added('control');
  return on === null || control === null ? null : costOf(on, control);
}

/**
 * Whether the cost stays within `limit`. It cannot be told from too few rounds, when the interval holds the limit, and when two clusters that do not
 * differ could differ by more than the limit: then this machine is no place to ask.
 */
export function verdictOf({ interval, noise }: Cost, limit: number): Verdict {
  if (interval === null || noise === null) return 'cannot be told';
  if (Math.max(Math.abs(noise.low), Math.abs(noise.high)) > limit) return 'cannot be told';
  if (interval.low > limit) return 'above';
  return interval.high <= limit ? 'within' : 'cannot be told';
}

export function renderCost(what: string, { median: middle, interval, noiseMedian, noise }: Cost): string {
  return [
    `${what}: ${share(middle)} ${range(interval)}`,
    `  noise, off against off: ${share(noiseMedian)} ${range(noise)}`,
  ].join('\n');
}

function costOf(costs: readonly number[], noise: readonly number[]): Cost {
  return {
    median: median(costs),
    interval: medianInterval(costs),
    noiseMedian: median(noise),
    noise: medianInterval(noise),
  };
}

function range(interval: MedianInterval | null): string {
  if (interval === null) return '(no interval: it takes six rounds)';
  return `(${(100 * interval.coverage).toFixed(1)} % interval ${share(interval.low)} to ${share(interval.high)})`;
}

function share(value: number | null): string {
  return value === null ? 'unknown' : `${(100 * value).toFixed(2)} %`;
}
