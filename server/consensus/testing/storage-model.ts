import type { Entry, HardState, SnapshotMeta, StorageAppend } from '../messages.js';
import type { LogModel } from './log-model.js';
import type { Random } from './random.js';
import { Violation } from './violation.js';

/** A snapshot on a disk: what it stands for, and the state machine, here the list of all it applied. */
export interface SnapshotFile {
  readonly meta: SnapshotMeta;
  readonly state: readonly Entry[];
}

/**
 * The disk of one node. Appends become durable one by one, in order, when the schedule says so; a crash loses those under way, except
 * that some may have reached the disk without anybody having been told, the last of them in part.
 *
 * Fault model: as of the write-ahead log. What is durable stays; a hard state stands behind the entries it was written
 * with, so a torn append leaves a prefix of its entries without the hard state. A snapshot file is there as a whole or not at all, the
 * newest two are kept, and the newest may turn out to be damaged at a start as long as the log covers the one before. No other corruption.
 */
export class StorageModel {
  readonly log: LogModel;
  #hardState: HardState;
  /** Newest first, at most two. */
  #files: readonly SnapshotFile[];
  #pending: StorageAppend[] = [];
  /** Asked for; done when nothing is under way that might still replace what it drops. */
  #compactTo = 0;

  constructor(log: LogModel, hardState: HardState, file: SnapshotFile) {
    this.log = log;
    this.#hardState = hardState;
    this.#files = [file];
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get newest(): SnapshotFile {
    return this.#files[0]!;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  submit(append: StorageAppend): void {
    this.#pending.push(append);
  }

  /** A file that is older than the newest one is not kept; of the same index, of two nodes, either will do. */
  saveSnapshot(file: SnapshotFile): void {
    const [newest] = this.#files;
    if (newest !== undefined && newest.meta.voters.length > 0 && file.meta.index <= newest.meta.index) return;
    // A joining node's own first snapshot knows nobody: the log behind a real one must never be read from there.
    const older = this.#files.filter(({ meta }) => meta.voters.length > 0);
    this.#files = [file, ...older].slice(0, 2);
  }

  compact(index: number): void {
    if (index > this.newest.meta.index)
      throw new Violation('storage order', `compaction to ${index} beyond the snapshot`);
    this.#compactTo = Math.max(this.#compactTo, index);
    this.#compactIfIdle();
  }

  #compactIfIdle(): void {
    const { index, term } = this.newest.meta;
    if (this.#pending.length > 0 || this.#compactTo <= this.log.base.index) return;
    if (this.log.lastIndex >= index && this.log.term(index) === term) this.log.compact(this.#compactTo);
  }

  /** The oldest append becomes durable. */
  complete(): StorageAppend {
    const append = this.#pending.shift();
    if (append === undefined) throw new RangeError('no append is under way');
    this.#write(append);
    if (append.hardState !== null) this.#writeHardState(append.hardState);
    this.#compactIfIdle();
    return append;
  }

  crash(random: Random): void {
    while (this.#pending.length > 0 && random.chance(0.3)) this.complete();
    const torn = this.#pending[0];
    if (torn !== undefined && torn.snapshot === null && random.chance(0.3)) {
      this.#write({ ...torn, entries: torn.entries.slice(0, random.between(0, torn.entries.length)) });
      // Recovery: no vote of that term can have left, because a vote is durable before it does.
      const term = this.log.term(this.log.lastIndex);
      if (term > this.#hardState.term) this.#hardState = { ...this.#hardState, term, vote: 0 };
    }
    this.#pending = [];
    this.#compactTo = 0;
  }

  /** What a start finds: the newest snapshot, or the one before when the newest is damaged. A log that does not hold it begins anew behind it. */
  recover(isNewestDamaged: boolean): SnapshotFile {
    const [, older] = this.#files;
    if (isNewestDamaged && older !== undefined && this.#covers(older)) this.#files = [older];
    const { newest } = this;
    if (!this.#covers(newest)) this.log.reset(newest.meta);
    return newest;
  }

  #covers({ meta: { index, term } }: SnapshotFile): boolean {
    return index >= this.log.base.index && index <= this.log.lastIndex && this.log.term(index) === term;
  }

  #write({ snapshot, entries }: StorageAppend): void {
    if (snapshot !== null) this.log.reset(snapshot);
    const first = entries[0];
    if (first === undefined) return;
    if (first.index > this.log.lastIndex + 1 || first.index <= this.log.base.index) {
      const there = `${this.log.base.index} to ${this.log.lastIndex}`;
      throw new Violation('storage order', `entry ${first.index} written behind ${there}`);
    }
    if (first.index <= this.#hardState.commit) {
      throw new Violation(
        'storage order',
        `entry ${first.index} replaces one below commit ${this.#hardState.commit}`,
      );
    }
    this.log.write(entries);
  }

  #writeHardState(next: HardState): void {
    const { term, vote, commit } = this.#hardState;
    if (next.term < term) throw new Violation('monotone term', `term ${next.term} written after ${term}`);
    if (next.term === term && vote !== 0 && next.vote !== vote) {
      throw new Violation('one vote a term', `vote for ${next.vote} after ${vote} in term ${term}`);
    }
    if (next.commit < commit)
      throw new Violation('monotone commit', `commit ${next.commit} written after ${commit}`);
    if (next.commit > this.log.lastIndex) {
      throw new Violation('storage order', `commit ${next.commit} written behind ${this.log.lastIndex}`);
    }
    this.#hardState = next;
  }
}
