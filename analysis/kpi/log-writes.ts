import type { PointData } from '../../results/run-directory.js';
import { t } from '../language/language.js';
import { leaderCapture } from '../measures/captures.js';
import { type Measured, map, missing } from '../measures/measured.js';
import { isWrite, syscallFacts } from '../measures/syscalls.js';

/**
 * Writes to the log as a share of the time of the leader's working system calls. The document counts all writes; in a server those to sockets are most, and
 * no batching of the log makes them fewer, so this one wants a trace that tells descriptors apart.
 */
export function logWriteShare(point: PointData): Measured {
  const capture = leaderCapture(point, 'strata.syscalls/1', (each) => each.byDescriptor !== undefined);
  if (!capture.ok) return capture;
  const { workingSeconds } = syscallFacts(capture.value);
  if (workingSeconds === 0) return missing(t`the trace has no working system call`);
  return map(capture, ({ byDescriptor = [] }) => {
    const writes = byDescriptor.filter((row) => row.descriptor === 'wal' && isWrite(row.syscall));
    return writes.reduce((total, row) => total + row.seconds, 0) / workingSeconds;
  });
}
