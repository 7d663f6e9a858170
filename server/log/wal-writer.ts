import { InvariantError, type StrataError } from '../errors.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { SyncCall, SyncLabel } from '../ports/file-system.js';
import type { AppendRequest, LogStorage, RecoveredLog } from '../ports/log-storage.js';
import type { Metrics } from '../ports/metrics.js';
import { Acknowledgements } from './acknowledgements.js';
import { type Batch, Batcher } from './batcher.js';
import { diskError } from './disk-error.js';
import { syncFile, writeFailure, writeFile } from './file-calls.js';
import { type LogMetrics, logMetrics } from './log-metrics.js';
import { raisedTo } from './replay.js';
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
 * After a failed write or sync nothing is acknowledged, written or synced again: the kernel marks pages clean
 * after a failed sync, so a second sync would succeed without the data (fsyncgate).
 */
export class WalWriter implements LogStorage {
  readonly recovered: RecoveredLog;
  readonly #options: WalWriterOptions;
  readonly #chain: SegmentChain;
  readonly #clock: Clock;
  readonly #batcher: Batcher;
  readonly #measured: LogMetrics;
  readonly #acknowledgements: Acknowledgements;
  readonly #syncCall: SyncCall;
  readonly #dsync: boolean;
  readonly #interval: Timer | null;
  /** End of the log as submitted to the file: what the head of the next segment repeats. */
  #end: LogEnd;
  #batch: Batch | null = null;
  #batchBytes = 0;
  #writeStartedNs = 0;
  #writtenNs = 0;
  /** Written since the last sync was submitted. */
  #unsyncedEntries = 0;
  #backgroundSync: Promise<void> | null = null;
  #rotating = false;
  #hasWritten = false;
  #failed = false;
  #closed: Promise<void> | null = null;
  #onIdle: (() => void) | null = null;

