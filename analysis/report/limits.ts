import { machineUse } from '../advice/machine-use.js';
import { FULL_THREAD_SHARE, mainThreadDemand } from '../advice/main-thread-demand.js';
import { t, translated } from '../language/language.js';
import { valueOrNull } from '../measures/measured.js';
import { layerShares } from '../stages/budget.js';
import { nanos, percent, significant } from '../tables/format.js';
import { type Facts, levelName, type PointFacts } from './facts.js';

const FULL_MACHINE_SHARE = 0.9;

/**
 * What a level runs into, as a sentence with its numbers: the machine before the leader's main thread before the longest stage, because a stage is long when the
 * thread has no time for it, and the thread has none when the machine is full. The longest stage by itself is no limit. Null when the run cannot say.
 */
export function limitOf(point: PointFacts, facts: Facts): string | null {
  const full = fullCpu(point, facts);
  if (full !== null) return t`At ${levelName(point)} the limit is ${full}.`;
  const longest = longestLayer(point);
  if (longest === null) return null;
  return mainThreadDemand(point) === null || machineUse(point, facts) === null
    ? t`At ${levelName(point)} it was not measured whether a CPU is the limit; ${longest}.`
    : t`At ${levelName(point)} neither the machine nor the leader's main thread is full; ${longest}.`;
}

function fullCpu(point: PointFacts, facts: Facts): string | null {
  const use = machineUse(point, facts);
  if (use !== null && use.share >= FULL_MACHINE_SHARE) {
    return t`the CPU of the machine (${significant(use.nodesCores + use.generatorCores)} of ${use.machineCores} cores busy, the generator's ${significant(use.generatorCores)} among them)`;
  }
  const demand = mainThreadDemand(point);
  if (demand === null || demand.share < FULL_THREAD_SHARE) return null;
  const { onCpu, waiting, share } = demand;
  if (waiting === null) return t`the leader's event loop (on a CPU for ${percent(onCpu)} of the time)`;
  // On a CPU nearly all the time, it is the thread's own work that is too much; otherwise others keep the CPU from it.
  return onCpu >= FULL_THREAD_SHARE
    ? t`the leader's event loop (on a CPU for ${percent(onCpu)} of the time, waiting for one for ${percent(waiting)})`
    : t`the CPU: the leader's main thread wants one for ${percent(share)} of the time (on one for ${percent(onCpu)}, waiting for one for ${percent(waiting)})`;
}

function longestLayer(point: PointFacts): string | null {
  const budget = valueOrNull(point.writeBudget) ?? valueOrNull(point.readBudget);
  if (budget === null) return null;
  const layer = layerShares(budget).reduce((best, next) => (next.meanNs > best.meanNs ? next : best));
  const stage = budget.stages
    .filter((entry) => entry.stage.layer === layer.layer)
    .reduce((best, next) => (next.meanNs > best.meanNs ? next : best));
  return t`of all layers the ${translated(layer.layer)} layer takes the largest share of a ${translated(budget.op)} (${percent(layer.share)}, the largest part of it ${translated(stage.stage.name)}: ${nanos(stage.meanNs)})`;
}
