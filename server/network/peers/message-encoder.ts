import { BufferWriter, type Writer } from 'protobufjs/minimal.js';
import type { Entry, Message, NodeId, SnapshotMeta } from '../../consensus/messages.js';
import { InvariantError } from '../../errors.js';
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
  snapshotLearners,
  snapshotLearnersNext,
  snapshotTerm,
  snapshotVoters,
  snapshotVotersOutgoing,
} from './message-fields.js';
import { sizeUint, sizeUintField, writeUint, writeUintField } from './varint.js';

/**
 * `MessageBatch` of peer.proto, by hand: sizes are computed first, so a batch is written once into a buffer of the right
 * length, with nothing in between.
 */

/** One writer for all: it holds no state between calls but its buffer, which each call replaces. */
const sharedWriter = new BufferWriter();
const noBytes = new Uint8Array(0);

/** Bytes of the batch; `sizes` receives the bytes of each message, for `writeBatch`. */
export function sizeBatch(messages: readonly Message[], sizes: number[]): number {
  let total = 0;
  for (let i = 0; i < messages.length; i++) {
    const size = sizeMessage(messages[i]!);
    sizes[i] = size;
    total += 1 + sizeUint(size) + size;
  }
  return total;
}

/**
 * The writer asks for the room of the longest varint before it writes one: a buffer needs that much more than its content, or the
 * writer moves to another.
 */
export const encodeSlackBytes = 10;

/**
 * Writes the batch into `target` from `offset`; the bytes written are exactly what `sizeBatch` said. `target` has
 * `encodeSlackBytes` behind them.
 */
export function writeBatch(
  messages: readonly Message[],
  sizes: readonly number[],
  target: Buffer,
  offset: number,
): void {
  const writer = sharedWriter;
  writer.buf = target;
  writer.pos = offset;
  for (let i = 0; i < messages.length; i++) {
    writer.uint32(batchMessages).uint32(sizes[i]!);
    writeMessage(writer, messages[i]!);
  }
  // Had the writer moved to a buffer of its own, bytes would be lost without a trace.
  const end = target.length - encodeSlackBytes;
  if (writer.buf !== target || writer.pos !== end) {
    throw new InvariantError(`a batch of ${end - offset} bytes took ${writer.pos - offset}`);
  }
  writer.buf = noBytes;
}

export function encodeBatch(messages: readonly Message[]): Buffer {
  const sizes: number[] = [];
  const size = sizeBatch(messages, sizes);
  const target = Buffer.allocUnsafe(size + encodeSlackBytes);
  writeBatch(messages, sizes, target, 0);
  return target.subarray(0, size);
}

function sizeEntry(entry: Entry): number {
  const bytes = entry.data.length;
  return (
    sizeUintField(entry.index) +
    sizeUintField(entry.term) +
    sizeUintField(entry.type) +
    (bytes === 0 ? 0 : 1 + sizeUint(bytes) + bytes)
  );
}

function writeEntry(writer: Writer, entry: Entry): void {
  writeUintField(writer, entryIndex, entry.index);
  writeUintField(writer, entryTerm, entry.term);
  writeUintField(writer, entryType, entry.type);
  if (entry.data.length > 0) writer.uint32(entryData).bytes(entry.data);
}

function sizeMessage(message: Message): number {
  let size =
    sizeUintField(message.type) +
    sizeUintField(message.from) +
    sizeUintField(message.to) +
    sizeUintField(message.term) +
    sizeUintField(message.logTerm) +
    sizeUintField(message.index) +
    sizeUintField(message.commit) +
    (message.reject ? 2 : 0) +
    sizeUintField(message.rejectHint) +
    sizeUintField(message.context) +
    sizeUintField(message.diskQueueNs) +
    sizeUintField(message.diskWriteNs) +
    sizeUintField(message.diskSyncNs);
  const entries = message.entries;
  for (let i = 0; i < entries.length; i++) {
    const entrySize = sizeEntry(entries[i]!);
    size += 1 + sizeUint(entrySize) + entrySize;
  }
  if (message.snapshot !== null) {
    const snapshotSize = sizeSnapshot(message.snapshot);
    size += 1 + sizeUint(snapshotSize) + snapshotSize;
  }
  return size;
}

function writeMessage(writer: Writer, message: Message): void {
  writeUintField(writer, messageType, message.type);
  writeUintField(writer, messageFrom, message.from);
  writeUintField(writer, messageTo, message.to);
  writeUintField(writer, messageTerm, message.term);
  writeUintField(writer, messageLogTerm, message.logTerm);
  writeUintField(writer, messageIndex, message.index);
  const entries = message.entries;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]!;
    writer.uint32(messageEntries).uint32(sizeEntry(entry));
    writeEntry(writer, entry);
  }
  writeUintField(writer, messageCommit, message.commit);
  if (message.reject) writer.uint32(messageReject).uint32(1);
  writeUintField(writer, messageRejectHint, message.rejectHint);
  writeUintField(writer, messageContext, message.context);
  if (message.snapshot !== null) {
    writer.uint32(messageSnapshot).uint32(sizeSnapshot(message.snapshot));
    writeSnapshot(writer, message.snapshot);
  }
  writeUintField(writer, messageDiskQueueNs, message.diskQueueNs);
  writeUintField(writer, messageDiskWriteNs, message.diskWriteNs);
  writeUintField(writer, messageDiskSyncNs, message.diskSyncNs);
}

function sizeSnapshot(snapshot: SnapshotMeta): number {
  return (
    sizeUintField(snapshot.index) +
    sizeUintField(snapshot.term) +
    sizeIds(snapshot.voters) +
    sizeIds(snapshot.votersOutgoing) +
    sizeIds(snapshot.learners) +
    sizeIds(snapshot.learnersNext) +
    (snapshot.autoLeave ? 2 : 0)
  );
}

function writeSnapshot(writer: Writer, snapshot: SnapshotMeta): void {
  writeUintField(writer, snapshotIndex, snapshot.index);
  writeUintField(writer, snapshotTerm, snapshot.term);
  writeIds(writer, snapshotVoters, snapshot.voters);
  writeIds(writer, snapshotVotersOutgoing, snapshot.votersOutgoing);
  writeIds(writer, snapshotLearners, snapshot.learners);
  writeIds(writer, snapshotLearnersNext, snapshot.learnersNext);
  if (snapshot.autoLeave) writer.uint32(snapshotAutoLeave).uint32(1);
}

function packedSize(ids: readonly NodeId[]): number {
  return ids.reduce((sum, id) => sum + sizeUint(id), 0);
}

function sizeIds(ids: readonly NodeId[]): number {
  if (ids.length === 0) return 0;
  const packed = packedSize(ids);
  return 1 + sizeUint(packed) + packed;
}

function writeIds(writer: Writer, field: number, ids: readonly NodeId[]): void {
  if (ids.length === 0) return;
  writer.uint32(field).uint32(packedSize(ids));
  for (const id of ids) writeUint(writer, id);
}
