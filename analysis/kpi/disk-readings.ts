import { isNativeSync } from '../cpu/perf-profile.js';
import { t, translated } from '../language/language.js';
import { listed } from '../language/lists.js';
import { leaderCapture } from '../measures/captures.js';
import { type Measured, measured, missing, valueOrNull } from '../measures/measured.js';
import { entriesPerFsync, writesPerFsync } from '../measures/node-measures.js';
import { type SyscallFacts, syscallFacts } from '../measures/syscalls.js';
import { undecidedByTracer } from '../measures/tracer-floor.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { sweepAgain } from '../report/run-again.js';
import { type Reading, reading, type Seen, type Terms } from '../rules/reading.js';
import { shareOf } from '../stages/budget.js';
import { integer, nanos, percent, significant } from '../tables/format.js';
import { leaderThreadShare } from './cpu-readings.js';
import { fromLeader, leaderMean } from './leader-readings.js';
import { logWriteShare } from './log-writes.js';
import { leaderMeanMs, seen, seenWith } from './seen.js';

const straceCommand = (point: PointFacts, facts: Facts): string =>
  sweepAgain(facts, [point.point.ref.clients], 'strace');

const SYNC_STAGES = ['fsync', 'remoteSync'];

export const DISK_READINGS = {
  'sync-share-of-write': reading('share', (point) =>
    seenWith(point.writeBudget, (budget) => {
      const share = shareOf(budget, SYNC_STAGES);
      const names = listed(
        budget.stages
          .filter((entry) => SYNC_STAGES.includes(entry.stage.key) && entry.meanNs > 0)
          .map((entry) => `${translated(entry.stage.name)} ${nanos(entry.meanNs)}`),
      );
      const evidence = t`${names} of a mean write of ${nanos(budget.meanTotalNs)}${syncDetail(point)}`;
      return { value: share, evidence, bound: share };
    }),
  ),
  'syscall-sync-share': tracedShare(({ syncShare }) => syncShare),
  'syscall-write-share': tracedShare(({ writeShare }) => writeShare),
  'syscall-log-write-share': reading(
    'share',
    (point, _facts, { bad }) => {
      const capture = leaderCapture(
        point.point,
        'strata.syscalls/1',
        (each) => each.byDescriptor !== undefined,
      );
      if (!capture.ok) return capture;
      return seenWith(logWriteShare(capture.value), (value) => ({
        value,
        ...undecidedByTracer(capture.value),
        evidence: t`${percent(value)} of the time of working system calls goes into writes to the log (alert above ${percent(bad)})`,
      }));
    },
    { command: straceCommand },
  ),
  'cpu-threads-sync': reading('share', (point) => seen(leaderThreadShare(point, isNativeSync))),
  'writes-per-sync': reading('to-one', (point) => seen(fromLeader(point, writesPerFsync))),
  'entries-per-sync': reading('to-one', entriesPerSync),
  'sync-mean': reading('ms', (point) => seen(leaderMeanMs(point, 'io_fsync_ns'))),
  'disk-sequential-write': reading(
    'megabytes-per-second',
    (_point, facts) =>
      facts.data.baseline === null
        ? missing(t`baseline.json does not exist`)
        : measured({ value: facts.data.baseline.sequential.writeSyncedMBps }),
    { scope: 'run' },
  ),
} as const satisfies Readonly<Record<string, Reading>>;

/** A client that waits for its answer has one write in flight: no sync can carry more entries than there are clients, so a level of few takes no part. */
function entriesPerSync(point: PointFacts, _facts: Facts, { bad }: Terms): Measured<Seen> {
  const { mode, clients } = point.summary;
  const entries = fromLeader(point, entriesPerFsync);
  if (entries.ok && mode === 'closed' && clients <= bad && entries.value <= bad)
    return missing(
      t`${integer(clients)} clients that wait for each answer have no more than ${integer(clients)} writes in flight`,
    );
  return seen(entries);
}

/** Of the leader, under a tracer: decides nothing where the tracer itself is most of the time. */
function tracedShare(read: (facts: SyscallFacts) => number): Reading {
  return reading('share', (point) =>
    seenWith(leaderCapture(point.point, 'strata.syscalls/1'), (capture) => ({
      value: read(syscallFacts(capture)),
      ...undecidedByTracer(capture),
    })),
  );
}

function syncDetail(point: PointFacts): string {
  const mean = valueOrNull(leaderMean(point, 'io_fsync_ns'));
  const entries = valueOrNull(fromLeader(point, entriesPerFsync));
  if (mean === null || entries === null) return '';
  return t`; a sync of the leader takes ${nanos(mean)} and carries ${significant(entries)} entries`;
}
