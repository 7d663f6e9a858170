import type { PointData, RunData } from '../../results/run-directory.js';
import type { NodeWindow } from '../../results/schema/index.js';
import { collectFacts, type Facts, type PointFacts } from '../report/facts.js';

/** A copy of the run in which every point went through `change`. */
export function mapPoints(run: RunData, change: (point: PointData) => PointData): RunData {
  return { ...run, points: run.points.map(change) };
}

export function mapNodes(run: RunData, change: (node: NodeWindow) => NodeWindow): RunData {
  return mapPoints(run, (point) => ({ ...point, nodes: point.nodes.map(change) }));
}

export function factsOf(run: RunData): Facts {
  return collectFacts(run);
}

export function levelOf(facts: Facts, level: string): PointFacts {
  const point = facts.sweep.find((candidate) => candidate.point.ref.level === level);
  if (point === undefined) throw new RangeError(`no level ${level}`);
  return point;
}
