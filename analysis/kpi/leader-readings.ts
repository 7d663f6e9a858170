import type { NodeWindow } from '../../results/schema/index.js';
import type { Measured } from '../measures/measured.js';
import { histogramMean } from '../measures/node-measures.js';
import type { PointFacts } from '../report/facts.js';

/** Mean of a histogram of the leader, in its own unit. */
export function leaderMean(point: PointFacts, histogram: string): Measured {
  return fromLeader(point, (node) => histogramMean(node, histogram));
}

export function fromLeader(point: PointFacts, read: (node: NodeWindow) => Measured): Measured {
  return point.leader.ok ? read(point.leader.value) : point.leader;
}
