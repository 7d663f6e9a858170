import { isNativeLock } from '../cpu/perf-profile.js';
import { t } from '../language/language.js';
import { leaderCapture } from '../measures/captures.js';
import {
  combine,
  type Measured,
  map,
  measured,
  missing,
  quotient,
  valueOrNull,
} from '../measures/measured.js';
import { counter } from '../measures/node-measures.js';
import type { PointFacts } from '../report/facts.js';
import { sweepAgain } from '../report/run-again.js';
import { type Reading, reading, type Seen } from '../rules/reading.js';
import { shareOf } from '../stages/budget.js';
import { STAGES } from '../stages/stage-list.js';
import { integer, percent } from '../tables/format.js';
import { leaderThreadShare } from './cpu-readings.js';
import { leaderMeanMs, seen, seenWith } from './seen.js';

/** Stages in which a write waits for others rather than for work on itself. */
const WAIT_STAGES: readonly string[] = STAGES.filter((stage) => stage.wait && stage.layer !== 'client').map(
  (stage) => stage.key,
);

export const CONSENSUS_READINGS = {
  'cpu-threads-native-locks': reading(
    'share',
    (point, _facts, { bad }) =>
      seenWith(leaderThreadShare(point, isNativeLock), (value) => ({
        value,
        evidence: t`${percent(value)} of the CPU time of all threads is in functions of native locks (alert above ${percent(bad)})`,
        bound: value,
      })),
    {
      command: (point, facts) => {
        const probe = valueOrNull(leaderCapture(point.point, 'strata.perf/1'))?.probe ?? 'perf';
        return sweepAgain(facts, [point.point.ref.clients], probe);
      },
    },
  ),
  'wait-share-of-write': reading('share', (point) =>
    seen(map(point.writeBudget, (budget) => shareOf(budget, WAIT_STAGES))),
  ),
  'elections-per-hour': reading('per-hour', electionsPerHour),
  'replicate-mean': reading('ms', (point) => seen(leaderMeanMs(point, 'consensus_replicate_ns'))),
} as const satisfies Readonly<Record<string, Reading>>;

/** Without an event the window bounds the rate from above by 3 / T (95 %): below one an hour only after three quiet hours. */
const QUIET_HOURS_MIN = 3;

function electionsPerHour(point: PointFacts): Measured<Seen> {
  const nodes = point.point.nodes;
  if (nodes.length === 0) return missing(t`points/${point.point.ref.id}/nodes holds no node`);
  const count = nodes
    .map((node) => counter(node, 'consensus_elections_total'))
    .reduce((total, next) => combine(total, next, (one, other) => one + other));
  const hours = Math.max(...nodes.map((node) => node.seconds)) / 3600;
  const rate = quotient(count, measured(hours), t`the window has no length`);
  if (!rate.ok) return rate;
  const quiet = rate.value === 0 && hours < QUIET_HOURS_MIN;
  return measured(
    quiet
      ? {
          value: 0,
          undecidedBecause: t`none in ${integer(hours * 3600)} s only says that there are fewer than ${integer(3 / hours)} an hour (95 %)`,
        }
      : { value: rate.value },
  );
}
