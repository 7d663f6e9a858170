import { fromLeader, leaderMean } from '../kpi/leader-readings.js';
import { seenWith } from '../kpi/seen.js';
import { t, translated } from '../language/language.js';
import { listed } from '../language/lists.js';
import { combine, type Measured, map, measured, missing, valueOrNull } from '../measures/measured.js';
import { mainThreadShare } from '../measures/node-measures.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { type Reading, reading, type Seen, type Terms } from '../rules/reading.js';
import { type Budget, shareOf } from '../stages/budget.js';
import { nanos, percent } from '../tables/format.js';
import { syncFloor } from './sync-floor.js';

/** Readings over the request budget: a stage that takes a share of the mean write bounds what removing it can save. */
export const LATENCY_READINGS = {
  'sync-over-floor': reading('times', syncOverFloor),
  'loop-wait-share': reading('share', loopWait, { parameters: { busyMin: 0.7 } }),
  'propose-queue-share': reading('share', proposeQueue),
  'own-append-share': reading('share', ownAppend),
  'batch-wait-share': stageReading('batchWait'),
  'sync-submit-share': stageReading('syncSubmit'),
  'remote-queue-share': stageReading('remoteQueue', 'remoteWrite'),
  'apply-share': stageReading('applyWait', 'apply'),
  'replication-wins': reading('share', replicationWins),
} as const satisfies Readonly<Record<string, Reading>>;

function stageReading(...keys: readonly string[]): Reading {
  return reading('share', (point) => seenWith(point.writeBudget, (budget) => stagesOf(budget, keys)));
}

function stagesOf(budget: Budget, keys: readonly string[]): Seen & { readonly evidence: string } {
  const share = shareOf(budget, keys);
  const names = listed(
    budget.stages
      .filter((entry) => keys.includes(entry.stage.key) && entry.meanNs > 0)
      .map((entry) => `${translated(entry.stage.name)} ${nanos(entry.meanNs)}`),
  );
  return {
    value: share,
    evidence: t`${names} of a mean write of ${nanos(budget.meanTotalNs)}`,
    bound: share,
  };
}

/** The account of the writes that gather behind the leader's own append. It is kept as that of a lock, and is none: nobody could go on without it. */
const GATHERING = 'proposal_slot';

/** Share of the wait to be proposed that is spent behind the leader's own append; nothing where the node keeps no account of it. */
function shareBehindAppend({ leader }: PointFacts): number {
  if (!leader.ok) return 0;
  const { locks = [], histograms } = leader.value;
  const waitNs = locks.find(({ name }) => name === GATHERING)?.waitNs ?? 0;
  const queueNs = histograms.consensus_propose_wait_ns?.sum ?? 0;
  return queueNs > 0 ? Math.min(1, waitNs / queueNs) : 0;
}

/** Without what gathers behind the own append: that is the disk's, and another finding. */
function proposeQueue(point: PointFacts): Measured<Seen> {
  const behind = shareBehindAppend(point);
  return seenWith(point.writeBudget, (budget) => {
    const { value, evidence } = stagesOf(budget, ['proposeQueue']);
    const share = value * (1 - behind);
    const without =
      behind > 0 ? t`, ${percent(behind)} of it behind the leader's own append, which is left out here` : '';
    return { value: share, evidence: `${evidence}${without}`, bound: share };
  });
}

/** A write that arrives while the leader's append is at the disk joins the next one: what makes it wait is that append, its write and its sync. */
function ownAppend(point: PointFacts): Measured<Seen> {
  const behind = shareBehindAppend(point);
  if (behind === 0) return missing(t`no write gathered behind an append of the leader`);
  const write = valueOrNull(leaderMean(point, 'io_write_ns'));
  const sync = valueOrNull(leaderMean(point, 'io_fsync_ns'));
  const append =
    write === null || sync === null
      ? ''
      : t`; an append of the leader takes ${nanos(write + sync)}: write ${nanos(write)}, sync ${nanos(sync)}, each with its wait for the pool and the loop`;
  return seenWith(point.writeBudget, (budget) => {
    const { value, evidence } = stagesOf(budget, ['proposeQueue']);
    const share = value * behind;
    return {
      value: share,
      evidence: t`${evidence}, ${percent(behind)} of it behind the leader's own append at the disk${append}`,
      bound: share,
    };
  });
}

/** The floor: one block of 4 KiB written and synced by one process with nothing else to do. */
function syncOverFloor(point: PointFacts, facts: Facts): Measured<Seen> {
  const floor = syncFloor(point, facts);
  if (!floor.ok) return floor;
  const { ns, primitive } = floor.value;
  return combine(point.writeBudget, leaderMean(point, 'io_fsync_ns'), (budget, mean) => ({
    value: mean / ns,
    evidence: t`mean sync ${nanos(mean)} against ${nanos(ns)} for write + ${primitive} of 4 KiB on the idle machine`,
    bound: shareOf(budget, ['fsync', 'remoteSync']) * Math.max(0, 1 - ns / mean),
  }));
}

const WIRE_STAGES = ['wireIn', 'wireOut', 'peerNetwork', 'remoteUnsplit'];

/** Only on a busy loop: on an idle one the same stages are the wire itself. */
function loopWait(point: PointFacts, _facts: Facts, { parameters }: Terms): Measured<Seen> {
  const { busyMin = 0 } = parameters;
  const busy = fromLeader(point, mainThreadShare);
  if (!busy.ok) return busy;
  if (busy.value < busyMin)
    return missing(t`the leader's main thread is on a CPU for ${percent(busy.value)} of the time only`);
  return map(point.writeBudget, (budget) => {
    const stages = stagesOf(budget, WIRE_STAGES);
    return {
      ...stages,
      evidence: t`${stages.evidence}; the leader's main thread is on a CPU for ${percent(busy.value)} of the time`,
    };
  });
}

/** Only where the own disk was done already does a write wait for followers alone: where they made the quorum without it, they were the faster branch. */
function replicationWins(point: PointFacts): Measured<Seen> {
  const { writeBudget } = point;
  if (!writeBudget.ok) return writeBudget;
  const { commit, meanTotalNs } = writeBudget.value;
  const races = commit === null ? 0 : commit.persistWon + commit.replicateWon;
  if (commit === null || commit.replicateCostNs === null || races === 0)
    return missing(t`no sampled write knows which branch of its commit finished last`);
  const share = commit.replicateWon / races;
  return measured({
    value: share,
    evidence: t`replicate decided ${percent(share)} of the writes: with the own disk already done the mean write waited ${nanos(commit.replicateCostNs)} for it, and ${percent(commit.followersAlone.count / races)} were committed while the own disk was still writing`,
    bound: commit.replicateCostNs / meanTotalNs,
  });
}
