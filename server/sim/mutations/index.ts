import { Progress } from '../../consensus/progress.js';
import { RaftLog } from '../../consensus/raft-log.js';
import { SessionTable } from '../../state/session-table.js';
import type { SimMutation } from '../contracts.js';
import { aim } from './aim.js';
import { applyBesideInstall } from './late-apply.js';
import { fromCore, replace, replaceGetter } from './patch.js';
import {
  leaseWithoutQuorum,
  readQuorumOneShort,
  readsBeforeReplay,
  readsWithoutQuorum,
  roundNameReused,
} from './reads.js';
import { soloAcknowledgement } from './solo-acknowledgement.js';
import { directoriesNotSynced, logCutAtDamage, logNotReset, syncTriedAgain } from './storage.js';
import { unsortedProgress } from './unsorted-progress.js';

/** Twenty defects that others had (research §A5). Whoever changes the simulator has to find them still. */
export const SIM_MUTATIONS: readonly SimMutation[] = [
  {
    number: 1,
    name: 'commit-by-counting',
    defect: 'A leader commits an entry of an earlier term by counting its copies (Raft figure 8)',
    foundBy: ['committed is durable'],
    adjust: aim({
      founders: [1, 2, 3],
      faults: { partition: 0.004, partitionMsMax: 1_000, crash: 0.002, downMsMax: 500 },
    }),
    apply: fromCore('an entry of an earlier term is committed by counting (figure 8)'),
  },
  {
    number: 2,
    name: 'vote-not-synced',
    defect: 'A vote leaves before it is on the disk (Raft figure 2)',
    foundBy: ['durable before answering', 'one vote a term', 'election safety'],
    adjust: aim({ founders: [1, 2, 3], strategy: 'group', faults: { crash: 0.004, downMsMax: 500 } }),
    apply: fromCore('a vote leaves before it is durable'),
  },
  {
    number: 3,
    name: 'append-answered-before-sync',
    defect: 'A follower acknowledges entries before they are on its disk (NATS 2.12)',
    foundBy: ['durable before answering', 'committed is durable'],
    adjust: aim({ founders: [1, 2, 3], strategy: 'group' }),
    apply: fromCore('an append is answered before it is durable'),
  },
  {
    number: 4,
    name: 'solo-acknowledges-before-sync',
    defect: 'The only voter commits an entry before its own disk has it (etcd #14370)',
    foundBy: ['committed is durable', 'commit is durable'],
    adjust: aim({ founders: [1], strategy: 'group', faults: { memberChange: 0 } }),
    apply: soloAcknowledgement,
  },
  {
    number: 5,
    name: 'read-without-quorum',
    defect: 'A node that takes itself for the leader answers linearizable reads alone (etcd #741)',
    foundBy: ['fresh read'],
    adjust: aim({ founders: [1, 2, 3], faults: { partition: 0.004, partitionMsMax: 1_000, asymmetric: 0 } }),
    apply: readsWithoutQuorum,
  },
  {
    number: 6,
    name: 'read-round-reused',
    defect: 'A read round is tried again under the same name (etcd #20418)',
    foundBy: ['fresh read'],
    adjust: aim({ founders: [1, 2, 3], network: { clog: 0.002, clogMsMax: 600 } }),
    apply: roundNameReused,
  },
  {
    number: 7,
    name: 'append-truncates-always',
    defect: 'An append removes what follows it, matching or not (async-raft, openraft 9540c904)',
    foundBy: ['durable before answering', 'committed is durable'],
    adjust: aim({ founders: [1, 2, 3], network: { duplication: 0.1, reorders: true } }),
    apply: fromCore('an append removes what follows it, matching or not (async-raft 9540c904)'),
  },
  {
    number: 8,
    name: 'vote-compares-by-component',
    defect:
      'A vote asks for a log that is as long and of a term as late (async-raft, openraft a48a3282; hashicorp/raft #94)',
    foundBy: ['liveness'],
    adjust: aim({
      founders: [1, 2, 3],
      strategy: 'group',
      disk: { bitFlip: 0.5 },
      faults: {
        partition: 0.005,
        partitionMsMax: 1_000,
        asymmetric: 0,
        crash: 0.003,
        powerCut: 0,
        downMsMax: 500,
        memberChange: 0,
      },
    }),
    apply: replace(
      RaftLog.prototype,
      'isUpToDate',
      () =>
        function isUpToDate(this: RaftLog, index, term): boolean {
          return index >= this.lastIndex && term >= this.lastTerm;
        },
    ),
  },
  {
    number: 9,
    name: 'read-quorum-one-short',
    defect: 'A read is confirmed by one node less than a majority (async-raft, openraft d60f1e85)',
    foundBy: ['fresh read'],
    adjust: aim({ founders: [1, 2, 3, 4, 5], faults: { partition: 0.004, partitionMsMax: 1_000 } }),
    apply: readQuorumOneShort,
  },
  {
    number: 10,
    name: 'apply-beside-install',
    defect:
      'Entries on their way to the state machine meet a snapshot that took its place (async-raft, openraft eed681d5)',
    foundBy: ['InvariantError'],
    adjust: aim({
      founders: [1, 2, 3],
      snapshots: { entriesMax: 20, keepEntries: 0 },
      faults: { crash: 0.003, downMsMax: 500 },
    }),
    apply: applyBesideInstall,
  },
  {
    number: 11,
    name: 'snapshot-without-sessions',
    defect: 'A snapshot leaves out what clients were answered (Raft thesis §6.3)',
    foundBy: ['session table', 'equal states', 'state machine safety'],
    adjust: aim({
      founders: [1, 2, 3],
      snapshots: { entriesMax: 20, keepEntries: 0 },
      faults: { crash: 0.003, downMsMax: 500 },
    }),
    apply: replace(
      SessionTable.prototype,
      'capture',
      (original) =>
        function capture(this: SessionTable) {
          return original.call(this).slice(0, 0);
        },
    ),
  },
  {
    number: 12,
    name: 'read-before-replay',
    defect: 'A node that starts again serves reads before it has replayed its log (Redis-Raft #18)',
    foundBy: ['stale read'],
    adjust: aim({ founders: [1, 2, 3], faults: { crash: 0.003, allAtOnce: 0.3, downMsMax: 200 } }),
    apply: readsBeforeReplay,
  },
  {
    number: 13,
    name: 'log-gap-behind-snapshot',
    defect: 'The log goes on behind a snapshot that it does not reach (Redis-Raft #43)',
    foundBy: ['recovery', 'InvariantError'],
    adjust: aim({
      founders: [1, 2, 3],
      snapshots: { entriesMax: 20, keepEntries: 0 },
      faults: { crash: 0.004, downMsMax: 500 },
    }),
    apply: logNotReset,
  },
  {
    number: 14,
    name: 'commit-beyond-match',
    defect:
      'A follower commits what the leader has committed, whether its own log is known to match so far or not (Raft §5.3)',
    foundBy: ['commit is known', 'state machine safety'],
    adjust: aim({
      founders: [1, 2, 3],
      faults: { partition: 0.004, partitionMsMax: 1_000, crash: 0.002, downMsMax: 500 },
    }),
    apply: fromCore('a heartbeat names the commit index of the leader to everyone, whatever they hold'),
  },
  {
    number: 15,
    name: 'sync-tried-again',
    defect: 'A sync that failed is tried again (PostgreSQL "fsyncgate")',
    foundBy: ['durable before answering'],
    adjust: aim({
      founders: [1, 2, 3],
      strategy: 'group',
      disk: { syncError: 0.002, unsyncedSurvives: 0 },
      faults: { crash: 0.003, powerCut: 1, downMsMax: 300 },
    }),
    apply: syncTriedAgain,
  },
  {
    number: 16,
    name: 'log-cut-at-damage',
    defect: 'A start cuts the log off at a damaged record in its middle (NATS 2.12)',
    foundBy: ['durable before answering', 'leader completeness'],
    adjust: aim({
      founders: [1, 2, 3],
      strategy: 'group',
      disk: { bitFlip: 0.5 },
      faults: { crash: 0.003, downMsMax: 300, memberChange: 0 },
    }),
    apply: logCutAtDamage,
  },
  {
    number: 17,
    name: 'directory-not-synced',
    defect: 'A rename is relied on before its directory is synced (ALICE, OSDI 2014)',
    foundBy: ['durable before answering', 'recovery'],
    adjust: aim({
      founders: [1, 2, 3],
      strategy: 'group',
      segmentBytes: 8_192,
      disk: { unsyncedSurvives: 0 },
      faults: { crash: 0.003, powerCut: 1, downMsMax: 300 },
    }),
    apply: directoriesNotSynced,
  },
  {
    number: 18,
    name: 'probe-stalls',
    defect: 'A leader that has nothing left to probe for sends nothing any more (openraft #1828)',
    foundBy: ['liveness'],
    adjust: aim({ founders: [1, 2, 3], faults: { crash: 0.002, downMsMax: 300 } }),
    apply: replaceGetter(
      Progress.prototype,
      'isPaused',
      (original) =>
        function isPaused(this: Progress): boolean {
          const hasNothingToFind = this.state === 'probe' && this.match > 0 && this.next === this.match + 1;
          return hasNothingToFind || original.call(this);
        },
    ),
  },
  {
    number: 19,
    name: 'progress-not-sorted',
    defect:
      'The order in which a quorum is looked for is not kept, so less than one commits (openraft #1802)',
    foundBy: ['committed is durable'],
    adjust: aim({ founders: [1, 2, 3, 4, 5] }),
    apply: unsortedProgress,
  },
  {
    number: 20,
    name: 'lease-without-check-quorum',
    defect: 'A leader without CheckQuorum answers lease reads from a minority (Raft thesis §6.4.1)',
    foundBy: ['stale read'],
    adjust: aim({
      founders: [1, 2, 3],
      clients: { leaseReads: 0.3 },
      faults: { partition: 0.004, partitionMsMax: 2_000, asymmetric: 0 },
    }),
    apply: leaseWithoutQuorum,
  },
];

/** @throws RangeError when there is none of that name. */
export function mutationNamed(name: string): SimMutation {
  const found = SIM_MUTATIONS.find((mutation) => mutation.name === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `there is no mutation ${name}; there are ${SIM_MUTATIONS.map((mutation) => mutation.name).join(', ')}`,
  );
}
