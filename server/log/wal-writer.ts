import { InvariantError, type StrataError } from '../errors.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { SyncCall } from '../ports/file-system.js';
import type { AppendRequest, LogPosition, LogStorage, RecoveredLog } from '../ports/log-storage.js';
import type { Metrics, Stamps } from '../ports/metrics.js';
import { Acknowledgements } from './acknowledgements.js';
import { AppendSlot } from './append-slot.js';
import { BatchWrite } from './batch-write.js';
import { type Batch, Batcher } from './batcher.js';
import { diskError, isFull } from './disk-error.js';
import { DiskHealth } from './disk-health.js';
import { raisedTo, raisedToSnapshot } from './hard-state.js';
import { IntervalSync } from './interval-sync.js';
import { type LogMetrics, logMetrics, watchLog } from './log-metrics.js';
import { seal } from './seal.js';
import type { LogEnd, SegmentChain } from './segment-chain.js';
import { opensWithDsync, type SyncPolicy, type SyncPrimitiveName } from './sync-policies.js';

export interface WalWriterOptions {
  readonly recovered: RecoveredLog;
  readonly chain: SegmentChain;
  readonly policy: SyncPolicy;
  readonly primitive: SyncPrimitiveName;
  readonly fsyncIntervalMs: number;
  readonly batchBytesMax: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly onFailure: (error: StrataError) => void;
  /** Index of the newest durable snapshot: nothing above it may be dropped. */
  readonly snapshotIndex: () => number;
  /** Called when the files are closed. */
  readonly release: () => Promise<void>;
}

/**
 * Writes appends to the log. At most one batch is under way; what arrives meanwhile shares the next:
 *
 *     append ─► queue ─► take: encode ─► write ─► sync ─► acknowledge, in order
 *                 ▲                        └── under B and C: acknowledge after the write
 *                 └── the next batch is submitted before the callbacks of the last one run, so the disk stays busy
 *
 * After a failure nothing is acknowledged, written or synced again. While the disk is full appends gather.
 */
export class WalWriter implements LogStorage {
  readonly recovered: RecoveredLog;
  readonly health: DiskHealth;
  readonly #options: WalWriterOptions;
  readonly #chain: SegmentChain;
  readonly #clock: Clock;
  readonly #batcher: Batcher;
  readonly #write: BatchWrite;
  readonly #measured: LogMetrics;
  readonly #slot: AppendSlot;
  readonly #stamps: Stamps;
  readonly #acknowledgements: Acknowledgements;
  readonly #syncCall: SyncCall;
  readonly #intervalSync: IntervalSync;
  readonly #interval: Timer | null;
  /** End of the log as submitted to the file: what the head of the next segment repeats. */
  #end: LogEnd;
  #batch: Batch | null = null;
  #dropping: Promise<void> = Promise.resolve();
  #rotating = false;
  #hasWritten = false;
  #failed = false;
  /** Closed with a full disk: the batch under way is not finished. */
  #gaveUp = false;
  #closed: Promise<void> | null = null;
  #onIdle: (() => void) | null = null;

