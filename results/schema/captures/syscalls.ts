import { z } from 'zod';
import { LayerName } from '../common.js';
import { captureHead, DescriptorKind, ThreadKind } from './head.js';

const count = z.number().int().nonnegative();

/** Calls of one kind on one kind of descriptor. `layer` is who asked: the folder of the server that owns that descriptor. */
export const DescriptorRow = z.strictObject({
  syscall: z.string(),
  descriptor: DescriptorKind,
  layer: LayerName,
  calls: count,
  errors: count,
  seconds: z.number().nonnegative(),
  /** Bytes that calls which move bytes returned; 0 for all others. */
  bytes: z.number().nonnegative(),
});
export type DescriptorRow = z.infer<typeof DescriptorRow>;

/** Futex waits of one thread. `parked`: a thread of a pool that waits for work, which is no lock. */
export const FutexRow = z.strictObject({
  tid: z.number().int(),
  thread: ThreadKind,
  parkedSeconds: z.number().nonnegative(),
  waits: count,
  waitSeconds: z.number().nonnegative(),
  longestUs: z.number().nonnegative(),
});
export type FutexRow = z.infer<typeof FutexRow>;

/** `passes/strace/node-<id>.json`: as `strace -c -f -w` prints it. Seconds are wall time inside the call. */
export const SyscallCapture = z.strictObject({
  schema: z.literal('strata.syscalls/1'),
  ...captureHead,
  rows: z.array(
    z.strictObject({
      syscall: z.string(),
      calls: z.number().int(),
      errors: z.number().int(),
      seconds: z.number(),
      usecsPerCall: z.number(),
      minUs: z.number().nullable(),
      maxUs: z.number().nullable(),
    }),
  ),
  /** Events that the tracer could not keep up with, so that calls are missing; absent where the tracer can lose none. */
  lost: count.optional(),
  /** Absent where the tracer cannot tell descriptors apart. */
  byDescriptor: z.array(DescriptorRow).optional(),
  futex: z.array(FutexRow).optional(),
});
export type SyscallCapture = z.infer<typeof SyscallCapture>;

const ns = z.number();

/**
 * Every sync, call by call, in up to four clocks: JavaScript (submitted, done), the kernel (entered, kernelNs), the device (flushNs). All
 * stamps are CLOCK_MONOTONIC of the machine, so that
 * pool queue = entered − submitted, wake-up = done − (entered + kernelNs).
 */
export const SyncCallsCapture = z.strictObject({
  schema: z.literal('strata.sync-calls/1'),
  ...captureHead,
  /** What watched the kernel. */
  method: z.enum(['strace', 'perf', 'bpftrace']),
  calls: z.array(
    z.strictObject({
      syscall: z.string(),
      tid: z.number().int(),
      descriptor: DescriptorKind,
      enteredNs: ns,
      kernelNs: ns,
      /** Null for a process that keeps no account of its syncs, or where no entry of it fits. */
      submittedNs: ns.nullable(),
      doneNs: ns.nullable(),
      cause: z.string().nullable(),
      entries: count.nullable(),
      bytes: z.number().nonnegative().nullable(),
      /** Flushes of the device that ran within this call; null where nobody watched the device. */
      flushNs: ns.nullable(),
    }),
  ),
  /** Calls that were left out because there were too many. */
  dropped: count,
  /** Calls in the kernel that the process's account does not have, and the other way round. */
  unmatchedKernel: count,
  unmatchedProcess: count,
  /** The device over the capture, whole machine (`/proc/diskstats`). */
  device: z
    .strictObject({
      name: z.string(),
      flushes: count,
      flushMs: z.number().nonnegative(),
      bytesWritten: z.number().nonnegative(),
    })
    .nullable(),
});
export type SyncCallsCapture = z.infer<typeof SyncCallsCapture>;

/** Distributions that the kernel itself gathered (eBPF): buckets are powers of two. */
export const BpfCapture = z.strictObject({
  schema: z.literal('strata.bpf/1'),
  ...captureHead,
  histograms: z.array(
    z.strictObject({
      name: z.string(),
      what: z.string(),
      unit: z.enum(['us', 'ns', 'bytes', 'count']),
      layer: LayerName,
      /** Lower edge and count, ascending. */
      buckets: z.array(z.tuple([z.number(), count])),
    }),
  ),
});
export type BpfCapture = z.infer<typeof BpfCapture>;
