import type { NodeId, Role } from '../consensus/messages.js';
import type { ChangeEvent, Command, CommandResult, Query, QueryResult, Value } from '../state/vocabulary.js';
import type { LinkStatus } from './transport.js';

/**
 * What the network layer (HTTP, RESP) may ask of a node. Callbacks instead of promises: this is the hot path.
 * Each `done` is called exactly once, never before the call returns.
 */
export interface KeyValueService {
  put(key: Uint8Array, value: Uint8Array, context: RequestContext, done: Done<WriteResult>): void;
  delete(key: Uint8Array, context: RequestContext, done: Done<WriteResult>): void;
  /** Everything that `put` and `delete` cannot say. STRATA_SESSION_EXPIRED and STRATA_SESSION_STALE come as errors, failed conditions as results. */
  write(command: Command, context: RequestContext, done: Done<CommandResult>): void;
  get(key: Uint8Array, consistency: Consistency, context: RequestContext, done: Done<ReadResult>): void;
  query(query: Query, consistency: Consistency, context: RequestContext, done: Done<QueryResult>): void;
  /** @throws StrataError STRATA_REVISION_COMPACTED, STRATA_REVISION_FUTURE, STRATA_WATCHES_TOO_MANY */
  watch(request: WatchRequest, observer: WatchObserver): WatchHandle;
  status(): NodeStatus;
  /** Everything the node measured of itself: the document behind `/debug/layers`. */
  layers(): unknown;
  /** Stage samples with a sequence number above `since`: the document behind `/debug/layers/samples`. */
  samples(since: number): unknown;
  /** What the node remembers of its own life, from a sequence number above `since`: the document behind `/debug/events`. */
  events(since: number): unknown;
  /** The newest syncs with a sequence number above `since`: the document behind `/debug/syncs`. */
  syncs(since: number): unknown;
}

/**
 * `linearizable`: ReadIndex, a quorum confirms the lead. `lease`: the leader answers alone while no other can have been elected, else as
 * `linearizable`. `stale`: this node's own state, whatever its age; the answer says its applied index.
 */
export type Consistency = 'linearizable' | 'lease' | 'stale';

export type Done<Result> = (error: Error | null, result: Result | null) => void;

/**
 * Cumulative stamps of one request. Made by the network layer when the first byte of the request was seen, filled by those it
 * passes, closed by the network layer after the reply was handed to the socket.
 */
export interface RequestContext {
  /** When the request was seen, monotonic ns. */
  receivedNs: number;
  /** When it was complete and understood. */
  parsedNs: number;
  /** 32 hex digits of a W3C `traceparent` whose sampled flag is set, else null. A non-null id asks for a stage record. */
  traceId: string | null;
  /** False when a request must not travel further (`?forward=false`, or forwarded once already). */
  forward: boolean;
  /**
   * Set by the runtime on sampled requests; the network layer calls it after the reply was handed to the socket, with the time before: the
   * client may hold the answer while that call has not returned yet.
   */
  onReplied: ((repliedNs: number) => void) | null;
}

export interface WriteResult {
  /** The store's revision after the write: grows with every command that changed something. */
  readonly revision: number;
  /** Put: whether the key was created. Delete: whether it existed. */
  readonly changed: boolean;
}

export interface ReadResult {
  /** Null when the key does not exist. */
  readonly value: Value | null;
  /** Revision of the last write to the key, 0 when it does not exist. */
  readonly revision: number;
  /** Milliseconds left, null when the key does not expire. */
  readonly ttlMs: number | null;
  /** Log index that the state had applied. */
  readonly appliedIndex: number;
}

export interface WatchRequest {
  /** Keys in [start, end), bytewise; `end` null: to the last key. One key: `end` is the key and a zero byte. */
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
  /** First revision to be told; 0: what comes from now on. */
  readonly fromRevision: number;
}

export interface WatchObserver {
  /**
   * Events of whole commands, in the order of their revisions. False when the receiver cannot take more for now: events are kept back, up to
   * a limit, until `WatchHandle.resume`.
   */
  onEvents(events: readonly ChangeEvent[]): boolean;
  /** Everything up to this revision was told; about once a second while nothing happens. Resume from the next. */
  onProgress(revision: number): void;
  /** The watch is over: too slow (STRATA_WATCH_TOO_SLOW), the node stops, or a snapshot replaced the history (STRATA_REVISION_COMPACTED). */
  onClose(error: Error): void;
}

export interface WatchHandle {
  /** Revision of the store when the watch began. */
  readonly revision: number;
  resume(): void;
  cancel(): void;
}

export interface NodeStatus {
  readonly id: NodeId;
  readonly clusterId: string;
  readonly role: Role;
  readonly term: number;
  /** 0 when unknown. */
  readonly leader: NodeId;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly lastIndex: number;
  /** First entry that the log still holds. */
  readonly firstIndex: number;
  /** The store's revision, keys and estimated bytes. */
  readonly revision: number;
  readonly keys: number;
  readonly stateBytes: number;
  readonly members: readonly MemberStatus[];
  readonly links: readonly LinkStatus[];
  /** True when the node can answer: it leads or knows a leader, and is not draining. */
  readonly ready: boolean;
  readonly draining: boolean;
  /** Why writes are refused at the moment, empty when they are not. */
  readonly alarms: readonly ('disk-full' | 'disk-stalled' | 'state-full')[];
}

export interface MemberStatus {
  readonly id: NodeId;
  readonly httpUrl: string;
  /** `redis://host:port`, null when the member has no RESP listener. */
  readonly respUrl: string | null;
  readonly host: string;
  readonly peerPort: number;
  /** False for a learner. */
  readonly voter: boolean;
  /** Seen from the leader: highest entry known to be durable there, and what it does; null elsewhere. */
  readonly match: number | null;
  readonly state: 'probe' | 'replicate' | 'snapshot' | null;
}
