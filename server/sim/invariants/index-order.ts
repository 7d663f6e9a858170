import type { World } from '../contracts.js';
import { ClusterInvariant } from './cluster-invariant.js';

/**
 * snapshot <= applied <= commit <= last, and the log is contiguous with the snapshot: first <= snapshot + 1 (Raft, figure 2 "if commitIndex >
 * lastApplied", and §7 for what stands behind a snapshot).
 */
export class IndexOrder extends ClusterInvariant {
  readonly name = 'applied <= committed';
  readonly source = 'Raft, figure 2, §7';

  protected override checkTick({ nodes }: World): void {
    for (const { id, process } of nodes) {
      if (process === null) continue;
      const { firstIndex, snapshotIndex, appliedIndex, commitIndex, lastIndex } = process.raw;
      if (
        firstIndex <= snapshotIndex + 1 &&
        snapshotIndex <= appliedIndex &&
        appliedIndex <= commitIndex &&
        commitIndex <= lastIndex
      )
        continue;
      this.fail(
        `node ${id}: first ${firstIndex}, snapshot ${snapshotIndex}, applied ${appliedIndex}, committed ${commitIndex}, last ${lastIndex}`,
      );
    }
  }
}
