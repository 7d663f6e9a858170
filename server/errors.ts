/**
 * The one registry of operating errors. An operating error is a value with a code, an HTTP status and a
 * sentence that says what to do; a broken invariant is not here: it crashes through `invariant()`.
 * Pure: every layer, the pure ones included, may import this file.
 */

interface ErrorSpec {
  /** HTTP status that carries the error. */
  readonly status: number;
  /** Template; `{name}` is replaced by the value given for `name`. */
  readonly message: string;
  /** Seconds a client should wait before it tries again; absent when trying again is pointless. */
  readonly retryAfterSeconds?: number;
}

export const ERRORS = {
  // What a client sent.
  STRATA_KEY_EMPTY: { status: 400, message: 'The key is empty. Name one: /kv/{key}.' },
  STRATA_KEY_TOO_LONG: { status: 400, message: 'The key has {actual} bytes; the limit is {limit}.' },
  STRATA_KEY_BAD_ENCODING: {
    status: 400,
    message: 'The key is not valid percent-encoding at offset {offset}. Write a literal % as %25.',
  },
  STRATA_QUERY_INVALID: { status: 400, message: 'Query parameter {name} is {actual}; it must be {rule}.' },
  STRATA_HEADER_INVALID: { status: 400, message: 'Header {name} is {actual}; it must be {rule}.' },
  STRATA_BODY_TOO_LARGE: { status: 413, message: 'The body has {actual} bytes; the limit is {limit}.' },
  STRATA_HEADERS_TOO_LARGE: { status: 431, message: 'The request headers exceed {limit} bytes.' },
  STRATA_REQUEST_MALFORMED: { status: 400, message: 'The request is not valid HTTP/1.1: {reason}.' },
  STRATA_REQUEST_TIMEOUT: { status: 408, message: 'The request was not complete within {limitMs} ms.' },
  STRATA_PATH_UNKNOWN: { status: 404, message: 'There is nothing at {path}. Keys live under /kv/{key}.' },
  STRATA_METHOD_NOT_ALLOWED: { status: 405, message: '{method} is not allowed on {path}; use {allowed}.' },
  STRATA_KEY_NOT_FOUND: { status: 404, message: 'The key does not exist.' },
  STRATA_CONDITION_FAILED: {
    status: 412,
    message: 'The condition does not hold: the key has revision {actual}.',
  },
  STRATA_VALUE_NOT_INTEGER: { status: 400, message: 'The value is not a decimal integer of 64 bits.' },
  STRATA_VALUE_OVERFLOW: { status: 400, message: 'The result would not fit a signed integer of 64 bits.' },
  STRATA_VALUE_TOO_LARGE: {
    status: 413,
    message: 'The value would have {actual} bytes; the limit is {limit}.',
  },
  STRATA_COMMAND_INVALID: { status: 400, message: 'The command is not valid: {reason}.' },
  STRATA_COMMAND_TOO_LARGE: {
    status: 413,
    message: 'The command has {actual} {unit}; the limit is {limit}.',
  },
  STRATA_IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    message:
      'Idempotency-Key is {actual}; it must be SESSION:SEQUENCE, two positive integers. POST /sessions opens a session.',
  },
  STRATA_SESSION_EXPIRED: {
    status: 410,
    message:
      'Session {session} has ended; whether an earlier attempt of this request took effect is not known any more. Open another session.',
  },
  STRATA_SESSION_STALE: {
    status: 409,
    message:
      'Request {sequence} of session {session} is too old: its answer is not kept any more. It was not applied again.',
  },
  STRATA_REVISION_COMPACTED: {
    status: 410,
    message:
      'Changes before revision {oldest} are not kept any more. Read the state, then watch from its revision.',
  },
  STRATA_REVISION_FUTURE: {
    status: 400,
    message: 'Revision {actual} is ahead of this node, which is at {revision}.',
  },
  STRATA_WATCH_TOO_SLOW: {
    status: 503,
    message: 'The watch fell {actual} changes behind; the limit is {limit}. Resume from revision {revision}.',
    retryAfterSeconds: 1,
  },
  STRATA_WATCHES_TOO_MANY: {
    status: 429,
    message: 'This node has {limit} watches, its limit.',
    retryAfterSeconds: 5,
  },
  STRATA_CURSOR_UNKNOWN: {
    status: 410,
    message:
      'This node does not know cursor {cursor} (any more). A scan stays on one node; begin again with cursor 0.',
  },
  // Who may do what.
  STRATA_UNAUTHENTICATED: {
    status: 401,
    message: 'A valid token is needed: send Authorization: Bearer TOKEN (Redis protocol: AUTH TOKEN).',
  },
  STRATA_FORBIDDEN: { status: 403, message: 'Role {actual} may not do this; it needs role {needed}.' },
  // Membership and leadership.
  STRATA_MEMBER_EXISTS: { status: 409, message: 'Node {node} is a member already.' },
  STRATA_MEMBER_ID_USED: {
    status: 409,
    message:
      'Node {node} was removed from this cluster and its id is never used again. Choose another id and an empty data directory.',
  },
  STRATA_MEMBER_UNKNOWN: { status: 404, message: 'Node {node} is not a member.' },
  STRATA_MEMBER_NOT_LEARNER: { status: 409, message: 'Node {node} is not a learner.' },
  STRATA_MEMBER_BEHIND: {
    status: 409,
    message: 'Learner {node} holds the log up to {match} of {last}. Promote it when it has caught up.',
    retryAfterSeconds: 1,
  },
  STRATA_MEMBER_NEEDED: {
    status: 409,
    message:
      'Without node {node} only {reachable} of {voters} voters could be reached, no majority. Bring another voter back first.',
    retryAfterSeconds: 1,
  },
  STRATA_MEMBER_LAST: { status: 409, message: 'Node {node} is the last voter and cannot be removed.' },
  STRATA_MEMBER_INVALID: { status: 400, message: 'The member is not valid: {reason}.' },
  STRATA_CHANGE_PENDING: {
    status: 409,
    message: 'Another change of membership is under way; one at a time.',
    retryAfterSeconds: 1,
  },
  STRATA_TRANSFER_FAILED: {
    status: 503,
    message: 'Leadership was not handed to node {node}: {reason}.',
    retryAfterSeconds: 1,
  },
  STRATA_SNAPSHOT_BUSY: {
    status: 409,
    message: 'A snapshot is being taken or installed already; try again when it ends.',
    retryAfterSeconds: 1,
  },
  // What the cluster cannot do at the moment.
  STRATA_NO_LEADER: {
    status: 503,
    message: 'No leader is known at the moment; an election is under way.',
    retryAfterSeconds: 1,
  },
  STRATA_NOT_LEADER: { status: 421, message: 'Node {node} is not the leader; the leader is at {leader}.' },
  STRATA_LEADERSHIP_LOST: {
    status: 503,
    message: 'Leadership changed while the request was under way; the write may or may not take effect.',
    retryAfterSeconds: 1,
  },
  STRATA_PROPOSAL_DROPPED: {
    status: 503,
    message: 'The leader could not take the proposal: {reason}.',
    retryAfterSeconds: 1,
  },
  STRATA_OVERLOADED: {
    status: 429,
    message: '{what} holds {actual} requests; the limit is {limit}.',
    retryAfterSeconds: 1,
  },
  STRATA_OVERLOADED_BYTES: {
    status: 429,
    message: '{what} holds {actual} bytes; the limit is {limit}.',
    retryAfterSeconds: 1,
  },
  STRATA_CONNECTIONS_TOO_MANY: {
    status: 503,
    message: 'This node holds {limit} client connections, its limit; only health checks are answered.',
    retryAfterSeconds: 1,
  },
  STRATA_TIMEOUT: {
    status: 504,
    message: 'No answer within {limitMs} ms; the outcome of a write is unknown.',
    retryAfterSeconds: 1,
  },
  STRATA_SHUTTING_DOWN: { status: 503, message: 'The node is shutting down.', retryAfterSeconds: 1 },
  STRATA_PEER_UNREACHABLE: {
    status: 503,
    message: 'Node {node} cannot be reached: {reason}.',
    retryAfterSeconds: 1,
  },
  STRATA_PEER_LOST: {
    status: 503,
    message: 'The connection to node {node} broke before the answer; the outcome of a write is unknown.',
    retryAfterSeconds: 1,
  },
  STRATA_PROFILE_BUSY: {
    status: 409,
    message: 'A CPU profile is being taken already; try again when it ends.',
    retryAfterSeconds: 1,
  },
  STRATA_INTERNAL: { status: 500, message: 'The node met an unexpected condition: {reason}.' },
  // Peers.
  STRATA_CLUSTER_MISMATCH: {
    status: 412,
    message: 'Peer belongs to cluster {actual}, this node to {expected}.',
  },
  STRATA_NODE_UNKNOWN: {
    status: 412,
    message: 'Node id {actual} is not a member of this cluster (members: {members}).',
  },
  STRATA_NODE_DUPLICATE: {
    status: 412,
    message: 'A node with id {actual} is connected already from another process.',
  },
  STRATA_NODE_REMOVED: {
    status: 503,
    message:
      'Node {actual} was removed from the cluster. Its id is never used again: give it an empty data directory and another id.',
  },
  STRATA_NODE_WIPED: {
    status: 412,
    message:
      'Node {actual} has another data directory than the one it joined with. What it acknowledged is lost: remove it and add it under a new id.',
  },
  STRATA_PEER_UNAUTHENTICATED: { status: 401, message: 'The peer did not prove to know the shared secret.' },
  STRATA_FRAME_INVALID: { status: 400, message: 'The peer frame is invalid: {reason}.' },
  STRATA_PROTOCOL_VERSION: {
    status: 412,
    message: 'Peer speaks protocol version {actual}, this node {expected}.',
  },
  // Start-up and disk.
  STRATA_CONFIG_INVALID: { status: 500, message: 'Configuration field {field} is {actual}: {rule}.' },
  STRATA_CONFIG_UNREADABLE: { status: 500, message: 'Configuration file {path} cannot be read: {reason}.' },
  STRATA_PORT_IN_USE: {
    status: 500,
    message: 'Port {port} on {host} is in use. Choose another port or stop the process that holds it.',
  },
  STRATA_LISTEN_FAILED: { status: 500, message: 'Cannot listen on {host}:{port}: {reason}.' },
  STRATA_DATA_DIR_LOCKED: { status: 500, message: 'Data directory {path} is in use by process {pid}.' },
  STRATA_DATA_DIR_NOT_EMPTY: {
    status: 500,
    message: 'Directory {path} is not empty: it holds {name}. Choose an empty one.',
  },
  STRATA_WAL_CORRUPT: {
    status: 500,
    message:
      'The write-ahead log is damaged: {file} at offset {offset}: {reason}. Nothing was changed. Restore the file or replace this node with an empty one under a new id.',
  },
  STRATA_WAL_VERSION: {
    status: 500,
    message: 'File {file} has format version {actual}; this build reads version {expected}.',
  },
  STRATA_WAL_IDENTITY: {
    status: 500,
    message: 'Data directory {path} belongs to {actual}, not to {expected}.',
  },
  STRATA_DISK_FAILED: {
    status: 500,
    message:
      'The disk refused {operation} on {file}: {reason}. The node stops: what follows a failed sync cannot be trusted.',
  },
  STRATA_DISK_FULL: {
    status: 507,
    message: 'The disk is full: {operation} on {file}. Free space, then try again.',
    retryAfterSeconds: 5,
  },
  STRATA_STATE_FULL: {
    status: 507,
    message: 'The store holds {actual} {unit}; the limit is {limit}. Delete keys or raise limits.{field}.',
    retryAfterSeconds: 5,
  },
  STRATA_SNAPSHOT_CORRUPT: {
    status: 500,
    message: 'Snapshot {file} is damaged at offset {offset}: {reason}.',
  },
  STRATA_SNAPSHOT_VERSION: {
    status: 500,
    message: 'Snapshot {file} has format version {actual}; this build reads version {expected}.',
  },
  STRATA_SNAPSHOT_REPLACED: {
    status: 409,
    message: 'Snapshot {index} was replaced by newer ones meanwhile; ask again.',
    retryAfterSeconds: 1,
  },
  STRATA_SNAPSHOT_OFFSET: {
    status: 409,
    message: 'A piece of snapshot {index} begins at {actual}; {expected} was expected.',
  },
  STRATA_SNAPSHOT_MISSING: {
    status: 500,
    message:
      'The log in {path} begins at entry {first} and no whole snapshot reaches it. Replace this node with an empty one under a new id.',
  },
  STRATA_SECRET_UNREADABLE: { status: 500, message: '{field} names {path}, which cannot be used: {reason}.' },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** An operating error: expected, coded, worth an answer. Carries no stack for the client. */
export class StrataError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(render(ERRORS[code].message, details), options);
    this.name = 'StrataError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get retryAfterSeconds(): number | undefined {
    return (ERRORS[this.code] as ErrorSpec).retryAfterSeconds;
  }
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

/** A broken invariant: the process must not go on. Put both values in the message. */
export class InvariantError extends Error {
  constructor(message: string) {
    super(`invariant broken: ${message}`);
    this.name = 'InvariantError';
  }
}

/** Crash when a condition that must hold does not. On hot paths write the `if` yourself: the message is built on every call. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

function render(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in details ? String(details[name]) : whole,
  );
}
