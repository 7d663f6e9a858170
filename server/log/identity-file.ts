import { join } from 'node:path';
import { StrataError } from '../errors.js';
import type { FileSystem } from '../ports/file-system.js';
import { checksum } from './checksum.js';
import { disk, isMissing } from './disk-error.js';
import { syncFile, writeFile } from './file-calls.js';
import type { Identity } from './record-codec.js';

/**
 * `identity.json`: whose data directory this is. It is written last when the directory is made, so it stands for a directory that is whole. One
 * JSON object; `checksum` is its last field, the CRC-32 of the object without it. That rule and `formatVersion` are frozen, so that a later
 * format can be named by this build.
 */
export const IDENTITY_NAME = 'identity.json';
export const IDENTITY_DRAFT_NAME = 'identity.json.tmp';
export const DIRECTORY_VERSION = 1;

export interface StorageIdentity extends Identity {
  readonly storageId: string;
}

export function encodeIdentity({ clusterId, nodeId, storageId }: StorageIdentity): Buffer {
  const fields = { formatVersion: DIRECTORY_VERSION, clusterId, nodeId, storageId };
  return Buffer.from(`${JSON.stringify({ ...fields, checksum: checksumOf(fields) })}\n`);
}

/** Throws STRATA_WAL_CORRUPT or STRATA_WAL_VERSION, naming the file. */
export function decodeIdentity(file: string, bytes: Uint8Array): StorageIdentity {
  const { checksum: expected, ...fields } = parseObject(file, bytes);
  if (expected !== checksumOf(fields)) throw corrupt(file, 'checksum mismatch');
  const { formatVersion, clusterId, nodeId, storageId } = fields;
  if (formatVersion !== DIRECTORY_VERSION)
    throw new StrataError('STRATA_WAL_VERSION', {
      file,
      actual: typeof formatVersion === 'number' ? formatVersion : typeof formatVersion,
      expected: DIRECTORY_VERSION,
    });
  if (typeof clusterId !== 'string' || typeof storageId !== 'string' || !Number.isSafeInteger(nodeId))
    throw corrupt(file, 'fields are missing');
  const identity = { clusterId, nodeId: nodeId as number, storageId };
  // What the checksum does not see: blanks, and fields given twice.
  if (!encodeIdentity(identity).equals(bytes)) throw corrupt(file, 'not as this version writes it');
  return identity;
}

/** Null when there is none. */
export async function readIdentity(
  fileSystem: FileSystem,
  directory: string,
): Promise<StorageIdentity | null> {
  const path = join(directory, IDENTITY_NAME);
  try {
    return decodeIdentity(path, await fileSystem.readFile(path));
  } catch (error) {
    if (isMissing(error)) return null;
    return disk('read', path, Promise.reject(error));
  }
}

/** Durable when it resolves; before that the file is there whole or not at all. */
export async function writeIdentity(
  fileSystem: FileSystem,
  directory: string,
  identity: StorageIdentity,
): Promise<void> {
  const path = join(directory, IDENTITY_NAME);
  const draft = join(directory, IDENTITY_DRAFT_NAME);
  const bytes = encodeIdentity(identity);
  const file = await disk('open', draft, fileSystem.open(draft, 'create'));
  try {
    await writeFile(file, bytes, bytes.length, 0, null);
    await syncFile(file, 'fsync', { cause: 'identity', entries: 0, bytes: bytes.length });
  } finally {
    await file.close();
  }
  await disk('rename', path, fileSystem.rename(draft, path));
  await disk('sync', directory, fileSystem.syncDirectory(directory));
}

/** Longer than any name of a cluster makes it; a text of brackets, as long as it likes, would overflow the stack of who writes it again. */
const IDENTITY_BYTES_MAX = 4_096;

function parseObject(file: string, bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length > IDENTITY_BYTES_MAX)
    throw corrupt(file, `${bytes.length} bytes, at most ${IDENTITY_BYTES_MAX}`);
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    );
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Falls through: what is wrong with it is of no use to the reader.
  }
  throw corrupt(file, 'not a JSON object');
}

function checksumOf(fields: Record<string, unknown>): number {
  const text = Buffer.from(JSON.stringify(fields));
  return checksum(text, 0, text.length);
}

function corrupt(file: string, reason: string): StrataError {
  return new StrataError('STRATA_WAL_CORRUPT', { file, offset: 0, reason });
}
