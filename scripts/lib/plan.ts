import type { PointRef, Run, StrategyLetter } from '../../results/schema/index.js';

export interface SweepTimes {
  readonly warmupSeconds: number;
  readonly measureSeconds: number;
  readonly probeSeconds: number;
  /** A pass without the probe, next to each probe's own. */
  readonly referenceSeconds: number;
  readonly armWarmupSeconds: number;
  readonly armSeconds: number;
  /** How long the load runs before all nodes are killed. */
  readonly beforeKillSeconds: number;
}

/** `quick` fits a whole `npm run perf` into two minutes; `full` is for numbers that are compared with others'. */
export const SWEEP_TIMES: Readonly<Record<Run['mode'], SweepTimes>> = {
  quick: times(1, 3, 1.2, 0.8, 0.4, 1.2, 0.8),
  standard: times(2, 10, 5, 3, 1, 5, 3),
  full: times(5, 30, 10, 5, 3, 15, 10),
};

function times(
  warmupSeconds: number,
  measureSeconds: number,
  probeSeconds: number,
  referenceSeconds: number,
  armWarmupSeconds: number,
  armSeconds: number,
  beforeKillSeconds: number,
): SweepTimes {
  return {
    warmupSeconds,
    measureSeconds,
    probeSeconds,
    referenceSeconds,
    armWarmupSeconds,
    armSeconds,
    beforeKillSeconds,
  };
}

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

/** One request in this many is traced: enough for a p99, few enough for the nodes' ring of samples and for the load. */
export function traceEvery(clients: number): number {
  return clients <= 16 ? 8 : 16;
}

/** `20251028-123005`, in UTC: run directories sort by name as they do by time. */
export function timeStamp(date: Date): string {
  return date.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}
