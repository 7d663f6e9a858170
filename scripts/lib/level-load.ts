import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadOptions } from '../../loadgen/options.js';
import type { PointRef } from '../../results/schema/index.js';
import { closedLoop } from './load-settings.js';
import { middleLevel } from './plan.js';
import { SHORT_WARMUP_SECONDS } from './probe-plan.js';
import { plainPass, type RunContext } from './run-context.js';
import { leaderUrl, type Subject } from './subject.js';

/** Where the load goes: to the leader, or in turn to all nodes. */
export type Via = 'leader' | 'all';

/** Load that nobody looks at. Middle concurrency: enough to compile the paths of a write, not enough to fill the log. */
export async function primeCluster(
  context: RunContext,
  subject: Subject,
  via: Via,
  seconds: number,
): Promise<void> {
  const { clients } = middleLevel(context.levels);
  const load = closedLoop(context.settings, {
    targets: await targetsOf(subject, via),
    clients,
    warmupSeconds: 0,
    durationSeconds: seconds,
    traceEvery: 0,
  });
  await plainPass(context, `warming up: ${clients} clients`, load);
  context.signal.throwIfAborted();
}

/** The point's load without traces, for passes beside the measured one. */
export function shortLoad(
  context: RunContext,
  subject: Subject,
  point: PointRef,
  via: Via,
): (durationSeconds: number) => Promise<LoadOptions> {
  return async (durationSeconds) =>
    closedLoop(context.settings, {
      targets: await targetsOf(subject, via),
      clients: point.clients,
      warmupSeconds: SHORT_WARMUP_SECONDS,
      durationSeconds,
      traceEvery: 0,
    });
}

/** After a tracer let go, nodes may be without a leader for the length of an election. */
const LEADER_WAIT_MS = 10_000;
const LEADER_POLL_MS = 100;

async function targetsOf(subject: Subject, via: Via): Promise<readonly string[]> {
  if (via === 'all') return subject.urls;
  const deadline = performance.now() + LEADER_WAIT_MS;
  for (;;) {
    try {
      return [await leaderUrl(subject)];
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(LEADER_POLL_MS);
    }
  }
}
