import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Baseline } from '../results/schema/index.js';
import { measureLoopback } from './baseline/loopback.js';
import { measureSequential } from './baseline/sequential.js';
import { measureSync, SYNC_PRIMITIVES } from './baseline/sync-latency.js';

const BLOCK_BYTES = [512, 4_096, 65_536] as const;
const MIB = 1024 * 1024;

/** Limits of every measurement; whichever is reached first ends it. */
const STANDARD = {
  syncRepeats: 2_000,
  syncMs: 1_500,
  sequentialBytes: 64 * MIB,
  loopbackRepeats: 20_000,
  loopbackMs: 2_000,
};
const QUICK = {
  syncRepeats: 400,
  syncMs: 110,
  sequentialBytes: 16 * MIB,
  loopbackRepeats: 2_000,
  loopbackMs: 200,
};

/**
 * What the machine can do with none of our code in the way, measured in `directory` (created when missing), about 1.5 s when
 * quick. System calls are synchronous, so the calling process answers nothing else meanwhile. Leaves no file behind.
 * Latencies are microseconds. The read rate is that of the page cache: the file was written just before.
 */
export async function measureBaseline(
  directory: string,
  options: { readonly quick: boolean },
): Promise<Omit<Baseline, 'httpEcho'>> {
  const limits = options.quick ? QUICK : STANDARD;
  mkdirSync(directory, { recursive: true });
  const scratch = mkdtempSync(join(directory, '.baseline-'));
  try {
    const sync: Baseline['sync'] = [];
    for (const primitive of SYNC_PRIMITIVES) {
      for (const blockBytes of BLOCK_BYTES) {
        const latency = measureSync(join(scratch, 'sync'), {
          primitive,
          blockBytes,
          repeats: limits.syncRepeats,
          limitMs: limits.syncMs,
        });
        sync.push({ primitive, blockBytes, latency });
        // Timers and sockets of the caller get a turn between two measurements.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return {
      schema: 'strata.baseline/1',
      directory,
      sync,
      sequential: measureSequential(join(scratch, 'sequential'), limits.sequentialBytes),
      loopbackRoundTrip: await measureLoopback({
        repeats: limits.loopbackRepeats,
        limitMs: limits.loopbackMs,
      }),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
