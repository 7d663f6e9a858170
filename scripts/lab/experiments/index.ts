import type { Experiment } from '../experiment.js';
import { CLUSTER_EXPERIMENTS } from './cluster/index.js';
import { COMPONENT_EXPERIMENTS } from './component/index.js';

const SECTIONS = 'NLC';

/** All experiments, in the order of the claims. */
export const EXPERIMENTS: readonly Experiment[] = [...COMPONENT_EXPERIMENTS, ...CLUSTER_EXPERIMENTS].sort(
  (one, other) => byClaim(one.id, other.id),
);

function byClaim(one: string, other: string): number {
  const section = SECTIONS.indexOf(one[0]!) - SECTIONS.indexOf(other[0]!);
  return section === 0 ? Number.parseInt(one.slice(1), 10) - Number.parseInt(other.slice(1), 10) : section;
}
