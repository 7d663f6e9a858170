import type { Entry, HardState } from '../consensus/messages.js';
import { InvariantError } from '../errors.js';
import { checksum } from './checksum.js';
import {
  ALIGNMENT_BYTES,
  ENTRY_PREFIX_BYTES,
  FORMAT_VERSION,
  HARD_STATE_BYTES,
  HEADER_BYTES,
  MARK_BYTES,
  type Mark,
  METADATA_PREFIX_BYTES,
  type Metadata,
  PAYLOAD_BYTES_MAX,
  RecordType,
  recordBytes,
} from './record-codec.js';

/** Bytes of a mark with its header. */
export const MARK_RECORD_BYTES = recordBytes(MARK_BYTES);

/**
 * Encodes records one behind the other into a buffer that grows to the largest batch seen and is then reused:
 * an entry is copied once, from the caller's bytes to here, and the kernel takes it from here.
 */
export class RecordEncoder {
  #bytes: Buffer;
  #view: DataView;
  #length = 0;

  constructor(initialBytes: number) {
    this.#bytes = Buffer.alloc(initialBytes);
    this.#view = viewOf(this.#bytes);
  }

  /** Valid up to `length`, until the next call that encodes. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  reset(): void {
    this.#length = 0;
  }

  /** Leaves room for the mark, which is filled in when the batch's place in the file is known. */
  reserveMark(): void {
    this.#grow(MARK_RECORD_BYTES);
    this.#length += MARK_RECORD_BYTES;
  }

  fillMark(at: number, mark: Mark): void {
    const start = at + HEADER_BYTES;
    this.#view.setUint32(start, mark.sequence, true);
    this.#view.setUint32(start + 4, mark.offset, true);
    this.#view.setUint32(start + 8, mark.syncedBytes, true);
    this.#view.setUint32(start + 12, 0, true);
    this.#seal(at, RecordType.Mark, 0, MARK_BYTES);
  }

  entry(entry: Entry): void {
    const payloadBytes = ENTRY_PREFIX_BYTES + entry.data.length;
    if (payloadBytes > PAYLOAD_BYTES_MAX)
      throw new InvariantError(`entry of ${payloadBytes} bytes, at most ${PAYLOAD_BYTES_MAX}`);
    const at = this.#begin(payloadBytes);
    const start = at + HEADER_BYTES;
    this.#uint53(start, entry.index);
    this.#uint53(start + 8, entry.term);
    this.#bytes.set(entry.data, start + ENTRY_PREFIX_BYTES);
    this.#seal(at, RecordType.Entry, entry.type, payloadBytes);
  }

  hardState(state: HardState): void {
    const at = this.#begin(HARD_STATE_BYTES);
    const start = at + HEADER_BYTES;
    this.#uint53(start, state.term);
    this.#uint53(start + 8, state.vote);
    this.#uint53(start + 16, state.commit);
    this.#seal(at, RecordType.HardState, 0, HARD_STATE_BYTES);
  }

  metadata(metadata: Omit<Metadata, 'version'>): void {
    const name = Buffer.from(metadata.clusterId);
    const at = this.#begin(METADATA_PREFIX_BYTES + name.length);
    const start = at + HEADER_BYTES;
    this.#view.setUint32(start, FORMAT_VERSION, true);
    this.#view.setUint32(start + 4, metadata.sequence, true);
    this.#uint53(start + 8, metadata.firstIndex);
    this.#uint53(start + 16, metadata.previousTerm);
    this.#uint53(start + 24, metadata.nodeId);
    this.#uint53(start + 32, metadata.isReset ? 1 : 0);
    this.#bytes.set(name, start + METADATA_PREFIX_BYTES);
    this.#seal(at, RecordType.Metadata, 0, METADATA_PREFIX_BYTES + name.length);
  }

  #begin(payloadBytes: number): number {
    const size = recordBytes(payloadBytes);
    this.#grow(size);
    const at = this.#length;
    this.#length += size;
    // The last step of the record: padding lies in it, and what an earlier batch left there must not get out.
    if (size > HEADER_BYTES) this.#bytes.fill(0, this.#length - ALIGNMENT_BYTES, this.#length);
    return at;
  }

  #seal(at: number, type: RecordType, detail: number, payloadBytes: number): void {
    const start = at + HEADER_BYTES;
    this.#view.setUint32(at, payloadBytes, true);
    this.#view.setUint32(at + 4, type | (detail << 8), true);
    this.#view.setUint32(at + 8, checksum(this.#bytes, start, start + payloadBytes), true);
    this.#view.setUint32(at + 12, checksum(this.#bytes, at, at + 12), true);
  }

  #uint53(at: number, value: number): void {
    this.#view.setUint32(at, value >>> 0, true);
    this.#view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
  }

  #grow(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
