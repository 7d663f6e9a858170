import type { SnapshotMeta } from '../../consensus/messages.js';
import type { SnapshotInfo } from '../../ports/snapshot-storage.js';
import { continueChecksum } from '../checksum.js';
import { readUint32 } from '../record-codec.js';
import {
  BLOCK_BYTES_MAX,
  BLOCK_HEADER_BYTES,
  decodeFooter,
  decodeHeader,
  decodeMetaBytes,
  FOOTER_BYTES,
  HEADER_PREFIX_BYTES,
  snapshotCorrupt,
} from './snapshot-codec.js';

type Part = 'header' | 'meta' | 'block header' | 'block' | 'footer' | 'end';

/**
 * Checks the bytes of a snapshot file as they come, cut anywhere. Holds at most one part of the file in memory. Throws
 * STRATA_SNAPSHOT_CORRUPT or STRATA_SNAPSHOT_VERSION at the first byte that cannot be right.
 */
export class SnapshotParser {
  readonly #file: string;
  readonly #onBlock: ((block: Uint8Array) => void) | null;
  #part: Part = 'header';
  /** What the part needs, and how much of it has come. Invariant: 0 <= have <= wanted. */
  #wanted = HEADER_PREFIX_BYTES;
  #have = 0;
  /** Collects the part; null for a block that nobody wants. */
  #bytes: Uint8Array<ArrayBuffer> | null = new Uint8Array(HEADER_PREFIX_BYTES);
  #blockHeader: Uint8Array = new Uint8Array(BLOCK_HEADER_BYTES);
  #blockChecksum = 0;
  #meta: SnapshotMeta | null = null;
  #info: SnapshotInfo | null = null;
  /** Bytes pushed. */
  #position = 0;
  /** As of the last whole part of the file: header, block or footer. */
  #wholeBytes = 0;
  #checksum = 0;
  #blocks = 0;
  #bodyBytes = 0;

  /** `file` is for messages. `onBlock` null: the blocks are checked only. */
  constructor(file: string, onBlock: ((block: Uint8Array) => void) | null) {
    this.#file = file;
    this.#onBlock = onBlock;
  }

  /** Everything below is good: header and whole blocks. */
  get wholeBytes(): number {
    return this.#wholeBytes;
  }

  /** Null until the header has come. */
  get meta(): SnapshotMeta | null {
    return this.#meta;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#part === 'end') throw this.#corrupt(this.#wholeBytes, 'bytes behind the footer');
      const taken = Math.min(bytes.length - at, this.#wanted - this.#have);
      const piece = bytes.subarray(at, at + taken);
      if (this.#part === 'block') this.#blockChecksum = continueChecksum(this.#blockChecksum, piece);
      this.#bytes?.set(piece, this.#have);
      this.#have += taken;
      at += taken;
      this.#position += taken;
      if (this.#have === this.#wanted) this.#finishPart();
    }
  }

  /** The file ends here. */
  end(): SnapshotInfo {
    if (this.#info === null) throw this.#corrupt(this.#position, `the file ends in the ${this.#part}`);
    return this.#info;
  }

  /** Forgets what came behind `wholeBytes`: the next byte pushed is the one there. */
  rewind(): void {
    if (this.#info !== null) return;
    this.#position = this.#wholeBytes;
    if (this.#meta === null) this.#expect('header', HEADER_PREFIX_BYTES);
    else this.#expect('block header', BLOCK_HEADER_BYTES);
  }

  #finishPart(): void {
    switch (this.#part) {
      case 'header':
        this.#finishHeader();
        break;
      case 'meta':
        this.#finishMeta();
        break;
      case 'block header':
        this.#finishBlockHeader();
        break;
      case 'block':
        this.#finishBlock();
        break;
      case 'footer':
        this.#finishFooter();
    }
  }

  #finishHeader(): void {
    const prefix = this.#bytes!;
    const metaBytes = decodeMetaBytes(prefix);
    if (typeof metaBytes === 'string') throw this.#corrupt(0, metaBytes);
    const header = new Uint8Array(HEADER_PREFIX_BYTES + metaBytes);
    header.set(prefix);
    this.#part = 'meta';
    this.#wanted = header.length;
    this.#bytes = header;
    if (metaBytes === 0) this.#finishMeta();
  }

  #finishMeta(): void {
    const header = this.#bytes!;
    this.#meta = decodeHeader(this.#file, header);
    this.#checksum = continueChecksum(0, header);
    this.#wholeBytes = header.length;
    this.#expect('block header', BLOCK_HEADER_BYTES);
  }

  #finishBlockHeader(): void {
    const header = this.#bytes!;
    const length = readUint32(header, 0);
    if (length === 0) {
      const footer = new Uint8Array(FOOTER_BYTES);
      footer.set(header);
      this.#part = 'footer';
      this.#wanted = FOOTER_BYTES;
      this.#bytes = footer;
      return;
    }
    if (length > BLOCK_BYTES_MAX)
      throw this.#corrupt(this.#wholeBytes, `block of ${length} bytes, at most ${BLOCK_BYTES_MAX}`);
    this.#blockHeader = header;
    this.#blockChecksum = continueChecksum(0, header.subarray(0, 4));
    this.#part = 'block';
    this.#wanted = length;
    this.#have = 0;
    this.#bytes = this.#onBlock === null ? null : new Uint8Array(length);
  }

  #finishBlock(): void {
    if (this.#blockChecksum !== readUint32(this.#blockHeader, 4))
      throw this.#corrupt(this.#wholeBytes, 'block checksum mismatch');
    // The checksum of the whole is that of the checksums: each stands for its block, and no byte is summed twice.
    this.#checksum = continueChecksum(this.#checksum, this.#blockHeader);
    this.#blocks++;
    this.#bodyBytes += this.#wanted;
    this.#wholeBytes += BLOCK_HEADER_BYTES + this.#wanted;
    const block = this.#bytes;
    this.#expect('block header', BLOCK_HEADER_BYTES);
    if (block !== null) this.#onBlock!(block);
  }

  #finishFooter(): void {
    const at = this.#wholeBytes;
    const footer = decodeFooter(this.#bytes!);
    if (footer === null) throw this.#corrupt(at, 'footer checksum mismatch');
    const { blocks, bodyBytes, fileBytes, checksum } = footer;
    if (blocks !== this.#blocks || bodyBytes !== this.#bodyBytes)
      throw this.#corrupt(
        at,
        `the footer counts ${blocks} blocks of ${bodyBytes} bytes, there are ${this.#blocks} of ${this.#bodyBytes}`,
      );
    if (fileBytes !== at + FOOTER_BYTES)
      throw this.#corrupt(
        at,
        `the footer says ${fileBytes} bytes, the file has ${at + FOOTER_BYTES} up to here`,
      );
    if (checksum !== this.#checksum) throw this.#corrupt(at, 'checksum of the whole mismatch');
    this.#info = { meta: this.#meta!, fileBytes, checksum };
    this.#wholeBytes = fileBytes;
    this.#have = 0;
    this.#part = 'end';
  }

  #expect(part: Part, wanted: number): void {
    this.#part = part;
    this.#wanted = wanted;
    this.#have = 0;
    this.#bytes = new Uint8Array(wanted);
  }

  #corrupt(offset: number, reason: string): Error {
    return snapshotCorrupt(this.#file, offset, reason);
  }
}
