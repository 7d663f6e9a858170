import type { Message } from '../../../consensus/messages.js';
import { StrataError } from '../../../errors.js';
import type { Counter, Metrics } from '../../../ports/metrics.js';
import type { TransportHandler } from '../../../ports/transport.js';
import type { BatchCodec } from '../batch-codec.js';
import { encodeHeader, type FrameHeader, raftHeader } from '../frame.js';
import type { PeerConnection } from '../peer-connection.js';
import { PeerRequests, type PeerRequestsOptions } from '../peer-requests.js';

const BUFFER_BYTES = 1_024;
/** Of every frame, besides header and payload. */
const LENGTHS_BYTES = 8;

export function truncationsOf(metrics: Metrics): Counter {
  return metrics.counter(
    'network_peer_truncated_total',
    'Frames of peers that did not fit into the fixed buffer and lost their end.',
  );
}

/**
 * Reads every frame into a buffer of 1,024 bytes and loses what is longer, as code does that calls `recv` once with an array on its stack. What is lost is in the
 * middle of a message, so that message does not decode and nothing of it is believed: a log is never harmed, but an entry that does not fit never arrives, and
 * neither do those behind it.
 */
export class FixedBufferBatches implements BatchCodec {
  readonly #codec: BatchCodec;
  readonly #truncated: Counter;

  constructor(codec: BatchCodec, truncated: Counter) {
    this.#codec = codec;
    this.#truncated = truncated;
  }

  size(messages: readonly Message[]): number {
    return this.#codec.size(messages);
  }

  write(messages: readonly Message[]): Buffer {
    return this.#codec.write(messages);
  }

  decode(payload: Buffer): readonly Message[] {
    const room = BUFFER_BYTES - LENGTHS_BYTES - raftHeader.length;
    // One for each frame: entries are views of what they were read from.
    const buffer = Buffer.allocUnsafe(room);
    const taken = payload.copy(buffer, 0, 0, room);
    if (taken === payload.length) return this.#codec.decode(buffer.subarray(0, taken));
    this.#truncated.add(1);
    try {
      return this.#codec.decode(buffer);
    } catch (error) {
      if (error instanceof StrataError && error.code === 'STRATA_FRAME_INVALID') return [];
      throw error;
    }
  }
}

/** Requests and answers have no inner lengths that would tell that their end is missing: those that do not fit are dropped whole, and the asker hears a time-out. */
export class FixedBufferRequests extends PeerRequests {
  readonly #truncated: Counter;

  constructor(options: PeerRequestsOptions, truncated: Counter) {
    super(options);
    this.#truncated = truncated;
  }

  override receive(
    connection: PeerConnection,
    header: FrameHeader,
    payload: Buffer,
    handler: TransportHandler | null,
  ): void {
    if (LENGTHS_BYTES + encodeHeader(header).length + payload.length > BUFFER_BYTES) this.#truncated.add(1);
    else super.receive(connection, header, payload, handler);
  }
}
