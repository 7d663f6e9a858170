import type { StrataError } from '../errors.js';
import type { SyncCall, SyncLabel } from '../ports/file-system.js';
import type { DiskHealth } from './disk-health.js';
import { syncFile } from './file-calls.js';
import type { SegmentChain } from './segment-chain.js';

/** The sync in the background of strategy B: one at a time, and only of what is unsynced. */
export class IntervalSync {
  readonly #chain: SegmentChain;
  readonly #syncCall: SyncCall;
  readonly #health: DiskHealth;
  readonly #onFailure: (error: StrataError) => void;
  #work: Promise<void> | null = null;

  constructor(options: {
    chain: SegmentChain;
    syncCall: SyncCall;
    health: DiskHealth;
    onFailure: (error: StrataError) => void;
  }) {
    this.#chain = options.chain;
    this.#syncCall = options.syncCall;
    this.#health = options.health;
    this.#onFailure = options.onFailure;
  }

  /** Resolves when no sync is under way, failed or not. */
  async settled(): Promise<void> {
    await this.#work;
  }

  run(): void {
    if (!this.#chain.isDirty || this.#work !== null) return;
    this.#work = this.#sync();
  }

  async #sync(): Promise<void> {
    const { file, position, syncedBytes, unsyncedEntries } = this.#chain;
    const label: SyncLabel = { cause: 'interval', entries: unsyncedEntries, bytes: position - syncedBytes };
    this.#chain.unsyncedEntries = 0;
    this.#health.beginBackground();
    try {
      await syncFile(file, this.#syncCall, label);
      this.#chain.syncedBytes = Math.max(this.#chain.syncedBytes, position);
    } catch (error) {
      this.#onFailure(error as StrataError);
    } finally {
      this.#work = null;
      this.#health.endBackground();
    }
  }
}
