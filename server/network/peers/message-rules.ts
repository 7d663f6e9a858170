import { type Message, MessageType, type NodeId } from '../../consensus/messages.js';
import { Lane } from './handshake.js';
import { invalidFrame } from './varint.js';

/** In order and possibly large: these share a connection. All others go where no queue stands. */
export function laneOf(type: MessageType): Lane {
  return type === MessageType.Append ||
    type === MessageType.AppendResponse ||
    type === MessageType.Snapshot ||
    type === MessageType.Propose
    ? Lane.Bulk
    : Lane.Urgent;
}

/**
 * Requests have a connection of their own, so that forwarded writes wait for nothing else. Pieces of a snapshot go where appends go: who
 * receives a snapshot receives no appends meanwhile, and neither its heartbeats nor its forwarded writes stand behind megabytes.
 */
export function laneOfRequest(method: string): Lane {
  return method.startsWith('snapshot.') ? Lane.Bulk : Lane.Requests;
}

/** A peer speaks for itself and to this node. @throws StrataError STRATA_FRAME_INVALID */
export function checkAddresses(messages: readonly Message[], self: NodeId, peer: NodeId): void {
  for (const { from, to, type } of messages) {
    if (to !== self) throw invalidFrame(`a message for node ${to} came to node ${self}`);
    // These may be forwarded on behalf of another member.
    const forwarded = type === MessageType.Propose || type === MessageType.ReadIndex;
    if (from !== peer && !forwarded) throw invalidFrame(`node ${peer} speaks for node ${from}`);
  }
}
