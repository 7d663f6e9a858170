import type { Message } from '../../consensus/messages.js';
import { allocateFrame, raftHeader } from './frame.js';
import { decodeBatch } from './message-decoder.js';
import { encodeSlackBytes, sizeBatch, writeBatch } from './message-encoder.js';

/** Raft messages as the frames that travel between nodes. One object a transport; it keeps scratch between `size` and `write`. */
export interface BatchCodec {
  /** Bytes of the whole frame that these messages would be. */
  size(messages: readonly Message[]): number;
  /** That frame. Only right after `size` was asked of the same messages. */
  write(messages: readonly Message[]): Buffer;
  /** The messages of a frame's payload. @throws StrataError STRATA_FRAME_INVALID, and nothing else. */
  decode(payload: Buffer): readonly Message[];
}

const overheadBytes = 8 + raftHeader.length;

/** `MessageBatch` of peer.proto. */
export class ProtobufBatches implements BatchCodec {
  /** Scratch of `sizeBatch`, kept to spare an allocation for every frame. */
  readonly #sizes: number[] = [];
  #payloadBytes = 0;

  size(messages: readonly Message[]): number {
    this.#payloadBytes = sizeBatch(messages, this.#sizes);
    return overheadBytes + this.#payloadBytes;
  }

  write(messages: readonly Message[]): Buffer {
    const { frame, offset } = allocateFrame(raftHeader, this.#payloadBytes, encodeSlackBytes);
    writeBatch(messages, this.#sizes, frame, offset);
    return frame.subarray(0, overheadBytes + this.#payloadBytes);
  }

  decode(payload: Buffer): readonly Message[] {
    return decodeBatch(payload);
  }
}
