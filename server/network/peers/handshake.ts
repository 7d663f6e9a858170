import { BufferReader, BufferWriter, type Reader } from 'protobufjs/minimal.js';
import type { NodeId } from '../../consensus/messages.js';
import { isErrorCode, StrataError } from '../../errors.js';
import { invalidFrame, readText, readUint, writeUintField } from './varint.js';

/** The payloads of the frames that begin a connection; `peer.proto` specifies them, `handshake-exchange.ts` says when each is due. */

export const protocolVersion = 2;

/** What a connection is for. A heartbeat never waits behind megabytes of entries, because they are on another connection. */
export const Lane = { Bulk: 1, Urgent: 2, Requests: 3 } as const;
export type Lane = (typeof Lane)[keyof typeof Lane];

export interface Greeting {
  readonly protocolVersion: number;
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly instanceId: string;
  readonly toNodeId: NodeId;
  readonly lane: number;
  readonly storageId: string;
  /** Empty in a welcome. */
  readonly nonce: Uint8Array;
  readonly appliedIndex: number;
  readonly host: string;
  readonly peerPort: number;
}

export interface Welcome {
  /** An encoded greeting, kept as it came: the proof is over these bytes. */
  readonly greeting: Buffer;
  readonly mac: Uint8Array;
}

/** A text of this many UTF-16 units takes three times as many bytes at most. */
const textUnitsMax = 256;
const textBytesMax = 3 * textUnitsMax;
const detailsMax = 16;
const noBytes = new Uint8Array(0);
type Draft = { -readonly [Field in keyof Greeting]: Greeting[Field] };

export function encodeGreeting(greeting: Greeting): Buffer {
  const writer = new BufferWriter();
  writeUintField(writer, 0x08, greeting.protocolVersion);
  if (greeting.clusterId !== '') writer.uint32(0x12).string(greeting.clusterId);
  writeUintField(writer, 0x18, greeting.nodeId);
  if (greeting.instanceId !== '') writer.uint32(0x22).string(greeting.instanceId);
  writeUintField(writer, 0x28, greeting.toNodeId);
  writeUintField(writer, 0x30, greeting.lane);
  if (greeting.storageId !== '') writer.uint32(0x3a).string(greeting.storageId);
  if (greeting.nonce.length > 0) writer.uint32(0x42).bytes(greeting.nonce);
  writeUintField(writer, 0x48, greeting.appliedIndex);
  if (greeting.host !== '') writer.uint32(0x52).string(greeting.host);
  writeUintField(writer, 0x58, greeting.peerPort);
  return asBuffer(writer.finish());
}

/** @throws StrataError STRATA_FRAME_INVALID, and nothing else. */
export function decodeGreeting(payload: Buffer): Greeting {
  return decoding(payload, (reader) => {
    const greeting: Draft = {
      protocolVersion: 0,
      clusterId: '',
      nodeId: 0,
      instanceId: '',
      toNodeId: 0,
      lane: 0,
      storageId: '',
      nonce: noBytes,
      appliedIndex: 0,
      host: '',
      peerPort: 0,
    };
    while (reader.pos < reader.len) readGreetingField(reader, greeting);
    return greeting;
  });
}

function readGreetingField(reader: Reader, greeting: Draft): void {
  const field = reader.uint32();
  if (field === 0x08) greeting.protocolVersion = readUint(reader);
  else if (field === 0x12) greeting.clusterId = readText(reader, textBytesMax);
  else if (field === 0x18) greeting.nodeId = readUint(reader);
  else if (field === 0x22) greeting.instanceId = readText(reader, textBytesMax);
  else if (field === 0x28) greeting.toNodeId = readUint(reader);
  else if (field === 0x30) greeting.lane = readUint(reader);
  else if (field === 0x3a) greeting.storageId = readText(reader, textBytesMax);
  else if (field === 0x42) greeting.nonce = reader.bytes();
  else if (field === 0x48) greeting.appliedIndex = readUint(reader);
  else if (field === 0x52) greeting.host = readText(reader, textBytesMax);
  else if (field === 0x58) greeting.peerPort = readUint(reader);
  else reader.skipType(field & 7);
}

