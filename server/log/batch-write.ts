import type { StrataError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { SyncCall, SyncLabel } from '../ports/file-system.js';
import type { Batch } from './batcher.js';
import { diskError, isFull } from './disk-error.js';
import type { DiskHealth } from './disk-health.js';
import { writeFailure } from './file-calls.js';
import type { LogMetrics } from './log-metrics.js';
import type { RecordEncoder } from './record-encoder.js';
import type { SegmentChain } from './segment-chain.js';
import { writeZeros } from './segment-preparer.js';

export interface BatchWriteOptions {
  readonly chain: SegmentChain;
  readonly encoder: RecordEncoder;
  readonly clock: Clock;
  readonly health: DiskHealth;
  readonly measured: LogMetrics;
  readonly syncsEntries: boolean;
  readonly syncCall: SyncCall;
  /** The file is open with O_DSYNC: the write is the sync. */
  readonly dsync: boolean;
  /** The batch may be acknowledged. */
  readonly onDone: (batch: Batch, writeStartedNs: number, writtenNs: number, durableNs: number) => void;
  readonly onFailure: (error: StrataError) => void;
  /** The disk is full and nobody waits for room any more. */
  readonly onGiveUp: () => void;
}

/**
 * Carries one batch to the disk: write, then sync where the strategy or the batch asks for one.
 *
 * A disk without room is no failure: the same bytes are written again at the same place until there is room. Nothing
 * behind `position` was ever believed, so a part of them that got there does no harm. Under O_DSYNC too: all that is
 * not synced is that very batch, and writing it again makes every page of it dirty again.
 *
 * Any other failed write and every failed sync end it: the kernel marks pages clean after a failed sync, so a second
 * sync would succeed without the data (fsyncgate).
 */
export class BatchWrite {
  readonly #options: BatchWriteOptions;
  readonly #chain: SegmentChain;
  #batch: Batch | null = null;
  #bytes = 0;
  #label: SyncLabel | null = null;
  #startedNs = 0;
  #writtenNs = 0;
  #stopped = false;
  /** A part of a batch that could not be written stands behind `position` and could not be cleared. */
  hasRemains = false;

  constructor(options: BatchWriteOptions) {
    this.#options = options;
    this.#chain = options.chain;
  }

  /** The encoder holds the bytes of the batch, its mark filled in, until `onDone`. */
  start(batch: Batch): void {
    const { clock, dsync, encoder } = this.#options;
    this.#batch = batch;
    this.#bytes = encoder.length;
    this.#chain.unsyncedEntries += batch.entries;
    this.#label = dsync ? this.#labelOf(batch, this.#bytes) : null;
    this.#startedNs = clock.nowNs();
    this.#write(this.#startedNs);
  }

  /** What is under way is not followed up any more. */
  stop(): void {
    this.#stopped = true;
  }

  #write(nowNs: number): void {
    const { encoder, health } = this.#options;
    health.begin(nowNs);
    this.#chain.file.write(encoder.bytes, this.#bytes, this.#chain.position, this.#label, this.#onWritten);
  }

  readonly #onWritten = (error: Error | null, bytesWritten: number): void => {
    if (this.#stopped) return;
    const failure = writeFailure(this.#chain.file, error, bytesWritten, this.#bytes);
    if (failure === null) this.#written(this.#batch!);
    else if (isFull(failure)) void this.#writeAgain(bytesWritten);
    else this.#options.onFailure(failure);
  };

  /** `taken`: bytes of the batch that got into the file before it was full. */
  async #writeAgain(taken: number): Promise<void> {
    const { clock, health, onFailure, onGiveUp } = this.#options;
    const { file, position } = this.#chain;
    try {
      // They could be read as damage if the process is killed before the whole batch is there.
      await writeZeros(file, position, position + taken, this.#label);
    } catch (error) {
      if (!isFull(error)) {
        onFailure(diskError('write', file.path, error));
        return;
      }
      this.hasRemains = true;
    }
    if (!(await health.waitForRoom())) onGiveUp();
    else if (!this.#stopped) this.#write(clock.nowNs());
  }

  #written(batch: Batch): void {
    const { clock, dsync, health, measured, syncCall, syncsEntries } = this.#options;
    const nowNs = clock.nowNs();
    health.isFull = false;
    this.hasRemains = false;
    measured.batches.add(1);
    measured.bytes.add(this.#bytes);
    measured.entries.add(batch.entries);
    measured.batchEntries.record(batch.entries);
    this.#chain.position += this.#bytes;
    if (dsync) {
      // One call did both; its time is the sync's.
      this.#chain.syncedBytes = this.#chain.position;
      this.#done(this.#startedNs, nowNs);
      return;
    }
    measured.writeNs.record(nowNs - this.#startedNs);
    if (batch.mustSync || syncsEntries) {
      this.#writtenNs = nowNs;
      health.begin(nowNs);
      const label = this.#labelOf(batch, this.#chain.position - this.#chain.syncedBytes);
      this.#chain.file.sync(syncCall, label, this.#onSynced);
    } else {
      this.#done(nowNs, nowNs);
    }
  }

  readonly #onSynced = (error: Error | null): void => {
    if (this.#stopped) return;
    const { clock, onFailure, syncCall } = this.#options;
    if (error === null) {
      this.#chain.syncedBytes = this.#chain.position;
      this.#done(this.#writtenNs, clock.nowNs());
    } else {
      onFailure(diskError(syncCall, this.#chain.file.path, error));
    }
  };

  #done(writtenNs: number, durableNs: number): void {
    const batch = this.#batch!;
    this.#batch = null;
    this.#options.health.end();
    this.#options.onDone(batch, this.#startedNs, writtenNs, durableNs);
  }

  /** The sync takes all that is unsynced with it, so all of it is accounted to it. */
  #labelOf(batch: Batch, bytes: number): SyncLabel {
    const cause = batch.entries > 0 && this.#options.syncsEntries ? 'entries' : 'hard-state';
    const entries = this.#chain.unsyncedEntries;
    this.#chain.unsyncedEntries = 0;
    return { cause, entries, bytes };
  }
}
