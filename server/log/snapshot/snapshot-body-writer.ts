import type { SnapshotMeta } from '../../consensus/messages.js';
import { InvariantError } from '../../errors.js';
import type { SnapshotInfo } from '../../ports/snapshot-storage.js';
import { continueChecksum } from '../checksum.js';
import {
  BLOCK_BYTES_MAX,
  BLOCK_HEADER_BYTES,
  encodeFooter,
  encodeHeader,
  FOOTER_BYTES,
} from './snapshot-codec.js';
import type { TemporaryFile } from './temporary-file.js';

/** Writes header, blocks and footer of one snapshot into a file. */
export class SnapshotBodyWriter {
  readonly #file: TemporaryFile;
  readonly #meta: SnapshotMeta;
  /** Block and its header go out in one write. Grows to the largest block seen. */
  #buffer = Buffer.alloc(0);
  #checksum = 0;
  #blocks = 0;
  #bodyBytes = 0;
  /** The buffer belongs to the write under way. */
  #isWriting = false;

  private constructor(file: TemporaryFile, meta: SnapshotMeta) {
    this.#file = file;
    this.#meta = meta;
  }

  static async begin(file: TemporaryFile, meta: SnapshotMeta): Promise<SnapshotBodyWriter> {
    const writer = new SnapshotBodyWriter(file, meta);
    const header = encodeHeader(meta);
    writer.#checksum = continueChecksum(0, header);
    await file.write(header, header.length);
    return writer;
  }

  async block(bytes: Uint8Array): Promise<void> {
    const { length } = bytes;
    if (length > BLOCK_BYTES_MAX)
      throw new InvariantError(`snapshot block of ${length} bytes, at most ${BLOCK_BYTES_MAX}`);
    if (this.#isWriting) throw new InvariantError('a second snapshot block while one is written');
    // A length of 0 is the footer's.
    if (length === 0) return;
    if (this.#buffer.length < BLOCK_HEADER_BYTES + length)
      this.#buffer = Buffer.alloc(BLOCK_HEADER_BYTES + length);
    const buffer = this.#buffer;
    buffer.writeUInt32LE(length, 0);
    buffer.writeUInt32LE(continueChecksum(continueChecksum(0, buffer.subarray(0, 4)), bytes), 4);
    buffer.set(bytes, BLOCK_HEADER_BYTES);
    this.#checksum = continueChecksum(this.#checksum, buffer.subarray(0, BLOCK_HEADER_BYTES));
    this.#blocks++;
    this.#bodyBytes += length;
    this.#isWriting = true;
    await this.#file.write(buffer, BLOCK_HEADER_BYTES + length);
    this.#isWriting = false;
  }

  /** Writes the footer, makes the file durable under its name `path`. */
  async finish(path: string): Promise<SnapshotInfo> {
    const fileBytes = this.#file.position + FOOTER_BYTES;
    const footer = encodeFooter({
      blocks: this.#blocks,
      bodyBytes: this.#bodyBytes,
      fileBytes,
      checksum: this.#checksum,
    });
    await this.#file.write(footer, footer.length);
    await this.#file.finish(path);
    return { meta: this.#meta, fileBytes, checksum: this.#checksum };
  }
}
