import type { MembershipContext } from './membership-codec.js';
import type { MemberRecord } from './vocabulary.js';

/** Who belongs to the cluster, where to reach them, and who never may again. Which of them vote is consensus' own knowledge. */
export class MemberBook {
  readonly #members = new Map<number, MemberRecord>();
  readonly #removed = new Set<number>();
  /** Sorted copies, made when they are asked for; null: they changed. */
  #memberList: readonly MemberRecord[] | null = null;
  #removedList: readonly number[] | null = null;

  /** By id. */
  list(): readonly MemberRecord[] {
    this.#memberList ??= [...this.#members.values()].sort((a, b) => a.id - b.id);
    return this.#memberList;
  }

  /** Ascending. */
  removedIds(): readonly number[] {
    this.#removedList ??= [...this.#removed].sort((a, b) => a - b);
    return this.#removedList;
  }

  isMember(id: number): boolean {
    return this.#members.has(id);
  }

  isRemoved(id: number): boolean {
    return this.#removed.has(id);
  }

  /** Empty when it is not known. */
  storageIdOf(id: number): string {
    return this.#members.get(id)?.storageId ?? '';
  }

  /** A removed id does not come back; a storage id that is registered stays. */
  change({ upsert, remove }: MembershipContext): void {
    for (const member of upsert) {
      if (this.#removed.has(member.id)) continue;
      const storageId = this.storageIdOf(member.id) || member.storageId;
      this.#members.set(member.id, { ...member, storageId });
    }
    for (const id of remove) {
      this.#members.delete(id);
      this.#removed.add(id);
    }
    this.#memberList = null;
    this.#removedList = null;
  }

  /** The first registration counts: false when the node is no member or has another identity already. */
  registerStorage(id: number, storageId: string): boolean {
    const member = this.#members.get(id);
    if (member === undefined) return false;
    if (member.storageId === '') {
      this.#members.set(id, { ...member, storageId });
      this.#memberList = null;
    }
    return this.storageIdOf(id) === storageId;
  }
}
