import { crc32 as zlibCrc32 } from 'node:zlib';

/**
 * CRC-32 (IEEE 802.3) of `bytes[start, end)`.
 *
 * Not CRC-32C, which etcd and RocksDB use: the instruction that makes it cheap is out of reach from
 * JavaScript, and Node's zlib brings only IEEE. Both find every single flipped bit and every burst up to 32
 * bits, which is what is asked of it here.
 *
 * A call into zlib costs about 250 ns before the first byte, so short ranges are summed here, four bytes a
 * step.
 */
export function checksum(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > NATIVE_FROM_BYTES) return zlibCrc32(bytes.subarray(start, end));
  let crc = -1;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      TABLE_3[crc & 255]! ^ TABLE_2[(crc >>> 8) & 255]! ^ TABLE_1[(crc >>> 16) & 255]! ^ TABLE_0[crc >>> 24]!;
  }
  for (; at < end; at++) crc = TABLE_0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** CRC-32 of what `before` is the checksum of, with `bytes` behind it; 0 is the checksum of nothing. */
export function continueChecksum(before: number, bytes: Uint8Array): number {
  return zlibCrc32(bytes, before);
}

const NATIVE_FROM_BYTES = 256;

const TABLE_0 = firstTable();
const TABLE_1 = nextTable(TABLE_0);
const TABLE_2 = nextTable(TABLE_1);
const TABLE_3 = nextTable(TABLE_2);

function firstTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
}

/** What one more zero byte does to each remainder. */
function nextTable(previous: Int32Array): Int32Array {
  return previous.map((crc) => (crc >>> 8) ^ TABLE_0[crc & 255]!);
}
