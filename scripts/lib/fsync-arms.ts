import { readBack, runLoad } from '../../loadgen/index.js';
import type { WriteLedger } from '../../loadgen/options.js';
import { Durability, type PointRef, PowerCut, type StrategyLetter } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { Cluster } from './cluster.js';
import { EXIT } from './exit-codes.js';
import { primeCluster } from './level-load.js';
import { closedLoop } from './load-settings.js';
import { armPoint, middleLevel } from './plan.js';
import { powerCutRounds } from './power-cut.js';
import { type RunContext, watchedLoad } from './run-context.js';
import { measureLevel } from './sweep-points.js';

/** Few enough keys that each is written many times and the read-back stays short. */
const LEDGER_KEYS = 2_000;

export interface ArmOptions {
  readonly strategies: readonly StrategyLetter[];
  readonly primitive: PointRef['primitive'];
  readonly nodes: number;
  /** Power cuts of each strategy at the middle level, 0 for none. */
  readonly powerCuts: number;
}

/**
 * The comparison of the fsync strategies. Every strategy has a fresh cluster; every level one measured pass; at the middle level
 * all nodes are killed at once under load, and every write that was acknowledged is read back; and on wish their power is cut, which takes a cluster
 * of its own, because the disk that forgets is not the one that speed is measured on.
 */
export async function fsyncArms(context: RunContext, options: ArmOptions): Promise<void> {
  const proof = middleLevel(context.levels);
  for (const strategy of options.strategies) {
    context.signal.throwIfAborted();
    const scratch = `fsync-${strategy}`;
    context.progress.status(`strategy ${strategy}: starting ${options.nodes} nodes`);
    const cluster = await Cluster.start({
      nodes: options.nodes,
      directory: context.writer.scratch(scratch),
      httpPort: null,
      peerPort: null,
      strategy,
      primitive: options.primitive,
    });
    try {
      const subject = { urls: cluster.urls, local: true, dataDirectory: context.writer.directory };
      const times = {
        warmupSeconds: context.times.armWarmupSeconds,
        measureSeconds: context.times.armSeconds,
      };
      await primeCluster(context, subject, 'leader', context.times.armPrimeSeconds);
      for (const level of context.levels) {
        const point = armPoint(level, strategy, options.primitive);
        await measureLevel(context, subject, point, 'leader', times);
        if (level === proof) await proveDurability(context, cluster, point);
        if (level !== proof || options.powerCuts === 0) context.writer.addPoint(point);
      }
    } finally {
      await cluster.stop();
      context.writer.dropScratch(scratch);
    }
    if (options.powerCuts > 0) await cutPower(context, options, armPoint(proof, strategy, options.primitive));
  }
  if (options.powerCuts > 0) return;
  context.writer.notMeasured(
    'writes lost to a power cut',
    'durability is proved with kill -9 of all nodes at once: that loses what the processes held, but the page cache of the kernel lives on; strata fsync --power-cut takes that too',
  );
}

async function cutPower(
  context: RunContext,
  { nodes, powerCuts }: ArmOptions,
  point: PointRef,
): Promise<void> {
  const found = await powerCutRounds(context, { point, nodes, rounds: powerCuts });
  context.writer.writePoint(point, 'power-cut.json', PowerCut, found);
  context.writer.addPoint(point);
}

/** Writes, kills every node under way, starts them again, reads back. */
async function proveDurability(context: RunContext, cluster: Cluster, point: PointRef): Promise<void> {
  const ledger = await loadUntilKilled(context, cluster, point);
  context.progress.status(`${point.id}: starting the killed nodes again`);
  const leader = await cluster.startAll();
  context.progress.status(`${point.id}: reading back ${ledger.acknowledgedWrites} acknowledged writes`);
  const { keysChecked, lost, stale, unreadable } = await readBack(ledger, [leader.url]);
  context.writer.writePoint(point, 'durability.json', Durability, {
    schema: 'strata.durability/1',
    method: `kill -9 of all ${cluster.nodes.length} nodes at once under ${point.clients} clients, restart, read back of every key written`,
    acknowledgedWrites: ledger.acknowledgedWrites,
    keysChecked,
    lost,
    stale,
    unreadable,
  });
  context.progress.note(
    `${point.id}: ${lost} of ${ledger.acknowledgedWrites} acknowledged writes lost to kill -9`,
  );
}

/** The kill comes when the measured time has ended and before the load stops: every client has a write under way. */
async function loadUntilKilled(context: RunContext, cluster: Cluster, point: PointRef): Promise<WriteLedger> {
  const leader = await cluster.waitForLeader();
  const load = closedLoop(
    { ...context.settings, reads: 0, keys: Math.max(LEDGER_KEYS, point.clients), distribution: 'uniform' },
    {
      targets: [leader.url],
      clients: point.clients,
      warmupSeconds: 0,
      durationSeconds: context.times.beforeKillSeconds,
      traceEvery: 0,
    },
  );
  const { ledger } = await runLoad({
    ...watchedLoad(context, `${point.id}: writing until kill -9`, load),
    ledger: true,
    keyPrefix: 'ledger-',
    onMeasureEnd: () => cluster.killAll(),
  });
  context.signal.throwIfAborted();
  if (ledger === null || ledger.acknowledgedWrites === 0) {
    const sentence = `No write was acknowledged at ${point.id} before the kill.`;
    throw new CliError('STRATA_NO_WRITES', sentence, EXIT.unknown);
  }
  return ledger;
}
