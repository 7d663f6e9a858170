/**
 * How a state is written, cut into items: version (1 byte); then items, each its length (4 bytes, big-endian) and fields: header, members,
 * removed ids, sessions each followed by its answers, keys in order, and an item of length 0 at the end. Equal states give equal bytes.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { readMember, writeMember } from './membership-codec.js';
import { readCommandResult, writeCommandResult } from './result-codec.js';
import type { StoredValue } from './store.js';
import type { CommandResult, MemberRecord, Value } from './vocabulary.js';

export const STATE_FORMAT_VERSION = 1;
/** V8's own limit for one map. */
const KEYS_MAX = 16_777_216;
const HAS_DEADLINE = 1;

export interface StateHeader {
  readonly appliedIndex: number;
  readonly revision: number;
  readonly clockMs: number;
  readonly members: number;
  readonly removed: number;
  readonly sessions: number;
  readonly keys: number;
}

export interface SessionHead {
  readonly id: number;
  readonly floor: number;
  readonly answers: number;
}

export interface KeyRecord extends StoredValue {
  readonly key: string;
}

export function writeHeader(writer: ByteWriter, header: StateHeader): void {
  const begin = writer.beginItem();
  writer.integer(header.appliedIndex);
  writer.integer(header.revision);
  writer.integer(header.clockMs);
  writer.integer(header.members);
  writer.integer(header.removed);
  writer.integer(header.sessions);
  writer.integer(header.keys);
  writer.endItem(begin);
}

export function readHeader(reader: ByteReader): StateHeader {
  const appliedIndex = reader.integer();
  const revision = reader.integer();
  const clockMs = reader.integer();
  const members = reader.integer();
  const removed = reader.integer();
  const sessions = reader.integer();
  const keys = reader.integer();
  if (keys > KEYS_MAX) reader.fail(`${keys} keys, at most ${KEYS_MAX}`);
  if (revision > appliedIndex) reader.fail(`revision ${revision} after ${appliedIndex} entries`);
  return { appliedIndex, revision, clockMs, members, removed, sessions, keys };
}

export function writeMemberItem(writer: ByteWriter, member: MemberRecord): void {
  const begin = writer.beginItem();
  writeMember(writer, member);
  writer.endItem(begin);
}

export function readMemberItem(reader: ByteReader): MemberRecord {
  return readMember(reader);
}

export function writeRemovedId(writer: ByteWriter, id: number): void {
  const begin = writer.beginItem();
  writer.positive(id);
  writer.endItem(begin);
}

export function writeSessionHead(writer: ByteWriter, head: SessionHead): void {
  const begin = writer.beginItem();
  writer.positive(head.id);
  writer.integer(head.floor);
  writer.integer(head.answers);
  writer.endItem(begin);
}

export function readSessionHead(reader: ByteReader): SessionHead {
  return { id: reader.positive('session'), floor: reader.integer(), answers: reader.integer() };
}

export function writeAnswer(writer: ByteWriter, sequence: number, answer: CommandResult): void {
  const begin = writer.beginItem();
  writer.positive(sequence);
  writeCommandResult(writer, answer);
  writer.endItem(begin);
}

export function readAnswer(reader: ByteReader): { sequence: number; answer: CommandResult } {
  return { sequence: reader.positive('sequence number'), answer: readCommandResult(reader) };
}

export function writeKey(writer: ByteWriter, key: string, record: StoredValue): void {
  const begin = writer.beginItem();
  writer.text(key);
  writer.byte(record.expiresAtMs === 0 ? 0 : HAS_DEADLINE);
  writer.positive(record.revision);
  writer.positive(record.createRevision);
  if (record.expiresAtMs !== 0) writer.integer(record.expiresAtMs);
  writer.value(record.value);
  writer.endItem(begin);
}

export function readKey(reader: ByteReader): KeyRecord {
  const key = reader.keyText();
  const bits = reader.choice(HAS_DEADLINE, 'key bits');
  const revision = reader.positive('revision');
  const createRevision = reader.positive('create revision');
  if (createRevision > revision) reader.fail(`create revision ${createRevision} above ${revision}`);
  const expiresAtMs = bits === HAS_DEADLINE ? reader.positive('deadline') : 0;
  const value: Value = reader.value();
  return { key, value, revision, createRevision, expiresAtMs };
}

export function writeEnd(writer: ByteWriter): void {
  writer.endItem(writer.beginItem());
}
