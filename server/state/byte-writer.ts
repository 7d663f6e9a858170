import { InvariantError } from '../errors.js';
import { writeLatin1 } from './value.js';
import type { Value } from './vocabulary.js';

const BYTES_MIN = 256;
/** A writer that is used again keeps no more memory than this for it. */
const KEPT_BYTES_MAX = 65_536;

/** Writes the fields that `ByteReader` reads. What it is given was checked before: a number out of range is a broken invariant. */
export class ByteWriter {
  #data: Uint8Array;
  #length = 0;

  constructor(bytes = BYTES_MIN) {
    this.#data = new Uint8Array(bytes);
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#data[this.#length++] = value;
  }

  integer(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new InvariantError(`integer ${value} in a codec`);
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      // Not `>>`: an index or a revision may be above 2^31.
      this.#data[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#data[this.#length++] = rest;
  }

  positive(value: number): void {
    if (value === 0) throw new InvariantError('integer 0 in a codec that needs a positive one');
    this.integer(value);
  }

  stamp(value: number): void {
    this.#reserve(6);
    writeStamp(this.#data, this.#length, value);
    this.#length += 6;
  }

  signed64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw new InvariantError(`${value} does not fit 64 bits`);
    this.#reserve(8);
    for (let shift = 56n; shift >= 0n; shift -= 8n)
      this.#data[this.#length++] = Number((value >> shift) & 0xffn);
  }

  bytes(bytes: Uint8Array): void {
    this.integer(bytes.length);
    this.#reserve(bytes.length);
    this.#data.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Latin-1. */
  text(text: string): void {
    this.integer(text.length);
    this.#reserve(text.length);
    writeLatin1(this.#data, text, this.#length);
    this.#length += text.length;
  }

  utf8(text: string): void {
    this.bytes(Buffer.from(text, 'utf8'));
  }

  value(value: Value): void {
    if (typeof value === 'string') this.text(value);
    else this.bytes(value);
  }

  /** Leaves room for a length of four bytes, which `endItem` fills in. */
  beginItem(): number {
    this.#reserve(4);
    this.#length += 4;
    return this.#length;
  }

  endItem(begin: number): void {
    const bytes = this.#length - begin;
    const data = this.#data;
    data[begin - 4] = bytes >>> 24;
    data[begin - 3] = bytes >>> 16;
    data[begin - 2] = bytes >>> 8;
    data[begin - 1] = bytes;
  }

  /** What was written; the writer begins anew with other memory. */
  take(bytes = BYTES_MIN): Uint8Array {
    const taken = this.#data.subarray(0, this.#length);
    this.#data = new Uint8Array(bytes);
    this.#length = 0;
    return taken;
  }

  /** Copies what was written to the beginning of `target` and begins anew. */
  drainInto(target: Uint8Array): void {
    target.set(this.#data.subarray(0, this.#length));
    this.clear();
  }

  clear(): void {
    this.#length = 0;
    if (this.#data.length > KEPT_BYTES_MAX) this.#data = new Uint8Array(BYTES_MIN);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#data.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#data.length * 2));
    larger.set(this.#data.subarray(0, this.#length));
    this.#data = larger;
  }
}

/** Six bytes, big-endian: milliseconds for 8,900 years. */
export function writeStamp(data: Uint8Array, at: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > 0xffff_ffff_ffff)
    throw new InvariantError(`time stamp ${value}, 0 to 2^48 - 1 fit`);
  const high = Math.floor(value / 0x1_0000_0000);
  data[at] = high >>> 8;
  data[at + 1] = high;
  data[at + 2] = value >>> 24;
  data[at + 3] = value >>> 16;
  data[at + 4] = value >>> 8;
  data[at + 5] = value;
}
