import { Progress } from '../../consensus/progress.js';
import { RaftLog } from '../../consensus/raft-log.js';
import type { SimMutation } from '../contracts.js';
import { aim } from './aim.js';
import { fromCore, replace, replaceGetter } from './patch.js';
import { unsortedProgress } from './unsorted-progress.js';

/** Defects of elections, of replication, and of what counts as committed. */
export const REPLICATION_MUTATIONS: readonly SimMutation[] = [
  {
    number: 1,
    name: 'commit-by-counting',
    defect: 'A leader commits an entry of an earlier term by counting its copies (Raft figure 8)',
    foundBy: ['committed is durable'],
    // A slow disk: the leader itself holds only what its predecessor sent when the others have its own first entry.
    adjust: aim({ disk: { latencyMsMean: 4 }, faults: { crash: 0.004, crashElected: 0.3, downMsMax: 300 } }),
    apply: fromCore('an entry of an earlier term is committed by counting (figure 8)'),
  },
  {
    number: 7,
    name: 'append-truncates-always',
    defect: 'An append removes what follows it, matching or not (async-raft, openraft 9540c904)',
    foundBy: ['durable before answering', 'committed is durable'],
    adjust: aim({ network: { duplication: 0.1, reorders: true, delayMsMean: 3 } }),
    apply: fromCore('an append removes what follows it, matching or not (async-raft 9540c904)'),
  },
  {
    number: 8,
    name: 'vote-compares-by-component',
    defect:
      'A vote asks for a log as long and of a term as late, instead of one or the other (openraft a48a3282, hashicorp/raft #94)',
    foundBy: ['liveness'],
    // Of three: one with a long tail of an old term, one with the first entry of a new one, and the leader of that lost for good.
    adjust: aim({
      disk: { bitFlip: 1 },
      clients: { thinkMsMean: 20, reads: 0.1, timeoutMs: 100 },
      faults: {
        partition: 0.01,
        partitionMsMax: 600,
        partitionKinds: ['leader'],
        crashElected: 0.5,
        downMsMax: 20,
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
    number: 14,
    name: 'commit-beyond-match',
    defect:
      'A follower commits as far as its leader, whether its own log is known to match so far or not (Raft §5.3)',
    foundBy: ['commit is known', 'state machine safety'],
    // A leader that was cut off has a tail that never was committed when it hears of the next one.
    adjust: aim({
      faults: { partition: 0.01, partitionMsMax: 600, partitionKinds: ['leader'] },
      clients: { timeoutMs: 100 },
    }),
    apply: fromCore('a heartbeat names the commit index of the leader to everyone, whatever they hold'),
  },
  {
    number: 18,
    name: 'probe-stalls',
    defect: 'A leader that has nothing left to probe for sends nothing any more (openraft #1828)',
    foundBy: ['liveness'],
    adjust: aim({ faults: { crash: 0.004, downMsMax: 100 } }),
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
      'The order in which a quorum is looked for is not kept, so that less than one commits (openraft #1802)',
    foundBy: ['committed is durable'],
    adjust: aim({
      founders: [1, 2, 3, 4, 5],
      network: { delayMsMean: 4, reorders: true },
      disk: { latencyMsMean: 2 },
      clients: { count: 10, thinkMsMean: 1, reads: 0 },
    }),
    apply: unsortedProgress,
  },
];
