import { isNativeSync } from '../cpu/perf-profile.js';
import { map, measured, missing } from '../measures/measured.js';
import { entriesPerFsync, writesPerFsync } from '../measures/node-measures.js';
import { leaderSyscalls } from '../measures/syscalls.js';
import { shareOf } from '../stages/budget.js';
import { megabytesPerSecond, nanos, percent, significant } from '../tables/format.js';
import { leaderThreadShare, mechanismShare } from './cpu-readings.js';
import { type KpiRule, reading } from './kpi-rule.js';
import { fromLeader, leaderMean } from './leader-readings.js';

const toOne = (value: number): string => `${significant(value)}:1`;

export const DISK_RULES: readonly KpiRule[] = [
  {
    id: 'fsync-request',
    claim: 'L2',
    layer: 'log and I/O',
    name: 'fsync share of request time',
    meaning:
      'stages fsync and remote fsync on the winning branch of commit, over the mean write. The share that a client feels',
    direction: 'below',
    good: 0.3,
    bad: 0.5,
    format: percent,
    scope: 'point',
    read: (point) => reading(map(point.writeBudget, (budget) => shareOf(budget, ['fsync', 'remoteSync']))),
  },
  {
    id: 'fsync-syscall',
    claim: 'L2',
    layer: 'log and I/O',
    name: 'fsync share of syscall time',
    meaning: 'wall time inside syscalls of the leader under strace, waiting calls (futex, epoll) left out',
    direction: 'below',
    good: 0.3,
    bad: 0.5,
    format: percent,
    scope: 'point',
    read: (point) => reading(map(leaderSyscalls(point.point), (facts) => facts.syncShare)),
  },
  {
    id: 'fsync-cpu',
    claim: 'L2',
    layer: 'log and I/O',
    name: 'fsync share of CPU of all threads',
    meaning:
      "syncs anywhere in the stack of perf's samples of the leader, pool and kernel included: CPU that a sync costs, not the wait for it",
    direction: 'below',
    good: 0.3,
    bad: 0.5,
    format: percent,
    scope: 'point',
    read: (point) => reading(leaderThreadShare(point, isNativeSync)),
  },
  {
    id: 'write-syscall',
    claim: 'L2',
    layer: 'log and I/O',
    name: 'write share of syscall time',
    meaning: 'the same base; sockets and files together, as `strace -c` counts them',
    direction: 'below',
    good: 0.1,
    bad: 0.2,
    format: percent,
    scope: 'point',
    read: (point) => reading(map(leaderSyscalls(point.point), (facts) => facts.writeShare)),
  },
  {
    id: 'log-codec',
    claim: 'L2',
    layer: 'log and I/O',
    name: 'log serialisation share of CPU',
    meaning: "mechanism `codec` owned by the log layer in the leader's CPU profile",
    direction: 'below',
    good: 0.08,
    bad: 0.3,
    format: percent,
    scope: 'point',
    read: (point) => reading(mechanismShare(point, ['codec'], 'log')),
  },
  {
    id: 'write-fsync',
    claim: 'L3',
    layer: 'log and I/O',
    name: 'write() : fsync',
    meaning:
      'calls on the log of the leader. Group commit joins entries before the write, so 1:1 with many entries per fsync is its best case: read it with the next row',
    direction: 'above',
    good: 10,
    bad: 10,
    format: toOne,
    scope: 'point',
    read: (point) => reading(fromLeader(point, writesPerFsync)),
  },
  {
    id: 'entry-fsync',
    claim: 'L3',
    layer: 'log and I/O',
    name: 'log entries : fsync',
    meaning: "what the document's ratio wants to know: how many writes of clients share one sync",
    direction: 'above',
    good: 10,
    bad: 10,
    format: toOne,
    scope: 'point',
    read: (point) => reading(fromLeader(point, entriesPerFsync)),
  },
  {
    id: 'fsync-mean',
    claim: 'L4',
    layer: 'log and I/O',
    name: 'fsync mean',
    meaning: 'as the leader saw it from call to completion, pool queue and wake-up included (`io_fsync_ns`)',
    direction: 'below',
    good: 2e6,
    bad: 15e6,
    format: nanos,
    scope: 'point',
    read: (point) => reading(leaderMean(point, 'io_fsync_ns')),
  },
  {
    id: 'disk-throughput',
    claim: 'L11',
    layer: 'log and I/O',
    name: 'disk write throughput',
    meaning:
      'what the disk can do: sequential writes with a sync at the end (baseline). What the log uses of it stands in section 2',
    direction: 'above',
    good: 100,
    bad: 100,
    format: megabytesPerSecond,
    scope: 'run',
    read: (_point, facts) =>
      facts.data.baseline === null
        ? missing('baseline.json does not exist')
        : measured({ value: facts.data.baseline.sequential.writeSyncedMBps }),
  },
];
