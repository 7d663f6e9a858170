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

  onLife(view: NodeView): void {
    this.#check(view);
  }

  onCommit(view: NodeView): void {
    this.#check(view);
  }

  #check({ commit, words, process, log }: NodeView): void {
    const { chosen } = this.observer;
    if (commit > chosen.lastIndex)
      this.fail(`${words} commits ${commit}, leaders have committed ${chosen.lastIndex}`);
    // What it took in within this turn is not in `log` yet; the apply of it is compared by state machine safety.
    const index = Math.min(commit, log.lastIndex, process!.raw.lastIndex);
    if (index >= log.base.index && log.term(index) !== chosen.term(index))
      this.fail(
        `${words} commits entry ${index} of term ${log.term(index)}, committed is that of term ${chosen.term(index)}`,
      );
  }
}
