import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StrataError } from '../errors.js';
import type { FileSystem } from '../ports/file-system.js';
import { recover } from './recovery.js';
import type { Replay } from './replay.js';
import { snapshotFileName } from './snapshot/snapshot-names.js';
import { chooseSnapshot } from './storage-recovery.js';
import { flip } from './testing/directory-fixtures.js';
import {
  append,
  DATA_DIRECTORY,
  entries,
  meta,
  openTestLog,
  settle,
  takeSnapshot,
} from './testing/log-fixtures.js';
import { content, testDisk } from './testing/snapshot-fixtures.js';
import { Tally } from './testing/tally.js';

/** Both snapshot files of a directory, every bit and every length: which snapshot a start goes on with. */

const DIRECTORIES = { wal: `${DATA_DIRECTORY}/wal`, snapshots: `${DATA_DIRECTORY}/snapshots` };
const [OLDER, NEWEST] = [5, 9] as const;

interface Directory {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly replay: Replay;
  /** Checksums of the two snapshots, by index. */
  readonly checksums: ReadonlyMap<number, number>;
}

/** Snapshots at 5 and 9; the log holds everything from the first on, or only what comes behind the newest. */
async function lived(covered: boolean): Promise<Directory> {
  const disk = testDisk();
  const { log, snapshots } = await openTestLog(disk, { segmentBytes: 4096 });
  for (const one of entries(1, 20, 1, 900)) await append(log, [one]);
  await append(log, [], { term: 1, vote: 2, commit: 12 }, true);
  const infos = [];
  for (const index of [OLDER, NEWEST])
    infos.push(await takeSnapshot(snapshots, index, 1, [content(40, index), content(9, 1)]));
  await snapshots.prune();
  if (!covered) log.compact(NEWEST);
  await settle();
  await log.close();
  const { replay } = await recover({ fileSystem: disk, directory: DIRECTORIES.wal, identity: null });
  assert.equal(replay.base.index >= OLDER, !covered, 'the log begins where the test wants it');
  return {
    files: disk.snapshot(),
    replay,
    checksums: new Map(infos.map((info) => [info.meta.index, info.checksum])),
  };
}

/** Index of the snapshot that a start would take with this file replaced, or null when it is refused. */
async function choose(
  { files, replay, checksums }: Directory,
  path: string,
  bytes: Uint8Array,
): Promise<number | null> {
  const changed = new Map(files).set(path, bytes);
  const disk = testDisk();
  for (const [name, content] of changed) if (name.startsWith(DIRECTORIES.snapshots)) disk.put(name, content);
  try {
    const { info } = await chooseSnapshot(disk as FileSystem, DIRECTORIES, replay);
    // What is chosen is what was written, whole: the checksum is over every byte.
    assert.equal(info.checksum, checksums.get(info.meta.index));
    return info.meta.index;
  } catch (error) {
    if (!(error instanceof StrataError)) throw error;
    assert.match(error.code, /^STRATA_SNAPSHOT_/);
    return null;
  }
}

type Kind = 'refused' | 'the newest' | 'the one before';

for (const covered of [true, false]) {
  for (const index of [NEWEST, OLDER]) {
    const which = index === NEWEST ? 'newest' : 'older';
    const allowed = index === OLDER ? 'the newest is taken' : covered ? 'the one before is taken' : 'refused';
    const log = covered ? 'the log covers the gap' : 'the log begins behind the older';
    test(`A2.31 the ${which} snapshot with any bit flipped, or cut at any byte, where ${log}: ${allowed}`, async (t) => {
      const directory = await lived(covered);
      const path = `${DIRECTORIES.snapshots}/${snapshotFileName(meta(index, 1))}`;
      const bytes = directory.files.get(path)!;
      const wanted = index === OLDER ? NEWEST : covered ? OLDER : null;
      const tally = new Tally<Kind>();
      const take = async (changed: Uint8Array, what: string) => {
        const found = await choose(directory, path, changed);
        if (found !== wanted) tally.silent(`${what}: ${found}`);
        else tally.add(found === null ? 'refused' : found === NEWEST ? 'the newest' : 'the one before');
      };
      for (let bit = 0; bit < bytes.length * 8; bit++) await take(flip(bytes, bit), `bit ${bit}`);
      for (let cut = 0; cut < bytes.length; cut++) await take(bytes.slice(0, cut), `cut at ${cut}`);
      tally.end(t);
    });
  }
}
