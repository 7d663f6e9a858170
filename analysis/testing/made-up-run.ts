import type { PassData, PointData, RunData } from '../../results/run-directory.js';
import type { Baseline, NodeWindow, PointRef, Run, StrategyLetter } from '../../results/schema/index.js';
import {
  type MadeUpLevel,
  madeUpCpu,
  madeUpHistogram,
  madeUpPercentiles,
  madeUpSamples,
  madeUpSummary,
  madeUpSyscalls,
} from './made-up-parts.js';

export const MADE_UP_LEVELS: Readonly<Record<'low' | 'mid' | 'high', MadeUpLevel>> = {
  low: { clients: 10, throughput: 5_400, p50Us: 1_700, p99Us: 4_100, seconds: 6 },
  mid: { clients: 100, throughput: 19_200, p50Us: 4_900, p99Us: 11_800, seconds: 6 },
  high: { clients: 1000, throughput: 20_900, p50Us: 46_000, p99Us: 97_000, seconds: 6 },
};

/** Throughput under A, B, C and G as a share of the level's. */
const STRATEGY_RATIO: Readonly<Record<StrategyLetter, number>> = { A: 0.08, B: 1.12, C: 1.15, G: 1 };

/** A whole run of made-up numbers: three levels, four strategies, two probes at the middle level. */
export function madeUpRun(): RunData {
  made ??= makeUp();
  return made;
}

/** Built once: it is read-only, and a test that wants another run copies it. */
let made: RunData | null = null;

function makeUp(): RunData {
  const sweep = (['low', 'mid', 'high'] as const).map((level) => sweepPoint(level));
  const arms = (['A', 'B', 'C', 'G'] as const).flatMap((strategy) =>
    (['low', 'mid'] as const).map((level) => armPoint(strategy, level)),
  );
  const points = [...sweep, ...arms];
  return { run: madeUpRunDocument(points.map((point) => point.ref)), baseline: madeUpBaseline(), points };
}

function sweepPoint(level: 'low' | 'mid' | 'high'): PointData {
  const numbers = MADE_UP_LEVELS[level];
  const profiled = level === 'mid';
  const meanUs = madeUpSummary(numbers).latency.response.mean;
  const samples = madeUpSamples(numbers.clients, 600, meanUs);
  // Scaled so that the sampled mean meets the summary's within a few per cent, as a healthy run's does.
  return {
    ref: ref(level, 'sweep', level, numbers.clients, 'G', profiled ? ['cpu-profile', 'strace'] : []),
    summary: madeUpSummary({ ...numbers, p50Us: meanOf(samples) / 1e3 / 1.15 }),
    stages: {
      schema: 'strata.stages/1',
      sharedClock: true,
      because: null,
      traced: 600,
      joined: 600,
      samples,
    },
    nodes: [1, 2, 3].map((node) => madeUpNode(node, node === 1 ? 'leader' : 'follower', numbers, 'G')),
    passes: profiled ? [madeUpCpuPass(), madeUpSyscallPass()] : [],
    durability: null,
  };
}

function meanOf(samples: readonly { readonly doneNs: number }[]): number {
  return samples.reduce((total, sample) => total + sample.doneNs, 0) / samples.length;
}

function armPoint(strategy: StrategyLetter, level: 'low' | 'mid'): PointData {
  const ratio = STRATEGY_RATIO[strategy];
  const base = MADE_UP_LEVELS[level];
  const numbers: MadeUpLevel = {
    ...base,
    throughput: Math.round(base.throughput * ratio),
    p50Us: base.p50Us / ratio,
    p99Us: base.p99Us / ratio,
    seconds: 3,
  };
  return {
    ref: ref(`${strategy}-${level}`, 'fsync', level, base.clients, strategy, []),
    summary: madeUpSummary(numbers),
    stages: null,
    nodes: [1, 2, 3].map((node) => madeUpNode(node, node === 1 ? 'leader' : 'follower', numbers, strategy)),
    passes: [],
    durability: {
      schema: 'strata.durability/1',
      method: 'all nodes ended with SIGKILL under load, started again, every key read back',
      acknowledgedWrites: numbers.throughput * 3,
      keysChecked: 9_000,
      lost: 0,
      stale: 0,
      unreadable: 0,
    },
  };
}

function ref(
  id: string,
  series: PointRef['series'],
  level: string,
  clients: number,
  strategy: StrategyLetter,
  passes: string[],
): PointRef {
  return { id, series, level, clients, strategy, primitive: 'fdatasync', passes };
}

