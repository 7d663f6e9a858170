import { join } from 'node:path';
import type { SnapshotMeta } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { FileSystem } from '../../ports/file-system.js';
import type {
  SnapshotFile,
  SnapshotInfo,
  SnapshotReceiver,
  SnapshotStorage,
  SnapshotWriter,
} from '../../ports/snapshot-storage.js';
import { disk } from '../disk-error.js';
import { SnapshotBodyWriter } from './snapshot-body-writer.js';
import { SnapshotIntake } from './snapshot-intake.js';
import {
  compareNewest,
  parseDamagedFileName,
  parsePartFileName,
  partFileName,
  snapshotFileName,
  UNFINISHED_NAME,
} from './snapshot-names.js';
import { blocksOf } from './snapshot-reading.js';
import { TemporaryFile } from './temporary-file.js';

/** Snapshots kept: the newest, and the one before it for the case that the newest turns out to be damaged. */
const KEPT = 2;

/** The snapshots of a data directory. */
export class SnapshotFiles implements SnapshotStorage {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  /** Whole files, newest first. */
  #infos: readonly SnapshotInfo[];
  #isCreating = false;
  /** Name of the file that is being taken in. */
  #receiving: string | null = null;
  #pruning: Promise<void> | null = null;
  /** Files that are being opened: none of them loses its name meanwhile. */
  readonly #opening = new Set<Promise<unknown>>();

  constructor(options: { fileSystem: FileSystem; directory: string; infos: readonly SnapshotInfo[] }) {
    this.#fileSystem = options.fileSystem;
    this.#directory = options.directory;
    this.#infos = options.infos;
  }

  list(): readonly SnapshotInfo[] {
    return this.#infos;
  }

  async create(meta: SnapshotMeta): Promise<SnapshotWriter> {
    if (this.#isCreating) throw new StrataError('STRATA_SNAPSHOT_BUSY');
    this.#isCreating = true;
    try {
      const file = await TemporaryFile.open(this.#fileSystem, join(this.#directory, UNFINISHED_NAME));
      const body = await SnapshotBodyWriter.begin(file, meta);
      return this.#writer(file, body, meta);
    } catch (error) {
      this.#isCreating = false;
      throw error;
    }
  }

  read(info: SnapshotInfo): AsyncIterable<Uint8Array> {
    return blocksOf(this.#fileSystem, this.#path(info), info);
  }

  async openFile(info: SnapshotInfo): Promise<SnapshotFile> {
    const path = this.#path(info);
    // Whoever chose it before it was pruned chooses anew; a file that is missing though it is listed is a disk that failed.
    if (!this.#infos.some((listed) => this.#path(listed) === path))
      throw new StrataError('STRATA_SNAPSHOT_REPLACED', { index: info.meta.index });
    const opening = disk('open', path, this.#fileSystem.open(path, 'read'));
    this.#opening.add(opening);
    const file = await opening.finally(() => this.#opening.delete(opening));
    return {
      readAt: async (offset, lengthMax) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(lengthMax, info.fileBytes - offset)));
        const taken = await disk('read', path, file.read(bytes, offset));
        return bytes.subarray(0, taken);
      },
      close: () => file.close(),
    };
  }

  async receive(info: SnapshotInfo): Promise<SnapshotReceiver> {
    if (this.#receiving !== null) throw new StrataError('STRATA_SNAPSHOT_BUSY');
    const name = partFileName(info);
    this.#receiving = name;
    try {
      return await SnapshotIntake.open({
        fileSystem: this.#fileSystem,
        partPath: join(this.#directory, name),
        path: this.#path(info),
        info,
        onEnd: (whole) => {
          this.#receiving = null;
          if (whole !== null) this.#add(whole);
        },
      });
    } catch (error) {
      this.#receiving = null;
      throw error;
    }
  }

  prune(): Promise<void> {
    this.#pruning ??= this.#prune().finally(() => {
      this.#pruning = null;
    });
    return this.#pruning;
  }

  async #prune(): Promise<void> {
    // Oldest first: a crash on the way leaves the newest.
    for (const info of this.#infos.slice(KEPT).reverse()) {
      this.#infos = this.#infos.filter((other) => other !== info);
      await Promise.allSettled(this.#opening);
      await this.#remove(snapshotFileName(info.meta));
    }
    const newest = this.#infos[0]?.meta.index ?? 0;
    for (const file of await disk('list', this.#directory, this.#fileSystem.list(this.#directory))) {
      const name = parsePartFileName(file) ?? parseDamagedFileName(file);
      if (name !== null && name.index <= newest && file !== this.#receiving) await this.#remove(file);
    }
    await disk('sync', this.#directory, this.#fileSystem.syncDirectory(this.#directory));
  }

  #writer(file: TemporaryFile, body: SnapshotBodyWriter, meta: SnapshotMeta): SnapshotWriter {
    // A writer whose file is closed is over, by its end or by a failure: the next one may begin.
    const watched = async <Result>(work: Promise<Result>): Promise<Result> => {
      try {
        return await work;
      } finally {
        if (!file.isOpen) this.#isCreating = false;
      }
    };
    return {
      write: (block) => watched(body.block(block)),
      commit: async () => {
        const info = await watched(body.finish(this.#path({ meta })));
        this.#add(info);
        return info;
      },
      abort: () => watched(file.discard()),
    };
  }

  /** A snapshot of the same index and term replaces the one before it, as its file did. */
  #add(info: SnapshotInfo): void {
    const others = this.#infos.filter((other) => this.#path(other) !== this.#path(info));
    this.#infos = [...others, info].sort((a, b) => compareNewest(a.meta, b.meta));
  }

  #path({ meta }: Pick<SnapshotInfo, 'meta'>): string {
    return join(this.#directory, snapshotFileName(meta));
  }

  #remove(file: string): Promise<void> {
    const path = join(this.#directory, file);
    return disk('remove', path, this.#fileSystem.remove(path));
  }
}
