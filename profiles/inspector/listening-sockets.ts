import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One socket that waits for connections, by the number the kernel gave it: a port may be given to another one later. */
export interface ListeningSocket {
  readonly inode: string;
  readonly port: number;
  /** Reached through 127.0.0.1, or through ::1. */
  readonly host: '127.0.0.1' | '::1';
}

const LISTEN = '0A';
const LOOPBACK_4 = /^(0100007F|00000000)$/;
const LOOPBACK_6 = /^(0{24}01000000|0{32})$/;
/** Of a table that may hold every connection of a busy machine. */
const ROWS_MAX = 100_000;

/** The sockets of a process that can be reached over loopback; none when the process is gone or belongs to somebody else. */
export function listeningSockets(pid: number): ListeningSocket[] {
  const own = socketInodes(pid);
  return own.size === 0 ? [] : listenersSeenBy(pid).filter(({ inode }) => own.has(inode));
}

/** Whether anybody listens on a port of the loopback of that process. */
export function isPortTaken(pid: number, port: number): boolean {
  return listenersSeenBy(pid).some((socket) => socket.port === port);
}

function listenersSeenBy(pid: number): ListeningSocket[] {
  return ['tcp', 'tcp6'].flatMap((table) => {
    try {
      return parseListeners(readFileSync(`/proc/${pid}/net/${table}`, 'latin1'));
    } catch {
      return [];
    }
  });
}

/** Reads `/proc/<pid>/net/tcp` or `tcp6`; what is not a listener on loopback or on every address is passed over. */
export function parseListeners(table: string): ListeningSocket[] {
  const rows = table.split('\n', ROWS_MAX).slice(1);
  return rows.flatMap((row) => parseListener(row) ?? []);
}

function parseListener(row: string): ListeningSocket | null {
  const fields = row.trim().split(/\s+/);
  const [address = '', digits = ''] = fields[1]?.split(':') ?? [];
  const port = Number.parseInt(digits, 16);
  const inode = fields[9] ?? '';
  if (fields[3] !== LISTEN || !(port > 0 && port < 65_536) || !/^\d+$/.test(inode)) return null;
  if (LOOPBACK_4.test(address)) return { inode, port, host: '127.0.0.1' };
  return LOOPBACK_6.test(address) ? { inode, port, host: '::1' } : null;
}

function socketInodes(pid: number): Set<string> {
  const inodes = new Set<string>();
  let names: string[] = [];
  try {
    names = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return inodes;
  }
  for (const name of names) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // Closed since it was listed.
    }
  }
  return inodes;
}
