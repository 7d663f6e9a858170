import type { PointRef, Run, StrategyLetter } from '../../results/schema/index.js';

/** Times of one run, in seconds; and how many of its levels are watched by probes. */
export interface SweepTimes {
  /** Load on a new cluster before anything is measured: V8 compiles what it finds hot, and cold code is another program. */
  readonly primeSeconds: number;
  readonly warmupSeconds: number;
  readonly measureSeconds: number;
  readonly probeSeconds: number;
  /** A pass without the probe, next to each probe's own. */
  readonly referenceSeconds: number;
  /** Pairs of passes with and without a history, each as long as a reference pass; six are the fewest that bound a median at 95 %. */
  readonly recordingPairs: number;
  readonly armPrimeSeconds: number;
  readonly armWarmupSeconds: number;
  readonly armSeconds: number;
  /** How long the load runs before all nodes are killed. */
  readonly beforeKillSeconds: number;
  /** Power cuts of one strategy, each after such a load. */
  readonly powerCuts: number;
  readonly probedLevels: 'all' | 'middle';
}

/** `quick` fits a whole `npm run perf` into two minutes; `full` is for numbers that are compared with others'. */
export const SWEEP_TIMES: Readonly<Record<Run['mode'], SweepTimes>> = {
  quick: {
    primeSeconds: 3,
    warmupSeconds: 1,
    measureSeconds: 3,
    probeSeconds: 2,
    referenceSeconds: 1,
    recordingPairs: 3,
    armPrimeSeconds: 1.2,
    armWarmupSeconds: 0.4,
    armSeconds: 1.5,
    beforeKillSeconds: 0.8,
    powerCuts: 3,
    probedLevels: 'middle',
  },
  standard: {
    primeSeconds: 5,
    warmupSeconds: 2,
    measureSeconds: 10,
    probeSeconds: 5,
    referenceSeconds: 3,
    recordingPairs: 6,
    armPrimeSeconds: 3,
    armWarmupSeconds: 1,
    armSeconds: 5,
    beforeKillSeconds: 3,
    powerCuts: 5,
    probedLevels: 'all',
  },
  full: {
    primeSeconds: 10,
    warmupSeconds: 5,
    measureSeconds: 30,
    probeSeconds: 10,
    referenceSeconds: 5,
    recordingPairs: 6,
    armPrimeSeconds: 10,
    armWarmupSeconds: 3,
    armSeconds: 15,
    beforeKillSeconds: 10,
    powerCuts: 10,
    probedLevels: 'all',
  },
};

export interface Level {
  readonly name: string;
  readonly clients: number;
}

const THREE_LEVELS = ['low', 'mid', 'high'] as const;

/** Three levels are low, mid and high; any other number of them is named by the clients: `c50`. */
export function nameLevels(clients: readonly number[]): Level[] {
  return clients.map((count, index) => ({
    name: clients.length === THREE_LEVELS.length ? THREE_LEVELS[index]! : `c${count}`,
    clients: count,
  }));
}

/** The level at which durability is proved: the middle one. */
export function middleLevel(levels: readonly Level[]): Level {
  return levels[Math.floor((levels.length - 1) / 2)]!;
}

export function sweepPoint(
  level: Level,
  strategy: StrategyLetter,
  primitive: PointRef['primitive'],
): PointRef {
  return {
    id: level.name,
    series: 'sweep',
    level: level.name,
    clients: level.clients,
    strategy,
    primitive,
    passes: [],
  };
}

export function armPoint(level: Level, strategy: StrategyLetter, primitive: PointRef['primitive']): PointRef {
  return { ...sweepPoint(level, strategy, primitive), id: `${strategy}-${level.name}`, series: 'fsync' };
}

/**
 * One request in this many is traced: enough for a p99 of a level and for the means of an arm, few enough for the nodes' ring of samples, for
 * the load, and for a run directory that can be sent to somebody.
 */
export function traceEvery({ clients, series }: Pick<PointRef, 'clients' | 'series'>): number {
  if (series === 'fsync') return 64;
  return clients <= 16 ? 8 : 32;
}

/** `20251028-123005`, in UTC: run directories sort by name as they do by time. */
export function timeStamp(date: Date): string {
  return date.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}
