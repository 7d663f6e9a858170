import type { PassData, PointData, RunData } from '../../results/run-directory.js';
import type {
  Baseline,
  DiskWindow,
  PointRef,
  PowerCut,
  Run,
  StrategyLetter,
} from '../../results/schema/index.js';
import { madeUpNode } from './made-up-node.js';
import {
  type MadeUpLevel,
  madeUpCpu,
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
    powerCut: null,
    events: [],
    disk: madeUpDisk(numbers.seconds),
    recording: null,
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
    events: [],
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
    powerCut: level === 'mid' ? madeUpPowerCut(strategy) : null,
    disk: null,
    recording: null,
  };
}

const CUT_LOSS = { A: 0, B: 240, C: 5_100, G: 0 } as const;

function madeUpPowerCut(strategy: StrategyLetter): PowerCut {
  const lost = CUT_LOSS[strategy];
  const oldestLostMs = { A: null, B: 88.4, C: 2_950, G: null }[strategy];
  return {
    schema: 'strata.power-cut/1',
    method:
      'all nodes ended with SIGKILL on a disk that forgets, started again, every write looked for; 1 cut',
    strategy,
    nodes: 3,
    clients: 100,
    intervalMs: strategy === 'B' ? 100 : null,
    rounds: [
      {
        acknowledged: 6_000,
        lost,
        oldestLostMs,
        allowedMs: { A: 0, B: 112, C: null, G: 0 }[strategy],
        longestSyncMs: 4,
        latestTimerMs: 3,
        unanswered: 100,
        unansweredFound: 0,
        foreign: 0,
        nodesEqual: true,
        restartMs: 1_200,
      },
    ],
    acknowledged: 6_000,
    lost,
    oldestLostMs,
    broken: [],
  };
}

function madeUpDisk(seconds: number): DiskWindow {
  return {
    schema: 'strata.disk/1',
    device: 'vda',
    seconds,
    bytesWritten: 60e6,
    writes: 6_000,
    flushes: 3_000,
    flushMs: 150,
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

function madeUpCpuPass(): PassData {
  return {
    pass: pass('cpu-profile', 'Where does the main thread spend its time?', 18_700, [
      'node-1.json',
      'node-2.json',
    ]),
    captures: [madeUpCpu(1, 'leader'), madeUpCpu(2, 'follower', 0.6)],
  };
}

function madeUpSyscallPass(): PassData {
  return {
    pass: pass('strace', 'Which system calls does it make?', 4_100, ['node-1.json', 'node-2.json']),
    captures: [madeUpSyscalls(1, 'leader'), madeUpSyscalls(2, 'follower')],
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
