import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { StrataError } from '../errors.js';
import type { FileLock } from '../ports/file-system.js';

/**
 * Node has no flock(2), so the lock is a file that names its holder: pid, start time of that pid, boot. A
 * holder that is gone is replaced. A pid alone would not do: after a restart of a container the same small
 * pid is somebody else's.
 *
 * The file appears by link(2) of a complete temporary file: it is never seen half written. To replace a dead
 * holder, the lock of the lock (`<path>.takeover`) is taken first, by the same rules, so two starters cannot
 * both succeed the dead one.
 *
 * Not covered: processes in different pid namespaces that share the directory, and network file systems.
 */
export function acquireLock(path: string): FileLock {
  const mine = identity();
  acquire(path, mine, path, 0);
  return {
    release: async () => {
      // Somebody may have removed the file by hand and another process taken the lock since.
      if (read(path) === mine) unlinkSync(path);
    },
  };
}

const TAKEOVER_DEPTH_MAX = 4;
const ATTEMPTS_MAX = 16;

function acquire(path: string, mine: string, shownPath: string, depth: number): void {
  const draft = `${path}.${process.pid}.tmp`;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    writeFileSync(draft, mine);
    try {
      linkSync(draft, path);
      unlinkSync(draft);
      return;
    } catch (error) {
      unlinkSync(draft);
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = read(path);
    if (holder === null) continue;
    if (isAlive(holder) || depth === TAKEOVER_DEPTH_MAX) throw locked(shownPath, holder);
    if (replaceDead(path, holder, mine, shownPath, depth)) return;
  }
  throw locked(shownPath, read(path) ?? 'unknown');
}

/**
 * True when `path` now belongs to `mine`; false when the lock changed hands meanwhile and must be looked at
 * again.
 */
function replaceDead(path: string, holder: string, mine: string, shownPath: string, depth: number): boolean {
  const takeover = `${path}.takeover`;
  acquire(takeover, mine, shownPath, depth + 1);
  try {
    if (read(path) !== holder) return false;
    const draft = `${path}.${process.pid}.tmp`;
    writeFileSync(draft, mine);
    renameSync(draft, path);
    return true;
  } finally {
    unlinkSync(takeover);
  }
}

function locked(path: string, holder: string): StrataError {
  return new StrataError('STRATA_DATA_DIR_LOCKED', { path, pid: holder.split(' ')[0] ?? 'unknown' });
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** `pid startTime bootId`; where /proc is missing the last two are `-` and only the pid counts. */
function identity(): string {
  return `${process.pid} ${startTime(process.pid) ?? '-'} ${bootId()}`;
}

function isAlive(holder: string): boolean {
  const [pidText = '', start = '-', boot = '-'] = holder.trim().split(' ');
  const pid = Number(pidText);
  // A file that is not ours to read: better refuse than take over.
  if (!Number.isSafeInteger(pid) || pid <= 0) return true;
  if (boot !== '-' && boot !== bootId()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // Killed and not yet reaped by its parent: it holds nothing any more.
  if (isDead(pid)) return false;
  const now = startTime(pid);
  return start === '-' || now === null || now === start;
}

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() || '-';
}

/** Field 22, in clock ticks since boot. */
function startTime(pid: number): string | null {
  return statFields(pid)?.[19] ?? null;
}

/** Field 3: Z for a zombie, X for dead. */
function isDead(pid: number): boolean {
  const state = statFields(pid)?.[0];
  return state === 'Z' || state === 'X';
}

/** Fields of /proc/<pid>/stat from the third on. The command name before them may hold spaces and brackets. */
function statFields(pid: number): string[] | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
