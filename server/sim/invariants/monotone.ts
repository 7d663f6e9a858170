import type { World } from '../contracts.js';
import { ClusterInvariant } from './cluster-invariant.js';

interface Seen {
  life: number;
  term: number;
  commit: number;
  applied: number;
  snapshot: number;
}

/**
 * Term, commit index and applied index "increase monotonically" (Raft, figure 2) within a life of a node, and so does the index of its newest
 * snapshot; what is committed therefore stays committed. Across lives see `durable-promises.ts`.
 */
export class Monotone extends ClusterInvariant {
  readonly name = 'monotone';
  readonly source = 'Raft, figure 2';
  readonly #seen = new Map<number, Seen>();

  protected override checkTick({ nodes }: World): void {
    for (const { id, life, process } of nodes) {
      if (process === null) continue;
      const { term, commitIndex: commit, appliedIndex: applied, snapshotIndex: snapshot } = process.raw;
      const seen = this.#seen.get(id);
      if (seen === undefined || seen.life !== life) {
        this.#seen.set(id, { life, term, commit, applied, snapshot });
        continue;
      }
      if (term < seen.term) this.#back(id, 'term', term, seen.term);
      if (commit < seen.commit) this.#back(id, 'commit index', commit, seen.commit);
      if (applied < seen.applied) this.#back(id, 'applied index', applied, seen.applied);
      if (snapshot < seen.snapshot) this.#back(id, 'snapshot', snapshot, seen.snapshot);
      seen.term = term;
      seen.commit = commit;
      seen.applied = applied;
      seen.snapshot = snapshot;
    }
  }

  #back(id: number, what: string, now: number, before: number): never {
    this.fail(`node ${id}: ${what} ${now} after ${before}`);
  }
}
