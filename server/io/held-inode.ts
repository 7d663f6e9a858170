import type { File } from '../ports/file-system.js';
import { HeldBytes } from './held-bytes.js';

/**
 * A file of the disk that holds writes back: what the real file has, and what lies over it in memory. Work on the real file runs one piece behind
 * the other, so that a later write never gets there before an earlier one.
 */
export class HeldInode {
  readonly held = new HeldBytes();
  /** Where the real file is: under its name, or in the staging directory as long as its name is not durable. */
  realPath: string;
  /** Open handles. */
  handles = 0;
  /** No name leads here any more, not even after a power cut. */
  isGone = false;
  #length: number;
  /** Real files that can be written to; one stays open after its handle as long as something is held. */
  readonly #writers = new Set<File>();
  #adopted: File | null = null;
  #last: Promise<void> = Promise.resolve();
  /** A write in the background failed: the next sync says so, as the kernel's does. */
  #failure: Error | null = null;

  constructor(realPath: string, length: number) {
    this.realPath = realPath;
    this.#length = length;
  }

  /** As processes see it. */
  get length(): number {
    return this.#length;
  }

  /** Nothing is open, nothing is held: what the real disk says is enough. */
  get isIdle(): boolean {
    return this.handles === 0 && this.held.count === 0;
  }

  write(bytes: Uint8Array, position: number, nowNs: number): void {
    this.held.add(bytes, position, nowNs);
    this.grow(position + bytes.length);
  }

  grow(length: number): void {
    this.#length = Math.max(this.#length, length);
  }

  /** Work on the real file, behind all that was asked for before. */
  serially<Result>(work: () => Promise<Result>): Promise<Result> {
    const ran = this.#last.then(work);
    this.#last = ran.then(
      () => {},
      () => {},
    );
    return ran;
  }

  /** Writes what is held now to the real file, without a sync. */
  drain(file: File): Promise<void> {
    this.held.seal();
    const count = this.held.count;
    return this.serially(async () => {
      if (this.#failure !== null) throw this.#failure;
      for (let done = 0; done < count; done++) await this.#writeOldest(file);
    });
  }

  /** As the kernel does by and by: the oldest piece goes to the real file, and nobody is told. */
  writeBackOldest(): Promise<void> {
    return this.serially(async () => {
      const file = this.#adopted ?? this.#writers.values().next().value;
      if (file === undefined || (this.isGone && this.handles === 0)) {
        this.held.dropAll();
        return;
      }
      try {
        await this.#writeOldest(file);
      } catch (error) {
        this.#failure ??= error as Error;
        this.held.dropAll();
      }
      await this.#letGo();
    });
  }

  opened(file: File, writes: boolean): void {
    this.handles++;
    if (writes) this.#writers.add(file);
  }

  /** The handle is closed; its file stays open if it is the last way to bring to the disk what is held. */
  closed(file: File): Promise<void> {
    return this.serially(async () => {
      this.handles--;
      if (this.isGone && this.handles === 0) this.held.dropAll();
      const isLast = this.#writers.delete(file) && this.#writers.size === 0;
      if (isLast && this.held.count > 0 && this.#adopted === null) this.#adopted = file;
      else await file.close();
      await this.#letGo();
    });
  }

  /** Its last name is gone for good. */
  forget(): Promise<void> {
    this.isGone = true;
    return this.serially(async () => {
      if (this.handles === 0) this.held.dropAll();
      await this.#letGo();
    });
  }

  async #writeOldest(file: File): Promise<void> {
    const piece = this.held.oldest();
    if (piece === null) return;
    await written(file, piece.bytes, piece.position);
    this.held.dropOldest();
  }

  async #letGo(): Promise<void> {
    if (this.#adopted === null || this.held.count > 0) return;
    const file = this.#adopted;
    this.#adopted = null;
    await file.close();
  }
}

function written(file: File, bytes: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    file.write(bytes, bytes.length, position, null, (error) => (error === null ? resolve() : reject(error)));
  });
}
