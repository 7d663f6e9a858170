import type { SnapshotInfo } from '../../ports/snapshot-storage.js';

/** What the name of a snapshot file says. The file itself says it again, checked. */
export interface SnapshotName {
  readonly index: number;
  readonly term: number;
}

export const SNAPSHOT_DIRECTORY = 'snapshots';
/** A snapshot of this node while it is written. */
export const UNFINISHED_NAME = 'new.tmp';
/** Behind the name of a file that failed its checks and was replaced by an older one. */
export const DAMAGED_SUFFIX = '.damaged';

const NAME_PATTERN = /^(\d{16})-(\d{16})\.snap$/;
const PART_PATTERN = /^(\d{16})-(\d{16})-[0-9a-f]{8}-\d+\.part$/;
const DAMAGED_PATTERN = /^(\d{16})-(\d{16})\.snap\.damaged$/;

export function snapshotFileName(name: SnapshotName): string {
  return `${stem(name)}.snap`;
}

/** Names exactly one snapshot of one node: only that one may be continued. */
export function partFileName({ meta, checksum, fileBytes }: SnapshotInfo): string {
  return `${stem(meta)}-${checksum.toString(16).padStart(8, '0')}-${fileBytes}.part`;
}

export function parseSnapshotFileName(file: string): SnapshotName | null {
  return parse(NAME_PATTERN, file);
}

export function parsePartFileName(file: string): SnapshotName | null {
  return parse(PART_PATTERN, file);
}

export function parseDamagedFileName(file: string): SnapshotName | null {
  return parse(DAMAGED_PATTERN, file);
}

/** Newest first. */
export function compareNewest(a: SnapshotName, b: SnapshotName): number {
  return b.index - a.index || b.term - a.term;
}

function stem({ index, term }: SnapshotName): string {
  return `${String(index).padStart(16, '0')}-${String(term).padStart(16, '0')}`;
}

function parse(pattern: RegExp, file: string): SnapshotName | null {
  const match = pattern.exec(file);
  return match === null ? null : { index: Number(match[1]), term: Number(match[2]) };
}
