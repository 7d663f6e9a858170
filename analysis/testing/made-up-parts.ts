import type {
  CpuCapture,
  Histogram,
  LayerName,
  LoadSummary,
  Percentiles,
  StageSample,
  SyscallCapture,
} from '../../results/schema/index.js';
import { exponential, seededRandom } from './random.js';

/** Every number in this folder is made up. It exists to test the shape of reports; no run ever gave it. */
export function madeUpPercentiles(p50: number, p99: number, count: number): Percentiles {
  const keep = (quantile: number, value: number): number | null =>
    count * (1 - quantile) >= 10 ? value : null;
  return {
    count,
    mean: p50 * 1.15,
    min: p50 / 3,
    p50: keep(0.5, p50),
    p90: keep(0.9, p50 + (p99 - p50) * 0.4),
    p95: keep(0.95, p50 + (p99 - p50) * 0.6),
    p99: keep(0.99, p99),
    p999: keep(0.999, p99 * 1.8),
    p9999: keep(0.9999, p99 * 2.6),
    max: p99 * 3,
  };
}

/** Buckets as the schema's recorder would make them: one wide below 64, 1/32 of a power of two above. */
export function madeUpHistogram(seed: number, mean: number, values = 2000): Histogram {
  const random = seededRandom(seed);
  const counts = new Map<number, number>();
  let sum = 0;
  for (let index = 0; index < values; index += 1) {
    const value = Math.floor(mean * 0.4 + exponential(random, mean * 0.6));
    sum += value;
    const lower = bucketLower(value);
    counts.set(lower, (counts.get(lower) ?? 0) + 1);
  }
  return { count: values, sum, buckets: [...counts].sort((one, other) => one[0] - other[0]) };
}

function bucketLower(value: number): number {
  if (value < 64) return value;
  const step = 2 ** (Math.floor(Math.log2(value)) - 5);
  return Math.floor(value / step) * step;
}

export interface MadeUpLevel {
  readonly clients: number;
  readonly throughput: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly seconds: number;
}

export function madeUpSummary(level: MadeUpLevel): LoadSummary {
  const total = level.throughput * level.seconds;
  const response = madeUpPercentiles(level.p50Us, level.p99Us, total);
  return {
    schema: 'strata.load/1',
    targets: ['http://127.0.0.1:7001'],
    mode: 'closed',
    clients: level.clients,
    rate: null,
    arrival: null,
    durationSeconds: level.seconds,
    warmupSeconds: 2,
    reads: 0,
    keys: 100_000,
    distribution: 'uniform',
    valueBytes: 128,
    workers: 1,
    seed: 1,
    operations: { total, ok: total, put: total, get: 0 },
    throughputPerSecond: level.throughput,
    latency: {
      response,
      service: madeUpPercentiles(level.p50Us * 0.97, level.p99Us * 0.97, total),
      queue: madeUpPercentiles(level.p50Us * 0.02, level.p99Us * 0.02, total),
      put: response,
      get: null,
    },
    errors: [],
    censored: { timedOut: 0, inFlightAtEnd: level.clients, shed: 0 },
    resends: 0,
    timeline: Array.from({ length: level.seconds }, (_, second) => ({
      second,
      ops: level.throughput,
      errors: 0,
      p50: level.p50Us * (1 + 0.04 * Math.sin(second)),
      p99: level.p99Us * (1 + 0.1 * Math.cos(second)),
    })),
    verification: null,
    audit: {
      littlesLaw: { clients: level.clients, product: level.clients * 1.004, ratio: 0.996, ok: true },
      scheduleLag: null,
      generatorCpuCores: 0.55,
      eventLoopUtilization: 0.55,
      saturated: false,
      verdict: 'ok',
      reasons: [],
    },
  };
}

/** Traced writes whose mean total is about `meanUs`: three of four wait for the own disk, the others for a peer. */
export function madeUpSamples(seed: number, count: number, meanUs: number): StageSample[] {
  const random = seededRandom(seed);
  const step = (share: number): number => Math.floor(exponential(random, meanUs * 1e3 * share));
  return Array.from({ length: count }, (_, index) => {
    const sentNs = step(0.02);
    const receivedNs = sentNs + step(0.18);
    const parsedNs = receivedNs + step(0.02);
    const proposedNs = parsedNs + step(0.1);
    const appendStartedNs = proposedNs + step(0.08);
    const appendedNs = appendStartedNs + step(0.04);
    const fsyncSubmittedNs = appendedNs + step(0.01);
    const fsyncDoneNs = fsyncSubmittedNs + step(0.28);
    const firstSentNs = proposedNs + step(0.02);
    const remote = { queueNs: step(0.03), writeNs: step(0.02), syncNs: step(0.2) };
    const quorumAckedNs = firstSentNs + remote.queueNs + remote.writeNs + remote.syncNs + step(0.1);
    const committedNs = Math.max(fsyncDoneNs, quorumAckedNs) + step(0.005);
    const applyStartNs = committedNs + step(0.02);
    const appliedNs = applyStartNs + step(0.01);
    const repliedNs = appliedNs + step(0.03);
    return {
      traceId: (index + 1).toString(16).padStart(32, '0'),
      op: 'put',
      node: 1,
      sentNs,
      receivedNs,
      parsedNs,
      proposedNs,
      appendStartedNs,
      appendedNs,
      fsyncSubmittedNs,
      fsyncDoneNs,
      firstSentNs,
      quorumAckedNs,
      committedNs,
      applyStartNs,
      appliedNs,
      repliedNs,
      doneNs: repliedNs + step(0.15),
      winner: fsyncDoneNs >= quorumAckedNs ? 'persist' : 'replicate',
      closer: 2 + (index % 2),
      remote,
    };
  });
}

