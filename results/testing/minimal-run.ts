import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDocument } from '../run-directory.js';
import {
  CpuCapture,
  LoadSummary,
  NodeWindow,
  type Percentiles,
  ProbePass,
  Run,
  SyscallCapture,
} from '../schema/index.js';

const PERCENTILES: Percentiles = {
  count: 20,
  mean: 1,
  min: 1,
  p50: 1,
  p90: null,
  p95: null,
  p99: null,
  p999: null,
  p9999: null,
  max: 2,
};

const CAPTURE_HEAD = { node: 1, role: 'leader', pid: 10, seconds: 1, raw: [] } as const;

/** Writes the smallest whole run there is, made up, with one point, one node and two passes. Returns its directory. */
export function writeMinimalRun(): string {
  const directory = mkdtempSync(join(tmpdir(), 'strata-run-'));
  const point = join(directory, 'points', 'low');
  writeDocument(join(directory, 'run.json'), Run, minimalRun());
  writeDocument(join(point, 'summary.json'), LoadSummary, minimalSummary());
  writeDocument(join(point, 'nodes', '1.json'), NodeWindow, minimalNode());
  for (const probe of ['cpu-profile', 'strace'] as const) {
    writeDocument(join(point, 'passes', probe, 'pass.json'), ProbePass, {
      schema: 'strata.pass/1',
      probe,
      question: 'made up',
      tier: 'T0',
      cost: 'none',
      seconds: 1,
      throughputPerSecond: 1,
      referencePerSecond: [1],
      captures: ['node-1.json'],
      failed: null,
    });
  }
  writeDocument(join(point, 'passes', 'cpu-profile', 'node-1.json'), CpuCapture, {
    ...CAPTURE_HEAD,
    raw: [],
    schema: 'strata.cpu/1',
    probe: 'cpu-profile',
    intervalUs: 1000,
    sampledUs: 0,
    layers: {
      network: 0,
      consensus: 0,
      log: 0,
      io: 0,
      state: 0,
      runtime: 0,
      gc: 0,
      idle: 0,
      unattributed: 0,
    },
    mechanisms: {},
    matrix: [],
    frames: [],
    stacks: [],
  });
  writeDocument(join(point, 'passes', 'strace', 'node-1.json'), SyscallCapture, {
    ...CAPTURE_HEAD,
    raw: [],
    schema: 'strata.syscalls/1',
    probe: 'strace',
    rows: [],
  });
  return directory;
}

function minimalRun(): Run {
  return {
    schema: 'strata.run/1',
    id: 'made-up',
    command: 'strata sweep',
    mode: 'quick',
    startedAt: '2001-01-01T00:00:00.000Z',
    endedAt: '2001-01-01T00:00:01.000Z',
    seed: 1,
    git: { commit: null, dirty: false },
    versions: {},
    machine: {
      hostname: 'made-up',
      cpuModel: 'made-up',
      cpuCount: 1,
      cpuGovernor: null,
      memoryBytes: 1,
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
    points: [
      {
        id: 'low',
        series: 'sweep',
        level: 'low',
        clients: 10,
        strategy: 'G',
        primitive: 'fdatasync',
        passes: ['cpu-profile', 'strace'],
      },
    ],
    notMeasured: [],
  };
}

function minimalSummary(): LoadSummary {
  return {
    schema: 'strata.load/1',
    targets: [],
    mode: 'closed',
    clients: 10,
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
    operations: { total: 20, ok: 20, put: 20, get: 0 },
    throughputPerSecond: 20,
    latency: { response: PERCENTILES, service: PERCENTILES, queue: PERCENTILES, put: null, get: null },
    errors: [],
    censored: { timedOut: 0, inFlightAtEnd: 0, shed: 0 },
    resends: 0,
    timeline: [],
    verification: null,
    audit: {
      littlesLaw: { clients: 10, product: 10, ratio: 1, ok: true },
      scheduleLag: null,
      generatorCpuCores: 0,
      eventLoopUtilization: 0,
      saturated: false,
      verdict: 'ok',
      reasons: [],
    },
  };
}

function minimalNode(): NodeWindow {
  return {
    schema: 'strata.node/1',
    node: 1,
    role: 'leader',
    pid: 10,
    seconds: 1,
    config: {},
    counters: {},
    gauges: {},
    histograms: {},
    proc: null,
  };
}
