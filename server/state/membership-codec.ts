/** What a change of membership says beside ids: addresses and identities. Consensus carries it in the entry without looking at it. */
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { STORAGE_ID_BYTES_MAX } from './command-codec.js';
import type { MemberRecord } from './vocabulary.js';

export interface MembershipContext {
  /** New members, and known ones whose address changes. A storage id that is registered already stays. */
  readonly upsert: readonly MemberRecord[];
  /** Ids that leave for ever. */
  readonly remove: readonly number[];
}

const MEMBERS_MAX = 65_536;
const HOST_BYTES_MAX = 1024;
/** Five fields of one byte and a host of one character. */
const MEMBER_BYTES_MIN = 7;
const PORT_MAX = 65_535;

export function encodeMembershipContext(context: MembershipContext): Uint8Array {
  const writer = new ByteWriter();
  writer.integer(context.upsert.length);
  for (const member of context.upsert) writeMember(writer, member);
  writer.integer(context.remove.length);
  for (const id of context.remove) writer.positive(id);
  return writer.take();
}

/** @throws StrataError STRATA_FRAME_INVALID */
export function decodeMembershipContext(data: Uint8Array): MembershipContext {
  const reader = new ByteReader(data);
  const upsert: MemberRecord[] = [];
  for (let left = reader.count(MEMBERS_MAX, MEMBER_BYTES_MIN); left > 0; left--)
    upsert.push(readMember(reader));
  const remove: number[] = [];
  for (let left = reader.count(MEMBERS_MAX, 1); left > 0; left--) remove.push(reader.positive('node id'));
  reader.finish();
  return { upsert, remove };
}

export function writeMember(writer: ByteWriter, member: MemberRecord): void {
  writer.positive(member.id);
  writer.utf8(member.host);
  writer.integer(member.peerPort);
  writer.integer(member.httpPort);
  writer.integer(member.respPort);
  writer.utf8(member.storageId);
}

export function readMember(reader: ByteReader): MemberRecord {
  const id = reader.positive('node id');
  const host = reader.utf8(HOST_BYTES_MAX, 'host');
  const peerPort = readPort(reader);
  const httpPort = readPort(reader);
  const respPort = readPort(reader);
  return {
    id,
    host,
    peerPort,
    httpPort,
    respPort,
    storageId: reader.utf8(STORAGE_ID_BYTES_MAX, 'storage id'),
  };
}

function readPort(reader: ByteReader): number {
  const port = reader.integer();
  if (port > PORT_MAX) reader.fail(`port ${port}, at most ${PORT_MAX}`);
  return port;
}
