import { BufferReader, type Reader } from 'protobufjs/minimal.js';
import type { Entry, Message, NodeId, SnapshotMeta } from '../../consensus/messages.js';
import { EntryType, MessageType } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import {
  batchMessages,
  entryData,
  entryIndex,
  entryTerm,
  entryType,
  messageCommit,
  messageContext,
  messageDiskQueueNs,
  messageDiskSyncNs,
  messageDiskWriteNs,
  messageEntries,
  messageFrom,
  messageIndex,
  messageLogTerm,
  messageReject,
  messageRejectHint,
  messageSnapshot,
  messageTerm,
  messageTo,
  messageType,
  snapshotAutoLeave,
  snapshotIndex,
  snapshotTerm,
  wireBytes,
  wireVarint,
} from './message-fields.js';
import { invalidFrame, readUint } from './varint.js';

/**
 * `MessageBatch` of peer.proto, by hand: entries are read straight into `Entry` objects with nothing in between.
 *
 * `data` of a decoded entry is a view of the payload: bytes are copied at most once, when a frame came in pieces. Whoever keeps
 * the bytes of an entry for longer than the log keeps the entry has to copy them, or a few bytes hold a whole read buffer.
 */

const noData = new Uint8Array(0);
const noEntries: readonly Entry[] = [];
const sharedReader = new BufferReader(Buffer.alloc(0));

type Draft = { -readonly [Field in keyof Message]: Message[Field] } & { entries: Entry[] | readonly Entry[] };

/** @throws StrataError STRATA_FRAME_INVALID, and nothing else, on anything that is not a batch. */
export function decodeBatch(payload: Buffer): Message[] {
  const reader = sharedReader;
  reader.buf = payload;
  reader.pos = 0;
  reader.len = payload.length;
  try {
    const messages: Message[] = [];
    while (reader.pos < reader.len) {
      const field = reader.uint32();
      if (field === batchMessages) messages.push(readMessage(reader, endOf(reader)));
      else reader.skipType(field & 7);
    }
    return messages;
  } catch (error) {
    if (error instanceof StrataError) throw error;
    throw invalidFrame((error as Error).message);
  } finally {
    reader.buf = noData as Buffer;
  }
}

/** Reads a length and gives the offset where that many bytes end; they must be there. */
function endOf(reader: Reader): number {
  const size = reader.size();
  const end = reader.pos + size;
  if (end > reader.len) throw invalidFrame(`a field of ${size} bytes does not fit into the payload`);
  return end;
}

function readEntry(reader: Reader, end: number): Entry {
  let index = 0;
  let term = 0;
  let type: number = EntryType.Normal;
  let data: Uint8Array = noData;
  while (reader.pos < end) {
    const field = reader.uint32();
    if (field === entryIndex) index = readUint(reader);
    else if (field === entryTerm) term = readUint(reader);
    else if (field === entryData) data = reader.bytes();
    else if (field === entryType) type = readUint(reader);
    else reader.skipType(field & 7);
  }
  if (reader.pos !== end) throw invalidFrame('an entry reaches beyond its length');
  if (type !== EntryType.Normal && type !== EntryType.ConfChange) {
    throw invalidFrame(`entry type ${type} is unknown`);
  }
  return { index, term, type, data };
}

function readMessage(reader: Reader, end: number): Message {
  const draft: Draft = {
    type: MessageType.Append,
    from: 0,
    to: 0,
    term: 0,
    logTerm: 0,
    index: 0,
    entries: noEntries,
    commit: 0,
    reject: false,
    rejectHint: 0,
    context: 0,
    snapshot: null,
    diskQueueNs: 0,
    diskWriteNs: 0,
    diskSyncNs: 0,
  };
  let typed = false;
  let entries: Entry[] | null = null;
  while (reader.pos < end) {
    const field = reader.uint32();
    if (field === messageEntries) {
      entries ??= [];
      entries.push(readEntry(reader, endOf(reader)));
    } else if (field === messageType) {
      draft.type = wireType(readUint(reader));
      typed = true;
    } else readField(reader, field, draft);
  }
  if (reader.pos !== end) throw invalidFrame('a message reaches beyond its length');
  if (!typed) throw invalidFrame('a message has no type');
  if (entries !== null) draft.entries = entries;
  if (draft.type === MessageType.Append) checkAppend(draft);
  return draft;
}