  constructor(options: WalWriterOptions) {
    const { recovered, policy, primitive, metrics, clock } = options;
    this.recovered = recovered;
    this.#options = options;
    this.#chain = options.chain;
    this.#clock = clock;
    const last = recovered.entries.at(-1);
    const { hardState } = recovered;
    this.#end = { lastIndex: last?.index ?? 0, lastTerm: last?.term ?? 0, hardState };
    this.#batcher = new Batcher({
      entriesMax: policy.entriesPerWriteMax,
      bytesMax: options.batchBytesMax,
      accepted: this.#end,
    });
    this.#measured = logMetrics(metrics);
    this.#acknowledgements = new Acknowledgements(clock, this.#measured.appends);
    metrics.gauge('log_pending_appends', 'Appends not yet acknowledged.', () => this.pendingAppends);
    metrics.gauge('log_pending_bytes', 'Bytes of entries not yet acknowledged.', () => this.pendingBytes);
    this.#syncCall = primitive === 'fsync' ? 'fsync' : 'fdatasync';
    this.#dsync = opensWithDsync(policy, primitive);
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
    this.#acknowledgements.accept(this.#batcher.push(request, this.#clock.nowNs()));
    this.#pump();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #pump(): void {
    while (this.#batch === null && !this.#failed && !this.#batcher.isEmpty) {
      const startedNs = this.#clock.nowNs();
      const batch = this.#batcher.take();
      for (const { submittedNs } of batch.appends) this.#measured.batchWaitNs.record(startedNs - submittedNs);
      if (this.#batcher.encoder.length === 0) {
        this.#acknowledgements.finish(batch, startedNs, startedNs, startedNs);
        this.#acknowledgements.runLater();
        continue;
      }
      this.#batch = batch;
      this.#batchBytes = this.#batcher.encoder.length;
      this.#measured.encodeNs.record(this.#clock.nowNs() - startedNs);
      if (this.#chain.mustRotateFor(this.#batchBytes)) void this.#rotateAndSubmit(batch);
      else this.#submit(batch);
    }
    if (this.#batch === null) this.#onIdle?.();
  }

  async #rotateAndSubmit(batch: Batch): Promise<void> {
    this.#rotating = true;
    try {
      await this.#backgroundSync;
      if (this.#failed) return;
      await this.#chain.rotate(this.#end, this.#unsyncedEntries);
    } catch (error) {
      this.#fail(diskError('rotate', this.#chain.file.path, error));
    } finally {
      this.#rotating = false;
    }
    if (this.#failed) return;
    this.#unsyncedEntries = 0;
    this.#measured.rotations.add(1);
    this.#submit(batch);
  }

  #submit(batch: Batch): void {
    const { encoder } = this.#batcher;
    const { sequence, position: offset, syncedBytes, file } = this.#chain;
    encoder.fillMark(0, { sequence, offset, syncedBytes });
    const { lastIndex, lastTerm, hardState } = this.#end;
    const { index, term } = batch.lastEntry ?? { index: lastIndex, term: lastTerm };
    this.#end = { lastIndex: index, lastTerm: term, hardState: raisedTo(term, batch.hardState ?? hardState) };
    this.#unsyncedEntries += batch.entries;
    const label = this.#dsync ? this.#label(batch, this.#batchBytes) : null;
    this.#hasWritten = true;
    this.#writeStartedNs = this.#clock.nowNs();
    file.write(encoder.bytes, this.#batchBytes, offset, label, this.#onWritten);
  }

  readonly #onWritten = (error: Error | null, bytesWritten: number): void => {
    if (this.#failed) return;
    const failure = writeFailure(this.#chain.file, error, bytesWritten, this.#batchBytes);
    if (failure === null) this.#written(this.#batch!);
    else this.#fail(failure);
  };

  #written(batch: Batch): void {
    const nowNs = this.#clock.nowNs();
    this.#measured.batches.add(1);
    this.#measured.bytes.add(this.#batchBytes);
    this.#measured.entries.add(batch.entries);
    this.#measured.batchEntries.record(batch.entries);
    this.#chain.position += this.#batchBytes;
    if (this.#dsync) {
      // One call did both; its time is the sync's.
      this.#chain.syncedBytes = this.#chain.position;
      this.#complete(this.#writeStartedNs, nowNs);
      return;
    }
    this.#measured.writeNs.record(nowNs - this.#writeStartedNs);
    if (batch.mustSync || this.#options.policy.syncsEntries) {
      this.#writtenNs = nowNs;
      const label = this.#label(batch, this.#chain.position - this.#chain.syncedBytes);
      this.#chain.file.sync(this.#syncCall, label, this.#onSynced);
    } else {
      this.#complete(nowNs, nowNs);
    }
  }

  readonly #onSynced = (error: Error | null): void => {
    if (this.#failed) return;
    if (error === null) {
      this.#chain.syncedBytes = this.#chain.position;
      this.#complete(this.#writtenNs, this.#clock.nowNs());
    } else {
      this.#fail(diskError(this.#syncCall, this.#chain.file.path, error));
    }
  };

  /** The sync takes all that is unsynced with it, so all of it is accounted to it. */
  #label(batch: Batch, bytes: number): SyncLabel {
    const cause = batch.entries > 0 && this.#options.policy.syncsEntries ? 'entries' : 'hard-state';
    const entries = this.#unsyncedEntries;
    this.#unsyncedEntries = 0;
    return { cause, entries, bytes };
  }

  #complete(writtenNs: number, durableNs: number): void {
    const batch = this.#batch!;
    this.#batch = null;
    this.#acknowledgements.finish(batch, this.#writeStartedNs, writtenNs, durableNs);
    this.#chain.advance();
    this.#pump();
    this.#acknowledgements.run();
  }

  #syncInBackground(): void {
    const { file, position, syncedBytes, isDirty } = this.#chain;
    if (!isDirty || this.#backgroundSync !== null || this.#rotating || this.#failed) return;
    const label: SyncLabel = {
      cause: 'interval',
      entries: this.#unsyncedEntries,
      bytes: position - syncedBytes,
    };
    this.#unsyncedEntries = 0;
    this.#backgroundSync = syncFile(file, this.#syncCall, label).then(
      () => {
        this.#chain.syncedBytes = Math.max(this.#chain.syncedBytes, position);
        this.#backgroundSync = null;
      },
      (error) => {
        this.#backgroundSync = null;
        this.#fail(error);
      },
    );
  }

  #fail(error: StrataError): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#acknowledgements.stop();
    this.#interval?.cancel();
    this.#onIdle?.();
    this.#options.onFailure(error);
  }

  async #close(): Promise<void> {
    this.#interval?.cancel();
    if (!this.#failed && this.#batch !== null)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    await this.#backgroundSync;
    this.#acknowledgements.run();
    try {
      if (!this.#failed) await this.#seal();
    } catch (error) {
      this.#fail(diskError('close', this.#chain.file.path, error));
    } finally {
      await this.#chain.close();
      await this.#options.release();
    }
  }

  /**
   * Syncs what is pending, then writes a mark that says so, and syncs that. After a clean close no damage can
   * pass for a torn write, not even in the last batch.
   */
  async #seal(): Promise<void> {
    const { file, isDirty, sequence } = this.#chain;
    if (isDirty) {
      const bytes = this.#chain.position - this.#chain.syncedBytes;
      await syncFile(file, this.#syncCall, { cause: 'close', entries: this.#unsyncedEntries, bytes });
    }
    const offset = this.#chain.position;
    const { encoder } = this.#batcher;
    const owed = this.#batcher.takeOwed();
    if (owed === null && !this.#hasWritten) return;
    encoder.fillMark(0, { sequence, offset, syncedBytes: offset });
    const label: SyncLabel = { cause: 'close', entries: 0, bytes: encoder.length };
    await writeFile(file, encoder.bytes, encoder.length, offset, this.#dsync ? label : null);
    if (!this.#dsync) await syncFile(file, this.#syncCall, label);
    this.#chain.position += encoder.length;
  }
}
