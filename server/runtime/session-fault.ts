import { StrataError } from '../errors.js';
import type { CommandResult, SessionRef } from '../state/vocabulary.js';

/** What is wrong with the session that a command named; null when nothing is, and then the command was applied, now or before. */
export function sessionFault({ sessionFault }: CommandResult, of: SessionRef | null): StrataError | null {
  if (sessionFault === null || of === null) return null;
  const { session, sequence } = of;
  return sessionFault === 'expired'
    ? new StrataError('STRATA_SESSION_EXPIRED', { session })
    : new StrataError('STRATA_SESSION_STALE', { session, sequence });
}
