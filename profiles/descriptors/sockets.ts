import { readFileSync } from 'node:fs';

/** One TCP socket of the process's network namespace. */
export interface TcpSocket {
  readonly inode: number;
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: 'established' | 'listen' | 'other';
  /** Bytes that wait: received and not read; sent and not acknowledged. Of a listener: connections that wait for accept. */
  readonly receiveQueue: number;
  readonly sendQueue: number;
}

const FILE_BYTES_MAX = 16 * 1024 * 1024;
const STATES: Readonly<Record<string, TcpSocket['state']>> = { '01': 'established', '0A': 'listen' };
const LINE =
  /^\s*\d+: [0-9A-F]{8,32}:([0-9A-F]{4}) [0-9A-F]{8,32}:([0-9A-F]{4}) ([0-9A-F]{2}) ([0-9A-F]{8}):([0-9A-F]{8}) \S+ \S+\s+\d+\s+\d+\s+(\d{1,15})(?: |$)/;

/** Reads `/proc/net/tcp` or `tcp6`. Lines in another form are skipped: the header is one. */
export function parseTcpTable(text: string): TcpSocket[] {
  return text.split('\n').flatMap((line) => {
    const match = LINE.exec(line);
    if (match === null) return [];
    const [localPort, remotePort, sendQueue, receiveQueue] = [1, 2, 4, 5].map((at) =>
      Number.parseInt(match[at]!, 16),
    );
    const socket: TcpSocket = {
      inode: Number(match[6]),
      localPort: localPort!,
      remotePort: remotePort!,
      state: STATES[match[3]!] ?? 'other',
      receiveQueue: receiveQueue!,
      sendQueue: sendQueue!,
    };
    return [socket];
  });
}

/** TCP sockets of the network namespace that a process lives in, by inode; null where the kernel hides them. */
export function readTcpSockets(pid: number): Map<number, TcpSocket> | null {
  const texts = ['tcp', 'tcp6'].flatMap((name) => {
    try {
      return [readFileSync(`/proc/${pid}/net/${name}`, 'utf8').slice(0, FILE_BYTES_MAX)];
    } catch {
      return [];
    }
  });
  if (texts.length === 0) return null;
  return new Map(texts.flatMap(parseTcpTable).map((socket) => [socket.inode, socket]));
}
