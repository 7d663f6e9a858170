import type { LoadSummary, NodeWindow, Percentiles, PointRef, Run } from '../../../results/schema/index.js';
import type { ComparedPoint, ComparedRun } from '../compared-run.js';

/** One made-up repeat: throughput and latencies a level, everything else constant. */
export interface MadeUpRepeat {
  readonly name: string;
  /** Minutes after the beginning of the made-up day; decides the order in time. */
  readonly minute: number;
  readonly commit?: string | null;
  readonly levels: Readonly<Record<string, number>>;
  readonly change?: Partial<Run>;
  readonly summary?: Partial<LoadSummary>;
  readonly config?: NodeWindow['config'];
}

const DAY = Date.UTC(2001, 0, 1);
const CLIENTS = 100;

/** `levels` gives the throughput of each level; a closed loop's mean latency follows from it. */
export function madeUpRepeat(repeat: MadeUpRepeat): ComparedRun {
  const { name, minute, levels, commit = 'a'.repeat(40), change = {}, summary = {}, config = {} } = repeat;
  const points = Object.entries(levels).map(([id, throughput]) =>
    madeUpPoint(id, throughput, summary, config),
  );
  const time = (at: number): string => new Date(DAY + at * 60_000).toISOString();
  return {
    name,
    points,
    run: {
      schema: 'strata.run/1',
      id: name,
      command: `strata sweep --out ${name}`,
      mode: 'quick',
      startedAt: time(minute),
      endedAt: time(minute + 0.5),
      seed: 1,
      git: { commit, dirty: false },
      versions: { nodejs: '20.0.0' },
      machine: {
        hostname: 'made-up',
        cpuModel: 'made-up',
        cpuCount: 2,
        cpuGovernor: null,
        memoryBytes: 8e9,
        kernel: '1',
        os: 'made-up',
        filesystem: 'ext4',
        virtualized: null,
      },
      capabilities: [],
      cluster: {
        nodes: 1,
        strategy: 'G',
        primitive: 'fdatasync',
        heartbeatMs: 100,
        electionTimeoutMsMin: 300,
        electionTimeoutMsMax: 600,
        external: false,
      },
      load: { reads: 0, keys: 1, distribution: 'uniform', valueBytes: 1 },
      points: points.map(({ ref }) => ref),
      notMeasured: [],
      ...change,
    },
  };
}

function madeUpPoint(
  id: string,
  throughput: number,
  summary: Partial<LoadSummary>,
  config: NodeWindow['config'],
): ComparedPoint {
  const ref: PointRef = {
    id,
    series: 'sweep',
    level: id,
    clients: CLIENTS,
    strategy: 'G',
    primitive: 'fdatasync',
    passes: [],
  };
  return { ref, summary: { ...madeUpSummary(throughput), ...summary }, nodes: [madeUpWindow(config)] };
}

function madeUpSummary(throughput: number): LoadSummary {
  const mean = (CLIENTS * 1e6) / throughput;
  const count = Math.round(throughput);
  const latency: Percentiles = {
    count,
    mean,
    min: 1,
    p50: mean,
    p90: mean,
    p95: mean,
    p99: 2 * mean,
    p999: null,
    p9999: null,
    max: 3 * mean,
  };
  return {
    schema: 'strata.load/1',
    targets: ['http://127.0.0.1:1'],
    mode: 'closed',
    clients: CLIENTS,
    rate: null,
    arrival: null,
    durationSeconds: 1,
    warmupSeconds: 0,
    reads: 0,
    keys: 1,
    distribution: 'uniform',
    valueBytes: 1,
    workers: 1,
    seed: 1,
    operations: { total: count, ok: count, put: count, get: 0 },
    throughputPerSecond: throughput,
    latency: { response: latency, service: latency, queue: latency, put: latency, get: null },
    errors: [],
    censored: { timedOut: 0, inFlightAtEnd: 0, shed: 0 },
    resends: 0,
    timeline: [],
    verification: null,
    audit: {
      littlesLaw: { clients: CLIENTS, product: CLIENTS, ratio: 1, ok: true },
      scheduleLag: null,
      generatorCpuCores: 0.1,
      eventLoopUtilization: 0.1,
      saturated: false,
      verdict: 'ok',
      reasons: [],
    },
  };
}

function madeUpWindow(config: NodeWindow['config']): NodeWindow {
  return {
    schema: 'strata.node/1',
    node: 1,
    role: 'leader',
    pid: 10,
    seconds: 1,
    config,
    counters: { log_entries_total: 100, io_fsyncs_total: 10 },
    gauges: {},
    histograms: { io_fsync_ns: { count: 10, sum: 1e7, buckets: [[1e6, 10]] } },
    proc: { cpuUserMs: 500, cpuSystemMs: 100, rssBytes: 1, io: null, threads: [] },
  };
}

/** Repeats of one version: each run fast or slow as a whole by `share(level)`, as real runs are. */
export function madeUpArm(
  prefix: string,
  count: number,
  level: () => number,
  more: Partial<Omit<MadeUpRepeat, 'name' | 'levels'>> = {},
): ComparedRun[] {
  return Array.from({ length: count }, (_, at) =>
    madeUpRepeat({
      minute: 2 * at + (prefix === 'base' ? 0 : 1),
      ...more,
      name: `${prefix}-${at}`,
      levels: { mid: 10_000 * level(), high: 20_000 * level() },
    }),
  );
}
