import type { FileSystem } from '../../ports/file-system.js';
import type { SnapshotInfo } from '../../ports/snapshot-storage.js';
import { disk } from '../disk-error.js';
import {
  decodeFooter,
  decodeHeader,
  decodeMetaBytes,
  FOOTER_BYTES,
  HEADER_PREFIX_BYTES,
  snapshotCorrupt,
} from './snapshot-codec.js';
import { SnapshotParser } from './snapshot-parser.js';

const CHUNK_BYTES = 1024 * 1024;

/** The file from front to back; each chunk is valid until the next is asked for. */
export async function* chunksOf(fileSystem: FileSystem, path: string): AsyncIterable<Uint8Array> {
  const file = await disk('open', path, fileSystem.open(path, 'read'));
  try {
    const fileBytes = await disk('stat', path, fileSystem.size(path));
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, fileBytes + 1));
    for (let position = 0; ; ) {
      const taken = await disk('read', path, file.read(chunk, position));
      if (taken === 0) return;
      yield chunk.subarray(0, taken);
      position += taken;
    }
  } finally {
    await file.close();
  }
}

/** The blocks, each checked; rejects where the file is damaged, at its end at the latest. */
export async function* blocksOf(
  fileSystem: FileSystem,
  path: string,
  expected: SnapshotInfo | null,
): AsyncIterable<Uint8Array> {
  const blocks: Uint8Array[] = [];
  const parser = new SnapshotParser(path, (block) => void blocks.push(block));
  for await (const chunk of chunksOf(fileSystem, path)) {
    parser.push(chunk);
    yield* blocks.splice(0);
  }
  const found = parser.end();
  if (expected !== null && found.checksum !== expected.checksum)
    throw snapshotCorrupt(
      path,
      0,
      `checksum ${found.checksum} where ${expected.checksum} was asked for: the file was replaced`,
    );
}

/** Reads and checks the whole file; what it holds. */
export async function verifySnapshot(fileSystem: FileSystem, path: string): Promise<SnapshotInfo> {
  const parser = new SnapshotParser(path, null);
  for await (const chunk of chunksOf(fileSystem, path)) parser.push(chunk);
  return parser.end();
}

/** What the file holds by its head and its end; the body is not looked at. */
export async function readOutline(fileSystem: FileSystem, path: string): Promise<SnapshotInfo> {
  const file = await disk('open', path, fileSystem.open(path, 'read'));
  try {
    const fileBytes = await disk('stat', path, fileSystem.size(path));
    const readAt = async (position: number, length: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(length);
      const taken = await disk('read', path, file.read(bytes, position));
      if (taken < length) throw snapshotCorrupt(path, position + taken, 'the file ends too early');
      return bytes;
    };
    const metaBytes = decodeMetaBytes(await readAt(0, HEADER_PREFIX_BYTES));
    if (typeof metaBytes === 'string') throw snapshotCorrupt(path, 0, metaBytes);
    const meta = decodeHeader(path, await readAt(0, HEADER_PREFIX_BYTES + metaBytes));
    const at = fileBytes - FOOTER_BYTES;
    if (at < HEADER_PREFIX_BYTES + metaBytes)
      throw snapshotCorrupt(path, fileBytes, 'the file has no footer');
    const footer = decodeFooter(await readAt(at, FOOTER_BYTES));
    if (footer === null || footer.fileBytes !== fileBytes)
      throw snapshotCorrupt(path, at, 'the file does not end with its footer');
    return { meta, fileBytes, checksum: footer.checksum };
  } finally {
    await file.close();
  }
}
