import { type PointRef, PowerCut, type PowerCutRound } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { Cluster } from './cluster.js';
import { EXIT } from './exit-codes.js';
import { fetchLayers } from './node-api.js';
import { readContents } from './power-cut-contents.js';
import { PowerCutLoad } from './power-cut-load.js';
import { allowedLossMs, brokenPromises, countLoss, type SyncTimes } from './power-cut-verdict.js';
import type { RunContext } from './run-context.js';

export interface PowerCutOptions {
  readonly point: PointRef;
  readonly nodes: number;
  readonly rounds: number;
}

/** The default of the configuration, said here because the loss of B is compared with it. */
const INTERVAL_MS = 100;
/** So that the cut falls into another part of the interval each time. */
const CUT_SHIFT_MS = 37;

/**
 * A cluster of its own on a disk that keeps in memory what was not synced (`testing.disk`): kill -9 of all nodes at once loses what a power cut loses
 * when nothing survives that was not synced. Several cuts in a row on the same data, then the losses are counted.
 */
export async function powerCutRounds(context: RunContext, options: PowerCutOptions): Promise<PowerCut> {
  const { point, nodes } = options;
  const scratch = `power-cut-${point.strategy}`;
  context.progress.status(`${point.id}: starting ${nodes} nodes on a disk that forgets`);
  const cluster = await Cluster.start({
    nodes,
    directory: context.writer.scratch(scratch),
    httpPort: null,
    peerPort: null,
    strategy: point.strategy,
    primitive: point.primitive,
    fsyncIntervalMs: INTERVAL_MS,
    adjust: (config) => ({ ...config, testing: { disk: 'power-cut' } }),
  });
  try {
    const rounds: PowerCutRound[] = [];
    for (let number = 1; number <= options.rounds; number++) {
      const round = await cutOnce(context, cluster, point, number, options.rounds);
      rounds.push(round);
      context.progress.note(`${point.id}: cut ${number}: ${describeRound(round)}`);
    }
    return summarize(options, rounds);
  } finally {
    await cluster.stop();
    context.writer.dropScratch(scratch);
  }
}

async function cutOnce(
  context: RunContext,
  cluster: Cluster,
  point: PointRef,
  number: number,
  rounds: number,
): Promise<PowerCutRound> {
  const { progress, times, settings, signal } = context;
  const what = `${point.id}: power cut ${number} of ${rounds}`;
  const leader = await cluster.waitForLeader();
  const prefix = `cut-${number}-`;
  const load = new PowerCutLoad({
    url: leader.url,
    clients: point.clients,
    prefix,
    valueBytes: settings.valueBytes,
  });
  let cutAtMs: number;
  let syncs: SyncTimes;
  try {
    progress.status(`${what}: writing`);
    const untilMs =
      performance.now() + 1_000 * times.beforeKillSeconds + ((number * CUT_SHIFT_MS) % INTERVAL_MS);
    while (performance.now() < untilMs && !signal.aborted)
      await pause(Math.min(50, untilMs - performance.now()));
    const lookedAtMs = performance.now();
    const seen = await slowest(cluster);
    // The processes are killed in one turn, so the later ones live for some tens of microseconds longer.
    cutAtMs = performance.now();
    await cluster.killAll();
    syncs = { ...seen, unseenMs: cutAtMs - lookedAtMs };
  } finally {
    await load.stop();
  }
  signal.throwIfAborted();
  const written = await load.stop();
  progress.status(`${what}: starting the nodes again`);
  const startedMs = performance.now();
  await cluster.startAll();
  const restartMs = performance.now() - startedMs;
  progress.status(`${what}: looking for ${load.acknowledged} acknowledged writes on every node`);
  const contents = await readContents(cluster.urls, prefix);
  const loss = countLoss({ written, cutAtMs, contents, sent: (key) => load.valueFor(key) });
  if (loss.acknowledged === 0)
    throw new CliError(
      'STRATA_NO_WRITES',
      `No write was acknowledged at ${point.id} before the cut.`,
      EXIT.unknown,
    );
  const { longestSyncMs, latestTimerMs } = syncs;
  return {
    ...loss,
    allowedMs: allowedLossMs(point.strategy, syncs),
    longestSyncMs,
    latestTimerMs,
    restartMs,
  };
}

/** The slowest write with its sync, and the latest timer, of all nodes since they started. */
async function slowest(cluster: Cluster): Promise<Omit<SyncTimes, 'unseenMs'>> {
  const all = await Promise.all(cluster.urls.map((url) => fetchLayers(url)));
  const largestMs = (name: string) =>
    Math.max(...all.map(({ histograms }) => (histograms[name]?.buckets.at(-1)?.[0] ?? 0) / 1e6));
  return {
    intervalMs: INTERVAL_MS,
    // What was held goes to the file first, in the background's account or in the log's own.
    longestSyncMs:
      largestMs('io_fsync_ns') + Math.max(largestMs('io_write_ns'), largestMs('io_write_background_ns')),
    latestTimerMs: largestMs('runtime_loop_delay_ns'),
  };
}

function summarize({ point, nodes }: PowerCutOptions, rounds: readonly PowerCutRound[]): PowerCut {
  const sum = (pick: (round: PowerCutRound) => number) =>
    rounds.reduce((total, round) => total + pick(round), 0);
  const ages = rounds.map((round) => round.oldestLostMs).filter((age) => age !== null);
  return PowerCut.parse({
    schema: 'strata.power-cut/1',
    method: `what was not synced is in the processes' memory only; kill -9 of all ${nodes} nodes at once under ${point.clients} clients, restart, every acknowledged write looked for on every node; ${rounds.length} cuts`,
    strategy: point.strategy,
    nodes,
    clients: point.clients,
    intervalMs: point.strategy === 'B' ? INTERVAL_MS : null,
    rounds: [...rounds],
    acknowledged: sum((round) => round.acknowledged),
    lost: sum((round) => round.lost),
    oldestLostMs: ages.length === 0 ? null : Math.max(...ages),
    broken: rounds.flatMap((round, at) => brokenPromises(point.strategy, at + 1, round)),
  });
}

function describeRound({ acknowledged, lost, oldestLostMs, allowedMs, nodesEqual }: PowerCutRound): string {
  const age =
    oldestLostMs === null ? '' : `, the oldest acknowledged ${oldestLostMs.toFixed(1)} ms before the cut`;
  const bound = allowedMs === null || allowedMs === 0 ? '' : ` (allowed ${allowedMs.toFixed(1)} ms)`;
  const equal = nodesEqual ? 'all nodes are equal' : 'THE NODES DIFFER';
  return `${lost} of ${acknowledged} acknowledged writes lost${age}${bound}; ${equal}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