type MadeUpFrame = readonly [name: string, file: string, layer: LayerName];

const FRAMES: readonly MadeUpFrame[] = [
  ['(root)', '', 'unattributed'],
  ['onParserExecute', 'node:_http_server', 'unattributed'],
  ['handleRequest', 'server/network/http/http-server.js', 'network'],
  ['writeBuffer', '', 'unattributed'],
  ['drain', 'server/runtime/node-runtime.js', 'runtime'],
  ['step', 'server/consensus/raft.js', 'consensus'],
  ['append', 'server/log/wal-writer.js', 'log'],
  ['encodeRecord', 'server/log/record-codec.js', 'log'],
  ['fdatasync', 'server/io/file-system.js', 'io'],
  ['apply', 'server/state/state-machine.js', 'state'],
  ['encodeMessage', 'server/network/peers/message-encoder.js', 'network'],
  ['(garbage collector)', '', 'gc'],
  ['(idle)', '', 'idle'],
  ['find<T> "x" & y|z`;', 'server/state/store.js', 'state'],
  ['(program)', '', 'unattributed'],
];

const STACKS: readonly (readonly [frames: readonly number[], us: number, layer: LayerName])[] = [
  [[0, 1, 2], 220_000, 'network'],
  [[0, 1, 2, 3], 60_000, 'network'],
  [[0, 4], 90_000, 'runtime'],
  [[0, 4, 5], 210_000, 'consensus'],
  [[0, 4, 5, 5], 30_000, 'consensus'],
  [[0, 4, 6, 7], 120_000, 'log'],
  [[0, 4, 6, 8], 40_000, 'io'],
  [[0, 4, 9], 60_000, 'state'],
  [[0, 4, 9, 13], 50_000, 'state'],
  [[0, 4, 10], 110_000, 'network'],
  [[0, 11], 70_000, 'gc'],
  [[0, 14], 30_000, 'unattributed'],
  [[0, 12], 400_000, 'idle'],
];

/** `scale` makes a follower lighter than a leader. */
export function madeUpCpu(node: number, role: CpuCapture['role'], scale = 1): CpuCapture {
  const layers: Record<LayerName, number> = {
    network: 0,
    consensus: 0,
    log: 0,
    io: 0,
    state: 0,
    runtime: 0,
    gc: 0,
    idle: 0,
    unattributed: 0,
  };
  const stacks = STACKS.map(([frames, us, layer]) => ({ frames: [...frames], us: us * scale, layer }));
  for (const stack of stacks) layers[stack.layer] += stack.us;
  const sampledUs = stacks.reduce((total, stack) => total + stack.us, 0);
  return {
    schema: 'strata.cpu/1',
    probe: 'cpu-profile',
    node,
    role,
    pid: 4000 + node,
    seconds: 3,
    raw: [`node-${node}.cpuprofile`],
    intervalUs: 500,
    sampledUs,
    layers,
    mechanisms: {
      js: layers.consensus + layers.state,
      'socket-write': 60_000 * scale,
      codec: 230_000 * scale,
    },
    matrix: [
      { layer: 'network', mechanism: 'socket-write', us: 60_000 * scale },
      { layer: 'network', mechanism: 'codec', us: 110_000 * scale },
      { layer: 'log', mechanism: 'codec', us: 120_000 * scale },
    ],
    frames: FRAMES.map(([name, file, layer], index) => ({
      name,
      file,
      line: file === '' ? 0 : 10 + index,
      layer,
    })),
    stacks,
  };
}

export function madeUpSyscalls(node: number, role: SyscallCapture['role'], syncUs = 280): SyscallCapture {
  const row = (syscall: string, calls: number, usecsPerCall: number, errors = 0) => ({
    syscall,
    calls,
    errors,
    seconds: (calls * usecsPerCall) / 1e6,
    usecsPerCall,
    minUs: usecsPerCall / 4,
    maxUs: usecsPerCall * 20,
  });
  return {
    schema: 'strata.syscalls/1',
    probe: 'strace',
    node,
    role,
    pid: 4000 + node,
    seconds: 3,
    raw: [`node-${node}.strace`],
    rows: [
      row('futex', 9000, 900, 40),
      row('epoll_pwait', 4000, 300),
      row('fdatasync', 900, syncUs),
      row('write', 1800, 90),
      row('writev', 2500, 60),
      row('read', 5200, 25, 3),
      row('mmap', 40, 12),
    ],
  };
}
