import { type ErrorCode, StrataError } from '../errors.js';
import type { Done } from '../ports/key-value-service.js';
import { Operation } from '../state/command-codec.js';
import type { CommandResult, SessionRef } from '../state/vocabulary.js';
import type { OwnSession } from './own-session.js';
import type { WriteOutcome } from './waiting-writes.js';

/** What a desk hands over: it was let in, and its bytes are counted. */
export interface WriteToForward {
  readonly op: 'put' | 'delete' | 'command';
  readonly data: Uint8Array;
  /** The client's, under which it may be sent again as it is. */
  readonly session: SessionRef | null;
  readonly bytes: number;
  readonly deadlineNs: number;
  /** Only ever called with the outcome that belongs to the command. */
  readonly done: Done<WriteOutcome>;
  /** Why nobody knows whether it took effect already; null when it certainly did not. */
  readonly doubt: StrataError | null;
}

/** A write of a client of this node on its way to whoever leads. */
export class ForwardedWrite {
  readonly op: WriteToForward['op'];
  readonly session: SessionRef | null;
  readonly bytes: number;
  readonly deadlineNs: number;
  readonly done: Done<WriteOutcome>;
  /** Its place in the order of arrival, which no retry may change. */
  readonly order: number;
  /** As it travels: with the head of `own` before it once it has one. */
  data: Uint8Array;
  /** This node's session that it goes under, and its number there; null for one with a session of its own, and before its first attempt. */
  own: OwnSession | null = null;
  sequence = 0;
  /** It waits for a leader, a session or the next attempt; else attempt `attempt` is under way. */
  isHeld = true;
  attempt = 0;
  isSettled = false;
  /** Why an attempt has an unknown outcome. From then on only the same session and number may ask again. */
  doubt: StrataError | null;
  /** Why the newest attempt of those that certainly had no effect was refused. */
  refusal: StrataError | null = null;

  constructor(write: WriteToForward, order: number) {
    this.op = write.op;
    this.data = write.data;
    this.session = write.session;
    this.bytes = write.bytes;
    this.deadlineNs = write.deadlineNs;
    this.done = write.done;
    this.doubt = write.doubt;
    this.order = order;
  }

  /** Opening a session twice leaves one that nobody uses, and it ends by itself; all else takes effect once only under a session. */
  get needsOwn(): boolean {
    return this.session === null && this.own === null && this.data[0] !== Operation.OpenSession;
  }
}

/** A write that the forwarder wants proposed on this node, which leads now. */
export interface LocalWrite {
  readonly op: WriteToForward['op'];
  readonly data: Uint8Array;
  readonly done: Done<CommandResult>;
}

/** The command did not enter a log. */
const NOT_TAKEN: ReadonlySet<ErrorCode> = new Set([
  'STRATA_NO_LEADER',
  'STRATA_NOT_LEADER',
  'STRATA_PEER_UNREACHABLE',
  'STRATA_PROPOSAL_DROPPED',
]);

/** It may have entered one. A leader that shuts down answers so what it has proposed as well as what it has not. */
const UNKNOWN_OUTCOME: ReadonlySet<ErrorCode> = new Set([
  'STRATA_PEER_LOST',
  'STRATA_LEADERSHIP_LOST',
  'STRATA_TIMEOUT',
  'STRATA_SHUTTING_DOWN',
]);

export type AttemptEnd = 'not-taken' | 'unknown' | 'refused';

export function attemptEnd(error: Error): AttemptEnd {
  if (!(error instanceof StrataError)) return 'refused';
  if (NOT_TAKEN.has(error.code)) return 'not-taken';
  return UNKNOWN_OUTCOME.has(error.code) ? 'unknown' : 'refused';
}