/** Challenge and proof: one field of bytes. */
export function encodeBytes(bytes: Uint8Array): Buffer {
  const writer = new BufferWriter();
  if (bytes.length > 0) writer.uint32(0x0a).bytes(bytes);
  return asBuffer(writer.finish());
}

/** @throws StrataError STRATA_FRAME_INVALID, and nothing else. */
export function decodeBytes(payload: Buffer): Uint8Array {
  return decoding(payload, (reader) => {
    let bytes: Uint8Array = noBytes;
    while (reader.pos < reader.len) {
      const field = reader.uint32();
      if (field === 0x0a) bytes = reader.bytes();
      else reader.skipType(field & 7);
    }
    return bytes;
  });
}

export function encodeWelcome(welcome: Welcome): Buffer {
  const writer = new BufferWriter();
  writer.uint32(0x0a).bytes(welcome.greeting).uint32(0x12).bytes(welcome.mac);
  return asBuffer(writer.finish());
}

/** @throws StrataError STRATA_FRAME_INVALID, and nothing else. */
export function decodeWelcome(payload: Buffer): Welcome {
  return decoding(payload, (reader) => {
    let greeting: Uint8Array = noBytes;
    let mac: Uint8Array = noBytes;
    while (reader.pos < reader.len) {
      const field = reader.uint32();
      if (field === 0x0a) greeting = reader.bytes();
      else if (field === 0x12) mac = reader.bytes();
      else reader.skipType(field & 7);
    }
    return { greeting: asBuffer(greeting), mac };
  });
}

export function encodeRefusal(error: StrataError): Buffer {
  const writer = new BufferWriter();
  writer.uint32(0x0a).string(error.code);
  for (const [name, value] of Object.entries(error.details)) {
    writer.uint32(0x12).fork();
    // As bytes: of half a surrogate pair, which a cut may leave, the writer's own `string` makes no UTF-8.
    const text = Buffer.from(String(value).slice(0, textUnitsMax));
    writer.uint32(0x0a).string(name).uint32(0x12).bytes(text).ldelim();
  }
  return asBuffer(writer.finish());
}

/** The error that the other side answered with. @throws StrataError STRATA_FRAME_INVALID, and nothing else. */
export function decodeRefusal(payload: Buffer): StrataError {
  return decoding(payload, (reader) => {
    let code = '';
    const details = new Map<string, string>();
    while (reader.pos < reader.len) {
      const field = reader.uint32();
      if (field === 0x0a) code = readText(reader, textBytesMax);
      else if (field === 0x12) {
        const [name, value] = readDetail(reader);
        details.set(name, value);
        if (details.size > detailsMax) throw invalidFrame(`a refusal has more than ${detailsMax} details`);
      } else reader.skipType(field & 7);
    }
    if (!isErrorCode(code)) throw invalidFrame('a refusal has an unknown code');
    return new StrataError(code, Object.fromEntries(details));
  });
}

function readDetail(reader: Reader): [string, string] {
  const end = reader.size() + reader.pos;
  let name = '';
  let value = '';
  while (reader.pos < end) {
    const field = reader.uint32();
    if (field === 0x0a) name = readText(reader, textBytesMax);
    else if (field === 0x12) value = readText(reader, textBytesMax);
    else reader.skipType(field & 7);
  }
  if (reader.pos !== end) throw invalidFrame('a detail reaches beyond its length');
  return [name, value];
}

function decoding<Result>(payload: Buffer, read: (reader: Reader) => Result): Result {
  try {
    return read(new BufferReader(payload));
  } catch (error) {
    if (error instanceof StrataError) throw error;
    throw invalidFrame((error as Error).message);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
