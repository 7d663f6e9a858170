import type { DescriptorKind } from '../../results/schema/index.js';
import type { TracedCall } from '../strace/strace-log.js';
import { kindOfAccepted, kindOfPath, kindOfSocket, socketInode } from './descriptor-kind.js';
import type { NodePorts } from './ports.js';
import type { TcpSocket } from './sockets.js';

/** What one system call is about. */
export interface CallTarget {
  readonly descriptor: DescriptorKind;
  /** Empty where it names none. */
  readonly path: string;
}

const DESCRIPTOR = /^(?:-?\d{1,10}|AT_FDCWD)<([^>]*)>(\(deleted\))?/;
/** Calls that name a file by a path; the descriptor before it, if any, is only where a relative one begins. */
const BY_PATH =
  /^(open|openat2?|stat|lstat|newfstatat|statx|unlink|unlinkat|rename|renameat2?|mkdir|mkdirat|rmdir|access|faccessat2?|readlink|readlinkat|link|linkat|symlink|symlinkat|chmod|fchmodat|chown|fchownat|utimensat|truncate|statfs|execve|chdir)$/;
const QUOTED = /"((?:[^"\\]|\\.)*)"/;
const ACCEPT = /^accept4?$/;
/** Accepted sockets that are remembered; the oldest go first. */
const ACCEPTED_MAX = 100_000;

/**
 * Says what each call of a log is about. `-y` of strace prints the path of every descriptor, but of a socket only the inode; the kernel's tables of TCP
 * sockets, read before and after, say whose it is. A connection that lived only in between is known when the log shows its `accept`:
 * then it is what its listener serves.
 */
export class CallTargets {
  readonly #sockets: ReadonlyMap<number, TcpSocket>;
  readonly #ports: NodePorts;
  readonly #ours: boolean;
  readonly #accepted = new Map<number, DescriptorKind>();

  constructor(sockets: ReadonlyMap<number, TcpSocket>, ports: NodePorts, ours: boolean) {
    this.#sockets = sockets;
    this.#ports = ports;
    this.#ours = ours;
  }

  of(call: TracedCall): CallTarget {
    const path = pathOf(call);
    if (path === null) return { descriptor: 'none', path: '' };
    const inode = socketInode(path);
    if (inode === null) return { descriptor: kindOfPath(path, this.#ours), path };
    if (ACCEPT.test(call.name)) this.#accept(call, inode);
    const known = this.#sockets.get(inode);
    const descriptor = known === undefined ? this.#accepted.get(inode) : kindOfSocket(known, this.#ports);
    return { descriptor: descriptor ?? 'socket', path };
  }

  #accept(call: TracedCall, listener: number): void {
    const port = this.#sockets.get(listener)?.localPort;
    const made = socketInode(DESCRIPTOR.exec(call.result)?.[1] ?? '');
    if (port === undefined || made === null) return;
    if (this.#accepted.size >= ACCEPTED_MAX) this.#accepted.delete(this.#accepted.keys().next().value!);
    this.#accepted.set(made, kindOfAccepted(port, this.#ports));
  }
}

/** The path that a call is about, null for none. Relative paths begin where the call's directory is. */
function pathOf({ name, args }: TracedCall): string | null {
  const match = DESCRIPTOR.exec(args);
  const descriptor = match === null ? null : unescapePath(match[1]!);
  if (!BY_PATH.test(name)) return descriptor;
  const quoted = QUOTED.exec(match === null ? args : args.slice(match[0].length));
  const path = quoted === null ? '' : unescapePath(quoted[1]!);
  if (path.startsWith('/')) return path;
  if (path === '') return descriptor;
  return `${descriptor ?? ''}/${path}`;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' };

/** strace prints strings as C does: octal for what is not printed, and for the bracket that would end the path of a descriptor. */
function unescapePath(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8) & 0xff) : (ESCAPES[code] ?? code),
  );
}
