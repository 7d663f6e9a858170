import { arch } from 'node:process';

/**
 * `main`: certain, its thread id is the process id. `pool`: libuv's thread pool. `platform`: V8's workers and their delayed
 * task scheduler. `worker`: a pool or a platform thread, it cannot be told which. `other`: Node's signal thread, Worker threads.
 */
export const THREAD_KINDS = ['main', 'pool', 'platform', 'worker', 'other'] as const;
export type ThreadKind = (typeof THREAD_KINDS)[number];

/** What /proc says of one thread at one moment, for telling what it is. */
export interface ThreadSight {
  readonly tid: number;
  readonly comm: string;
  /** The line of /proc/PID/task/TID/syscall: `running`, or number and arguments; null when the kernel hides it. */
  readonly syscall: string | null;
}

interface SyscallNumbers {
  readonly futex: number;
  readonly epoll: readonly number[];
}
const SYSCALLS: Readonly<Partial<Record<string, SyscallNumbers>>> = {
  x64: { futex: 202, epoll: [232, 281, 441] },
  arm64: { futex: 98, epoll: [22, 441] },
};
/** Waiters of one condition variable sleep on words inside one pthread_cond_t, which is this large. */
const CONDITION_BYTES = 48n;

/**
 * The kind of each thread; `threads` ascend by id.
 *
 * Node 24 names its threads; in Node 20 and 22 all are called `node`, so the kind is inferred from where a parked thread sleeps:
 * - on a condition variable in the HEAP: V8's platform, which allocates its task queue;
 * - on one in static memory that several threads share: libuv's pool, whose condition variable is a static of libuv;
 * - all alone on one in static memory: Node's signal thread if no parked thread is older (it starts before the pool does), else
 *   a pool thread whose fellows are at work;
 * - in epoll: the lowest such thread is the platform's delayed task scheduler, further ones are Worker threads;
 * - in another system call: the pool, since V8's workers make none but futex and memory calls.
 * A thread that runs at that moment, or a kernel that hides the system call, gives `worker`. All but `main` is inference.
 *
 * `inHeap` tells whether an address lies in the heap; null when the memory map is hidden.
 */
export function classifyThreads(
  pid: number,
  threads: readonly ThreadSight[],
  inHeap: ((address: bigint) => boolean) | null,
  architecture: string = arch,
): Map<number, ThreadKind> {
  const numbers = SYSCALLS[architecture] ?? null;
  const parked = parkedAddresses(threads, numbers);
  const firstStatic = threads.find(({ tid }) => parked.has(tid) && inHeap?.(parked.get(tid)!) === false)?.tid;
  const firstEpoll = threads.find((thread) => thread.tid !== pid && isEpoll(thread, numbers))?.tid;
  const kinds = new Map<number, ThreadKind>();
  for (const thread of threads) {
    kinds.set(thread.tid, kindOf(thread));
  }
  return kinds;

  function kindOf(thread: ThreadSight): ThreadKind {
    if (thread.tid === pid) return 'main';
    const named = kindByName(thread.comm);
    if (named !== null) return named;
    if (numbers === null || thread.syscall === null || thread.syscall === 'running') return 'worker';
    if (isEpoll(thread, numbers)) return thread.tid === firstEpoll ? 'platform' : 'other';
    const address = parked.get(thread.tid);
    if (address === undefined) return 'pool';
    if (inHeap === null) return 'worker';
    if (inHeap(address)) return 'platform';
    return shared(address, parked) || thread.tid !== firstStatic ? 'pool' : 'other';
  }
}

function kindByName(comm: string): ThreadKind | null {
  if (comm.startsWith('libuv-worker')) return 'pool';
  if (/^(node-)?V8Worker|^DelayedTask/.test(comm)) return 'platform';
  if (/^SignalInspector/.test(comm)) return 'other';
  return null;
}

function parkedAddresses(
  threads: readonly ThreadSight[],
  numbers: SyscallNumbers | null,
): Map<number, bigint> {
  const addresses = new Map<number, bigint>();
  for (const { tid, syscall } of threads) {
    const [number, address] = (syscall ?? '').split(' ');
    if (numbers !== null && Number(number) === numbers.futex && /^0x[0-9a-f]+$/.test(address ?? '')) {
      addresses.set(tid, BigInt(address!));
    }
  }
  return addresses;
}

function isEpoll(thread: ThreadSight, numbers: SyscallNumbers | null): boolean {
  return numbers?.epoll.includes(Number(thread.syscall?.split(' ')[0])) ?? false;
}

function shared(address: bigint, parked: ReadonlyMap<number, bigint>): boolean {
  let sharers = 0;
  for (const other of parked.values()) {
    const distance = other > address ? other - address : address - other;
    if (distance < CONDITION_BYTES) sharers += 1;
  }
  return sharers > 1;
}

/** Of two sights of the same thread, the one that says more. */
export function moreDefinite(a: ThreadKind, b: ThreadKind): ThreadKind {
  const rank = { worker: 0, other: 1, pool: 2, platform: 2, main: 3 } as const;
  return rank[b] > rank[a] ? b : a;
}
