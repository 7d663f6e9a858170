import { isTickFrame, leaderFrameShare } from '../kpi/cpu-readings.js';
import { fromLeader, leaderMean } from '../kpi/leader-readings.js';
import { t } from '../language/language.js';
import { leaderCapture } from '../measures/captures.js';
import { combine, type Measured, measured, missing, valueOrNull } from '../measures/measured.js';
import { counterPerSecond, histogramQuantile } from '../measures/node-measures.js';
import { syscallFacts } from '../measures/syscalls.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { type Reading, reading, type Seen, type Terms } from '../rules/reading.js';
import { shareOf } from '../stages/budget.js';
import { nanos, percent, significant } from '../tables/format.js';
import { probeCommand } from './evidence-readings.js';

export const CONSENSUS_CAUSES = {
  'futex-wait-share': reading('share', futexWaits, { command: probeCommand('strata.syscalls/1') }),
  'heartbeats-per-second': reading('per-second', heartbeats),
  'apply-poll-wait': reading('ms', applyPollWait, {
    parameters: { shareOfWriteMin: 0.05, meanOverMedianMax: 2 },
  }),
} as const satisfies Readonly<Record<string, Reading>>;

/**
 * Waits for native locks in a table of system calls, against the time of the calls that work. Threads of a pool that wait for work wait in the same call, and are
 * most of it in a healthy process; so only a trace that knows them apart is evidence.
 */
function futexWaits(point: PointFacts): Measured<Seen> {
  const capture = leaderCapture(point.point, 'strata.syscalls/1', (each) => each.futex !== undefined);
  if (!capture.ok) return capture;
  const waitSeconds = (capture.value.futex ?? []).reduce((total, row) => total + row.waitSeconds, 0);
  const { workingSeconds } = syscallFacts(capture.value);
  const all = waitSeconds + workingSeconds;
  if (!(all > 0)) return missing(t`the trace has no working system call`);
  return measured({
    value: waitSeconds / all,
    evidence: t`threads wait ${nanos(waitSeconds * 1e9)} for native locks, beside ${nanos(workingSeconds * 1e9)} in working system calls; parked threads left out`,
  });
}

/**
 * Heartbeats by the clock that each follower gets in a second. A round of reads asks every follower by a heartbeat too, which the leader counts among those it
 * sent: those are work that clients asked for, and no interval makes them fewer.
 */
function heartbeats(point: PointFacts, facts: Facts): Measured<Seen> {
  const { nodes, heartbeatMs, external } = facts.data.run.cluster;
  if (nodes < 2) return missing(t`a single node has no follower`);
  const sent = fromLeader(point, (node) => counterPerSecond(node, 'consensus_heartbeats_sent_total'));
  const both = combine(sent, readRounds(point), (messages, rounds) => ({ messages, rounds }));
  if (!both.ok) return both;
  const { messages, rounds } = both.value;
  const rate = Math.max(0, messages / (nodes - 1) - rounds);
  const configured =
    external || !(heartbeatMs > 0) ? '' : t`, configured as one every ${significant(heartbeatMs)} ms`;
  const ticker = valueOrNull(leaderFrameShare(point, isTickFrame));
  const cost = ticker === null ? '' : t`; the leader's ticker takes ${percent(ticker)} of its CPU samples`;
  const reads = rounds > 0 ? t`, those of ${significant(rounds)} rounds of reads a second left out` : '';
  return measured({
    value: rate,
    evidence: t`the leader sent ${significant(rate)} heartbeats a second to each follower${reads}${configured}${cost}`,
    bound: null,
  });
}

/** Of the whole cluster: a follower counts the rounds that it asks the leader for, and the leader sends their heartbeats. */
function readRounds({ leader, followers }: PointFacts): Measured {
  if (!leader.ok) return leader;
  return [leader.value, ...followers]
    .map((node) => counterPerSecond(node, 'consensus_read_rounds_total'))
    .reduce((total, next) => combine(total, next, (one, other) => one + other));
}

/**
 * Half of the commits wait longer than this until they are applied. An applier that sleeps between two looks makes every commit wait, half its interval on average,
 * so that mean and median are close; one that is told and finds the loop busy leaves a few that wait long and a median near nothing.
 */
function applyPollWait(point: PointFacts, _facts: Facts, { parameters }: Terms): Measured<Seen> {
  const { shareOfWriteMin = 0, meanOverMedianMax = 0 } = parameters;
  const median = fromLeader(point, (node) => histogramQuantile(node, 'state_apply_wait_ns', 0.5));
  const waits = combine(median, leaderMean(point, 'state_apply_wait_ns'), (p50, mean) => ({ p50, mean }));
  if (!waits.ok) return waits;
  const { p50, mean } = waits.value;
  const share = shareOfWrite(point, mean);
  if (share < shareOfWriteMin) return missing(t`the wait to be applied is ${percent(share)} of a write only`);
  if (mean > meanOverMedianMax * p50) return missing(t`few commits wait long, and most hardly at all`);
  return measured({
    value: p50 / 1e6,
    evidence: t`half of the commits waited longer than ${nanos(p50)} until they were applied, ${nanos(mean)} on average (${percent(share)} of a write): as behind an applier that looks every ${nanos(2 * mean)} or so instead of being told`,
    bound: Math.min(1, share),
  });
}

/** By the traced writes, else by the mean answer of the window. */
function shareOfWrite(point: PointFacts, meanNs: number): number {
  const budget = valueOrNull(point.writeBudget);
  if (budget !== null) return shareOf(budget, ['applyWait']);
  const responseNs = point.summary.latency.response.mean * 1e3;
  return responseNs > 0 ? meanNs / responseNs : 0;
}
