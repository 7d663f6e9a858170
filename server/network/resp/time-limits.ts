import { StrataError } from '../../errors.js';
import type { Limits } from '../limits.js';
import type { Connection } from './connection.js';
import { errorReply } from './error-replies.js';

/**
 * Closes a connection that holds resources for nothing: one that does not authenticate, begins a command and does not end it, or does not read its
 * answers. One that is idle between commands costs a socket and is left alone, as by Redis. True when it was closed.
 */
export function sweepConnection(connection: Connection, limits: Limits, nowNs: number): boolean {
  const { session, insideSinceNs, stalledSinceNs } = connection;
  if (stalledSinceNs !== 0 && isOver(nowNs, stalledSinceNs, limits.keepAliveTimeoutMs)) {
    connection.destroy();
    return true;
  }
  if (session.role === 'none' && isOver(nowNs, session.strangerSinceNs, limits.headersTimeoutMs)) {
    connection.refuse(timedOut(limits.headersTimeoutMs));
    return true;
  }
  if (insideSinceNs !== 0 && isOver(nowNs, insideSinceNs, limits.requestTimeoutMs)) {
    connection.refuse(timedOut(limits.requestTimeoutMs));
    return true;
  }
  return false;
}

function isOver(nowNs: number, sinceNs: number, limitMs: number): boolean {
  return nowNs - sinceNs > limitMs * 1e6;
}

function timedOut(limitMs: number): string {
  return errorReply(new StrataError('STRATA_REQUEST_TIMEOUT', { limitMs }));
}
