/**
 * A command that a node passes on for a client, to take effect once however often it is sent: a head of fixed length before the bytes of a plain
 * put or delete, a batch or a transaction, which stay as they are.
 *
 * Operation (1 byte), session (6), sequence (6), distance to the newest settled sequence number (3, 0: not told); all big-endian.
 */
import { InvariantError, StrataError } from '../errors.js';
import { ByteReader } from './byte-reader.js';
import { writeStamp } from './byte-writer.js';
import { allocate } from './slab.js';
import type { SessionRef } from './vocabulary.js';

/** Stands in logs: it stays as it is. */
export const ONCE = 8;
export const ONCE_HEAD_BYTES = 16;
/** Of a put and a delete; `command-codec.ts` has them all. */
const PUT = 1;
const DELETE = 2;
const DISTANCE_MAX = 0xff_ffff;

export interface OnceRef extends SessionRef {
  /** Nobody asks any more for the answers up to this sequence number; 0 when that is not told. */
  readonly settledTo: number;
}

/** A copy of `command`, which must carry no session of its own, with the head before it. */
export function encodeOnce({ session, sequence, settledTo }: OnceRef, command: Uint8Array): Uint8Array {
  const data = allocate(ONCE_HEAD_BYTES + command.length);
  const distance = sequence - settledTo;
  const told = distance > DISTANCE_MAX ? 0 : distance;
  data[0] = ONCE;
  writeStamp(data, 1, session);
  writeStamp(data, 7, sequence);
  data[13] = told >>> 16;
  data[14] = told >>> 8;
  data[15] = told;
  data.set(command, ONCE_HEAD_BYTES);
  return data;
}

/** The operation byte has been read. */
export function readOnceHead(reader: ByteReader): OnceRef {
  const session = reader.stamp();
  const sequence = reader.stamp();
  if (session === 0 || sequence === 0) reader.fail(`request ${sequence} of session ${session}`);
  const distance = (reader.byte() << 16) | (reader.byte() << 8) | reader.byte();
  if (distance > sequence) reader.fail(`settled ${distance} before request ${sequence}`);
  return { session, sequence, settledTo: distance === 0 ? 0 : sequence - distance };
}

/** Data that no encoder wrote means a damaged log: it crashes. */
export function decodeOnceHead(data: Uint8Array): OnceRef {
  try {
    const reader = new ByteReader(data);
    reader.byte();
    return readOnceHead(reader);
  } catch (error) {
    if (!(error instanceof StrataError)) throw error;
    throw new InvariantError(`command of ${data.length} bytes in the log: ${error.details.reason}`);
  }
}

/** Whether a plain put or delete is within. */
export function isPlainOnce(data: Uint8Array): boolean {
  return data[0] === ONCE && (data[ONCE_HEAD_BYTES] === PUT || data[ONCE_HEAD_BYTES] === DELETE);
}
