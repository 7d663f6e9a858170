import { z } from 'zod';
import { CpuCapture, HeapCapture, PerfCapture } from './cpu.js';
import { ProcCapture } from './proc.js';
import { EventLoopCapture, GcCapture, LockCapture, PoolCapture, ToolCapture } from './process.js';
import { BpfCapture, SyncCallsCapture, SyscallCapture } from './syscalls.js';

export * from './cpu.js';
export { DescriptorKind, ThreadKind } from './head.js';
export * from './proc.js';
export * from './process.js';
export * from './syscalls.js';

/** Everything that a probe may leave, told apart by `schema`. */
export const Capture = z.discriminatedUnion('schema', [
  CpuCapture,
  PerfCapture,
  HeapCapture,
  SyscallCapture,
  SyncCallsCapture,
  BpfCapture,
  GcCapture,
  EventLoopCapture,
  PoolCapture,
  LockCapture,
  ProcCapture,
  ToolCapture,
]);
export type Capture = z.infer<typeof Capture>;