function readField(reader: Reader, field: number, draft: Draft): void {
  switch (field) {
    case messageFrom:
      draft.from = readUint(reader);
      break;
    case messageTo:
      draft.to = readUint(reader);
      break;
    case messageTerm:
      draft.term = readUint(reader);
      break;
    case messageLogTerm:
      draft.logTerm = readUint(reader);
      break;
    case messageIndex:
      draft.index = readUint(reader);
      break;
    case messageCommit:
      draft.commit = readUint(reader);
      break;
    case messageReject:
      draft.reject = readUint(reader) !== 0;
      break;
    case messageRejectHint:
      draft.rejectHint = readUint(reader);
      break;
    case messageContext:
      draft.context = readUint(reader);
      break;
    case messageSnapshot:
      draft.snapshot = readSnapshot(reader, endOf(reader));
      break;
    case messageDiskQueueNs:
      draft.diskQueueNs = readUint(reader);
      break;
    case messageDiskWriteNs:
      draft.diskWriteNs = readUint(reader);
      break;
    case messageDiskSyncNs:
      draft.diskSyncNs = readUint(reader);
      break;
    default:
      reader.skipType(field & 7);
  }
}

function wireType(type: number): MessageType {
  if (type < MessageType.Append || type > MessageType.Snapshot) {
    throw invalidFrame(`message type ${type} is unknown`);
  }
  return type as MessageType;
}

/** Entries of an append stand in a row behind `index`: damage is refused here, before the core would have to crash on it. */
export function checkAppend({ index, logTerm, term, entries }: Message): void {
  let previousTerm = logTerm;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]!;
    if (entry.index !== index + 1 + i) {
      throw invalidFrame(`an append after ${index} has entry ${entry.index} in place ${i}`);
    }
    if (entry.term < previousTerm || entry.term > term) {
      throw invalidFrame(`entry ${entry.index} has term ${entry.term}, not in [${previousTerm}, ${term}]`);
    }
    previousTerm = entry.term;
  }
}

function readSnapshot(reader: Reader, end: number): SnapshotMeta {
  let index = 0;
  let term = 0;
  let autoLeave = false;
  const voters: NodeId[] = [];
  const votersOutgoing: NodeId[] = [];
  const learners: NodeId[] = [];
  const learnersNext: NodeId[] = [];
  while (reader.pos < end) {
    const field = reader.uint32();
    const ids = idsOf(field >>> 3, voters, votersOutgoing, learners, learnersNext);
    if (field === snapshotIndex) index = readUint(reader);
    else if (field === snapshotTerm) term = readUint(reader);
    else if (field === snapshotAutoLeave) autoLeave = readUint(reader) !== 0;
    else if (ids !== null && (field & 7) === wireBytes) readIds(reader, ids);
    else if (ids !== null && (field & 7) === wireVarint) ids.push(readUint(reader));
    else reader.skipType(field & 7);
  }
  if (reader.pos !== end) throw invalidFrame('a snapshot reaches beyond its length');
  return { index, term, voters, votersOutgoing, learners, learnersNext, autoLeave };
}

function readIds(reader: Reader, ids: NodeId[]): void {
  const end = endOf(reader);
  while (reader.pos < end) ids.push(readUint(reader));
  if (reader.pos !== end) throw invalidFrame('a list of node ids reaches beyond its length');
}

function idsOf(field: number, ...lists: readonly [NodeId[], NodeId[], NodeId[], NodeId[]]): NodeId[] | null {
  return field >= 3 && field <= 6 ? lists[field - 3]! : null;
}
