import { Random } from './random.js';

/**
 * A value that can be recognised: magic (4 bytes), run id (8), key number (4), sequence (4), big-endian, then
 * filler up to the value size.
 */
export const LEDGER_VALUE_BYTES_MIN = 20;
const MAGIC = 0x53_74_72_31;
const RUN_AT = 4;
const KEY_AT = 12;
const SEQUENCE_AT = 16;

/** Filler that no compressing disk or wire can shrink; the same for one seed. */
export function fillerValue(valueBytes: number, seed: number): Buffer {
  const random = new Random(seed, 3);
  const buffer = Buffer.allocUnsafe(valueBytes);
  for (let at = 0; at < valueBytes; at++) buffer[at] = random.nextUint32() >>> 24;
  return buffer;
}

/** `buffer` is overwritten for each request of one client, so it must not be shared with another. */
export function writeLedgerHeader(buffer: Buffer, runId: string, key: number, sequence: number): void {
  buffer.writeUInt32BE(MAGIC, 0);
  buffer.write(runId, RUN_AT, 8, 'hex');
  buffer.writeUInt32BE(key, KEY_AT);
  buffer.writeUInt32BE(sequence, SEQUENCE_AT);
}

export interface LedgerValue {
  readonly runId: string;
  readonly key: number;
  readonly sequence: number;
}

/** Null when the bytes are no value of any run with a ledger. */
export function parseLedgerHeader(value: Buffer): LedgerValue | null {
  if (value.length < LEDGER_VALUE_BYTES_MIN || value.readUInt32BE(0) !== MAGIC) return null;
  return {
    runId: value.toString('hex', RUN_AT, KEY_AT),
    key: value.readUInt32BE(KEY_AT),
    sequence: value.readUInt32BE(SEQUENCE_AT),
  };
}
