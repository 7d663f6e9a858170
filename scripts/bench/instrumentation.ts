/**
 * What the always-on instrumentation costs: `node dist/scripts/bench/instrumentation.js [--pairs 10] [--passes 2] [--seconds 4] [--clients 100] [--reads 0.5] [--json]`.
 * Each round starts three clusters, one with the instrumentation and two without, and puts the same load on each in turn, in an order drawn by lot, as often as
 * `--passes` says; the median of its passes stands for a cluster. New
 * clusters for each round, because what V8 made of the code of one process would otherwise be taken for what the code costs. The third
 * tells how much two clusters differ that do not differ.
 *
 * Exit code 0: within the limit of 3 % of throughput. 1: above. 3: this machine or so few rounds cannot tell.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runLoad } from '../../loadgen/index.js';
import { type ProcReading, procWindow, readProc } from '../../profiles/index.js';
import { Cluster } from '../lib/cluster.js';
import { EXIT } from '../lib/exit-codes.js';
import { interruptSignal } from '../lib/interrupt.js';
import { closedLoop, LOAD_DEFAULTS } from '../lib/load-settings.js';
import {
  type ArmPass,
  cpuCost,
  medianPass,
  type Round,
  renderCost,
  throughputCost,
  verdictOf,
} from './instrumentation-verdict.js';

const LIMIT = 0.03;
const PRIME_SECONDS = 3;
const WARMUP_SECONDS = 1;
const ARMS = ['on', 'off', 'control'] as const;
type Arm = (typeof ARMS)[number];

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10' },
    passes: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '4' },
    clients: { type: 'string', default: '100' },
    reads: { type: 'string', default: '0.5' },
    json: { type: 'boolean', default: false },
  },
});
const pairs = numberOption('pairs', 1, 1_000);
const passes = numberOption('passes', 1, 100);
const seconds = numberOption('seconds', 0.5, 600);
const clients = numberOption('clients', 1, 10_000);
const reads = numberOption('reads', 0, 1);
const signal = interruptSignal();
const settings = { ...LOAD_DEFAULTS, reads, seed: 1 };

const rounds: Round[] = [];
try {
  while (rounds.length < pairs) {
    const round = await measureRound();
    rounds.push(round);
    if (!values.json) process.stdout.write(`${renderRound(rounds.length, round)}\n`);
  }
  process.exitCode = tell();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = signal.aborted ? EXIT.interrupted : EXIT.environment;
}
process.exit();

async function measureRound(): Promise<Round> {
  const directory = mkdtempSync(join(tmpdir(), 'strata-instrumentation-'));
  const clusters = new Map<Arm, Cluster>();
  try {
    for (const arm of shuffled(ARMS)) {
      clusters.set(arm, await startCluster(join(directory, arm), arm));
      await pass(clusters.get(arm)!, PRIME_SECONDS);
    }
    const order: Arm[] = [];
    const measured: Record<Arm, ArmPass[]> = { on: [], off: [], control: [] };
    for (let turn = 0; turn < passes; turn++) {
      for (const arm of shuffled(ARMS)) {
        order.push(arm);
        measured[arm].push(await pass(clusters.get(arm)!, seconds));
      }
    }
    const { on, off, control } = measured;
    return { order, on: medianPass(on), off: medianPass(off), control: medianPass(control) };
  } finally {
    await Promise.all([...clusters.values()].map((cluster) => cluster.stop()));
    rmSync(directory, { recursive: true, force: true });
  }
}

function startCluster(directory: string, arm: Arm): Promise<Cluster> {
  return Cluster.start({
    nodes: 3,
    directory,
    httpPort: null,
    peerPort: null,
    strategy: 'G',
    primitive: 'fdatasync',
    adjust: (config) => ({ ...config, testing: { instrumentation: arm === 'on' ? 'on' : 'off' } }),
  });
}

async function pass(cluster: Cluster, durationSeconds: number): Promise<ArmPass> {
  const leader = await cluster.waitForLeader();
  const pids = cluster.nodes.map(({ pid }) => pid);
  const before: (ProcReading | null)[] = [];
  const after: (ProcReading | null)[] = [];
  const load = closedLoop(settings, {
    targets: [leader.url],
    clients,
    warmupSeconds: WARMUP_SECONDS,
    durationSeconds,
    traceEvery: 0,
  });
  const { summary } = await runLoad({
    ...load,
    signal,
    onMeasureStart: async () => void before.push(...pids.map(readProc)),
    onMeasureEnd: async () => void after.push(...pids.map(readProc)),
  });
  signal.throwIfAborted();
  const { throughputPerSecond } = summary;
  if (!(throughputPerSecond > 0)) throw new Error('The cluster answered nothing; look at its logs.');
  return {
    throughputPerSecond,
    cpuUsPerRequest: cpuPerRequest(before, after, throughputPerSecond * durationSeconds),
  };
}

function cpuPerRequest(
  before: readonly (ProcReading | null)[],
  after: readonly (ProcReading | null)[],
  requests: number,
): number | null {
  let cpuMs = 0;
  for (const [at, first] of before.entries()) {
    const last = after[at];
    if (!first || !last) return null;
    const { cpuUserMs, cpuSystemMs } = procWindow(first, last);
    cpuMs += cpuUserMs + cpuSystemMs;
  }
  return before.length === 0 ? null : (1e3 * cpuMs) / requests;
}

function tell(): number {
  const throughput = throughputCost(rounds);
  const cpu = cpuCost(rounds);
  const verdict = verdictOf(throughput, LIMIT);
  if (values.json) {
    const load = { pairs, passes, seconds, clients, reads };
    process.stdout.write(`${JSON.stringify({ load, limit: LIMIT, rounds, throughput, cpu, verdict })}\n`);
  } else {
    process.stdout.write(`${renderCost('throughput lost', throughput)}\n`);
    if (cpu !== null) process.stdout.write(`${renderCost('CPU added per request', cpu)}\n`);
    process.stdout.write(`against a limit of ${100 * LIMIT} % of throughput: ${verdict}\n`);
  }
  if (verdict === 'within') return EXIT.done;
  return verdict === 'above' ? EXIT.finding : EXIT.unknown;
}

function renderRound(number: number, arms: Round): string {
  const told = ARMS.map((arm) => {
    const { throughputPerSecond, cpuUsPerRequest } = arms[arm];
    const cpu = cpuUsPerRequest === null ? '' : `, ${cpuUsPerRequest.toFixed(0)} µs CPU`;
    return `${arm} ${throughputPerSecond.toFixed(0)}/s${cpu}`;
  });
  return `round ${number}: ${told.join('; ')}`;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const drawn = [...items];
  for (let at = drawn.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [drawn[at], drawn[other]] = [drawn[other]!, drawn[at]!];
  }
  return drawn;
}

function numberOption(
  name: 'pairs' | 'passes' | 'seconds' | 'clients' | 'reads',
  min: number,
  max: number,
): number {
  const value = Number(values[name]);
  if (value >= min && value <= max) return value;
  process.stderr.write(`--${name} must be a number from ${min} to ${max}, not ${values[name]}.\n`);
  process.exit(EXIT.usage);
}