export function madeUpNode(
  node: number,
  role: 'leader' | 'follower',
  level: MadeUpLevel,
  strategy: StrategyLetter,
): NodeWindow {
  const leads = role === 'leader';
  const entries = level.throughput * level.seconds;
  const shared = strategy === 'A' ? 1 : Math.max(1, level.clients / 4);
  const fsyncs = strategy === 'C' ? 0 : strategy === 'B' ? level.seconds * 10 : Math.round(entries / shared);
  const writes = strategy === 'A' ? entries : Math.round(entries / shared);
  const seed = node * 100 + level.clients;
  const histogram = (index: number, mean: number) => madeUpHistogram(seed + index, mean);
  const used = level.seconds * 1000 * (leads ? 0.9 : 0.5);
  return {
    schema: 'strata.node/1',
    node,
    role,
    pid: 4000 + node,
    seconds: level.seconds,
    config: { strategy, primitive: 'fdatasync' },
    counters: {
      network_http_requests_total: leads ? entries : 0,
      network_http_errors_total: 0,
      network_http_bytes_in_total: leads ? entries * 310 : 0,
      network_http_bytes_out_total: leads ? entries * 160 : 0,
      network_peer_messages_sent_total: Math.round((entries / shared) * (leads ? 2 : 1)),
      network_peer_messages_received_total: Math.round((entries / shared) * (leads ? 2 : 1)),
      network_peer_bytes_sent_total: entries * (leads ? 400 : 20),
      network_peer_bytes_received_total: entries * (leads ? 40 : 200),
      network_peer_frames_sent_total: Math.round((entries / shared) * (leads ? 1.6 : 0.9)),
      network_peer_frames_received_total: Math.round((entries / shared) * (leads ? 1.7 : 0.8)),
      network_peer_connects_total: 0,
      network_peer_dropped_total: 0,
      consensus_proposals_total: leads ? entries : 0,
      consensus_commits_total: entries,
      consensus_elections_total: 0,
      consensus_leader_changes_total: 0,
      consensus_persist_won_total: leads ? 700 : 0,
      consensus_replicate_won_total: leads ? 300 : 0,
      consensus_heartbeats_sent_total: leads ? level.seconds * 20 : 0,
      consensus_read_rounds_total: 0,
      consensus_reads_total: 0,
      io_writes_total: writes,
      io_write_bytes_total: entries * 190,
      io_fsyncs_total: fsyncs,
      io_fsync_cause_append_total: fsyncs,
      io_fsync_cause_rotate_total: 0,
      log_appends_total: writes,
      log_entries_total: entries,
      log_bytes_total: entries * 180,
      log_batches_total: writes,
      log_rotations_total: 0,
      state_applied_total: entries,
      runtime_drains_total: writes * 3,
    },
    gauges: {},
    histograms: {
      network_parse_ns: histogram(1, 14_000),
      network_reply_ns: histogram(2, 9_000),
      network_encode_ns: histogram(3, 4_000),
      network_decode_ns: histogram(4, 5_000),
      network_peer_rtt_ns: histogram(5, 900_000),
      network_peer_batch_messages: histogram(6, 3),
      consensus_propose_wait_ns: histogram(7, 300_000),
      consensus_commit_ns: histogram(8, 1_100_000),
      consensus_persist_ns: histogram(9, 950_000),
      consensus_replicate_ns: histogram(10, 1_000_000),
      consensus_slack_ns: histogram(11, 140_000),
      consensus_read_ns: { count: 0, sum: 0, buckets: [] },
      io_write_ns: histogram(12, 60_000),
      io_fsync_ns: strategy === 'C' ? { count: 0, sum: 0, buckets: [] } : histogram(13, 420_000),
      io_fsync_entries: histogram(14, shared),
      io_fsync_bytes: histogram(15, shared * 180),
      log_batch_wait_ns: histogram(16, 250_000),
      log_encode_ns: histogram(17, 20_000),
      log_write_ns: histogram(18, 80_000),
      log_batch_entries: histogram(19, shared),
      state_apply_wait_ns: histogram(20, 30_000),
      state_apply_ns: histogram(21, 70_000),
      runtime_loop_delay_ns: histogram(22, 1_500_000),
      runtime_gc_ns: histogram(23, 400_000),
      runtime_drain_ns: histogram(24, 200_000),
    },
    proc: {
      cpuUserMs: used * 0.8,
      cpuSystemMs: used * 0.2,
      rssBytes: 96 * 2 ** 20,
      io: {
        rchar: 0,
        wchar: entries * 600,
        syscr: 0,
        syscw: writes,
        readBytes: 0,
        writeBytes: entries * 190 + fsyncs * 4096,
      },
      threads: [
        {
          tid: 4000 + node,
          kind: 'main',
          cpuMs: used * 0.85,
          runqueueWaitMs: used * 0.1,
          switchesVoluntary: 900,
          switchesInvoluntary: 80,
        },
        {
          tid: 4100 + node,
          kind: 'pool',
          cpuMs: used * 0.1,
          runqueueWaitMs: used * 0.05,
          switchesVoluntary: 9000,
          switchesInvoluntary: 10,
        },
      ],
    },
  };
}

