import type { NodeId, Role } from '../consensus/messages.js';
import type { LinkStatus } from './transport.js';

/**
 * What the network layer (HTTP, RESP) may ask of a node. Callbacks instead of promises: this is the hot path.
 * Each `done` is called exactly once, never before the call returns.
 */
export interface KeyValueService {
  put(key: Uint8Array, value: Uint8Array, context: RequestContext, done: Done<WriteResult>): void;
  delete(key: Uint8Array, context: RequestContext, done: Done<WriteResult>): void;
  get(key: Uint8Array, consistency: Consistency, context: RequestContext, done: Done<ReadResult>): void;
  status(): NodeStatus;
  /** Everything the node measured of itself: the document behind `/debug/layers`. */
  layers(): unknown;
  /** Stage samples with a sequence number above `since`: the document behind `/debug/layers/samples`. */
  samples(since: number): unknown;
}

/** `lease` and `stale` are reserved names until their reads exist; the network layer refuses them. */
export type Consistency = 'linearizable';

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
  /** The store's revision after the write: the number of the write, strictly growing. */
  readonly revision: number;
  /** Put: whether the key was created. Delete: whether it existed. */
  readonly changed: boolean;
}

export interface ReadResult {
  /** Null when the key does not exist. */
  readonly value: Uint8Array | null;
  /** Revision of the last write to the key, 0 when it does not exist. */
  readonly revision: number;
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
  readonly members: readonly { readonly id: NodeId; readonly httpUrl: string; readonly voter: boolean }[];
  readonly links: readonly LinkStatus[];
  /** True when the node can answer: it leads or knows a leader, and is not draining. */
  readonly ready: boolean;
  readonly draining: boolean;
}
