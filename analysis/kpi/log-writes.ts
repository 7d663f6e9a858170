import type { SyscallCapture } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import { type Measured, measured, missing } from '../measures/measured.js';
import { isWrite, syscallFacts } from '../measures/syscalls.js';

/**
 * Writes to the log as a share of the time of working system calls. The document counts all writes; in a server those to sockets are most, and no batching of the
 * log makes them fewer, so this one wants a trace that tells descriptors apart.
 */
export function logWriteShare(capture: SyscallCapture): Measured {
  const { byDescriptor } = capture;
  if (byDescriptor === undefined) return missing(t`this tracer did not tell descriptors apart`);
  const { workingSeconds } = syscallFacts(capture);
  if (workingSeconds === 0) return missing(t`the trace has no working system call`);
  const writes = byDescriptor.filter((row) => row.descriptor === 'wal' && isWrite(row.syscall));
  return measured(writes.reduce((total, row) => total + row.seconds, 0) / workingSeconds);
}
