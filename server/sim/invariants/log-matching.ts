import type { Entry, StorageAppend } from '../../consensus/messages.js';
import { isSame } from '../../consensus/testing/observed.js';
import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { Watcher } from './watcher.js';

/** Terms and indexes of a run stay far below this. */
const KEY_BASE = 2 ** 24;

interface Known {
  readonly entry: Entry;
  readonly previousTerm: number;
}

/**
 * "Log Matching: if two logs contain an entry with the same index and term, then the logs are identical in all entries up through the given
 * index" (Raft, figure 3 and §5.3). Index and term name one entry and the term of the one before it; by induction all before. Remembering
 * every entry of the run compares all logs of all times, those that disks gave back too, at the cost of one look-up each.
 */
export class LogMatching extends ClusterInvariant implements Watcher {
  readonly name = 'log matching';
  readonly source = 'Raft, figure 3, §5.3';
  readonly #known = new Map<number, Known>();

  onLife(view: NodeView): void {
    this.#compare(view, view.log.entries, view.log.base.term, view.log.base.index);
  }

  onAppend(view: NodeView, { entries }: StorageAppend): void {
    const first = entries[0];
    if (first === undefined) return;
    this.#compare(view, entries, view.log.term(first.index - 1), first.index - 1);
  }

  #compare(view: NodeView, entries: readonly Entry[], termBefore: number, indexBefore: number): void {
    let previousTerm = termBefore;
    let previousIndex = indexBefore;
    for (const entry of entries) {
      if (entry.index !== previousIndex + 1 || entry.term < previousTerm) {
        this.fail(
          `${view.words} holds entry ${entry.index} of term ${entry.term} after ${previousIndex} of term ${previousTerm}`,
        );
      }
      const key = entry.term * KEY_BASE + entry.index;
      const known = this.#known.get(key);
      if (known === undefined) this.#known.set(key, { entry, previousTerm });
      else if (known.previousTerm !== previousTerm || !isSame(known.entry, entry))
        this.fail(
          `${view.words}: two logs differ at or before entry ${entry.index} of term ${entry.term}: ${wordsOf(known)} and ${wordsOf({ entry, previousTerm })}`,
        );
      previousTerm = entry.term;
      previousIndex = entry.index;
    }
  }
}

function wordsOf({ entry, previousTerm }: Known): string {
  return `${Buffer.from(entry.data).toString('hex')} after term ${previousTerm}`;
}
