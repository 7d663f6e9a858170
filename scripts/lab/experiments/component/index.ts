import type { Experiment } from '../../experiment.js';
import { connectionPool } from './connection-pool.js';
import { fsyncPrimitives } from './fsync-primitives.js';
import { syncBatches } from './sync-batches.js';

/** Experiments on one part alone: a socket, a file, a codec, a map. */
export const COMPONENT_EXPERIMENTS: readonly Experiment[] = [connectionPool, fsyncPrimitives, syncBatches];
