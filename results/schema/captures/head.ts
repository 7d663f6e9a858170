import { z } from 'zod';
import { Role } from '../common.js';

/** What every capture says first. */
export const captureHead = {
  probe: z.string(),
  /** Node id; 0 for a process that is no node of ours. */
  node: z.number().int().nonnegative(),
  role: Role.or(z.literal('unknown')),
  pid: z.number().int().positive(),
  seconds: z.number().positive(),
  /** Raw files of this capture, relative to the pass folder. */
  raw: z.array(z.string()),
};

/**
 * `main`: JavaScript and the event loop. `pool`: libuv's thread pool. `platform`: V8's helpers (collector, compiler) and the scheduler of
 * their delayed tasks. `worker`: a Worker of Node. `other`: signals, inspector, what cannot be told.
 */
export const ThreadKind = z.enum(['main', 'pool', 'platform', 'worker', 'other']);
export type ThreadKind = z.infer<typeof ThreadKind>;

/** What a file descriptor leads to; decides which layer a system call, its time and its bytes belong to. */
export const DescriptorKind = z.enum([
  'wal',
  'snapshot',
  'data',
  'peer',
  'client',
  'listener',
  'socket',
  'pipe',
  'event',
  'file',
  'none',
]);
export type DescriptorKind = z.infer<typeof DescriptorKind>;
