import type { Entry, Message, MessageType, NodeId, SnapshotMeta } from './messages.js';

const NO_ENTRIES: readonly Entry[] = [];

/** The fields that differ from "nothing". */
export interface MessageFields {
  readonly type: MessageType;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly term: number;
  readonly logTerm?: number;
  readonly index?: number;
  readonly entries?: readonly Entry[];
  readonly commit?: number;
  readonly reject?: boolean;
  readonly rejectHint?: number;
  readonly context?: number;
  readonly snapshot?: SnapshotMeta | null;
}

/** The one place that makes messages: every field in one order, so that all share one hidden class. */
export function makeMessage(fields: MessageFields): Message {
  return {
    type: fields.type,
    from: fields.from,
    to: fields.to,
    term: fields.term,
    logTerm: fields.logTerm ?? 0,
    index: fields.index ?? 0,
    entries: fields.entries ?? NO_ENTRIES,
    commit: fields.commit ?? 0,
    reject: fields.reject ?? false,
    rejectHint: fields.rejectHint ?? 0,
    context: fields.context ?? 0,
    snapshot: fields.snapshot ?? null,
    diskQueueNs: 0,
    diskWriteNs: 0,
    diskSyncNs: 0,
  };
}
