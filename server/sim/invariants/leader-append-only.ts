import { Role, type StorageAppend } from '../../consensus/messages.js';
import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { Watcher } from './watcher.js';

/** "Leader Append-Only: a leader never overwrites or deletes entries in its log; it only appends new entries" (Raft, figure 3 and §5.3). */
export class LeaderAppendOnly extends ClusterInvariant implements Watcher {
  readonly name = 'leader append-only';
  readonly source = 'Raft, figure 3, §5.3';

  onAppend(view: NodeView, { entries, snapshot }: StorageAppend): void {
    if (view.role !== Role.Leader) return;
    const first = entries[0];
    const { lastIndex } = view.log;
    if (first !== undefined && first.index !== lastIndex + 1)
      this.fail(`${view.words} leads term ${view.term} and writes entry ${first.index} after ${lastIndex}`);
    if (snapshot !== null)
      this.fail(`${view.words} leads term ${view.term} and installs snapshot ${snapshot.index}`);
  }
}
