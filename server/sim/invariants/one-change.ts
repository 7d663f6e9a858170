import { EntryType, type SnapshotMeta, type StorageAppend } from '../../consensus/messages.js';
import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { Watcher } from './watcher.js';

/**
 * At most one change of membership stands behind the commit index that a node knows (Raft §6; Ongaro's thesis §4.1: "one at a time", and the
 * correction of 2015). It campaigns by the membership of its commit index; with two changes behind, its majorities need not overlap those of
 * the others any more.
 */
export class OneChange extends ClusterInvariant implements Watcher {
  readonly name = 'one change at a time';
  readonly source = "Raft §6; Ongaro's thesis §4.1";
  /** Indexes of the changes behind the commit index, as it was when last looked, of each node. */
  readonly #behind = new Map<NodeView, number[]>();

  onLife(view: NodeView): void {
    const changes: number[] = [];
    for (const { index, type } of view.log.entries)
      if (type === EntryType.ConfChange && index > view.commit) changes.push(index);
    this.#behind.set(view, changes);
    this.#check(view, changes);
  }

  onInstall(view: NodeView, _meta: SnapshotMeta): void {
    this.#behind.set(view, []);
  }

  onAppend(view: NodeView, { entries }: StorageAppend): void {
    const first = entries[0];
    if (first === undefined) return;
    const known = this.#behind.get(view)!;
    if (known.length === 0 && entries.every(({ type }) => type !== EntryType.ConfChange)) return;
    const commit = view.raw!.commitIndex;
    const changes = known.filter((index) => index > commit && index < first.index);
    for (const { index, type } of entries)
      if (type === EntryType.ConfChange && index > commit) changes.push(index);
    this.#behind.set(view, changes);
    this.#check(view, changes);
  }

  #check({ commit, words }: NodeView, changes: readonly number[]): void {
    if (changes.length > 1) this.fail(`${words} holds changes ${changes.join(', ')} behind commit ${commit}`);
  }
}
