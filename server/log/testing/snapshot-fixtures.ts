import type { SnapshotMeta } from '../../consensus/messages.js';
import { VolatileFileSystem } from '../../io/volatile-file-system.js';
import type { SnapshotInfo, SnapshotStorage } from '../../ports/snapshot-storage.js';
import { SnapshotFiles } from '../snapshot/snapshot-files.js';
import { snapshotFileName } from '../snapshot/snapshot-names.js';

export const SNAPSHOTS = '/data/snapshots';

export function testDisk(): VolatileFileSystem {
  return new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
}

/** A meta that uses every field. */
export const FULL_META: SnapshotMeta = {
  index: 2 ** 40 + 7,
  term: 9,
  voters: [1, 2, 2 ** 33],
  votersOutgoing: [1, 4],
  learners: [5],
  learnersNext: [4],
  autoLeave: true,
};

/** An empty snapshot directory on this disk. */
export async function openSnapshots(disk: VolatileFileSystem): Promise<SnapshotFiles> {
  await disk.makeDirectory(SNAPSHOTS);
  return new SnapshotFiles({ fileSystem: disk, directory: SNAPSHOTS, infos: [] });
}

export interface SmallSnapshot {
  readonly bytes: Uint8Array;
  readonly blocks: readonly Uint8Array[];
  readonly info: SnapshotInfo;
}

/** A whole file with four blocks: one byte, zeros, two of ordinary content. */
export async function smallSnapshot(meta: SnapshotMeta = FULL_META): Promise<SmallSnapshot> {
  const disk = testDisk();
  const snapshots = await openSnapshots(disk);
  const blocks = [Uint8Array.of(1), new Uint8Array(24), content(40, 3), content(33, 5)];
  const writer = await snapshots.create(meta);
  for (const block of blocks) await writer.write(block);
  const info = await writer.commit();
  return { bytes: disk.snapshot().get(`${SNAPSHOTS}/${snapshotFileName(meta)}`)!, blocks, info };
}

export function content(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + seed * 31 + 1) & 255);
}

/** The whole state in a snapshot. */
export async function stateOf(snapshots: SnapshotStorage, info: SnapshotInfo): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  for await (const block of snapshots.read(info)) blocks.push(block);
  return blocks;
}

/** Sends a file in pieces from where the receiver stands. */
export async function sendFile(
  snapshots: SnapshotStorage,
  info: SnapshotInfo,
  bytes: Uint8Array,
  pieceBytes: number,
): Promise<SnapshotInfo> {
  const receiver = await snapshots.receive(info);
  for (let at = receiver.offset; at < bytes.length; at += pieceBytes)
    await receiver.write(at, bytes.subarray(at, at + pieceBytes));
  return receiver.commit();
}
