import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { Watcher } from './watcher.js';

/**
 * "Leader Completeness: if a log entry is committed in a given term, then that entry will be present in the logs of the leaders for all
 * higher-numbered terms" (Raft, figure 3 and §5.4). The last one that was committed before is looked for; log matching says the rest.
 */
export class LeaderCompleteness extends ClusterInvariant implements Watcher {
  readonly name = 'leader completeness';
  readonly source = 'Raft, figure 3, §5.4';

  onElected(view: NodeView): void {
    const { chosen } = this.observer;
    const last = chosen.lastBefore(view.term);
    if (last === undefined) return;
    const { log, term, words } = view;
    if (log.base.index >= last.index ? this.#agreesAtBase(view) : log.term(last.index) === last.term) return;
    this.fail(
      `${words} leads term ${term} without entry ${last.index} of term ${last.term}, which is committed`,
    );
  }

  #agreesAtBase({ log }: NodeView): boolean {
    return this.observer.chosen.term(log.base.index) === log.base.term;
  }
}
