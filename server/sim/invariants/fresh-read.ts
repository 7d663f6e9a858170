import type { ReadState } from '../../consensus/messages.js';
import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { LastLife, Watcher } from './watcher.js';

/** Rounds of a node that are remembered. */
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
    // A leader may still answer what a former life asked: rounds are numbered through all lives, and the runtime passes over such an answer.
    if (!this.#asked.has(view)) this.#asked.set(view, new Map());
  }

  onReadAsked(view: NodeView, context: number): void {
    const asked = this.#asked.get(view)!;
    if (asked.size >= ROUNDS_MAX) asked.delete(asked.keys().next().value!);
    asked.set(context, this.observer.chosen.lastIndex);
  }

  onReadState(view: NodeView, { context, index }: ReadState): void {
    const asked = this.#asked.get(view)!;
    const committed = asked.get(context);
    if (committed === undefined && asked.size >= ROUNDS_MAX) return;
    if (committed === undefined)
      this.fail(`${view.words} gets an answer to round ${context}, which it did not ask`);
    if (index < committed)
      this.fail(
        `round ${context} of ${view.words} sees ${index}, committed before it was asked: ${committed}`,
      );
  }
}
