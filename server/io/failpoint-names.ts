import { basename } from 'node:path';
import type { SyncLabel } from '../ports/file-system.js';
import type { FailpointName } from './failpoint.js';

/**
 * Which step of the log a call on the disk is. The names of the files are the log's (`server/log/data-directory.ts`); a test that walks all points
 * notices when they part.
 */

type Room = 'data' | 'wal' | 'snapshots';

function roomOf(directory: string): Room {
  const name = basename(directory);
  return name === 'wal' || name === 'snapshots' ? name : 'data';
}

export function madeDirectory(path: string): FailpointName {
  return `${roomOf(path)}-directory-make`;
}

export function created(path: string): FailpointName | null {
  const name = basename(path);
  if (name === 'identity.json.tmp') return 'identity-create';
  if (name === 'next.tmp') return 'segment-create';
  if (name === 'new.tmp') return 'snapshot-create';
  return name.endsWith('.part') ? 'received-create' : null;
}

/** `isRecovered`: the log is past its recovery and takes appends. */
export function written(path: string, bytes: Uint8Array, isRecovered: boolean): FailpointName | null {
  const name = basename(path);
  // A write of records begins with a mark or metadata, whose first byte is never zero; what is zero is filled up or cleared.
  const isZeros = bytes[0] === 0;
  if (name === 'identity.json.tmp') return 'identity-write';
  if (name === 'next.tmp') return isZeros ? 'segment-preallocate-write' : 'segment-head-write';
  if (name.endsWith('.wal') && isRecovered) return 'log-append-write';
  if (name.endsWith('.wal')) return isZeros ? 'recovery-zero-write' : 'recovery-write';
  if (name === 'new.tmp') return 'snapshot-write';
  return name.endsWith('.part') ? 'received-write' : null;
}

export function synced(path: string, { cause }: SyncLabel): FailpointName | null {
  const name = basename(path);
  switch (cause) {
    case 'entries':
    case 'hard-state':
    case 'interval':
    case 'close':
      return `log-${cause}-sync`;
    case 'rotation':
      return name === 'next.tmp' ? 'segment-head-sync' : 'segment-seal-sync';
    case 'preallocate':
      return 'segment-preallocate-sync';
    case 'snapshot':
      return name.endsWith('.part') ? 'received-sync' : 'snapshot-sync';
    case 'recovery':
      return 'recovery-sync';
    case 'identity':
      return 'identity-sync';
    case 'directory':
      return null;
  }
}

export function renamed(from: string, to: string): FailpointName | null {
  const name = basename(from);
  if (to.endsWith('.damaged')) return 'snapshot-set-aside';
  if (name === 'identity.json.tmp') return 'identity-rename';
  if (name === 'next.tmp') return 'segment-rename';
  if (name === 'new.tmp') return 'snapshot-rename';
  return name.endsWith('.part') ? 'received-rename' : null;
}

/** `isMade`: the data directory has its identity. */
export function removed(path: string, isMade: boolean): FailpointName {
  if (!isMade) return 'unfinished-remove';
  if (path.endsWith('.wal')) return 'segment-remove';
  return path.endsWith('.tmp') ? 'leftover-remove' : 'snapshot-remove';
}

/** `change`: the last change of a name in the directory since it was synced. */
export function directorySynced(path: string, change: FailpointName | null): FailpointName | null {
  switch (change) {
    case 'identity-rename':
      return 'identity-directory-sync';
    case 'segment-rename':
      return 'segment-directory-sync';
    case 'segment-remove':
      return 'segment-remove-directory-sync';
    case 'snapshot-rename':
      return 'snapshot-directory-sync';
    case 'snapshot-remove':
      return 'snapshot-remove-directory-sync';
    case 'received-rename':
      return 'received-directory-sync';
    case 'snapshot-set-aside':
      return 'snapshot-set-aside-directory-sync';
    default:
      return roomOf(path) === 'wal' ? 'recovery-directory-sync' : null;
  }
}
