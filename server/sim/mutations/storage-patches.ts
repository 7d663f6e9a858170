import { basename, join } from 'node:path';
import { VolatileFileSystem } from '../../io/volatile-file-system.js';
import { type Batch, Batcher } from '../../log/batcher.js';
import { WAL_DIRECTORY } from '../../log/data-directory.js';
import { scanSegment } from '../../log/scan.js';
import { parseSegmentFileName } from '../../log/segment.js';
import type { File } from '../../ports/file-system.js';
import { type Patch, replace } from './patch.js';

/** Defects between the log and its disk. Where no method of the log can be replaced, the disk's stand for the code that calls them. */

/** The log goes on behind a leader's snapshot as if nothing were missing: no new segment says where it begins. */
export const logNotReset: Patch = replace(
  Batcher.prototype,
  'take',
  (original) =>
    function take(this: Batcher): Batch {
      const batch = original.call(this);
      return batch.reset === null ? batch : { ...batch, reset: null };
    },
);

/** A sync that failed is tried again until it succeeds, as if the first had left everything to the second. */
export const syncTriedAgain: Patch = replace(
  VolatileFileSystem.prototype,
  'open',
  (original) =>
    async function open(this: VolatileFileSystem, path, mode): Promise<File> {
      const file = await original.call(this, path, mode);
      const sync = file.sync.bind(file);
      file.sync = (kind, label, done) =>
        sync(kind, label, (error) => {
          if (error === null) done(null);
          else file.sync(kind, label, done);
        });
      return file;
    },
);

/** Before the log is read, everything from the first damaged record on is cut off. */
export const logCutAtDamage: Patch = replace(
  VolatileFileSystem.prototype,
  'list',
  (original) =>
    async function list(this: VolatileFileSystem, path): Promise<readonly string[]> {
      if (basename(path) !== WAL_DIRECTORY) return original.call(this, path);
      let isCut = false;
      for (const file of [...(await original.call(this, path))].sort()) {
        const name = parseSegmentFileName(file);
        if (name === null) continue;
        const bytes = await this.readFile(join(path, file));
        const { end } = scanSegment(bytes, name.sequence, false);
        if (isCut) await this.remove(join(path, file));
        else if (end.kind === 'corrupt')
          this.put(join(path, file), Uint8Array.from(bytes).fill(0, end.offset));
        isCut ||= end.kind === 'corrupt';
      }
      return original.call(this, path);
    },
);

/** The order of a rename and what relies on it is left to the kernel. */
export const directoriesNotSynced: Patch = replace(
  VolatileFileSystem.prototype,
  'syncDirectory',
  () => async () => {},
);
