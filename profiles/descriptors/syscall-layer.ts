import type { DescriptorKind, LayerName } from '../../results/schema/index.js';

/** Calls that wait until something is on the device. */
export const SYNC_CALLS: ReadonlySet<string> = new Set([
  'fsync',
  'fdatasync',
  'sync_file_range',
  'syncfs',
  'sync',
  'msync',
]);
const WRITES: ReadonlySet<string> = new Set(['write', 'pwrite64', 'writev', 'pwritev', 'pwritev2']);
/** Calls whose result counts bytes. */
const MOVES: ReadonlySet<string> = new Set([
  ...WRITES,
  ...[
    'read',
    'pread64',
    'readv',
    'preadv',
    'preadv2',
    'sendto',
    'sendmsg',
    'recvfrom',
    'recvmsg',
    'sendfile',
    'splice',
  ],
  'copy_file_range',
]);
/** Memory, threads, waiting, signals and identity: what the runtime does for its own sake, whatever descriptor they may name. */
const RUNTIME_CALLS =
  /^(futex|epoll_\w+|eventfd2?|timerfd_\w+|signalfd4?|pipe2?|poll|ppoll|select|pselect6|mmap|munmap|mremap|mprotect|madvise|brk|mlock\w*|membarrier|clone3?|vfork|fork|execve|exit|exit_group|wait4|waitid|kill|tgkill|rt_\w+|sigaltstack|restart_syscall|sched_\w+|set_\w+|rseq|arch_prctl|prctl|prlimit64|getrlimit|setrlimit|getrusage|getpid|gettid|getppid|getuid|geteuid|getgid|getegid|getcpu|clock_\w+|nanosleep|gettimeofday|times|uname|sysinfo|getrandom|io_uring_\w+|capget|ioprio_\w+|get_mempolicy|mbind)$/;
const SOCKET_CALLS =
  /^(socket|socketpair|connect|bind|listen|accept4?|shutdown|sendto|sendmsg|sendmmsg|recvfrom|recvmsg|recvmmsg|getsockname|getpeername|getsockopt|setsockopt)$/;
const NETWORK: ReadonlySet<DescriptorKind> = new Set(['peer', 'client', 'listener', 'socket']);
const LOG: ReadonlySet<DescriptorKind> = new Set(['wal', 'snapshot', 'data']);
/** Files that only look like some. */
const PSEUDO_FILE = /^\/(proc|sys|dev)(\/|$)/;

export interface LayerQuestion {
  readonly syscall: string;
  readonly descriptor: DescriptorKind;
  readonly path: string;
  /** The file was opened with O_DSYNC: its writes wait for the device. */
  readonly dsync: boolean;
}

/**
 * The layer that a system call is charged to. The layers cut a write in two: the LOG encodes it and hands it to the kernel, I/O is the wait for the
 * device. So a sync is I/O whatever it syncs, and a write to a file opened with O_DSYNC too; every other call on a file of the data directory is
 * the log's. Sockets are the network's; memory, threads, futexes, epoll and pipes the runtime's; other files are I/O, for a process that is not ours as
 * well. What no rule knows is `unattributed`, and kept.
 */
export function layerOfSyscall({ syscall, descriptor, path, dsync }: LayerQuestion): LayerName {
  if (SYNC_CALLS.has(syscall) || (dsync && WRITES.has(syscall))) return 'io';
  if (RUNTIME_CALLS.test(syscall)) return 'runtime';
  if (NETWORK.has(descriptor) || SOCKET_CALLS.test(syscall)) return 'network';
  if (LOG.has(descriptor)) return 'log';
  if (descriptor === 'event' || descriptor === 'pipe') return 'runtime';
  if (descriptor === 'file') return PSEUDO_FILE.test(path) ? 'runtime' : 'io';
  return 'unattributed';
}

/** Bytes that a call moved, by its result. */
export function bytesMoved(syscall: string, result: string): number {
  if (!MOVES.has(syscall)) return 0;
  return /^\d{1,15}$/.test(result) ? Number(result) : 0;
}
