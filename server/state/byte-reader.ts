import { StrataError } from '../errors.js';
import { KEY_BYTES_MAX, latin1Text, makeValue, VALUE_BYTES_MAX } from './value.js';
import type { Value } from './vocabulary.js';

/**
 * Reads fields from bytes that anybody may have written. What is not there, or is not written the one way our writer does it, is
 * STRATA_FRAME_INVALID. Nothing is allocated by a claimed length: it is held against what is there first.
 */
export class ByteReader {
  readonly #data: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #at: number;

  constructor(data: Uint8Array, start = 0, end = data.length) {
    this.#data = data;
    this.#start = start;
    this.#at = start;
    this.#end = end;
  }

  byte(): number {
    this.#need(1);
    return this.#data[this.#at++]!;
  }

  /** A byte that is at most `max`. */
  choice(max: number, what: string): number {
    const value = this.byte();
    if (value > max) this.fail(`${what} ${value}, at most ${max} is known`);
    return value;
  }

  /** LEB128 up to 2^53 - 1, in the fewest bytes. */
  integer(): number {
    let value = 0;
    let scale = 1;
    for (let bytes = 1; ; bytes++) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) {
        if (next === 0 && bytes > 1) this.fail('an integer with superfluous bytes');
        break;
      }
      if (bytes === 8) this.fail('an integer of more than 8 bytes');
      scale *= 128;
    }
    if (value > Number.MAX_SAFE_INTEGER) this.fail(`integer ${value} above 2^53 - 1`);
    return value;
  }

  positive(what: string): number {
    const value = this.integer();
    if (value === 0) this.fail(`${what} is 0`);
    return value;
  }

  /** Six bytes, big-endian: the width of a time stamp. */
  stamp(): number {
    this.#need(6);
    this.#at += 6;
    return readStamp(this.#data, this.#at - 6);
  }

  /** Eight bytes, two's complement, big-endian. */
  signed64(): bigint {
    this.#need(8);
    let value = 0n;
    for (let i = 0; i < 8; i++) value = (value << 8n) | BigInt(this.#data[this.#at++]!);
    return BigInt.asIntN(64, value);
  }

  /** How many things follow that take at least `bytesEach`. */
  count(countMax: number, bytesEach: number): number {
    const count = this.integer();
    if (count > countMax) this.fail(`${count} items, at most ${countMax}`);
    if (count * bytesEach > this.#end - this.#at)
      this.fail(`${count} items cannot fit in ${this.#end - this.#at} bytes`);
    return count;
  }

  /** A view of length-prefixed bytes. */
  bytes(bytesMax: number, what: string): Uint8Array {
    const length = this.#length(bytesMax, what);
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }

  key(): Uint8Array {
    const key = this.bytes(KEY_BYTES_MAX, 'key');
    if (key.length === 0) this.fail('an empty key');
    return key;
  }

  /** A key as the store keeps it: a copy. */
  keyText(): string {
    const length = this.#length(KEY_BYTES_MAX, 'key');
    if (length === 0) this.fail('an empty key');
    this.#at += length;
    return latin1Text(this.#data, this.#at - length, this.#at);
  }

  /** UTF-8; invalid sequences are refused, for they would not come out again as they went in. */
  utf8(bytesMax: number, what: string): string {
    const bytes = this.bytes(bytesMax, what);
    const text = Buffer.from(bytes).toString('utf8');
    if (Buffer.byteLength(text) !== bytes.length || Buffer.compare(Buffer.from(text), bytes) !== 0)
      this.fail(`${what} is not UTF-8`);
    return text;
  }

  /** A copy. */
  value(): Value {
    const length = this.#length(VALUE_BYTES_MAX, 'value');
    this.#at += length;
    return makeValue(this.#data, this.#at - length, this.#at);
  }

  /** Everything must have been read. */
  finish(): void {
    if (this.#at !== this.#end) this.fail(`${this.#end - this.#at} bytes too many`);
  }

  fail(reason: string): never {
    throw new StrataError('STRATA_FRAME_INVALID', {
      reason: `${reason} (before byte ${this.#at - this.#start})`,
    });
  }

  #length(bytesMax: number, what: string): number {
    const length = this.integer();
    if (length > bytesMax) this.fail(`${what} of ${length} bytes, at most ${bytesMax}`);
    this.#need(length);
    return length;
  }

  #need(bytes: number): void {
    if (this.#at + bytes > this.#end) this.fail(`ends after ${this.#end - this.#at} bytes of ${bytes}`);
  }
}

/** The six bytes must be there. */
export function readStamp(data: Uint8Array, at: number): number {
  const high = (data[at]! << 8) | data[at + 1]!;
  const low = ((data[at + 2]! << 24) | (data[at + 3]! << 16) | (data[at + 4]! << 8) | data[at + 5]!) >>> 0;
  return high * 0x1_0000_0000 + low;
}
