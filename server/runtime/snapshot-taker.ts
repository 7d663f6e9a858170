import { InvariantError, StrataError } from '../errors.js';
import type { LockMeter } from '../ports/lock.js';
import type { Counter, Histogram } from '../ports/metrics.js';
import type { SnapshotInfo } from '../ports/snapshot-storage.js';
import type { NodeContext } from './node-context.js';
import { turn } from './restore.js';

const BACK_OFF_MS_MIN = 1_000;
const BACK_OFF_MS_MAX = 60_000;

/** `reader`: a follower's stream or a backup, which waits for the one under way instead of taking its own. */
const USERS = ['snapshot', 'reader'] as const;

/**
 * Writes the state as of one applied index to a snapshot file while writes go on: one slice a turn of the loop, the next when the write of the
 * one before is done and everybody else has had a turn. So neither a large state nor a slow disk holds up a heartbeat.
 */
export class SnapshotTaker {
  readonly #context: NodeContext;
  /** Called on the turn in which the file became durable. */
  readonly #onTaken: (info: SnapshotInfo) => void;
  readonly #taken: Counter;
  readonly #failed: Counter;
  readonly #duration: Histogram;
  readonly #slot: LockMeter<(typeof USERS)[number]>;
  #running: Promise<SnapshotInfo> | null = null;
  #isAborted = false;
  #startedNs = 0;
  #backOffMs = 0;
  #retryAtNs = 0;

  constructor(context: NodeContext, onTaken: (info: SnapshotInfo) => void) {
    this.#context = context;
    this.#onTaken = onTaken;
    const { metrics } = context;
    this.#taken = metrics.counter('runtime_snapshots_taken_total', 'Snapshots of the own state.');
    this.#failed = metrics.counter('runtime_snapshots_failed_total', 'Snapshots given up.');
    this.#duration = metrics.histogram('runtime_snapshot_ns', 'Taking one snapshot, first slice to durable.');
    this.#slot = metrics.lock('runtime_snapshot', 'One snapshot of the own state at a time.', USERS);
    metrics.gauge('runtime_snapshot_running', '1 while a snapshot is taken.', () => (this.isBusy ? 1 : 0));
  }

  get isBusy(): boolean {
    return this.#running !== null;
  }

  /** False for a while after a failure: a full disk is not asked again at once. */
  isRested(nowNs: number): boolean {
    return nowNs >= this.#retryAtNs;
  }

  /** A snapshot of the state as it is now. Rejects with STRATA_SNAPSHOT_BUSY, STRATA_DISK_FULL, STRATA_SHUTTING_DOWN. */
  take(): Promise<SnapshotInfo> {
    if (this.#context.isStopped) return Promise.reject(new StrataError('STRATA_SHUTTING_DOWN'));
    if (this.#running !== null) {
      this.#slot.refused('snapshot');
      return Promise.reject(new StrataError('STRATA_SNAPSHOT_BUSY'));
    }
    this.#isAborted = false;
    const running = this.#take().then(
      (info) => this.#succeeded(info),
      (error: unknown) => this.#gaveUp(error),
    );
    this.#running = running;
    this.#slot.passed('snapshot');
    this.#slot.held('snapshot', this.#startedNs);
    return running;
  }

  /** A snapshot that holds at least what is applied now: the newest one, the one under way, or a new one. */
  async fresh(): Promise<SnapshotInfo> {
    const { machine, snapshots } = this.#context;
    const wanted = machine.appliedIndex;
    for (;;) {
      const newest = snapshots.list()[0];
      if (newest !== undefined && newest.meta.index >= wanted) return newest;
      // One that began before may end below what is wanted, or fail; then the next round takes another.
      if (this.#running !== null) await this.#waitFor(this.#running);
      else await this.take();
    }
  }

  async #waitFor(running: Promise<SnapshotInfo>): Promise<void> {
    const { clock } = this.#context;
    const sinceNs = clock.nowNs();
    this.#slot.waits(sinceNs);
    await running.catch(() => {});
    this.#slot.granted('reader', sinceNs, clock.nowNs());
  }

  /** The state that is being written is not this node's any more. */
  abort(): void {
    this.#isAborted = true;
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  async #take(): Promise<SnapshotInfo> {
    const { clock, machine, raw, snapshots, snapshotRules } = this.#context;
    this.#startedNs = clock.nowNs();
    // Both in one turn: membership and state as of the same entry.
    const meta = raw.snapshotMeta();
    if (meta.index !== machine.appliedIndex)
      throw new InvariantError(`core applied ${meta.index}, state machine ${machine.appliedIndex}`);
    const state = machine.beginSnapshot();
    try {
      const writer = await snapshots.create(meta);
      try {
        for (let block = state.next(snapshotRules.sliceBytes); block !== null; ) {
          await writer.write(block);
          await turn(clock);
          this.#throwIfAborted();
          block = state.next(snapshotRules.sliceBytes);
        }
        const info = await writer.commit();
        this.#duration.record(clock.nowNs() - this.#startedNs);
        return info;
      } catch (error) {
        await writer.abort();
        throw error;
      }
    } finally {
      state.release();
    }
  }

  #tell(detail: string): void {
    const { clock, journal } = this.#context;
    journal.span('snapshot', this.#startedNs, clock.nowNs(), detail);
  }

  #throwIfAborted(): void {
    if (this.#context.isStopped) throw new StrataError('STRATA_SHUTTING_DOWN');
    if (this.#isAborted) throw new StrataError('STRATA_SNAPSHOT_BUSY');
  }

  #succeeded(info: SnapshotInfo): SnapshotInfo {
    this.#end();
    this.#backOffMs = 0;
    this.#taken.add(1);
    this.#tell('taken');
    this.#onTaken(info);
    return info;
  }

  #end(): void {
    this.#running = null;
    this.#slot.released(this.#context.clock.nowNs());
  }

  #gaveUp(error: unknown): never {
    this.#end();
    this.#failed.add(1);
    this.#tell('given up');
    const { clock, logger, onFailure } = this.#context;
    if (!isPassing(error)) {
      onFailure(error as Error);
      throw error;
    }
    this.#backOffMs = Math.min(BACK_OFF_MS_MAX, Math.max(BACK_OFF_MS_MIN, 2 * this.#backOffMs));
    this.#retryAtNs = clock.nowNs() + this.#backOffMs * 1e6;
    logger.warn({ code: error.code, retryMs: this.#backOffMs }, `snapshot given up: ${error.message}`);
    throw error;
  }
}

/** Errors after which the node goes on as before. */
export function isPassing(error: unknown): error is StrataError {
  return (
    error instanceof StrataError && error.code !== 'STRATA_DISK_FAILED' && error.code !== 'STRATA_INTERNAL'
  );
}
