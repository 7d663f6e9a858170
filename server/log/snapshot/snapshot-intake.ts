import { InvariantError, StrataError } from '../../errors.js';
import type { FileSystem } from '../../ports/file-system.js';
import type { SnapshotInfo, SnapshotReceiver } from '../../ports/snapshot-storage.js';
import { isMissing } from '../disk-error.js';
import { sameMeta, snapshotCorrupt } from './snapshot-codec.js';
import { SnapshotParser } from './snapshot-parser.js';
import { chunksOf } from './snapshot-reading.js';
import { TemporaryFile } from './temporary-file.js';

export interface IntakeOptions {
  readonly fileSystem: FileSystem;
  /** The unfinished file, and the name it gets. */
  readonly partPath: string;
  readonly path: string;
  readonly info: SnapshotInfo;
  /** Called once: with the info when the snapshot is whole, with null when the attempt ended otherwise. */
  readonly onEnd: (info: SnapshotInfo | null) => void;
}

/**
 * Takes in a peer's snapshot file and checks each byte as it comes. What a former attempt left is read again and kept up to its last whole block:
 * behind it a crash may have left anything.
 */
export class SnapshotIntake implements SnapshotReceiver {
  readonly #options: IntakeOptions;
  readonly #file: TemporaryFile;
  readonly #parser: SnapshotParser;
  /** Behind the last byte that was accepted, which may still be on its way to the disk. */
  #offset: number;
  #ended = false;

  private constructor(options: IntakeOptions, file: TemporaryFile, parser: SnapshotParser) {
    this.#options = options;
    this.#file = file;
    this.#parser = parser;
    this.#offset = file.position;
  }

  static async open(options: IntakeOptions): Promise<SnapshotIntake> {
    const { fileSystem, partPath } = options;
    const parser = new SnapshotParser(partPath, null);
    await readFormerAttempt(options, parser);
    const file = await TemporaryFile.open(fileSystem, partPath, parser.wholeBytes);
    return new SnapshotIntake(options, file, parser);
  }

  get offset(): number {
    return this.#offset;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const { info } = this.#options;
    this.#mustBeOpen();
    if (offset !== this.offset)
      throw new StrataError('STRATA_SNAPSHOT_OFFSET', {
        index: info.meta.index,
        actual: offset,
        expected: this.offset,
      });
    try {
      if (offset + bytes.length > info.fileBytes)
        throw snapshotCorrupt(
          this.#file.path,
          info.fileBytes,
          `longer than the ${info.fileBytes} bytes offered`,
        );
      this.#parser.push(bytes);
      this.#checkMeta();
      this.#offset += bytes.length;
      if (bytes.length > 0) await this.#file.write(bytes, bytes.length);
    } catch (error) {
      await this.#giveUp();
      throw error;
    }
  }

  async commit(): Promise<SnapshotInfo> {
    this.#mustBeOpen();
    try {
      const found = this.#parser.end();
      this.#checkMeta();
      const { info, path } = this.#options;
      if (found.checksum !== info.checksum || found.fileBytes !== info.fileBytes)
        throw snapshotCorrupt(
          this.#file.path,
          found.fileBytes,
          `checksum ${found.checksum} where ${info.checksum} was offered`,
        );
      await this.#file.finish(path);
      this.#end(found);
      return found;
    } catch (error) {
      await this.#giveUp();
      throw error;
    }
  }

  async suspend(): Promise<void> {
    if (this.#ended) return;
    try {
      await this.#file.suspend();
    } finally {
      this.#end(null);
    }
  }

  /** Removes the file, unless the disk failed and it is closed already. */
  async #giveUp(): Promise<void> {
    try {
      await this.#file.discard();
    } finally {
      this.#end(null);
    }
  }

  #checkMeta(): void {
    const { meta } = this.#parser;
    if (meta !== null && !sameMeta(meta, this.#options.info.meta))
      throw snapshotCorrupt(this.#file.path, 0, 'the file stands for another snapshot than the one offered');
  }

  #end(info: SnapshotInfo | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd(info);
  }

  #mustBeOpen(): void {
    if (this.#ended)
      throw new InvariantError(`a call on the receiver of ${this.#file.path}, which has ended`);
  }
}

/** Leaves the parser behind the last whole block that is there. */
async function readFormerAttempt({ fileSystem, partPath, info }: IntakeOptions, parser: SnapshotParser) {
  try {
    // Longer than the snapshot: not what its name says.
    if ((await fileSystem.size(partPath)) > info.fileBytes) return;
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  try {
    for await (const chunk of chunksOf(fileSystem, partPath)) parser.push(chunk);
  } catch (error) {
    if (!(error instanceof StrataError) || !error.code.startsWith('STRATA_SNAPSHOT_')) throw error;
  }
  parser.rewind();
}
