import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { Watcher } from './watcher.js';

/**
 * "Election Safety: at most one leader can be elected in a given term" (Raft, figure 3 and §5.2). A node that leads a term again after it fell
 * is another leader too: it has forgotten what it sent.
 */
export class ElectionSafety extends ClusterInvariant implements Watcher {
  readonly name = 'election safety';
  readonly source = 'Raft, figure 3, §5.2';
  readonly #leaderOf = new Map<number, string>();

  onElected(view: NodeView): void {
    const { term, words } = view;
    const other = this.#leaderOf.get(term);
    if (other !== undefined) this.fail(`${other} and ${words} both lead term ${term}`);
    this.#leaderOf.set(term, words);
  }
}
