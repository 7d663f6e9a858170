import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { Watcher } from './watcher.js';

/**
 * Nobody commits what no leader has committed: a follower takes the commit index from a leader, and no further than their logs are known to
 * agree (Raft §5.3 and figure 2, AppendEntries receiver step 5).
 */
export class CommitKnown extends ClusterInvariant implements Watcher {
  readonly name = 'commit is known';
  readonly source = 'Raft §5.3, figure 2';

  /** Commit indexes that moved within this tick. */
  readonly #moved = new Set<NodeView>();

  onLife(view: NodeView): void {
    this.#moved.add(view);
  }

  onCommit(view: NodeView): void {
    const { commit, words } = view;
    const { chosen } = this.observer;
    if (commit > chosen.lastIndex)
      this.fail(`${words} commits ${commit}, leaders have committed ${chosen.lastIndex}`);
    this.#moved.add(view);
  }

  /** Not in the moment: what a node took in within a turn goes to its disk, and so into `view.log`, at the end of that turn. */
  protected override checkTick(): void {
    for (const view of this.#moved) this.#compare(view);
    this.#moved.clear();
  }

  #compare({ commit, words, log }: NodeView): void {
    const { chosen } = this.observer;
    if (commit > log.lastIndex || commit < log.base.index || log.term(commit) === chosen.term(commit)) return;
    this.fail(
      `${words} commits entry ${commit} of term ${log.term(commit)}, committed is that of term ${chosen.term(commit)}`,
    );
  }
}
