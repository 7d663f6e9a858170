import { LayersSnapshot, type PointRef, PowerCut, type PowerCutRound } from '../../results/schema/index.js';
import { stagingDirectoryOf } from '../../server/io/open-disk.js';
import { readSyncRecord } from '../../server/io/sync-record.js';
import { CliError } from './cli-error.js';
import { Cluster } from './cluster.js';
import { EXIT } from './exit-codes.js';
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
/** The nodes are asked for their times this long before the cut. */
const LOOK_BEFORE_MS = 300;
const LAYERS_TIMEOUT_MS = 10_000;

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
  let cutAtNs: number;
  let layers: readonly string[];
  try {
    progress.status(`${what}: writing`);
    const cutDueMs =
      performance.now() + 1_000 * times.beforeKillSeconds + ((number * CUT_SHIFT_MS) % INTERVAL_MS);
    await pauseUntil(cutDueMs - LOOK_BEFORE_MS, signal);
    // Looking costs the nodes some milliseconds and so is over in good time: a load that stands still has nothing to lose.
    layers = await Promise.all(cluster.urls.map(layersText));
    await pauseUntil(cutDueMs, signal);
    // The processes are killed in one turn, so the later ones live for some tens of microseconds longer.
    cutAtMs = performance.now();
    cutAtNs = monotonicNs();
    await cluster.killAll();
  } finally {
    await load.stop();
  }
  signal.throwIfAborted();
  const written = await load.stop();
  const syncs = slowest(cluster, layers, cutAtNs);
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

async function layersText(url: string): Promise<string> {
  const response = await fetch(`${url}/debug/layers`, { signal: AbortSignal.timeout(LAYERS_TIMEOUT_MS) });
  return response.text();
}

/** The longest sync of the log on any node, the one under way at the cut included, and the latest timer. */
function slowest(cluster: Cluster, texts: readonly string[], cutAtNs: number): SyncTimes {
  const delays = texts.map((text) => LayersSnapshot.parse(JSON.parse(text)).histograms.runtime_loop_delay_ns);
  const syncs = cluster.planned.map(({ config }) => readSyncRecord(stagingDirectoryOf(config.dataDir)));
  const longestNs = syncs.map((sync) => Math.max(sync.longestNs, cutAtNs - (sync.beganNs ?? cutAtNs)));
  return {
    intervalMs: INTERVAL_MS,
    longestSyncMs: Math.max(...longestNs) / 1e6,
    latestTimerMs: Math.max(...delays.map((delay) => delay?.buckets.at(-1)?.[0] ?? 0)) / 1e6,
  };
}

function monotonicNs(): number {
  return Number(process.hrtime.bigint());
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

async function pauseUntil(untilMs: number, signal: AbortSignal): Promise<void> {
  while (performance.now() < untilMs && !signal.aborted)
    await new Promise((resolve) => setTimeout(resolve, Math.min(50, untilMs - performance.now())));
}
