import type { StageSample } from '../../results/schema/index.js';
import { quantileOf } from '../statistics/order-statistics.js';
import { type SplitSample, splitSample } from './split-sample.js';
import { STAGES, type StageDefinition } from './stage-list.js';

/** Writes that went the same way, and where their time went. The means of the stages sum exactly to the mean of the totals. */
export interface PathGroup {
  readonly key: 'persist' | 'replicate' | 'slowest';
  readonly count: number;
  readonly meanTotalNs: number;
  /** Mean of each stage, in the order of `STAGES`; zero for a stage that none of them ran through. */
  readonly means: ReadonlyMap<string, number>;
}

export interface CriticalPath {
  /** Only groups that have members. */
  readonly groups: readonly PathGroup[];
  /** Stages that at least one group ran through. */
  readonly stages: readonly StageDefinition[];
  /** The slowest request of all, whole. */
  readonly slowest: StageSample;
}

interface Member {
  readonly sample: StageSample;
  readonly split: SplitSample;
}

/** Below this many samples the slowest hundredth is one request or two, and no mean. */
const SLOWEST_SAMPLES_MIN = 200;

/**
 * The paths of writes, apart by the branch that decided the commit: a mean over both would show half of each, a path that no request went.
 * Null when no sample can be split.
 */
export function criticalPath(samples: readonly StageSample[]): CriticalPath | null {
  const members: Member[] = [];
  for (const sample of samples) {
    const split = sample.winner === null ? null : splitSample(sample);
    if (split !== null) members.push({ sample, split });
  }
  if (members.length === 0) return null;
  const groups = [
    groupOf(
      'persist',
      members.filter((member) => member.sample.winner === 'persist'),
    ),
    groupOf(
      'replicate',
      members.filter((member) => member.sample.winner === 'replicate'),
    ),
    groupOf('slowest', slowestOf(members)),
  ].filter((group) => group !== null);
  return {
    groups,
    stages: STAGES.filter((stage) => groups.some((group) => (group.means.get(stage.key) ?? 0) > 0)),
    slowest: members.reduce((worst, member) => (member.split.totalNs > worst.split.totalNs ? member : worst))
      .sample,
  };
}

function slowestOf(members: readonly Member[]): readonly Member[] {
  if (members.length < SLOWEST_SAMPLES_MIN) return [];
  const thresholdNs = quantileOf(
    members.map((member) => member.split.totalNs),
    0.99,
  )!;
  return members.filter((member) => member.split.totalNs >= thresholdNs);
}

function groupOf(key: PathGroup['key'], members: readonly Member[]): PathGroup | null {
  if (members.length === 0) return null;
  const mean = (value: (member: Member) => number) =>
    members.reduce((total, member) => total + value(member), 0) / members.length;
  return {
    key,
    count: members.length,
    meanTotalNs: mean(({ split }) => split.totalNs),
    means: new Map(STAGES.map(({ key }) => [key, mean(({ split }) => split.parts.get(key) ?? 0)])),
  };
}
