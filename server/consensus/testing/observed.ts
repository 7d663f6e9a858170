import type { Entry, NodeId } from '../messages.js';
import type { RawNode } from '../raw-node.js';
import type { LogModel } from './log-model.js';
import type { StorageModel } from './storage-model.js';

/** What the checks look at of one node. */
export interface Observed {
  readonly id: NodeId;
  /** Null while it is down. */
  readonly raw: RawNode | null;
  readonly storage: StorageModel;
  /** The log as handed to storage; the core may have compacted more of it. */
  readonly submitted: LogModel;
  /** The state machine: all it applied, or took over in a snapshot. */
  readonly applied: readonly Entry[];
  /** It gives no vote, except where the leader asked for the election. */
  isInVoteGrace(term: number): boolean;
}

export function isSame(a: Entry, b: Entry): boolean {
  return a === b || (a.term === b.term && a.type === b.type && sameBytes(a.data, b.data));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
