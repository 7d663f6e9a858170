import { machineUse } from '../advice/machine-use.js';
import { fromLeader } from '../kpi/leader-readings.js';
import { t, translated } from '../language/language.js';
import { valueOrNull } from '../measures/measured.js';
import { mainThreadShare } from '../measures/node-measures.js';
import { layerShares } from '../stages/budget.js';
import { nanos, percent, significant } from '../tables/format.js';
import type { Facts, PointFacts } from './facts.js';

/**
 * What a level runs into, in words with its number: the machine before the leader's loop before the longest stage, because a stage is
 * long when the loop is busy, and the loop is slow when the machine is full. Null when the run cannot say.
 */
export function limitOf(point: PointFacts, facts: Facts): string | null {
  const use = machineUse(point, facts);
  if (use !== null && use.share >= 0.9) {
    return t`the CPU of the machine (${significant(use.nodesCores + use.generatorCores)} of ${use.machineCores} cores busy, the generator's ${significant(use.generatorCores)} among them)`;
  }
  const busy = valueOrNull(fromLeader(point, mainThreadShare));
  if (busy !== null && busy >= 0.85)
    return t`the leader's event loop (on a CPU for ${percent(busy)} of the time)`;
  const budget = valueOrNull(point.writeBudget) ?? valueOrNull(point.readBudget);
  if (budget === null) return null;
  const layer = layerShares(budget).reduce((best, next) => (next.meanNs > best.meanNs ? next : best));
  const stage = budget.stages
    .filter((entry) => entry.stage.layer === layer.layer)
    .reduce((best, next) => (next.meanNs > best.meanNs ? next : best));
  return t`the ${translated(layer.layer)} layer (${percent(layer.share)} of a ${translated(budget.op)}, most of it ${translated(stage.stage.name)}: ${nanos(stage.meanNs)})`;
}