  constructor(options: WalWriterOptions) {
    const { recovered, policy, primitive, metrics, clock, chain } = options;
    this.recovered = recovered;
    this.#options = options;
    this.#chain = chain;
    this.#clock = clock;
    const last = recovered.entries.at(-1) ?? recovered.base;
    this.#end = { lastIndex: last.index, lastTerm: last.term, hardState: recovered.hardState };
    this.#batcher = new Batcher({
      entriesMax: policy.entriesPerWriteMax,
      bytesMax: options.batchBytesMax,
      accepted: this.#end,
      remembersCommit: policy.remembersCommit,
    });
    this.#measured = logMetrics(metrics);
    this.#slot = new AppendSlot(metrics);
    this.#stamps = metrics.stampsOf(clock);
    this.#acknowledgements = new Acknowledgements(clock, this.#measured.appends);
    this.health = new DiskHealth(clock, () => chain.segments.fileBytes);
    watchLog(metrics, this);
    this.#syncCall = primitive === 'fsync' ? 'fsync' : 'fdatasync';
    this.#write = this.#batchWrite();
    const onFailure = (error: StrataError) => this.#fail(error);
    this.#intervalSync = new IntervalSync({
      chain,
      syncCall: this.#syncCall,
      health: this.health,
      onFailure,
    });
    this.#interval = policy.syncsInBackground
      ? clock.every(options.fsyncIntervalMs, () => this.#syncInBackground())
      : null;
  }

  get pendingAppends(): number {
    return this.#acknowledgements.pendingAppends;
  }

  get pendingBytes(): number {
    return this.#acknowledgements.pendingBytes;
  }

  append(request: AppendRequest): void {
    if (this.#closed !== null) throw new InvariantError('append to a closed log');
    if (request.snapshot !== null) this.#mustBeInSnapshot(request.snapshot.index);
    const pending = this.#batcher.push(request, this.#clock.nowNs());
    this.#slot.ask(pending, this.#batch !== null);
    this.#acknowledgements.accept(pending);
    this.#pump();
  }

  compact(index: number): void {
    this.#mustBeInSnapshot(index);
    if (this.#failed || this.#closed !== null) return;
    this.#drop(this.#chain.segments.dropTo(index));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #batchWrite(): BatchWrite {
    const { policy, primitive } = this.#options;
    return new BatchWrite({
      chain: this.#chain,
      encoder: this.#batcher.encoder,
      clock: this.#clock,
      health: this.health,
      measured: this.#measured,
      syncsEntries: policy.syncsEntries,
      syncCall: this.#syncCall,
      dsync: opensWithDsync(policy, primitive),
      onDone: (batch, startedNs, writtenNs, durableNs) =>
        this.#complete(batch, startedNs, writtenNs, durableNs),
      onFailure: (error) => this.#fail(error),
      onGiveUp: () => this.#giveUp(),
    });
  }

  #mustBeInSnapshot(index: number): void {
    const newest = this.#options.snapshotIndex();
    if (index > newest)
      throw new InvariantError(`dropping entries to ${index}, the newest snapshot ends at ${newest}`);
  }

  #pump(): void {
    while (this.#batch === null && !this.#failed && !this.#batcher.isEmpty) {
      const startedNs = this.#clock.nowNs();
      const batch = this.#batcher.take();
      const { length } = this.#batcher.encoder;
      const isWritten = batch.reset !== null || length > 0;
      this.#slot.take(batch, isWritten, startedNs);
      if (!isWritten) {
        this.#acknowledgements.finish(batch, startedNs, startedNs, startedNs);
        this.#acknowledgements.runLater();
        continue;
      }
      this.#batch = batch;
      this.#measured.encodeNs.record(this.#stamps.nowNs() - startedNs);
      if (batch.reset !== null) void this.#reset(batch, batch.reset);
      else if (this.#chain.mustRotateFor(length)) void this.#rotateAndSubmit(batch, startedNs);
      else this.#submit(batch);
    }
    if (this.#batch === null) this.#onIdle?.();
  }

  async #rotateAndSubmit(batch: Batch, startedNs: number): Promise<void> {
    this.#slot.rotates(startedNs);
    if (!(await this.#rotate(this.#end, false))) return;
    this.#slot.rotated(batch, this.#clock.nowNs());
    this.#submit(batch);
  }

  #submit(batch: Batch): void {
    const { sequence, position: offset, syncedBytes } = this.#chain;
    this.#batcher.encoder.fillMark(0, { sequence, offset, syncedBytes });
    const { lastIndex, lastTerm, hardState } = this.#end;
    const { index, term } = batch.lastEntry ?? { index: lastIndex, term: lastTerm };
    this.#end = { lastIndex: index, lastTerm: term, hardState: raisedTo(term, batch.hardState ?? hardState) };
    this.#hasWritten = true;
    this.#write.start(batch);
  }

  /**
   * A new segment says in its head that the log goes on behind a snapshot; those before it count no more, and may go at any time.
   */
  async #reset(batch: Batch, { index, term }: LogPosition): Promise<void> {
    const startedNs = this.#clock.nowNs();
    const hardState = raisedToSnapshot({ index, term }, batch.hardState ?? this.#end.hardState);
    const end: LogEnd = { lastIndex: index, lastTerm: term, hardState };
    if (!(await this.#rotate(end, true))) return;
    this.#end = end;
    this.#drop(this.#chain.segments.dropBefore(this.#chain.sequence));
    const nowNs = this.#clock.nowNs();
    this.#complete(batch, startedNs, nowNs, nowNs);
  }

  /** Changes the segment, as often as it takes; false when the log has failed or is closed. */
  async #rotate(end: LogEnd, isReset: boolean): Promise<boolean> {
    this.#rotating = true;
    await this.#intervalSync.settled();
    while (!this.#failed) {
      try {
        this.health.begin(this.#clock.nowNs());
        await this.#chain.rotate(end, isReset);
        break;
      } catch (error) {
        if (!isFull(error)) this.#fail(diskError('rotate', this.#chain.file.path, error));
        else if (!(await this.health.waitForRoom())) this.#giveUp();
        if (this.#gaveUp) return false;
      }
    }
    this.#rotating = false;
    if (this.#failed) return false;
    this.health.isFull = false;
    this.#measured.rotations.add(1);
    return true;
  }

  #complete(batch: Batch, startedNs: number, writtenNs: number, durableNs: number): void {
    this.#batch = null;
    this.#slot.release(durableNs);
    this.health.end();
    this.#acknowledgements.finish(batch, startedNs, writtenNs, durableNs);
    this.#chain.advance(batch.lowestIndex);
    this.#pump();
    this.#acknowledgements.run();
  }

  #syncInBackground(): void {
    if (!this.#rotating && !this.#failed) this.#intervalSync.run();
  }

  /** Without room a file system may even refuse to remove: then the next compaction tries again. */
  #drop(work: Promise<void>): void {
    this.#dropping = Promise.all([this.#dropping, work]).then(
      () => {},
      (error) => {
        if (!isFull(error)) this.#fail(diskError('remove', this.#chain.file.path, error));
      },
    );
  }

  #fail(error: StrataError): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#write.stop();
    this.health.end();
    this.health.giveUp();
    this.#acknowledgements.stop();
    this.#interval?.cancel();
    this.#onIdle?.();
    this.#options.onFailure(error);
  }

  #giveUp(): void {
    this.#gaveUp = true;
    this.#onIdle?.();
  }

  async #close(): Promise<void> {
    this.#interval?.cancel();
    this.health.giveUp();
    if (!this.#failed && !this.#gaveUp && this.#batch !== null)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    await this.#intervalSync.settled();
    await this.#dropping;
    this.#acknowledgements.run();
    try {
      if (!this.#failed)
        await seal({
          chain: this.#chain,
          batcher: this.#batcher,
          syncCall: this.#syncCall,
          dsync: opensWithDsync(this.#options.policy, this.#options.primitive),
          hasWritten: this.#hasWritten,
          hasRemains: this.#write.hasRemains,
        });
    } catch (error) {
      if (!isFull(error)) this.#fail(diskError('close', this.#chain.file.path, error));
    } finally {
      await this.#chain.close();
      await this.#options.release();
    }
  }
}
