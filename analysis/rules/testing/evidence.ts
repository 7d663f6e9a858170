import type { RunData } from '../../../results/run-directory.js';
import { madeUpEventLoop } from '../../testing/captures/event-loop.js';
import { madeUpGc } from '../../testing/captures/gc.js';
import { madeUpLock } from '../../testing/captures/locks.js';
import { madeUpPool } from '../../testing/captures/pool.js';
import { mapNodes } from '../../testing/change-run.js';
import { madeUpRun } from '../../testing/made-up-run.js';
import { cpuTaken, futexTrace, perfTaken, syncClocks, syscallTable } from './evidence-captures.js';
import {
  changePoint,
  levelWith,
  type Stages,
  withCluster,
  withCounters,
  withGathering,
  withInFlight,
  withLeader,
  withMainThread,
  withMeans,
  withPoolUse,
  withStages,
  withWrites,
  writeOf,
} from './evidence-runs.js';

/** A made-up run of one level in which a reading gives this value, in the unit of the reading. */
export type MakeEvidence = (value: number) => RunData;

const staged =
  (key: keyof Stages, winner?: 'persist' | 'replicate'): MakeEvidence =>
  (value) =>
    withStages(levelWith(), { [key]: value }, winner);

const meanOf =
  (histogram: string): MakeEvidence =>
  (ms) =>
    withMeans(levelWith(), { [histogram]: ms });

const POOL_FILE = 'server/network/peers/connection-pool.js';
const TICK = { name: 'tick', file: 'server/consensus/raft.js', layer: 'consensus' } as const;

const CPU: Readonly<Record<string, MakeEvidence>> = {
  'cpu-socket-io': (value) => levelWith(cpuTaken({ layer: 'network', mechanism: 'socket-read' }, value)),
  'cpu-socket-writes': (value) => levelWith(cpuTaken({ layer: 'network', mechanism: 'socket-write' }, value)),
  'cpu-socket-reads': (value) => levelWith(cpuTaken({ layer: 'network', mechanism: 'socket-read' }, value)),
  'cpu-pool-code': (value) => levelWith(cpuTaken({ file: POOL_FILE, layer: 'network' }, value)),
  'cpu-connects': (value) => levelWith(cpuTaken({ name: 'connect', file: 'node:net' }, value)),
  'cpu-network-codec': (value) => levelWith(cpuTaken({ layer: 'network', mechanism: 'codec' }, value)),
  'cpu-log-codec': (value) => levelWith(cpuTaken({ layer: 'log', mechanism: 'codec' }, value)),
  'cpu-lock-code': (value) => levelWith(cpuTaken({ file: 'server/log/mutex.js' }, value)),
  'cpu-leader-ticker': (value) => levelWith(cpuTaken(TICK, value)),
  'cpu-follower-ticker': (value) => levelWith(cpuTaken(TICK, value, 'follower')),
  'cpu-state-layer': (value) => levelWith(cpuTaken({ layer: 'state' }, value)),
  'cpu-garbage-collector': (value) => levelWith(cpuTaken({ layer: 'gc' }, value)),
  'cpu-unattributed': (value) => levelWith(cpuTaken({ layer: 'unattributed' }, value)),
  'cpu-threads-sync': (value) => levelWith(perfTaken('fdatasync', 'io', value)),
  'cpu-threads-native-locks': (value) => levelWith(perfTaken('__lll_lock_wait', 'runtime', value)),
  'threads-unattributed': (value) => levelWith(perfTaken('culprit', 'unattributed', value)),
  'leader-loop-busy': (busy) => withMainThread(levelWith(cpuTaken({ layer: 'network' }, 0.6)), { busy }),
  'leader-run-queue': (waits) => withMainThread(levelWith(), { waits }),
};

/** So that no other call is taken for the cost of the tracer. */
const CHEAP = ['getpid', 100, 0.000_1] as const;

const SYSCALLS: Readonly<Record<string, MakeEvidence>> = {
  'syscall-sync-share': (value) =>
    levelWith(syscallTable([['fdatasync', 100, value], ['read', 100, 1 - value], CHEAP])),
  'syscall-write-share': (value) =>
    levelWith(syscallTable([['write', 100, value], ['read', 100, 1 - value], CHEAP])),
  'syscall-log-write-share': (seconds) => {
    const rows = [['write', 100, seconds], ['read', 100, 1 - seconds], CHEAP] as const;
    const wal = {
      syscall: 'write',
      descriptor: 'wal',
      layer: 'log',
      calls: 100,
      errors: 0,
      bytes: 1,
    } as const;
    return levelWith(syscallTable(rows, { byDescriptor: [{ ...wal, seconds }] }));
  },
  'syscall-sync-mean': (ms) =>
    levelWith(
      syscallTable([
        ['fdatasync', 100, ms / 10],
        ['read', 100, ms / 20],
      ]),
    ),
  'syscall-syncs-too-often': (share) =>
    levelWith(
      syscallTable([
        ['fdatasync', 1_000, share],
        ['write', 12_000, 0],
        ['read', 100, 1 - share],
      ]),
    ),
  'futex-wait-share': (share) => levelWith(futexTrace(share, 1 - share)),
};

