import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../../../lib/cli-error.js';
import { fetchLayers } from '../../../lib/node-api.js';
import { clusterExperiment, type Values } from './cluster-experiment.js';
import { allOf, type ClusterWindow, counterOf, cpuCores, peerBytesPerSecond } from './cluster-window.js';
import type { LabCluster, Pass } from './lab-cluster.js';
import { prove } from './proof.js';

interface Timing {
  readonly heartbeatMs: number;
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
}

/** The shortest time-out that the longest recommended heartbeat allows, within the document's 300–600 ms. */
const USUAL = { electionTimeoutMsMin: 450, electionTimeoutMsMax: 600 };

/** By arm; the heartbeat of the first one is what the document's own code uses, and ours. */
const TIMINGS: Readonly<Record<string, Timing>> = {
  'every-100ms': { heartbeatMs: 100, ...USUAL },
  'every-10ms': { heartbeatMs: 10, ...USUAL },
  'every-10ms-scaled': { heartbeatMs: 10, electionTimeoutMsMin: 40, electionTimeoutMsMax: 60 },
  'every-50ms': { heartbeatMs: 50, ...USUAL },
  'every-150ms': { heartbeatMs: 150, ...USUAL },
  // Three heartbeats: the configuration takes no shorter time-out.
  'every-1000ms': { heartbeatMs: 1_000, electionTimeoutMsMin: 3_000, electionTimeoutMsMax: 4_000 },
};
/** Of all arms alike: a tick wakes the process, and would otherwise be compared too. */
const TICK_MS = 10;
const CLIENTS = 10;
const IDLE_SECONDS_MIN = 1.5;
/** Heartbeats that an idle window must hold at least, so that their number is told from none. */
const IDLE_BEATS = 3;
const IDLE_ATTEMPTS = 3;
const UNSTEADY = ['STRATA_LAB_UNSTEADY', 'STRATA_LAB_ERRORS'];
/** Heartbeats of an idle leader, of those that were due. */
const SENT_SHARE_MIN = 0.3;
const SENT_SHARE_MAX = 1.2;
const DETECTION_POLL_MS = 5;
const DETECTION_MS_MAX = 60_000;

export const heartbeat = clusterExperiment({
  id: 'C4',
  claims: ['C4'],
  title: 'Interval of heartbeats',
  question: 'What do frequent heartbeats cost, and how late do rare ones notice that a leader is gone?',
  document: {
    says: 'A heartbeat every 10 ms costs the leader CPU and traffic and finds failures fast; one every 1,000 ms costs little, takes more than a second to notice, and may cause needless elections. Best are 50–150 ms with election time-outs of 300–600 ms, 3 to 6 times that. It gives no figure but the second.',
    effects: [
      { metric: 'idle-cpu', arm: 'every-10ms', against: 'every-100ms', low: 1, high: null },
      { metric: 'idle-traffic', arm: 'every-10ms', against: 'every-100ms', low: 1, high: null },
      { metric: 'load-cpu', arm: 'every-10ms', against: 'every-100ms', low: 1, high: null },
      { metric: 'detection', arm: 'every-10ms', against: 'every-100ms', low: null, high: 1 },
      { metric: 'detection', arm: 'every-10ms-scaled', against: 'every-100ms', low: null, high: 1 },
      { metric: 'idle-cpu', arm: 'every-1000ms', against: 'every-100ms', low: null, high: 1 },
      { metric: 'idle-traffic', arm: 'every-1000ms', against: 'every-100ms', low: null, high: 1 },
      { metric: 'detection', arm: 'every-1000ms', against: null, low: 1_000, high: null },
      {
        metric: 'needless-elections',
        arm: 'every-1000ms',
        against: 'every-100ms',
        low: 0,
        high: null,
        notDecidable:
          'only an election time-out below three heartbeats lets heartbeats every 1,000 ms cause needless elections, and the configuration of the nodes refuses it',
      },
      {
        metric: 'load-cpu',
        arm: 'every-50ms',
        against: null,
        low: null,
        high: null,
        notDecidable:
          'which of 50–150 ms is best depends on how much a late detection weighs against CPU, and the document gives no weights',
      },
    ],
  },
  arms: Object.entries(TIMINGS).map(
    ([name, { heartbeatMs, electionTimeoutMsMin, electionTimeoutMsMax }]) => ({
      name,
      what: `A heartbeat every ${heartbeatMs} ms, elections after ${electionTimeoutMsMin}–${electionTimeoutMsMax} ms of silence.`,
    }),
  ),
  workload: `Three nodes: idle, then under writes of ${CLIENTS} clients, then with their leader killed while a client asks the others to write.`,
  limits:
    "A failure is noticed when the election time-out is over, whatever the heartbeat: it is 450–600 ms in all arms but two. A heartbeat every 10 ms allows a shorter one, which `every-10ms-scaled` has; one every 1,000 ms takes at least 3,000 ms, since the nodes' configuration refuses less than three heartbeats. The `detection` of these two is that of their time-outs. `idle-cpu` is the leader's, of one core.",
  metrics: [
    { name: 'idle-cpu', unit: 'share', better: 'lower' },
    { name: 'idle-traffic', unit: 'B/s', better: 'lower' },
    { name: 'load-cpu', unit: 'µs', better: 'lower' },
    { name: 'throughput', unit: '1/s', better: 'higher' },
    { name: 'needless-elections', unit: 'elections', better: 'lower', scale: 'difference' },
    { name: 'detection', unit: 'ms', better: 'lower' },
  ],
  repeats: 7,
  cost: 'minutes',
  setup: (arm) => ({
    adjust: (config) => ({ ...config, raft: { ...config.raft, tickMs: TICK_MS, ...TIMINGS[arm]! } }),
  }),
  measure,
});

