import { fromLeader, leaderMean } from '../kpi/leader-readings.js';
import { combine, valueOrNull } from '../measures/measured.js';
import { entriesPerFsync, mainThreadShare } from '../measures/node-measures.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { shareOf } from '../stages/budget.js';
import { nanos, percent, significant } from '../tables/format.js';
import type { AdviceRule, Evidence } from './advice-rule.js';

/** Rules over the request budget: a stage that takes a share of the mean write bounds what removing it can save. */
export const LATENCY_RULES: readonly AdviceRule[] = [
  {
    id: 'fsync-dominates',
    claims: ['L2', 'L4'],
    layer: 'io',
    title: 'The sync of the disk dominates the write',
    action:
      'Put the log on a device whose sync is faster (power-loss protection, own device per node). Larger batches do not help a request that already shares its sync.',
    of: 'mean latency of a write',
    examine: (point) => stageEvidence(point, ['fsync', 'remoteSync'], 0.3, fsyncDetail),
  },
  {
    id: 'sync-overhead',
    claims: ['L4'],
    layer: 'io',
    title: 'A sync takes longer than the machine needs for it',
    action:
      'The difference to the floor is thread pool queue, wake-up and other nodes on the same disk: give each node its own disk, keep the pool free of other work, or sync on a thread of its own.',
    of: 'mean latency of a write',
    examine: syncOverhead,
  },
  {
    id: 'loop-wait',
    claims: ['N1', 'C2'],
    layer: 'network',
    title: 'Requests wait for the event loop, not for the wire',
    action:
      'A loopback round trip costs tens of microseconds; the rest of the wire stages is waiting until the loop reads the socket. Cut CPU per request on the leader (section 3 names the functions), or move work off the loop.',
    of: 'mean latency of a write',
    examine: loopWait,
  },
  {
    id: 'propose-queue',
    claims: ['C2', 'C9'],
    layer: 'consensus',
    title: 'Writes queue before they are proposed',
    action: 'Propose in every turn of the loop, and allow more batches under way at once.',
    of: 'mean latency of a write',
    examine: (point) => stageEvidence(point, ['proposeQueue'], 0.1),
  },
  {
    id: 'batch-wait',
    claims: ['L6', 'C9'],
    layer: 'log',
    title: 'Batches wait for the sync before theirs',
    action:
      'Let several appends be under way (write the next batch while the last one syncs), or shorten the sync.',
    of: 'mean latency of a write',
    examine: (point) => stageEvidence(point, ['batchWait'], 0.1),
  },
  {
    id: 'sync-submit',
    claims: ['L9'],
    layer: 'io',
    title: 'Syncs wait to be submitted',
    action:
      'The thread pool is busy with other work: raise UV_THREADPOOL_SIZE, or sync on a thread of its own.',
    of: 'mean latency of a write',
    examine: (point) => stageEvidence(point, ['syncSubmit'], 0.05),
  },
  {
    id: 'remote-queue',
    claims: ['C10'],
    layer: 'log',
    title: 'Followers queue appends behind their disk',
    action:
      "Join queued appends into one write and one sync, and check that the follower's disk is as fast as the leader's.",
    of: 'mean latency of a write',
    examine: (point) => stageEvidence(point, ['remoteQueue', 'remoteWrite'], 0.1),
  },
  {
    id: 'replication-wins',
    claims: ['C10', 'N1'],
    layer: 'network',
    title: 'Replication, not the own disk, decides when a write commits',
    action: "Send before the own append starts, and shorten what the followers' loops do before they append.",
    of: 'mean latency of a write',
    examine: replicationWins,
  },
  {
    id: 'apply-wait',
    claims: ['C5'],
    layer: 'state',
    title: 'Committed writes wait to be applied',
    action: 'Apply in the turn that learns of the commit; never poll.',
    of: 'mean latency of a write',
    examine: (point) => stageEvidence(point, ['applyWait', 'apply'], 0.1),
  },
  {
    id: 'few-per-sync',
    claims: ['L3', 'L6'],
    layer: 'log',
    title: 'Few entries share a sync although the disk is the limit',
    action: 'Use group commit (`--fsync group`): every write that waits joins the next sync.',
    of: 'mean latency of a write',
    examine: fewPerSync,
  },
];

