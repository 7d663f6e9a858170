import { isNativeLock } from '../cpu/perf-profile.js';
import { combine, type Measured, map, measured, missing, quotient } from '../measures/measured.js';
import { counter } from '../measures/node-measures.js';
import type { PointFacts } from '../report/facts.js';
import { shareOf } from '../stages/budget.js';
import { STAGES } from '../stages/stage-list.js';
import { integer, nanos, percent, significant } from '../tables/format.js';
import {
  followerFrameShare,
  isLockFrame,
  isTickFrame,
  leaderFrameShare,
  leaderLayerShare,
  leaderThreadShare,
} from './cpu-readings.js';
import { type KpiReading, type KpiRule, reading } from './kpi-rule.js';
import { leaderMean } from './leader-readings.js';

const perHour = (value: number): string => `${significant(value)}/h`;

/** Stages in which a write waits for others rather than for work on itself. */
export const WAIT_STAGES: readonly string[] = STAGES.filter(
  (stage) => stage.wait && stage.layer !== 'client',
).map((stage) => stage.key);

export const CONSENSUS_RULES: readonly KpiRule[] = [
  {
    id: 'lock-cpu',
    claim: 'C10',
    layer: 'consensus',
    name: 'lock share of CPU',
    meaning:
      'samples in lock code (mutex, semaphore, Atomics.wait). One event loop owns the state, so locks are replaced by queues: the next row',
    direction: 'below',
    good: 0.05,
    bad: 0.1,
    format: percent,
    scope: 'point',
    read: (point) => reading(leaderFrameShare(point, isLockFrame)),
  },
  {
    id: 'lock-threads',
    claim: 'C10',
    layer: 'consensus',
    name: 'native locks, share of CPU of all threads',
    meaning:
      "functions of native locks (`pthread_mutex_*`, `__lll_lock_*`, `uv_mutex_*`) anywhere in the stack of perf's samples of the leader: the document's own reading. A thread of a pool that goes to sleep is no lock and left out",
    direction: 'below',
    good: 0.05,
    bad: 0.1,
    format: percent,
    scope: 'point',
    read: (point) => reading(leaderThreadShare(point, isNativeLock)),
  },
  {
    id: 'wait-share',
    claim: 'C2',
    layer: 'consensus',
    name: 'wait share of request time',
    meaning:
      'what a mutex would be here: stages in which a write waits for others (propose queue, batch wait, sync submit, send wait, hand-over, remote queue, apply wait)',
    direction: 'below',
    good: 0.1,
    bad: 0.3,
    format: percent,
    scope: 'point',
    read: (point) => reading(map(point.writeBudget, (budget) => shareOf(budget, WAIT_STAGES))),
  },
  {
    id: 'leader-ticker',
    claim: 'C4',
    layer: 'consensus',
    name: 'heartbeat ticker share of CPU (leader)',
    meaning: 'samples under a `tick` of consensus or runtime, total',
    direction: 'below',
    good: 0.2,
    bad: 0.2,
    format: percent,
    scope: 'point',
    read: (point) => reading(leaderFrameShare(point, isTickFrame)),
  },
  {
    id: 'election-ticker',
    claim: 'C4',
    layer: 'consensus',
    name: 'election ticker share of CPU (follower)',
    meaning: 'the same, on a follower',
    direction: 'below',
    good: 0.15,
    bad: 0.15,
    format: percent,
    scope: 'point',
    read: (point) => reading(followerFrameShare(point, isTickFrame)),
  },
  {
    id: 'applier-cpu',
    claim: 'C5',
    layer: 'consensus',
    name: 'applier share of CPU',
    meaning: "the state layer in the leader's CPU profile",
    direction: 'below',
    good: 0.15,
    bad: 0.25,
    format: percent,
    scope: 'point',
    read: (point) => reading(leaderLayerShare(point, 'state')),
  },
  {
    id: 'elections',
    claim: 'C10',
    layer: 'consensus',
    name: 'elections per hour',
    meaning:
      'campaigns of all nodes in the measured window, pre-votes included (`consensus_elections_total`), scaled to an hour',
    direction: 'below',
    good: 1,
    bad: 1,
    format: perHour,
    scope: 'point',
    read: elections,
  },
  {
    id: 'replication',
    claim: 'C10',
    layer: 'consensus',
    name: 'replication delay',
    meaning:
      'proposal until enough followers hold the batch durably, mean (`consensus_replicate_ns` of the leader)',
    direction: 'below',
    good: 10e6,
    bad: 10e6,
    format: nanos,
    scope: 'point',
    read: (point) => reading(leaderMean(point, 'consensus_replicate_ns')),
  },
];

/** Without an event the window bounds the rate from above by 3 / T (95 %): below one an hour only after three quiet hours. */
const QUIET_HOURS_MIN = 3;

function elections(point: PointFacts): Measured<KpiReading> {
  const nodes = point.point.nodes;
  if (nodes.length === 0) return missing(`points/${point.point.ref.id}/nodes holds no node`);
  const count = nodes
    .map((node) => counter(node, 'consensus_elections_total'))
    .reduce((total, next) => combine(total, next, (one, other) => one + other));
  const hours = Math.max(...nodes.map((node) => node.seconds)) / 3600;
  const rate = quotient(count, measured(hours), 'the window has no length');
  if (!rate.ok) return rate;
  const quiet = rate.value === 0 && hours < QUIET_HOURS_MIN;
  return measured(
    quiet
      ? {
          value: 0,
          undecidedBecause: `none in ${integer(hours * 3600)} s only says that there are fewer than ${integer(3 / hours)} an hour (95 %)`,
        }
      : { value: rate.value },
  );
}
