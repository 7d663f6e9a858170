import type { Experiment } from '../../experiment.js';
import { applier } from './applier.js';
import { batching } from './batching.js';
import { networkIo, walIo } from './blocking-io.js';
import { codecs } from './codecs.js';
import { connections } from './connections.js';
import { framing } from './framing.js';
import { groups } from './groups.js';
import { heartbeat } from './heartbeat.js';
import { finerLocks, globalLock } from './locks.js';
import { pipelining } from './pipelining.js';
import { reads } from './reads.js';
import { recovery } from './recovery.js';
import { roles } from './roles.js';
import { snapshotPause } from './snapshot-pause.js';
import { store } from './store.js';
import { strategies } from './strategies.js';
import { walBatching } from './wal-batching.js';

/** Experiments that start whole clusters of node processes. */
export const CLUSTER_EXPERIMENTS: readonly Experiment[] = [
  networkIo,
  connections,
  framing,
  codecs,
  batching,
  strategies,
  walBatching,
  recovery,
  snapshotPause,
  walIo,
  roles,
  globalLock,
  finerLocks,
  heartbeat,
  applier,
  store,
  reads,
  pipelining,
  groups,
];
