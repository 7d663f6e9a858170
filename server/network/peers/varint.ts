import { isUtf8 } from 'node:buffer';
import type { Reader, Writer } from 'protobufjs/minimal.js';
import { InvariantError, StrataError } from '../../errors.js';

/**
 * Unsigned integers up to 2^53-1 as protobuf varints. protobufjs hands 64-bit values out as `Long` objects; terms and
 * indexes fit into a number, so they are read and written without one.
 */

const uint32Max = 0xffff_ffff;

/** Bytes of the varint. */
export function sizeUint(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  if (value < 0x8_0000_0000) return 5;
  if (value < 0x400_0000_0000) return 6;
  if (value < 0x2_0000_0000_0000) return 7;
  return 8;
}

/** Writes a field of wire type 0 (varint), or nothing when the value is the default. */
export function writeUintField(writer: Writer, tag: number, value: number): void {
  if (value === 0) return;
  writer.uint32(tag);
  writeUint(writer, value);
}

/** Bytes of `writeUintField`; tags up to field 15 take one byte. */
export function sizeUintField(value: number): number {
  return value === 0 ? 0 : 1 + sizeUint(value);
}

export function writeUint(writer: Writer, value: number): void {
  // A varint is the same bytes whatever its declared width, so the short way serves small 64-bit values.
  if (value >= 0 && value <= uint32Max) writer.uint32(value);
  else if (Number.isSafeInteger(value) && value > 0) writer.uint64(value);
  else throw new InvariantError(`a wire integer is ${value}, not in [0, 2^53)`);
}

/** Reads a varint of at most 2^53-1; anything above is a malformed frame. */
export function readUint(reader: Reader): number {
  const { buf, len } = reader;
  let pos = reader.pos;
  let value = 0;
  let scale = 1;
  while (pos < len) {
    const byte = buf[pos++]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER) throw invalidFrame('an integer is above 2^53-1');
      reader.pos = pos;
      return value;
    }
    // Ten bytes are the longest varint; 2^63 is exact as a double, so the check above still sees the excess.
    if (scale >= 2 ** 63) throw invalidFrame('a varint is longer than ten bytes');
    scale *= 128;
  }
  throw invalidFrame('a varint ends early');
}

/**
 * Reads a text of at most `bytesMax` bytes. The reader's own `string` makes U+FFFD of what is not UTF-8, so that two names that differ would come
 * out as one; and it makes a string of whatever length was sent before anybody could refuse it.
 */
export function readText(reader: Reader, bytesMax: number): string {
  const bytes = reader.bytes();
  if (bytes.length > bytesMax) throw invalidFrame(`a text of ${bytes.length} bytes, at most ${bytesMax}`);
  if (!isUtf8(bytes)) throw invalidFrame('a text is not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

export function invalidFrame(reason: string): StrataError {
  return new StrataError('STRATA_FRAME_INVALID', { reason });
}
