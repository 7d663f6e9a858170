import {
  type Entry,
  EntryType,
  type Message,
  MessageType,
  type SnapshotMeta,
} from '../../../consensus/messages.js';
import { StrataError } from '../../../errors.js';
import type { BatchCodec } from '../batch-codec.js';
import { allocateFrame, raftHeader } from '../frame.js';
import { checkAppend } from '../message-decoder.js';
import { invalidFrame } from '../varint.js';

const overheadBytes = 8 + raftHeader.length;
const noPayload = Buffer.alloc(0);

/** The same messages as JSON, the bytes of entries in base64. The nodes of a cluster must all speak it. */
export class JsonBatches implements BatchCodec {
  #payload = noPayload;

  size(messages: readonly Message[]): number {
    this.#payload = Buffer.from(JSON.stringify(messages.map(written)));
    return overheadBytes + this.#payload.length;
  }

  write(): Buffer {
    const { frame, offset } = allocateFrame(raftHeader, this.#payload.length, 0);
    frame.set(this.#payload, offset);
    this.#payload = noPayload;
    return frame;
  }

  decode(payload: Buffer): readonly Message[] {
    let document: unknown;
    try {
      document = JSON.parse(payload.toString('utf8'));
    } catch (error) {
      throw invalidFrame((error as Error).message);
    }
    try {
      return list(document).map(readMessage);
    } catch (error) {
      if (error instanceof StrataError) throw error;
      throw invalidFrame((error as Error).message);
    }
  }
}

function written(message: Message): unknown {
  if (message.entries.length === 0) return message;
  const entries = message.entries.map(({ index, term, type, data }) => {
    const { buffer, byteOffset, length } = data;
    return { index, term, type, data: Buffer.from(buffer, byteOffset, length).toString('base64') };
  });
  return { ...message, entries };
}

function readMessage(value: unknown): Message {
  const fields = record(value);
  const type = uint(fields.type);
  if (type < MessageType.Append || type > MessageType.Snapshot)
    throw invalidFrame(`message type ${type} is unknown`);
  const message: Message = {
    type: type as MessageType,
    from: uint(fields.from),
    to: uint(fields.to),
    term: uint(fields.term),
    logTerm: uint(fields.logTerm),
    index: uint(fields.index),
    entries: list(fields.entries).map(readEntry),
    commit: uint(fields.commit),
    reject: fields.reject === true,
    rejectHint: uint(fields.rejectHint),
    context: uint(fields.context),
    snapshot: fields.snapshot === null ? null : readSnapshot(record(fields.snapshot)),
    diskQueueNs: uint(fields.diskQueueNs),
    diskWriteNs: uint(fields.diskWriteNs),
    diskSyncNs: uint(fields.diskSyncNs),
  };
  if (message.type === MessageType.Append) checkAppend(message);
  return message;
}

function readEntry(value: unknown): Entry {
  const { data, index, term, type: kind } = record(value);
  const type = uint(kind);
  if (type !== EntryType.Normal && type !== EntryType.ConfChange)
    throw invalidFrame(`entry type ${type} is unknown`);
  if (typeof data !== 'string') throw invalidFrame('an entry has no data');
  return { index: uint(index), term: uint(term), type, data: Buffer.from(data, 'base64') };
}

function readSnapshot(fields: Readonly<Record<string, unknown>>): SnapshotMeta {
  return {
    index: uint(fields.index),
    term: uint(fields.term),
    voters: list(fields.voters).map(uint),
    votersOutgoing: list(fields.votersOutgoing).map(uint),
    learners: list(fields.learners).map(uint),
    learnersNext: list(fields.learnersNext).map(uint),
    autoLeave: fields.autoLeave === true,
  };
}

function uint(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidFrame(`${typeof value} where a whole number is due`);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalidFrame(`${typeof value} where a list is due`);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw invalidFrame(`${value === null ? 'null' : typeof value} where an object is due`);
}
