import type { Clock } from '../ports/clock.js';
import type { HeldInode } from './held-inode.js';

/** What a kernel does with dirty pages when nobody syncs: beyond a limit and beyond an age the oldest go to the disk. */
export class WriteBack {
  readonly #clock: Pick<Clock, 'nowNs'>;
  readonly #heldBytesMax: number;
  readonly #expireNs: number;
  /** Files that may hold something. */
  readonly #inodes = new Set<HeldInode>();
  #work: Promise<void> | null = null;

  constructor(clock: Pick<Clock, 'nowNs'>, limits: { heldBytesMax: number; expireMs: number }) {
    this.#clock = clock;
    this.#heldBytesMax = limits.heldBytesMax;
    this.#expireNs = limits.expireMs * 1e6;
  }

  get heldBytes(): number {
    let total = 0;
    for (const inode of this.#inodes) total += inode.held.bytes;
    return total;
  }

  /** Something was written to this file. Null when there is room for more, or the wait until there is. */
  noted(inode: HeldInode): Promise<void> | null {
    this.#inodes.add(inode);
    return this.heldBytes <= this.#heldBytesMax ? null : this.#run(0);
  }

  /** Writes back what is too old. */
  expire(): void {
    void this.#run(this.#clock.nowNs() - this.#expireNs);
  }

  #run(beforeNs: number): Promise<void> {
    this.#work ??= this.#drain(beforeNs).finally(() => {
      this.#work = null;
    });
    return this.#work;
  }

  async #drain(beforeNs: number): Promise<void> {
    for (;;) {
      const oldest = this.#oldest();
      if (oldest === null) return;
      if (oldest.held.oldestNs >= beforeNs && this.heldBytes <= this.#heldBytesMax) return;
      await oldest.writeBackOldest();
    }
  }

  #oldest(): HeldInode | null {
    let oldest: HeldInode | null = null;
    for (const inode of this.#inodes) {
      if (inode.held.count === 0) this.#inodes.delete(inode);
      else if (oldest === null || inode.held.oldestNs < oldest.held.oldestNs) oldest = inode;
    }
    return oldest;
  }
}
