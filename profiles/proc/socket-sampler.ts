import { readdirSync, readlinkSync } from 'node:fs';
import type { ProcCapture } from '../../results/schema/index.js';
import { socketInode } from '../descriptors/descriptor-kind.js';
import { readTcpSockets, type TcpSocket } from '../descriptors/sockets.js';

const EVERY_MS = 250;
/** Reading the tables of a machine with thousands of sockets takes long: this process may spend one part in so many of its time on it. */
const REST_PER_WORK = 50;
const DESCRIPTORS_MAX = 65_536;

/** Looks at the TCP sockets of a process a few times a second: how many there are, and how much waits in them. */
export class SocketSampler {
  readonly #pid: number;
  #timer: NodeJS.Timeout | undefined;
  #found: ProcCapture['sockets'] = null;

  constructor(pid: number) {
    this.#pid = pid;
  }

  start(): void {
    const begun = performance.now();
    this.look();
    const workMs = performance.now() - begun;
    this.#timer = setTimeout(() => this.start(), Math.max(EVERY_MS, workMs * REST_PER_WORK));
    this.#timer.unref();
  }

  /** The last look, with the most that was waiting in any; null where sockets cannot be read. */
  stop(): ProcCapture['sockets'] {
    clearTimeout(this.#timer);
    this.look();
    return this.#found;
  }

  look(): void {
    const table = readTcpSockets(this.#pid);
    const inodes = socketInodes(this.#pid);
    if (table === null || inodes === null) return;
    const own = inodes.flatMap((inode) => table.get(inode) ?? []).filter(({ state }) => state !== 'listen');
    this.#found = {
      established: own.filter(({ state }) => state === 'established').length,
      receiveQueueBytesMax: most(own, 'receiveQueue', this.#found?.receiveQueueBytesMax),
      sendQueueBytesMax: most(own, 'sendQueue', this.#found?.sendQueueBytesMax),
    };
  }
}

function most(sockets: readonly TcpSocket[], queue: 'receiveQueue' | 'sendQueue', soFar = 0): number {
  return sockets.reduce((max, socket) => Math.max(max, socket[queue]), soFar);
}

/** Inodes of the sockets that a process has open; null where the kernel hides them. */
function socketInodes(pid: number): number[] | null {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder)
      .slice(0, DESCRIPTORS_MAX)
      .flatMap((name) => {
        try {
          return socketInode(readlinkSync(`${folder}/${name}`)) ?? [];
        } catch {
          // Closed since the folder was read.
          return [];
        }
      });
  } catch {
    return null;
  }
}
