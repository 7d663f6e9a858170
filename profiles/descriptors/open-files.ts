import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A file descriptor at one moment. */
export interface OpenFile {
  readonly descriptor: number;
  /** As `/proc/PID/fd` links to: a path, `socket:[9]`, `pipe:[9]`, `anon_inode:[eventpoll]`. */
  readonly path: string;
}

/** Descriptors that are looked at; a server with more connections than this has its files among the lowest. */
const DESCRIPTORS_MAX = 8_192;
/** O_DSYNC of Linux on every architecture that Node.js runs on but MIPS; O_SYNC contains it. */
const O_DSYNC = 0o10000;

/** Files of the process, without sockets and pipes; empty where the kernel hides them. */
export function openFiles(pid: number): OpenFile[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder)
      .slice(0, DESCRIPTORS_MAX)
      .flatMap((name) => {
        const path = linkOf(`${folder}/${name}`);
        return path?.startsWith('/') ? [{ descriptor: Number(name), path }] : [];
      });
  } catch {
    return [];
  }
}

/** Paths of the files that are open with O_DSYNC, whose writes wait for the device. */
export function dsyncPaths(pid: number): string[] {
  return openFiles(pid)
    .filter(({ descriptor }) => hasDsync(`/proc/${pid}/fdinfo/${descriptor}`))
    .map(({ path }) => path);
}

function hasDsync(path: string): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(path, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & O_DSYNC) !== 0;
  } catch {
    return false;
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
