import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const UNMOUNT_TIMEOUT_MS = 5_000;

let holders = 0;
let before: ReadonlySet<string> = new Set();

/**
 * Perf mounts tracefs when it finds none, and leaves it: a measurement should leave a machine as it was. Call this before perf, and what it
 * returns when perf has ended; what was mounted meanwhile is unmounted when the last of several has ended.
 */
export function holdTracefs(): () => void {
  if (holders === 0) before = new Set(mountedNow());
  holders += 1;
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holders -= 1;
    if (holders === 0) for (const point of mountedNow()) if (!before.has(point)) unmount(point);
  };
}

/** Where the file systems of the kernel's tracing are, the latest mount first; `mounts` is the text of /proc/self/mounts. */
export function tracefsMounts(mounts: string): string[] {
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , kind]) => kind === 'tracefs' || kind === 'debugfs')
    .map(([, point]) => point!)
    .reverse();
}

function mountedNow(): string[] {
  try {
    return tracefsMounts(readFileSync('/proc/self/mounts', 'utf8'));
  } catch {
    return [];
  }
}

function unmount(point: string): void {
  try {
    execFileSync('umount', [point], { stdio: 'ignore', timeout: UNMOUNT_TIMEOUT_MS });
  } catch {
    // Busy: somebody else found it mounted and uses it now, so it is theirs.
  }
}
