import { crc32 } from 'node:zlib';
import type { SnapshotMeta } from '../../consensus/messages.js';
import { InvariantError, StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type {
  SnapshotFile,
  SnapshotInfo,
  SnapshotReceiver,
  SnapshotStorage,
  SnapshotWriter,
} from '../../ports/snapshot-storage.js';

interface Stored {
  readonly info: SnapshotInfo;
  readonly file: Uint8Array;
}

const LENGTH_BYTES = 4;

/** Snapshot files of one node, over all its lives. A crash loses what was being written, and keeps what came in from a peer. */
export class MemorySnapshots implements SnapshotStorage {
  /** What was done, in order: `create 7`, `write`, `commit 7`, `abort 7`, `receive 7 @ 512`, `suspend 7`, `prune`. */
  readonly events: string[] = [];
  /** Writes from now on fail with STRATA_DISK_FULL. */
  isFull = false;
  /** Time that one write takes. */
  diskMs = 0;
  readonly #clock: Clock;
  #stored: Stored[] = [];
  readonly #partial = new Map<string, { info: SnapshotInfo; bytes: Uint8Array }>();
  #isWriting = false;
  #isReceiving = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  list(): readonly SnapshotInfo[] {
    return this.#stored.map(({ info }) => info);
  }

  /** What a new data directory begins with. */
  put(meta: SnapshotMeta, blocks: readonly Uint8Array[]): void {
    this.#keep(fileOf(meta, blocks));
  }

  /** A new life: what was under way is gone. */
  restart(): void {
    this.#isWriting = false;
    this.#isReceiving = false;
  }

  /** Turns one bit of a whole file round, which its reader must notice. */
  damage(index: number): void {
    this.#of(index).file[LENGTH_BYTES + 3]! ^= 1;
  }

  async create(meta: SnapshotMeta): Promise<SnapshotWriter> {
    if (this.#isWriting) throw new InvariantError('two snapshots are written at a time');
    this.#isWriting = true;
    this.events.push(`create ${meta.index}`);
    const blocks: Uint8Array[] = [];
    return {
      write: async (block) => {
        await this.#disk();
        this.events.push('write');
        blocks.push(block.slice());
      },
      commit: async () => {
        await this.#disk();
        this.#isWriting = false;
        this.events.push(`commit ${meta.index}`);
        return this.#keep(fileOf(meta, blocks));
      },
      abort: async () => {
        this.#isWriting = false;
        this.events.push(`abort ${meta.index}`);
      },
    };
  }

  async *read(info: SnapshotInfo): AsyncIterable<Uint8Array> {
    const { file } = this.#of(info.meta.index);
    for (let at = 0; at < file.length; ) {
      const end = at + LENGTH_BYTES + new DataView(file.buffer, file.byteOffset).getUint32(at);
      yield file.slice(at + LENGTH_BYTES, end);
      at = end;
    }
    if (crc32(file) !== info.checksum) throw corrupt(info);
  }

  async openFile(info: SnapshotInfo): Promise<SnapshotFile> {
    const { file } = this.#of(info.meta.index);
    return {
      readAt: async (offset, lengthMax) => file.slice(offset, offset + lengthMax),
      close: async () => {},
    };
  }

  async receive(info: SnapshotInfo): Promise<SnapshotReceiver> {
    if (this.#isReceiving) throw new InvariantError('two snapshots are received at a time');
    this.#isReceiving = true;
    const key = `${info.meta.index}-${info.meta.term}-${info.checksum}`;
    const partial = this.#partial.get(key) ?? { info, bytes: new Uint8Array(0) };
    this.#partial.set(key, partial);
    this.events.push(`receive ${info.meta.index} @ ${partial.bytes.length}`);
    return {
      offset: partial.bytes.length,
      write: async (offset, bytes) => {
        if (offset !== partial.bytes.length) {
          const details = { index: info.meta.index, actual: offset, expected: partial.bytes.length };
          throw new StrataError('STRATA_SNAPSHOT_OFFSET', details);
        }
        // A copy at once: the bytes are a view of what the network brought.
        const grown = new Uint8Array(offset + bytes.length);
        grown.set(partial.bytes);
        grown.set(bytes, offset);
        await this.#disk();
        partial.bytes = grown;
      },
      commit: async () => {
        this.#isReceiving = false;
        this.#partial.delete(key);
        if (crc32(partial.bytes) !== info.checksum) throw corrupt(info);
        this.events.push(`commit ${info.meta.index}`);
        return this.#keep({ info, file: partial.bytes });
      },
      suspend: async () => {
        this.#isReceiving = false;
        this.events.push(`suspend ${info.meta.index}`);
      },
    };
  }

  async prune(): Promise<void> {
    this.events.push('prune');
    this.#stored = this.#stored.slice(0, 2);
  }

  async #disk(): Promise<void> {
    if (this.diskMs > 0) await new Promise<void>((resolve) => this.#clock.after(this.diskMs, resolve));
    if (this.isFull) throw new StrataError('STRATA_DISK_FULL', { operation: 'write', file: 'a snapshot' });
  }

  #keep(stored: Stored): SnapshotInfo {
    const others = this.#stored.filter(({ info }) => info.meta.index !== stored.info.meta.index);
    this.#stored = [...others, stored].sort((a, b) => b.info.meta.index - a.info.meta.index);
    return stored.info;
  }

  #of(index: number): Stored {
    const found = this.#stored.find(({ info }) => info.meta.index === index);
    if (found === undefined) throw new InvariantError(`there is no snapshot ${index}`);
    return found;
  }
}

function fileOf(meta: SnapshotMeta, blocks: readonly Uint8Array[]): Stored {
  const file = new Uint8Array(blocks.reduce((sum, block) => sum + LENGTH_BYTES + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    new DataView(file.buffer).setUint32(at, block.length);
    file.set(block, at + LENGTH_BYTES);
    at += LENGTH_BYTES + block.length;
  }
  return { info: { meta, fileBytes: file.length, checksum: crc32(file) }, file };
}

function corrupt(info: SnapshotInfo): StrataError {
  return new StrataError('STRATA_SNAPSHOT_CORRUPT', {
    file: `snapshot ${info.meta.index}`,
    offset: 0,
    reason: 'its checksum is wrong',
  });
}
