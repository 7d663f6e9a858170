import type { ReadState } from '../../consensus/messages.js';
import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { LastLife, Watcher } from './watcher.js';

/** A round that is never answered is given up by the runtime long before so many others were asked. */
const ROUNDS_MAX = 4_096;

/**
 * "The read-only query must not return stale data" (Raft §8; Ongaro's thesis §6.4): the index that a read round confirms is at least all that
 * was committed, by anybody, when the round was asked for.
 */
export class FreshRead extends ClusterInvariant implements Watcher {
  readonly name = 'fresh read';
  readonly source = "Raft §8; Ongaro's thesis §6.4";
  /** What was committed when each round of a node was last asked for. */
  readonly #asked = new Map<NodeView, Map<number, number>>();

  onLife(view: NodeView, _before: LastLife | null): void {
    this.#asked.set(view, new Map());
  }

  onReadAsked(view: NodeView, context: number): void {
    const asked = this.#asked.get(view)!;
    if (asked.size >= ROUNDS_MAX) asked.delete(asked.keys().next().value!);
    asked.set(context, this.observer.chosen.lastIndex);
  }

  onReadState(view: NodeView, { context, index }: ReadState): void {
    const committed = this.#asked.get(view)!.get(context);
    if (committed === undefined)
      this.fail(`${view.words} gets an answer to round ${context}, which it did not ask`);
    if (index < committed)
      this.fail(
        `round ${context} of ${view.words} sees ${index}, committed before it was asked: ${committed}`,
      );
  }
}