function madeUpCpuPass(): PassData {
  return {
    pass: pass('cpu-profile', 'Where does the main thread spend its time?', 18_700, [
      'node-1.json',
      'node-2.json',
    ]),
    cpu: [madeUpCpu(1, 'leader'), madeUpCpu(2, 'follower', 0.6)],
    syscalls: [],
  };
}

function madeUpSyscallPass(): PassData {
  return {
    pass: pass('strace', 'Which system calls does it make?', 4_100, ['node-1.json', 'node-2.json']),
    cpu: [],
    syscalls: [madeUpSyscalls(1, 'leader'), madeUpSyscalls(2, 'follower')],
  };
}

function pass(
  probe: string,
  question: string,
  throughputPerSecond: number,
  captures: string[],
): PassData['pass'] {
  return {
    schema: 'strata.pass/1',
    probe,
    question,
    tier: probe === 'strace' ? 'T2' : 'T0',
    cost: 'stated in the report',
    seconds: 3,
    throughputPerSecond,
    referencePerSecond: [19_200, 19_000],
    captures,
    failed: null,
  };
}

export function madeUpBaseline(): Baseline {
  return {
    schema: 'strata.baseline/1',
    directory: 'made-up/data',
    sync: (['fdatasync', 'fsync'] as const).flatMap((primitive) =>
      [512, 4096, 65_536].map((blockBytes) => ({
        primitive,
        blockBytes,
        latency: madeUpPercentiles((primitive === 'fsync' ? 230 : 180) + blockBytes / 1000, 900, 2000),
      })),
    ),
    sequential: { bytes: 64 * 2 ** 20, writeMBps: 1900, writeSyncedMBps: 640, readMBps: 5200 },
    loopbackRoundTrip: madeUpPercentiles(38, 120, 2000),
    httpEcho: [
      { clients: 100, throughputPerSecond: 31_000, response: madeUpPercentiles(2_900, 6_000, 31_000) },
    ],
  };
}

function madeUpRunDocument(points: PointRef[]): Run {
  return {
    schema: 'strata.run/1',
    id: 'made-up-sweep',
    command: 'strata sweep --levels 10,100,1000 --quick',
    mode: 'quick',
    startedAt: '2001-02-03T04:05:06.000Z',
    endedAt: '2001-02-03T04:06:40.000Z',
    seed: 7,
    git: { commit: '0123456789abcdef0123456789abcdef01234567', dirty: false },
    versions: { strata: '0.1.0', node: '20.20.0', v8: '11.3' },
    machine: {
      hostname: 'made-up-host',
      cpuModel: 'Made-up CPU',
      cpuCount: 8,
      cpuGovernor: null,
      memoryBytes: 8 * 2 ** 30,
      kernel: '6.1.0',
      os: 'Made-up Linux',
      filesystem: 'ext4',
      virtualized: 'kvm',
    },
    capabilities: [
      { name: 'cpu-profile', tier: 'T0', available: true, detail: 'node:inspector', install: null },
      { name: 'strace', tier: 'T2', available: true, detail: 'strace 6.1', install: null },
      {
        name: 'perf',
        tier: 'T2',
        available: false,
        detail: 'perf is not installed',
        install: 'apt-get install linux-perf',
      },
    ],
    cluster: {
      nodes: 3,
      strategy: 'G',
      primitive: 'fdatasync',
      heartbeatMs: 100,
      electionTimeoutMsMin: 300,
      electionTimeoutMsMax: 600,
      external: false,
    },
    load: { reads: 0, keys: 100_000, distribution: 'uniform', valueBytes: 128 },
    points,
    notMeasured: [{ what: 'kernel stacks', because: 'perf is not installed.' }],
  };
}