const DISK: Readonly<Record<string, MakeEvidence>> = {
  'rpc-mean': meanOf('network_peer_rtt_ns'),
  'sync-mean': meanOf('io_fsync_ns'),
  'replicate-mean': meanOf('consensus_replicate_ns'),
  'writes-per-sync': (ratio) =>
    withCounters(levelWith(), { io_writes_total: ratio * 1_000, io_fsyncs_total: 1_000 }),
  'entries-per-sync': (ratio) =>
    withCounters(levelWith(), { log_entries_total: ratio * 1_000, io_fsyncs_total: 1_000 }),
  'disk-sequential-write': (writeSyncedMBps) => {
    const run = levelWith();
    const baseline = run.baseline!;
    return { ...run, baseline: { ...baseline, sequential: { ...baseline.sequential, writeSyncedMBps } } };
  },
  'sync-over-floor': (times) => {
    const floor = madeUpRun().baseline!.sync.find(
      (row) => row.primitive === 'fdatasync' && row.blockBytes === 4096,
    )!;
    return withMeans(levelWith(), { io_fsync_ns: (times * floor.latency.mean) / 1e3 });
  },
  'disk-time-of-sync': (ms) =>
    withMeans(withStages(levelWith(), { fsync: 0.5 }), { io_fsync_ns: ms + 0.25, io_write_ns: 0.25 }),
  'syncs-in-line': (line) =>
    withInFlight(withCounters(levelWith(), { log_entries_total: 5_000, io_fsyncs_total: 1_000 }), line * 5),
  'device-bytes-per-log-byte': (times) =>
    changePoint(levelWith(), ({ disk, nodes }) => ({
      disk: {
        ...disk!,
        bytesWritten: times * nodes.reduce((total, node) => total + node.counters.log_bytes_total!, 0),
      },
    })),
  'sync-queue-clock': (queue) => levelWith(syncClocks({ queue, wake: (1 - queue) / 2 })),
  'sync-wakeup-clock': (wake) => levelWith(syncClocks({ queue: (1 - wake) / 2, wake })),
  'pool-saturated': (share) => withPoolUse(levelWith(madeUpPool(1, 'leader', share)), { busy: 0.8 }),
};

const WRITES: Readonly<Record<string, MakeEvidence>> = {
  'sync-share-of-write': staged('fsync'),
  'wait-share-of-write': staged('proposeQueue'),
  'propose-queue-share': staged('proposeQueue'),
  'own-append-share': (share) => withGathering(withStages(levelWith(), { proposeQueue: 2 * share }), 0.5),
  'batch-wait-share': staged('batchWait'),
  'sync-submit-share': staged('syncSubmit'),
  'remote-queue-share': staged('remoteQueue', 'replicate'),
  'apply-share': staged('applyWait'),
  'loop-wait-share': (share) => withMainThread(withStages(levelWith(), { wireIn: share }), { busy: 0.8 }),
  'replication-wins': (share) =>
    withWrites(
      levelWith(),
      Array.from({ length: 1_000 }, (_, index) =>
        writeOf({ fsync: 0.2, remoteQueue: 0.4 }, index < share * 1_000 ? 'replicate' : 'persist'),
      ),
    ),
  'apply-poll-wait': (ms) =>
    withMeans(withStages(levelWith(), { applyWait: 0.3 }), { state_apply_wait_ns: ms }),
  'lock-wait-share': (share) => lockedRun(share, 'global_lock'),
  'lock-line-share': (share) => lockedRun(share, 'global_lock'),
};

function lockedRun(share: number, name: string): RunData {
  const run = withInFlight(levelWith(), 100);
  return withLeader(run, ({ seconds }) => ({ locks: [madeUpLock(share * 100 * seconds * 1e3, name)] }));
}

const CLUSTER: Readonly<Record<string, MakeEvidence>> = {
  'heartbeats-per-second': (rate) =>
    withLeader(levelWith(), ({ counters, seconds }) => ({
      counters: { ...counters, consensus_heartbeats_sent_total: rate * 2 * seconds },
    })),
  'heartbeat-range': (left) =>
    left === 0
      ? levelWith()
      : withCluster(levelWith(), { heartbeatMs: 160, electionTimeoutMsMin: 480, electionTimeoutMsMax: 960 }),
  'elections-in-window': (count) => withCounters(levelWith(), { consensus_elections_total: count }),
  'elections-per-hour': (rate) => {
    const long = mapNodes(levelWith(), (node) => ({ ...node, seconds: 4 * 3600 }));
    return withCounters(long, { consensus_elections_total: rate * 4 });
  },
  'gc-pause-of-heartbeat': (times) => levelWith(madeUpGc(1, 'leader', times * 100)),
  'loop-stall-of-heartbeat': (times) => levelWith(madeUpEventLoop(1, 'leader', times * 100)),
  'machine-cpu-used': (share) => {
    const run = levelWith();
    const used = mapNodes(run, (node) => ({
      ...node,
      proc: { ...node.proc!, cpuUserMs: 2 * share * node.seconds * 1e3, cpuSystemMs: 0 },
    }));
    const busy = changePoint(used, ({ summary }) => ({
      summary: { ...summary, audit: { ...summary.audit, generatorCpuCores: 4 * share } },
    }));
    return { ...busy, run: { ...busy.run, machine: { ...busy.run.machine, cpuCount: 10 } } };
  },
  'better-strategy': (times) => {
    const arms = madeUpRun().points.filter(({ ref }) => ref.id === 'A-mid' || ref.id === 'G-mid');
    const [mid] = levelWith().points;
    const rated = arms.map((arm) => ({
      ...arm,
      summary: { ...arm.summary, throughputPerSecond: arm.ref.strategy === 'A' ? times * 1_000 : 1_000 },
    }));
    // A pass of the level itself, under the strategy of one of the arms.
    const level = { ...mid!, passes: [], summary: { ...mid!.summary, throughputPerSecond: 1_000 } };
    return { ...levelWith(), points: [level, ...rated] };
  },
};

/** One for each reading that a rule may call. */
export const EVIDENCE: Readonly<Record<string, MakeEvidence>> = {
  ...CPU,
  ...SYSCALLS,
  ...DISK,
  ...WRITES,
  ...CLUSTER,
};
