import type { SimMutation } from '../contracts.js';
import { aim } from './aim.js';
import { fromCore } from './patch.js';
import { soloAcknowledgement } from './solo-acknowledgement.js';
import { directoriesNotSynced, logCutAtDamage, logNotReset, syncTriedAgain } from './storage-patches.js';

/** Defects by which something is told that the disk does not hold, or held and does not bring back. */
export const DURABILITY_MUTATIONS: readonly SimMutation[] = [
  {
    number: 2,
    name: 'vote-not-synced',
    defect: 'A vote leaves before it is on the disk (Raft figure 2)',
    foundBy: ['durable before answering', 'one vote a term', 'election safety'],
    adjust: aim({}),
    apply: fromCore('a vote leaves before it is durable'),
  },
  {
    number: 3,
    name: 'append-answered-before-sync',
    defect: 'A follower acknowledges entries before they are on its disk (NATS 2.12)',
    foundBy: ['durable before answering', 'committed is durable'],
    adjust: aim({}),
    apply: fromCore('an append is answered before it is durable'),
  },
  {
    number: 4,
    name: 'solo-acknowledges-before-sync',
    defect: 'The only voter commits an entry before its own disk has it (etcd #14370)',
    foundBy: ['commit is known', 'committed is durable'],
    adjust: aim({ founders: [1] }),
    apply: soloAcknowledgement,
  },
  {
    number: 13,
    name: 'log-gap-behind-snapshot',
    defect: 'The log goes on behind a snapshot that it does not reach (Redis-Raft #43)',
    foundBy: ['recovery'],
    adjust: aim({
      snapshots: { entriesMax: 20, keepEntries: 0 },
      faults: { crash: 0.005, downMsMax: 300, memberChange: 0.002 },
    }),
    apply: logNotReset,
  },
  {
    number: 15,
    name: 'sync-tried-again',
    defect: 'A sync that failed is tried again (PostgreSQL, “fsyncgate”)',
    foundBy: ['durable before answering', 'recovery'],
    adjust: aim({
      disk: { syncError: 0.01, unsyncedSurvives: 0 },
      faults: { crash: 0.01, powerCut: 1, downMsMax: 50 },
    }),
    apply: syncTriedAgain,
  },
  {
    number: 16,
    name: 'log-cut-at-damage',
    defect: 'A start cuts the log off at a damaged record in its middle (NATS 2.12)',
    foundBy: ['durable before answering', 'leader completeness'],
    adjust: aim({
      segmentBytes: 4_096,
      disk: { bitFlip: 1 },
      clients: { thinkMsMean: 4, reads: 0.1 },
      faults: { crash: 0.004, downMsMax: 30 },
    }),
    apply: logCutAtDamage,
  },
  {
    number: 17,
    name: 'directory-not-synced',
    defect: 'A rename is relied on before its directory is synced (ALICE, OSDI 2014)',
    foundBy: ['durable before answering', 'recovery'],
    adjust: aim({ disk: { unsyncedSurvives: 0 }, faults: { crash: 0.005, powerCut: 1 } }),
    apply: directoriesNotSynced,
  },
];