function stageEvidence(
  point: PointFacts,
  keys: readonly string[],
  shareMin: number,
  detail: (point: PointFacts) => string = () => '',
): Evidence | null {
  const budget = valueOrNull(point.writeBudget);
  if (budget === null) return null;
  const bound = shareOf(budget, keys);
  if (bound < shareMin) return null;
  const names = budget.stages
    .filter((entry) => keys.includes(entry.stage.key) && entry.meanNs > 0)
    .map((entry) => `${entry.stage.name} ${nanos(entry.meanNs)}`)
    .join(', ');
  return { text: `${names} of a mean write of ${nanos(budget.meanTotalNs)}${detail(point)}`, bound };
}

function fsyncDetail(point: PointFacts): string {
  const mean = valueOrNull(leaderMean(point, 'io_fsync_ns'));
  const entries = valueOrNull(fromLeader(point, entriesPerFsync));
  if (mean === null || entries === null) return '';
  return `; a sync of the leader takes ${nanos(mean)} and carries ${significant(entries)} entries`;
}

/** The floor: one block of 4 KiB written and synced by one process with nothing else to do. */
function syncOverhead(point: PointFacts, facts: Facts): Evidence | null {
  const floor = facts.data.baseline?.sync.find(
    (row) => row.primitive === point.point.ref.primitive && row.blockBytes === 4096,
  );
  const budget = valueOrNull(point.writeBudget);
  const mean = valueOrNull(leaderMean(point, 'io_fsync_ns'));
  if (floor === undefined || budget === null || mean === null) return null;
  const floorNs = floor.latency.mean * 1e3;
  if (mean < 1.5 * floorNs) return null;
  const share = shareOf(budget, ['fsync', 'remoteSync']);
  return {
    text: `mean sync ${nanos(mean)} against ${nanos(floorNs)} for write + ${floor.primitive} of 4 KiB on the idle machine`,
    bound: share * (1 - floorNs / mean),
  };
}

function loopWait(point: PointFacts): Evidence | null {
  const busy = valueOrNull(fromLeader(point, mainThreadShare));
  if (busy === null || busy < 0.7) return null;
  return stageEvidence(
    point,
    ['wireIn', 'wireOut', 'peerNetwork', 'remoteUnsplit'],
    0.25,
    () => `; the leader's main thread is on a CPU for ${percent(busy)} of the time`,
  );
}

function replicationWins(point: PointFacts): Evidence | null {
  const budget = valueOrNull(point.writeBudget);
  const commit = budget?.commit ?? null;
  if (budget === null || commit === null || commit.meanSlackNs === null) return null;
  const share = commit.replicateWon / (commit.persistWon + commit.replicateWon);
  if (share < 0.8) return null;
  return {
    text: `replicate finished last in ${percent(share)} of the writes, the own disk was done ${nanos(commit.meanSlackNs)} earlier on average`,
    bound: commit.meanSlackNs / budget.meanTotalNs,
  };
}

function fewPerSync(point: PointFacts): Evidence | null {
  const { strategy } = point.point.ref;
  const entries = valueOrNull(fromLeader(point, entriesPerFsync));
  const share = valueOrNull(
    combine(point.writeBudget, fromLeader(point, entriesPerFsync), (budget) =>
      shareOf(budget, ['fsync', 'batchWait']),
    ),
  );
  if (strategy === 'G' || entries === null || share === null || entries >= 10 || share < 0.3) return null;
  return {
    text: `${significant(entries)} entries per sync under strategy ${strategy}, and waiting for syncs is ${percent(share)} of a write`,
    bound: share,
  };
}
