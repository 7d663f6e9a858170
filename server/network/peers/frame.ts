import { BufferReader, BufferWriter } from 'protobufjs/minimal.js';
import { StrataError } from '../../errors.js';
import { frameHeaderBytesMax, methodBytesMax } from '../limits.js';
import { invalidFrame, readText, readUint, sizeUint, sizeUintField, writeUintField } from './varint.js';

/**
 * The wire between nodes:
 * 4 bytes header length, header (protobuf), 4 bytes payload length, payload. Lengths are big-endian.
 */

export const Service = { Control: 1, Raft: 2, Node: 3 } as const;
export type Service = (typeof Service)[keyof typeof Service];

export const FrameKind = {
  OneWay: 1,
  Request: 2,
  Response: 3,
  Error: 4,
  Ping: 5,
  Pong: 6,
  Hello: 7,
  Welcome: 8,
  Refusal: 9,
  Challenge: 10,
  Proof: 11,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export interface FrameHeader {
  readonly service: number;
  readonly method: string;
  readonly requestId: number;
  readonly kind: number;
}

const lengthBytes = 4;
const noPayload = Buffer.alloc(0);

/** The header of every Raft frame: always the same few bytes. */
export const raftHeader = encodeHeader({
  service: Service.Raft,
  method: '',
  requestId: 0,
  kind: FrameKind.OneWay,
});

export function encodeHeader(header: FrameHeader): Buffer {
  const methodBytes = Buffer.byteLength(header.method);
  const size =
    sizeUintField(header.service) +
    (methodBytes === 0 ? 0 : 1 + sizeUint(methodBytes) + methodBytes) +
    sizeUintField(header.requestId) +
    sizeUintField(header.kind);
  const writer = new BufferWriter();
  writer.buf = Buffer.allocUnsafe(size);
  writeUintField(writer, 0x08, header.service);
  if (methodBytes > 0) writer.uint32(0x12).string(header.method);
  writeUintField(writer, 0x18, header.requestId);
  writeUintField(writer, 0x20, header.kind);
  return Buffer.from(writer.buf.buffer, writer.buf.byteOffset, writer.pos);
}

/** @throws StrataError STRATA_FRAME_INVALID, and nothing else. */
export function decodeHeader(bytes: Buffer): FrameHeader {
  const reader = new BufferReader(bytes);
  let service = 0;
  let method = '';
  let requestId = 0;
  let kind = 0;
  try {
    while (reader.pos < reader.len) {
      const field = reader.uint32();
      if (field === 0x08) service = readUint(reader);
      else if (field === 0x12) method = readText(reader, methodBytesMax);
      else if (field === 0x18) requestId = readUint(reader);
      else if (field === 0x20) kind = readUint(reader);
      else reader.skipType(field & 7);
    }
  } catch (error) {
    if (error instanceof StrataError) throw error;
    throw invalidFrame((error as Error).message);
  }
  return { service, method, requestId, kind };
}

/**
 * A buffer for a frame with a payload of `payloadBytes`: everything before the payload is filled in, `offset` is where it goes and
 * `slackBytes` follow it. Header, lengths and payload are one buffer and one write.
 */
export function allocateFrame(
  header: Buffer,
  payloadBytes: number,
  slackBytes: number,
): { frame: Buffer; offset: number } {
  const offset = lengthBytes + header.length + lengthBytes;
  const frame = Buffer.allocUnsafe(offset + payloadBytes + slackBytes);
  frame.writeUInt32BE(header.length, 0);
  frame.set(header, lengthBytes);
  frame.writeUInt32BE(payloadBytes, lengthBytes + header.length);
  return { frame, offset };
}

export function encodeFrame(header: FrameHeader, payload: Uint8Array = noPayload): Buffer {
  const { frame, offset } = allocateFrame(encodeHeader(header), payload.length, 0);
  frame.set(payload, offset);
  return frame;
}

export type OnFrame = (header: FrameHeader, payload: Buffer) => void;

/**
 * Cuts a byte stream into frames. Keeps the bytes it was given, never more: a length that promises gigabytes costs nothing
 * until they come, and above the limit it is refused at once.
 */
export class FrameDecoder {
  /** Invariant: `#bufferedBytes` is the sum of the lengths of `#chunks`. */
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  /** No frame can be complete before this many bytes are there; known once the lengths have been read. */
  #neededBytes = lengthBytes;
  #stopped = false;
  readonly #onFrame: OnFrame;
  /** Bytes of a whole frame. May be raised once the other side is known. */
  frameBytesMax: number;

  constructor(frameBytesMax: number, onFrame: OnFrame) {
    this.frameBytesMax = frameBytesMax;
    this.#onFrame = onFrame;
  }

  /** Bytes kept of a frame that is not complete. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Nothing is delivered any more, not even frames of the chunk at hand. */
  stop(): void {
    this.#stopped = true;
    this.#chunks = [];
    this.#bufferedBytes = 0;
  }

  /** @throws StrataError STRATA_FRAME_INVALID: the stream cannot be understood from here on; close it. */
  push(chunk: Buffer): void {
    if (this.#stopped) return;
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.length;
    // A large frame comes in many chunks: they are put together once, when all are there.
    if (this.#bufferedBytes < this.#neededBytes) return;
    const bytes =
      this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#bufferedBytes);
    const consumed = this.#cut(bytes);
    if (this.#stopped) return;
    const rest = bytes.length - consumed;
    this.#chunks = rest === 0 ? [] : [consumed === 0 ? bytes : bytes.subarray(consumed)];
    this.#bufferedBytes = rest;
  }

  /** Delivers the whole frames in `bytes`; gives how many bytes they took and learns what the next one needs. */
  #cut(bytes: Buffer): number {
    let at = 0;
    for (;;) {
      const available = bytes.length - at;
      this.#neededBytes = lengthBytes;
      if (available < lengthBytes) return at;
      const headerBytes = bytes.readUInt32BE(at);
      if (headerBytes > frameHeaderBytesMax) {
        throw invalidFrame(`the header has ${headerBytes} bytes, the limit is ${frameHeaderBytesMax}`);
      }
      const payloadAt = lengthBytes + headerBytes + lengthBytes;
      this.#neededBytes = payloadAt;
      if (available < payloadAt) return at;
      const payloadBytes = bytes.readUInt32BE(at + payloadAt - lengthBytes);
      const frameBytes = payloadAt + payloadBytes;
      if (frameBytes > this.frameBytesMax) {
        throw invalidFrame(`the frame has ${frameBytes} bytes, the limit is ${this.frameBytesMax}`);
      }
      this.#neededBytes = frameBytes;
      if (available < frameBytes) return at;
      const headerEnd = at + lengthBytes + headerBytes;
      const header = this.#header(bytes.subarray(at + lengthBytes, headerEnd));
      at += frameBytes;
      this.#onFrame(header, bytes.subarray(headerEnd + lengthBytes, at));
      if (this.#stopped) return at;
    }
  }

  #header(bytes: Buffer): FrameHeader {
    return bytes.equals(raftHeader) ? raftFrameHeader : decodeHeader(bytes);
  }
}

const raftFrameHeader = decodeHeader(raftHeader);
