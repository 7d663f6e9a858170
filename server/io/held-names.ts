import { basename, dirname } from 'node:path';
import type { HeldInode } from './held-inode.js';

/** A change of a name that is lost unless its directory is synced. */
export type NameChange =
  | { readonly kind: 'link'; readonly path: string; readonly inode: HeldInode }
  | { readonly kind: 'rename'; readonly path: string; readonly from: string; readonly inode: HeldInode }
  | { readonly kind: 'unlink'; readonly path: string; readonly inode: HeldInode };

/** The names as processes see them, where they are not simply those of the real disk; and the changes that make the difference, in order. */
export class HeldNames {
  /** Null: no such name. Missing: as on the real disk. */
  readonly #names = new Map<string, HeldInode | null>();
  #unsynced: NameChange[] = [];

  get(path: string): HeldInode | null | undefined {
    return this.#names.get(path);
  }

  /** A file that was found on the real disk. */
  learn(path: string, inode: HeldInode): void {
    this.#names.set(path, inode);
  }

  change(change: NameChange): void {
    if (change.kind === 'rename') this.#names.set(change.from, null);
    this.#names.set(change.path, change.kind === 'unlink' ? null : change.inode);
    this.#unsynced.push(change);
  }

  /** The oldest change inside a directory, null when all are durable. */
  next(directory: string): NameChange | null {
    return this.#unsynced.find((change) => dirname(change.path) === directory) ?? null;
  }

  /** The real disk has this change. */
  done(change: NameChange): void {
    this.#unsynced = this.#unsynced.filter((other) => other !== change);
  }

  /** All of a directory is durable: the real disk is asked for it from now on, but for files in use. */
  settle(directory: string): void {
    for (const [path, inode] of this.#names) {
      if (dirname(path) === directory && (inode === null || inode.isIdle)) this.#names.delete(path);
    }
  }

  /** Names in a directory, given those that the real disk has. */
  list(directory: string, real: readonly string[]): string[] {
    const names = new Set(real);
    for (const [path, inode] of this.#names) {
      if (dirname(path) !== directory) continue;
      if (inode === null) names.delete(basename(path));
      else names.add(basename(path));
    }
    return [...names];
  }
}
