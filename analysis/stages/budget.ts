import type { PointData } from '../../results/run-directory.js';
import type { StageSample } from '../../results/schema/index.js';
import { recorded, t } from '../language/language.js';
import { type Measured, measured, missing } from '../measures/measured.js';
import { quantileOf } from '../statistics/order-statistics.js';
import { type CommitBreakdown, commitBreakdown } from './commit-race.js';
import { type SplitSample, splitSample } from './split-sample.js';
import { BUDGET_LAYERS, type BudgetLayer, STAGES, type StageDefinition } from './stage-list.js';

export interface BudgetStage {
  readonly stage: StageDefinition;
  readonly meanNs: number;
  /** Of the mean of the sampled totals. */
  readonly share: number;
  /** Mean of this stage over the requests at or above the p99 of the samples; null with too few samples. */
  readonly tailMeanNs: number | null;
}

/** Where the time of one kind of request went, at one level. */
export interface Budget {
  readonly op: 'write' | 'read';
  readonly samples: number;
  /** Left out, because their stamps do not ascend. */
  readonly inconsistent: number;
  /** Samples whose replicate branch could not be split into network and remote disk. */
  readonly unsplit: number;
  readonly meanTotalNs: number;
  readonly stages: readonly BudgetStage[];
  readonly tail: {
    readonly thresholdNs: number;
    readonly count: number;
    readonly meanTotalNs: number;
  } | null;
  readonly commit: CommitBreakdown | null;
  /** The client's own mean over all requests of this kind in the window, and which field of the summary it is. */
  readonly client: { readonly meanNs: number; readonly field: string };
  /** `client.meanNs` less the sum of the mean stages. */
  readonly residualNs: number;
}

/** Below this many samples a p99 has no requests above it that could be averaged. */
const TAIL_SAMPLES_MIN = 200;

/** The residual above which the budget does not explain the client's latency. */
export const RESIDUAL_SHARE_MAX = 0.05;

export function computeBudget(point: PointData, op: 'write' | 'read'): Measured<Budget> {
  const { stages } = point;
  if (stages === null) return missing(t`points/${point.ref.id}/stages.json does not exist`);
  if (!stages.sharedClock) {
    return missing(
      stages.because === null
        ? t`client and server do not share a monotonic clock`
        : recorded(stages.because),
    );
  }
  const samples = stages.samples.filter((sample) => (sample.op === 'get') === (op === 'read'));
  const splits: { readonly sample: StageSample; readonly split: SplitSample }[] = [];
  for (const sample of samples) {
    const split = splitSample(sample);
    if (split !== null) splits.push({ sample, split });
  }
  if (splits.length === 0) {
    return missing(t`points/${point.ref.id}/stages.json holds no usable sample of a ${op}`);
  }
  const meanTotalNs = meanBy(splits, (entry) => entry.split.totalNs);
  const client = clientMean(point, op);
  const tail = tailOf(splits.map((entry) => entry.split));
  const budgetStages = stageMeans(
    splits.map((entry) => entry.split),
    tail?.members ?? null,
    meanTotalNs,
  );
  const stagesSumNs = budgetStages.reduce((total, stage) => total + stage.meanNs, 0);
  return measured({
    op,
    samples: splits.length,
    inconsistent: samples.length - splits.length,
    unsplit: splits.filter((entry) => entry.split.unsplit).length,
    meanTotalNs,
    stages: budgetStages,
    tail:
      tail === null
        ? null
        : {
            thresholdNs: tail.thresholdNs,
            count: tail.members.length,
            meanTotalNs: meanBy(tail.members, (member) => member.totalNs),
          },
    commit: op === 'write' ? commitBreakdown(splits.map((entry) => entry.sample)) : null,
    client,
    residualNs: client.meanNs - stagesSumNs,
  });
}

/** With reads and writes in one load the summary's response mixes both; the mean of the kind itself is the one to explain. */
function clientMean(point: PointData, op: 'write' | 'read'): Budget['client'] {
  const { latency } = point.summary;
  const own = op === 'write' ? latency.put : latency.get;
  const other = op === 'write' ? latency.get : latency.put;
  const mixed = own !== null && own.count > 0 && other !== null && other.count > 0;
  return mixed
    ? { meanNs: own.mean * 1e3, field: `summary.latency.${op === 'write' ? 'put' : 'get'}.mean` }
    : { meanNs: latency.response.mean * 1e3, field: 'summary.latency.response.mean' };
}

function tailOf(
  splits: readonly SplitSample[],
): { readonly thresholdNs: number; readonly members: readonly SplitSample[] } | null {
  if (splits.length < TAIL_SAMPLES_MIN) return null;
  const thresholdNs = quantileOf(
    splits.map((split) => split.totalNs),
    0.99,
  )!;
  return { thresholdNs, members: splits.filter((split) => split.totalNs >= thresholdNs) };
}

function stageMeans(
  splits: readonly SplitSample[],
  tail: readonly SplitSample[] | null,
  meanTotalNs: number,
): BudgetStage[] {
  const present = STAGES.filter((stage) => splits.some((split) => split.parts.has(stage.key)));
  return present.map((stage) => {
    const meanNs = meanBy(splits, (split) => split.parts.get(stage.key) ?? 0);
    return {
      stage,
      meanNs,
      share: meanTotalNs === 0 ? 0 : meanNs / meanTotalNs,
      tailMeanNs: tail === null ? null : meanBy(tail, (split) => split.parts.get(stage.key) ?? 0),
    };
  });
}

/** Share of the mean of the sampled totals that a layer holds, in the order of the layers. */
export function layerShares(
  budget: Budget,
): readonly { layer: BudgetLayer; meanNs: number; share: number }[] {
  return BUDGET_LAYERS.map((layer) => {
    const own = budget.stages.filter((entry) => entry.stage.layer === layer);
    return {
      layer,
      meanNs: own.reduce((total, entry) => total + entry.meanNs, 0),
      share: own.reduce((total, entry) => total + entry.share, 0),
    };
  }).filter((entry) => budget.stages.some((stage) => stage.stage.layer === entry.layer));
}

/** Share of the stages with these keys together; zero for stages that no sample ran through. */
export function shareOf(budget: Budget, keys: readonly string[]): number {
  return budget.stages
    .filter((entry) => keys.includes(entry.stage.key))
    .reduce((total, entry) => total + entry.share, 0);
}

function meanBy<Item>(items: readonly Item[], value: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += value(item);
  return total / items.length;
}