async function measure(lab: LabCluster, arm: string): Promise<Values> {
  const { heartbeatMs } = TIMINGS[arm]!;
  await lab.prime();
  const electionsBefore = await campaigns(lab);
  const idle = await idleWindow(lab, arm, heartbeatMs);
  const load = await steadyPass(lab);
  const needless = (await campaigns(lab)) - electionsBefore;
  const cores = idle === null ? null : cpuCores(idle.leader);
  return {
    'idle-cpu': cores,
    'idle-traffic': idle === null ? null : trafficOf(idle),
    'load-cpu': load?.cpuUsPerRequest ?? null,
    throughput: load?.perSecond ?? null,
    'needless-elections': needless,
    detection: await detection(lab),
  };
}

/** A window without any load; the arm's heartbeats are counted in it. Null when the lead moved in every try: that is a result too, told by the elections. */
async function idleWindow(lab: LabCluster, arm: string, heartbeatMs: number): Promise<ClusterWindow | null> {
  const seconds = Math.max(IDLE_SECONDS_MIN, (IDLE_BEATS * heartbeatMs) / 1e3, lab.times.windowSeconds);
  for (let attempt = 0; attempt < IDLE_ATTEMPTS; attempt++) {
    const { window } = await lab.window(() => lab.rest(seconds));
    if (window === null) continue;
    proveHeartbeats(arm, {
      saidMs: window.leader.config.heartbeatMs,
      sent: counterOf(window.leader, 'consensus_heartbeats_sent_total'),
      followers: window.followers.length,
      seconds: window.leader.seconds,
    });
    return window;
  }
  return null;
}

/** Null when the lead moved too often, or so that requests failed. */
async function steadyPass(lab: LabCluster): Promise<Pass | null> {
  try {
    return await lab.pass({ clients: CLIENTS });
  } catch (error) {
    if (error instanceof CliError && UNSTEADY.includes(error.code)) return null;
    throw error;
  }
}

/** Bytes per second between the nodes, each counted once. */
function trafficOf(window: ClusterWindow): number {
  return allOf(window).reduce((sum, node) => sum + peerBytesPerSecond(node), 0) / 2;
}

export interface HeartbeatCounts {
  /** What the leader says that its interval is. */
  readonly saidMs: unknown;
  readonly sent: number;
  readonly followers: number;
  readonly seconds: number;
}

/** Idle, a leader sends each follower one heartbeat per interval. @throws UnprovenError when it is another interval's number. */
export function proveHeartbeats(arm: string, { saidMs, sent, followers, seconds }: HeartbeatCounts): void {
  const { heartbeatMs } = TIMINGS[arm]!;
  prove(saidMs === heartbeatMs, arm, `the leader says that it beats every ${saidMs} ms`);
  const expected = (followers * 1e3 * seconds) / heartbeatMs;
  // A process that is short of CPU skips ticks and sends fewer; one interval more or less is the window's edge.
  const holds =
    sent >= SENT_SHARE_MIN * expected - followers && sent <= SENT_SHARE_MAX * expected + followers;
  prove(
    holds,
    arm,
    `the idle leader sent ${sent} heartbeats to ${followers} followers in ${seconds.toFixed(1)} s, and ${Math.round(expected)} were due`,
  );
}

/** Campaigns of all nodes so far. */
async function campaigns(lab: LabCluster): Promise<number> {
  const snapshots = await Promise.all(lab.cluster.nodes.map(({ url }) => fetchLayers(url)));
  return snapshots.reduce((sum, { counters }) => sum + (counters.consensus_elections_total ?? 0), 0);
}

/** Milliseconds from the kill of the leader until one of the others has written. */
async function detection(lab: LabCluster): Promise<number> {
  const leader = await lab.leader();
  const others = lab.cluster.nodes.filter((node) => node !== leader);
  const startMs = performance.now();
  await leader.kill();
  for (let at = 0; performance.now() - startMs < DETECTION_MS_MAX; at++) {
    lab.signal.throwIfAborted();
    if (await writes(others[at % others.length]!.url)) return performance.now() - startMs;
    await sleep(DETECTION_POLL_MS);
  }
  throw new CliError('STRATA_NO_LEADER', `No other node wrote within ${DETECTION_MS_MAX} ms of the kill.`);
}

/** One try, to a node that leads itself: one that passes it on would answer for the dead leader only after a time-out. */
async function writes(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(5_000);
    const response = await fetch(`${url}/kv/after-the-kill?forward=false`, {
      method: 'PUT',
      body: 'x',
      signal,
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
