import type { Experiment } from '../../experiment.js';

/** Experiments on one part alone: a socket, a file, a codec, a map. */
export const COMPONENT_EXPERIMENTS: readonly Experiment[] = [];
