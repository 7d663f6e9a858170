/**
 * A command is what a log entry carries: operation (1 byte), key length (2 bytes, big-endian), key, value.
 * Bytes, not JSON: the same encoding goes to disk and to the followers, and the value is stored as a view of it.
 */
import { InvariantError } from '../errors.js';

export const Operation = { Put: 1, Delete: 2 } as const;
export type Operation = (typeof Operation)[keyof typeof Operation];

export interface Command {
  readonly operation: Operation;
  readonly key: Uint8Array;
  /** Empty for a delete. */
  readonly value: Uint8Array;
}

const HEADER_BYTES = 3;
export const KEY_BYTES_MAX = 65_535;

export function encodePut(key: Uint8Array, value: Uint8Array): Uint8Array {
  const data = encodeHeader(Operation.Put, key, value.length);
  data.set(value, HEADER_BYTES + key.length);
  return data;
}

export function encodeDelete(key: Uint8Array): Uint8Array {
  return encodeHeader(Operation.Delete, key, 0);
}

function encodeHeader(operation: Operation, key: Uint8Array, valueBytes: number): Uint8Array {
  if (key.length > KEY_BYTES_MAX)
    throw new InvariantError(`key of ${key.length} bytes, at most ${KEY_BYTES_MAX} fit`);
  const data = allocate(HEADER_BYTES + key.length + valueBytes);
  data[0] = operation;
  data[1] = key.length >>> 8;
  data[2] = key.length & 0xff;
  data.set(key, HEADER_BYTES);
  return data;
}

const SLAB_BYTES = 65_536;
let slab = new Uint8Array(SLAB_BYTES);
let slabUsed = 0;

/** Small commands share a slab: a typed array of its own costs an allocation outside V8's heap, as dear as all the rest of a put. */
function allocate(bytes: number): Uint8Array {
  if (bytes > SLAB_BYTES / 8) return new Uint8Array(bytes);
  if (slabUsed + bytes > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    slabUsed = 0;
  }
  const data = slab.subarray(slabUsed, slabUsed + bytes);
  slabUsed += bytes;
  return data;
}

/** Key and value are views of `data`. Data that no encoder of this project wrote means a damaged log: it crashes. */
export function decodeCommand(data: Uint8Array): Command {
  if (data.length < HEADER_BYTES)
    throw new InvariantError(`command of ${data.length} bytes, header needs ${HEADER_BYTES}`);
  const operation = data[0]!;
  if (operation !== Operation.Put && operation !== Operation.Delete) {
    throw new InvariantError(
      `command operation ${operation}, known are ${Operation.Put} and ${Operation.Delete}`,
    );
  }
  const keyEnd = HEADER_BYTES + ((data[1]! << 8) | data[2]!);
  if (keyEnd > data.length) throw new InvariantError(`command key ends at ${keyEnd}, data at ${data.length}`);
  return { operation, key: data.subarray(HEADER_BYTES, keyEnd), value: data.subarray(keyEnd) };
}

/** Whether `data`, which may come from outside, is a command that `decodeCommand` accepts. */
export function isCommand(data: Uint8Array): boolean {
  if (data.length < HEADER_BYTES) return false;
  if (data[0] !== Operation.Put && data[0] !== Operation.Delete) return false;
  const keyBytes = (data[1]! << 8) | data[2]!;
  return keyBytes > 0 && HEADER_BYTES + keyBytes <= data.length;
}
