import { type ErrorCode, StrataError } from '../../errors.js';
import { Violation } from '../violation.js';

/** `fail`: certainly without effect, now and later. `info`: nobody knows. */
export type Failure = 'fail' | 'info';

/**
 * The command did not enter a log, whatever becomes of the node that says so. Each of them is given before a proposal, or by an attempt to pass a
 * write on that certainly had no effect and behind which no other attempt is in doubt (`runtime/forwarded-write.ts`). An effect that
 * shows after one of these is a defect of the product.
 */
const WITHOUT_EFFECT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'STRATA_NO_LEADER',
  'STRATA_NOT_LEADER',
  'STRATA_PEER_UNREACHABLE',
  'STRATA_PROPOSAL_DROPPED',
  'STRATA_OVERLOADED',
  'STRATA_OVERLOADED_BYTES',
  'STRATA_DISK_FULL',
  'STRATA_STATE_FULL',
  'STRATA_NODE_REMOVED',
]);

/**
 * It may have entered a log, or may yet. A session that has ended, or whose answer is not kept, says nothing of an earlier attempt, which the node
 * itself may have made.
 */
const UNKNOWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'STRATA_LEADERSHIP_LOST',
  'STRATA_TIMEOUT',
  'STRATA_PEER_LOST',
  'STRATA_SHUTTING_DOWN',
  'STRATA_SESSION_EXPIRED',
  'STRATA_SESSION_STALE',
]);

/** @throws Violation for an error that nothing these clients do may bring about. */
export function failureOf(error: Error): Failure {
  if (error instanceof StrataError) {
    if (WITHOUT_EFFECT.has(error.code)) return 'fail';
    if (UNKNOWN.has(error.code)) return 'info';
    throw new Violation('expected answer', `a client was answered ${error.code}: ${error.message}`);
  }
  throw new Violation('expected answer', `a client was answered an error without a code: ${error.message}`);
}
