import type { Experiment } from '../../experiment.js';

/** Experiments that start whole clusters of node processes. */
export const CLUSTER_EXPERIMENTS: readonly Experiment[] = [];
