import type { SyncCall, SyncLabel } from '../ports/file-system.js';
import type { Batcher } from './batcher.js';
import { syncFile, writeFile } from './file-calls.js';
import type { SegmentChain } from './segment-chain.js';

export interface SealOptions {
  readonly chain: SegmentChain;
  readonly batcher: Batcher;
  readonly syncCall: SyncCall;
  /** The file is open with O_DSYNC. */
  readonly dsync: boolean;
  /** Something was written since the log was opened. */
  readonly hasWritten: boolean;
  /** A part of a batch stands behind the end of the log and could not be cleared: nothing may be written over it. */
  readonly hasRemains: boolean;
}

/**
 * Syncs what is pending, then writes a mark that says so, and syncs that. After a clean close no damage can
 * pass for a torn write, not even in the last batch.
 */
export async function seal(options: SealOptions): Promise<void> {
  const { chain, batcher, syncCall, dsync, hasWritten, hasRemains } = options;
  const { file, isDirty, sequence, position: offset } = chain;
  if (isDirty) {
    const bytes = offset - chain.syncedBytes;
    await syncFile(file, syncCall, { cause: 'close', entries: chain.unsyncedEntries, bytes });
  }
  const { encoder } = batcher;
  const owed = batcher.takeOwed();
  if ((owed === null && !hasWritten) || hasRemains) return;
  encoder.fillMark(0, { sequence, offset, syncedBytes: offset });
  const label: SyncLabel = { cause: 'close', entries: 0, bytes: encoder.length };
  await writeFile(file, encoder.bytes, encoder.length, offset, dsync ? label : null);
  if (!dsync) await syncFile(file, syncCall, label);
  chain.position += encoder.length;
}
