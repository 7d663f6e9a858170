import type { Entry, NodeId } from '../messages.js';
import type { RawNode } from '../raw-node.js';
import type { StorageModel } from './storage-model.js';

/** What the checks look at of one node. */
export interface Observed {
  readonly id: NodeId;
  /** Null while it is down. */
  readonly raw: RawNode | null;
  readonly storage: StorageModel;
  /** The log as handed to storage. */
  readonly submitted: readonly Entry[];
  /** The state machine. */
  readonly applied: readonly Entry[];
}

export function isSame(a: Entry, b: Entry): boolean {
  return a === b || (a.term === b.term && a.type === b.type && sameBytes(a.data, b.data));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
