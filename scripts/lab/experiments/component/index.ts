import type { Experiment } from '../../experiment.js';
import { connectionPool } from './connection-pool.js';
import { fsyncPrimitives } from './fsync-primitives.js';
import { linkRecovery } from './link-recovery.js';
import { logPlacement } from './log-placement.js';
import { messageCodecs } from './message-codecs.js';
import { orderedReads } from './ordered-reads.js';
import { receiveBuffers } from './receive-buffers.js';
import { rpcBatches } from './rpc-batches.js';
import { stripedPool } from './striped-pool.js';
import { syncBatches } from './sync-batches.js';

/** Experiments on one part alone: a socket, a file, a codec, a map. */
export const COMPONENT_EXPERIMENTS: readonly Experiment[] = [
  connectionPool,
  receiveBuffers,
  messageCodecs,
  rpcBatches,
  stripedPool,
  fsyncPrimitives,
  linkRecovery,
  syncBatches,
  logPlacement,
  orderedReads,
];
