import type { SimMutation } from '../contracts.js';
import { type Aim, aim } from './aim.js';
import {
  leaseWithoutQuorum,
  readQuorumOneShort,
  readsBeforeReplay,
  readsWithoutQuorum,
  roundNameReused,
} from './read-patches.js';

/** A leader on the side of the minority, which has another one long before it steps down. */
const TWO_LEADERS: Aim = {
  raft: { tickMs: 10, heartbeatMs: 40, electionTimeoutMsMin: 300, electionTimeoutMsMax: 320 },
  clients: { count: 8, reads: 0.6, timeoutMs: 150 },
  faults: { partition: 0.01, partitionMsMax: 1_000, partitionKinds: ['leader'] },
};

/** Defects by which a read may miss a write that was acknowledged before it was asked for. */
export const READ_MUTATIONS: readonly SimMutation[] = [
  {
    number: 5,
    name: 'read-without-quorum',
    defect: 'A node that takes itself for the leader answers linearizable reads alone (etcd #741)',
    foundBy: ['fresh read', 'stale read'],
    adjust: aim(TWO_LEADERS),
    apply: readsWithoutQuorum,
  },
  {
    number: 6,
    name: 'read-round-reused',
    defect: 'A read round is tried again under the same name (etcd #20418)',
    foundBy: ['fresh read', 'stale read'],
    adjust: aim({ network: { clog: 0.01, clogMsMax: 200 }, clients: { reads: 0.6 } }),
    apply: roundNameReused,
  },
  {
    number: 9,
    name: 'read-quorum-one-short',
    defect: 'A read is confirmed by one node less than a majority (async-raft, openraft d60f1e85)',
    foundBy: ['fresh read', 'stale read'],
    adjust: aim({
      ...TWO_LEADERS,
      founders: [1, 2, 3, 4, 5],
      faults: { ...TWO_LEADERS.faults, partitionKinds: ['minority'] },
    }),
    apply: readQuorumOneShort,
  },
  {
    number: 12,
    name: 'read-before-replay',
    defect: 'A node that starts again serves reads before it has replayed its log (Redis-Raft #18)',
    foundBy: ['stale read'],
    // Appends get lost and wait for a heartbeat, while a round of reads gets through.
    adjust: aim({
      raft: { tickMs: 20, heartbeatMs: 80, electionTimeoutMsMin: 240, electionTimeoutMsMax: 300 },
      network: { loss: 0.25 },
      clients: { count: 8, keys: 2, reads: 0.5, thinkMsMean: 5 },
      faults: { crash: 0.008, downMsMax: 60 },
    }),
    apply: readsBeforeReplay,
  },
  {
    number: 20,
    name: 'lease-without-check-quorum',
    defect: 'A leader without CheckQuorum answers lease reads from a minority (Raft thesis §6.4.1)',
    foundBy: ['stale read'],
    adjust: aim({ ...TWO_LEADERS, clients: { ...TWO_LEADERS.clients, leaseReads: 0.3, reads: 0.3 } }),
    apply: leaseWithoutQuorum,
  },
];
