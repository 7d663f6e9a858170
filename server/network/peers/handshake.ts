import { BufferReader, BufferWriter, type Reader } from 'protobufjs/minimal.js';
import type { NodeId } from '../../consensus/messages.js';
import { isErrorCode, StrataError } from '../../errors.js';
import { invalidFrame, readUint, writeUintField } from './varint.js';

/**
 * Both sides say who they are and check who the other is before any Raft byte is read: a node of another cluster, a stranger, an older
 * build or a second process under one id gets a typed answer and nothing else.
 */

export const protocolVersion = 1;

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
}

const textBytesMax = 256;
const detailsMax = 16;

/** Why the other side is not welcome, null when it is. `self` is what this side says of itself. */
export function checkGreeting(
  greeting: Greeting,
  self: Greeting,
  members: ReadonlySet<NodeId>,
): StrataError | null {
  if (greeting.protocolVersion !== self.protocolVersion) {
    return new StrataError('STRATA_PROTOCOL_VERSION', {
      actual: greeting.protocolVersion,
      expected: self.protocolVersion,
    });
  }
  if (greeting.clusterId !== self.clusterId) {
    return new StrataError('STRATA_CLUSTER_MISMATCH', {
      actual: greeting.clusterId,
      expected: self.clusterId,
    });
  }
  if (greeting.nodeId === self.nodeId) {
    return new StrataError('STRATA_NODE_DUPLICATE', { actual: greeting.nodeId });
  }
  if (!members.has(greeting.nodeId)) {
    return new StrataError('STRATA_NODE_UNKNOWN', {
      actual: greeting.nodeId,
      members: [...members].join(', '),
    });
  }
  // An address that leads to another node than it should: the one called says who it is.
  if (greeting.toNodeId !== self.nodeId) {
    return new StrataError('STRATA_NODE_UNKNOWN', { actual: greeting.toNodeId, members: self.nodeId });
  }
  return null;
}

export function encodeGreeting(greeting: Greeting): Uint8Array {
  const writer = new BufferWriter();
  writeUintField(writer, 0x08, greeting.protocolVersion);
  if (greeting.clusterId !== '') writer.uint32(0x12).string(greeting.clusterId);
  writeUintField(writer, 0x18, greeting.nodeId);
  if (greeting.instanceId !== '') writer.uint32(0x22).string(greeting.instanceId);
  writeUintField(writer, 0x28, greeting.toNodeId);
  writeUintField(writer, 0x30, greeting.lane);
  return writer.finish();
}

/** @throws StrataError STRATA_FRAME_INVALID, and nothing else. */
export function decodeGreeting(payload: Buffer): Greeting {
  return decoding(payload, (reader) => {
    const greeting = { protocolVersion: 0, clusterId: '', nodeId: 0, instanceId: '', toNodeId: 0, lane: 0 };
    while (reader.pos < reader.len) {
      const field = reader.uint32();
      if (field === 0x08) greeting.protocolVersion = readUint(reader);
      else if (field === 0x12) greeting.clusterId = readText(reader);
      else if (field === 0x18) greeting.nodeId = readUint(reader);
      else if (field === 0x22) greeting.instanceId = readText(reader);
      else if (field === 0x28) greeting.toNodeId = readUint(reader);
      else if (field === 0x30) greeting.lane = readUint(reader);
      else reader.skipType(field & 7);
    }
    return greeting;
  });
}

export function encodeRefusal(error: StrataError): Uint8Array {
  const writer = new BufferWriter();
  writer.uint32(0x0a).string(error.code);
  for (const [name, value] of Object.entries(error.details)) {
    writer.uint32(0x12).fork();
    writer.uint32(0x0a).string(name).uint32(0x12).string(String(value).slice(0, textBytesMax)).ldelim();
  }
  return writer.finish();
}

/** The error that the other side answered with. @throws StrataError STRATA_FRAME_INVALID, and nothing else. */
export function decodeRefusal(payload: Buffer): StrataError {
  return decoding(payload, (reader) => {
    let code = '';
    const details = new Map<string, string>();
    while (reader.pos < reader.len) {
      const field = reader.uint32();
      if (field === 0x0a) code = readText(reader);
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
    if (field === 0x0a) name = readText(reader);
    else if (field === 0x12) value = readText(reader);
    else reader.skipType(field & 7);
  }
  if (reader.pos !== end) throw invalidFrame('a detail reaches beyond its length');
  return [name, value];
}

function readText(reader: Reader): string {
  const text = reader.string();
  if (text.length > textBytesMax) throw invalidFrame(`a text has more than ${textBytesMax} characters`);
  return text;
}

function decoding<Result>(payload: Buffer, read: (reader: Reader) => Result): Result {
  try {
    return read(new BufferReader(payload));
  } catch (error) {
    if (error instanceof StrataError) throw error;
    throw invalidFrame((error as Error).message);
  }
}
