import { closeSync, constants, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import type { z } from 'zod';
import type { Percentiles } from '../../results/schema/index.js';
import { exactPercentiles } from '../percentiles.js';

export const SYNC_PRIMITIVES = ['fdatasync', 'fsync', 'dsync'] as const;
export type SyncPrimitive = (typeof SYNC_PRIMITIVES)[number];

export interface SyncPlan {
  readonly primitive: SyncPrimitive;
  readonly blockBytes: number;
  readonly repeats: number;
  /** Ends early, after at least one repeat. */
  readonly limitMs: number;
}

const PREALLOCATED_BYTES = 8 * 1024 * 1024;
const WARM_UP_REPEATS = 5;

/**
 * Microseconds of write + sync of one block, appended block after block to a file that was filled with zeros and synced
 * before: its size and its extents do not change, so what is timed is data reaching the disk, not the file growing. At the
 * end of the file it starts again at the front.
 */
export function measureSync(path: string, plan: SyncPlan): z.infer<typeof Percentiles> {
  preallocate(path);
  const flags = constants.O_WRONLY | (plan.primitive === 'dsync' ? constants.O_DSYNC : 0);
  const file = openSync(path, flags);
  try {
    const block = Buffer.alloc(plan.blockBytes, 0xa5);
    const latenciesUs = new Float64Array(plan.repeats);
    const deadlineNs = process.hrtime.bigint() + BigInt(Math.round(plan.limitMs * 1e6));
    let position = 0;
    let count = 0;
    for (let turn = 0; count < plan.repeats; turn += 1) {
      if (position + plan.blockBytes > PREALLOCATED_BYTES) position = 0;
      const startedNs = process.hrtime.bigint();
      writeAll(file, block, position);
      if (plan.primitive === 'fdatasync') fdatasyncSync(file);
      else if (plan.primitive === 'fsync') fsyncSync(file);
      const endedNs = process.hrtime.bigint();
      position += plan.blockBytes;
      if (turn >= WARM_UP_REPEATS) latenciesUs[count++] = Number(endedNs - startedNs) / 1_000;
      if (endedNs > deadlineNs && count > 0) break;
    }
    return exactPercentiles(latenciesUs.subarray(0, count));
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}

function preallocate(path: string): void {
  const file = openSync(path, 'w');
  try {
    const zeros = Buffer.alloc(1024 * 1024);
    for (let at = 0; at < PREALLOCATED_BYTES; at += zeros.length) writeAll(file, zeros, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A short write is no error for the kernel, but a block of which half was written is no measurement. */
function writeAll(file: number, block: Buffer, position: number): void {
  const written = writeSync(file, block, 0, block.length, position);
  if (written !== block.length)
    throw new Error(`short write: ${written} of ${block.length} bytes. Is the disk full?`);
}
