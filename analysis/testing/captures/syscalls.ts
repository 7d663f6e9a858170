import type { DescriptorRow, FutexRow, SyscallCapture } from '../../../results/schema/index.js';
import { madeUpSyscalls } from '../made-up-parts.js';
import type { MadeUpRole } from './head.js';

type Row = readonly [
  syscall: string,
  descriptor: DescriptorRow['descriptor'],
  layer: DescriptorRow['layer'],
  calls: number,
  usEach: number,
  bytesEach: number,
  errors?: number,
];

const ROWS: readonly Row[] = [
  ['writev', 'client', 'network', 2000, 60, 160],
  ['writev', 'peer', 'network', 500, 60, 4000],
  ['read', 'client', 'network', 4700, 25, 310, 3],
  ['read', 'peer', 'network', 480, 25, 120],
  ['write', 'wal', 'log', 1000, 90, 8000],
  ['fdatasync', 'wal', 'log', 100, 280, 0],
  ['write', 'snapshot', 'log', 20, 90, 65_536],
  ['write', 'event', 'runtime', 780, 20, 8],
  ['mmap', 'none', 'runtime', 40, 12, 0],
  ['read', 'file', 'unattributed', 20, 25, 512],
  ['futex', 'none', 'runtime', 9000, 900, 0, 40],
  ['epoll_pwait', 'event', 'runtime', 4000, 300, 0],
];

const FUTEX: readonly FutexRow[] = [
  { tid: 4001, thread: 'main', parkedSeconds: 0, waits: 12, waitSeconds: 0.03, longestUs: 4_000 },
  { tid: 4101, thread: 'pool', parkedSeconds: 2.6, waits: 40, waitSeconds: 0.08, longestUs: 6_000 },
  { tid: 4102, thread: 'pool', parkedSeconds: 2.7, waits: 35, waitSeconds: 0.06, longestUs: 5_000 },
  { tid: 4201, thread: 'platform', parkedSeconds: 2.9, waits: 0, waitSeconds: 0, longestUs: 0 },
];

/** A trace that tells descriptors apart. `unowned` more calls of 1 ms belong to no layer. */
export function madeUpDescriptors(node: number, role: MadeUpRole, unowned = 0): SyscallCapture {
  const rows: Row[] = [...ROWS];
  if (unowned > 0) rows.push(['ioctl', 'file', 'unattributed', unowned, 1_000, 0]);
  return {
    ...madeUpSyscalls(node, role),
    byDescriptor: rows.map(([syscall, descriptor, layer, calls, usEach, bytesEach, errors = 0]) => ({
      syscall,
      descriptor,
      layer,
      calls,
      errors,
      seconds: (calls * usEach) / 1e6,
      bytes: calls * bytesEach,
    })),
    futex: FUTEX.map((row) => ({ ...row, tid: row.tid + 10 * node })),
  };
}
