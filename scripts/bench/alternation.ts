/**
 * What the always-on instrumentation costs, within one process: `node dist/scripts/bench/alternation.js [--seconds 600] [--clients 100] [--reads 0] [--json]`.
 * One cluster whose nodes measure in one second and not in the next, all at the same time, by the sequence of Thue and Morse. Read at each change:
 * the requests that the leader has seen and the CPU of all nodes. Four neighbouring seconds, two of each kind, give one estimate of the cost, and one of
 * what two seconds differ in that do not differ.
 *
 * Exit code 0: within the limit of 3 % of throughput. 1: above. 3: this machine or so short a run cannot tell.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runLoad } from '../../loadgen/index.js';
import { isMeasuringIn, phaseAt } from '../../server/runtime/alternation.js';
import { SystemClock } from '../../server/runtime/host/system-clock.js';
import { Cluster } from '../lib/cluster.js';
import { EXIT } from '../lib/exit-codes.js';
import { interruptSignal } from '../lib/interrupt.js';
import { closedLoop, LOAD_DEFAULTS } from '../lib/load-settings.js';
import { fetchLayers } from '../lib/node-api.js';
import { alternationCosts, alternationVerdict, type Phase, type Reading } from './alternation-costs.js';
import { renderCost } from './instrumentation-verdict.js';

const LIMIT = 0.03;
/** V8 compiles for both kinds of second. */
const WARMUP_SECONDS = 20;
/** Nodes look every 5 ms whether a second is over. */
const SETTLE_MS = 15;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    clients: { type: 'string', default: '100' },
    reads: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = numberOption('seconds', 8, 3_600);
const clients = numberOption('clients', 1, 10_000);
const reads = numberOption('reads', 0, 1);
const signal = interruptSignal();
const clock = new SystemClock();

const directory = mkdtempSync(join(tmpdir(), 'strata-alternation-'));
try {
  tell(await measure());
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = signal.aborted ? EXIT.interrupted : EXIT.environment;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit();

async function measure(): Promise<Phase[]> {
  const cluster = await Cluster.start({
    nodes: 3,
    directory,
    httpPort: null,
    peerPort: null,
    strategy: 'G',
    primitive: 'fdatasync',
    adjust: (config) => ({ ...config, testing: { instrumentation: 'alternating' } }),
  });
  try {
    const leader = await cluster.waitForLeader();
    const load = closedLoop(
      { ...LOAD_DEFAULTS, reads, seed: 1 },
      {
        targets: [leader.url],
        clients,
        warmupSeconds: WARMUP_SECONDS,
        durationSeconds: seconds + 2,
        traceEvery: 0,
      },
    );
    let phases: Promise<Phase[]> | null = null;
    await runLoad({
      ...load,
      signal,
      onMeasureStart: async () => {
        phases = watchPhases(cluster, leader.url);
      },
    });
    signal.throwIfAborted();
    return (await phases)!;
  } finally {
    await cluster.stop();
  }
}

/** One phase after the other, each from the reading at its begin to the reading at its end. */
async function watchPhases(cluster: Cluster, leaderUrl: string): Promise<Phase[]> {
  const phases: Phase[] = [];
  await nextPhase();
  let before = await read(cluster, leaderUrl);
  while (phases.length < seconds && !signal.aborted) {
    const phase = phaseAt(clock.nowNs());
    await nextPhase();
    const after = await read(cluster, leaderUrl);
    phases.push({ phase, isOn: isMeasuringIn(phase), from: before, to: after });
    before = after;
    if (!values.json && phases.length % 20 === 0) process.stderr.write(`${phases.length} of ${seconds} s\n`);
  }
  return phases;
}

async function nextPhase(): Promise<void> {
  const current = phaseAt(clock.nowNs());
  while (phaseAt(clock.nowNs()) === current) await sleep(1);
  await sleep(SETTLE_MS);
}

async function read(cluster: Cluster, leaderUrl: string): Promise<Reading> {
  const views = await Promise.all(
    cluster.nodes.map(async ({ url }) => ({ url, view: await fetchLayers(url) })),
  );
  const leader = views.find(({ url }) => url === leaderUrl)!.view;
  const cpuNs = views.reduce(
    (sum, { view: { gauges } }) => sum + gauges.runtime_cpu_user_ns! + gauges.runtime_cpu_system_ns!,
    0,
  );
  return { atNs: clock.nowNs(), requests: leader.counters.network_http_requests_total!, cpuNs };
}

function tell(phases: readonly Phase[]): void {
  const costs = alternationCosts(phases);
  const verdict = alternationVerdict(costs.throughput, LIMIT);
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ load: { seconds, clients, reads }, limit: LIMIT, ...costs, verdict, phases })}\n`,
    );
  } else {
    process.stdout.write(`${costs.blocks} blocks of four seconds, two with and two without\n`);
    process.stdout.write(`${renderCost('throughput lost', costs.throughput)}\n`);
    process.stdout.write(`${renderCost('CPU added per request, all nodes', costs.cpu)}\n`);
    process.stdout.write(`against a limit of ${100 * LIMIT} % of throughput: ${verdict}\n`);
  }
  if (verdict === 'within') process.exitCode = EXIT.done;
  else process.exitCode = verdict === 'above' ? EXIT.finding : EXIT.unknown;
}

function numberOption(name: 'seconds' | 'clients' | 'reads', min: number, max: number): number {
  const value = Number(values[name]);
  if (value >= min && value <= max) return value;
  process.stderr.write(`--${name} must be a number from ${min} to ${max}, not ${values[name]}.\n`);
  process.exit(EXIT.usage);
}
