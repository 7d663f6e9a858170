import type { Entry, SnapshotMeta } from '../../consensus/messages.js';
import { isSame } from '../../consensus/testing/observed.js';
import type { World } from '../contracts.js';
import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { Watcher } from './watcher.js';

/**
 * "State Machine Safety: if a server has applied a log entry at a given index to its state machine, no other server will ever apply a
 * different log entry for the same index" (Raft, figure 3 and §5.4.3). Every node applies what was committed, in order, each entry once a
 * life, and its state machine is as far as its core believes.
 */
export class StateMachineSafety extends ClusterInvariant implements Watcher {
  readonly name = 'state machine safety';
  readonly source = 'Raft, figure 3, §5.4.3';

  onApply(view: NodeView, entries: readonly Entry[]): void {
    const { chosen } = this.observer;
    let before = view.handedOut;
    for (const entry of entries) {
      if (entry.index !== before + 1) this.fail(`${view.words} applies entry ${entry.index} after ${before}`);
      const committed = chosen.at(entry.index);
      if (committed === undefined)
        this.fail(`${view.words} applies entry ${entry.index}, committed are ${chosen.lastIndex}`);
      if (!isSame(committed, entry)) {
        this.fail(
          `${view.words} applies another entry at ${entry.index}: of term ${entry.term}, committed of term ${committed.term}`,
        );
      }
      before = entry.index;
    }
  }

  onInstall(view: NodeView, { index, term }: SnapshotMeta): void {
    if (index < view.handedOut) this.fail(`${view.words} installs snapshot ${index} over ${view.handedOut}`);
    if (this.observer.chosen.term(index) !== term)
      this.fail(`${view.words} installs snapshot ${index} of term ${term}, which is not what was committed`);
  }

  protected override checkTick({ nodes }: World): void {
    for (const { process, id } of nodes) {
      if (process === null) continue;
      const { appliedIndex } = process.runtime.machine;
      if (appliedIndex !== process.raw.appliedIndex)
        this.fail(
          `the state machine of node ${id} has applied ${appliedIndex}, its core says ${process.raw.appliedIndex}`,
        );
    }
  }
}
