import type { World } from '../contracts.js';
import { ClusterInvariant } from './cluster-invariant.js';

/**
 * A snapshot stands for what was committed (Raft §7: it "replaces" the log up to its last included entry): index and term of every one that a
 * node lists are those of a committed entry.
 */
export class SnapshotContent extends ClusterInvariant {
  readonly name = 'snapshot is of what was committed';
  readonly source = 'Raft §7';
  /** The newest index that was looked at, of each life. */
  readonly #seen = new Map<string, number>();

  protected override checkTick({ nodes }: World): void {
    const { chosen } = this.observer;
    for (const { id, life, process } of nodes) {
      if (process === null) continue;
      const { snapshotIndex } = process.raw;
      const key = `${id} ${life}`;
      if (this.#seen.get(key) === snapshotIndex) continue;
      this.#seen.set(key, snapshotIndex);
      for (const { meta } of process.snapshots.list()) {
        if (meta.index === 0 || chosen.term(meta.index) === meta.term) continue;
        this.fail(
          `node ${id} lists snapshot ${meta.index} of term ${meta.term}; committed there is term ${chosen.term(meta.index)}`,
        );
      }
    }
  }
}
