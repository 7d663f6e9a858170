import { createHash } from 'node:crypto';
import type { StateMachine } from '../../state/state-machine.js';
import type { World } from '../contracts.js';
import { ClusterInvariant } from './cluster-invariant.js';

const EVERY_TICKS = 256;
const SLICE_BYTES = 65_536;
const REMEMBERED = 256;

/**
 * Replicas that applied the same log up to the same entry hold the same state, byte by byte: keys, values, revisions, deadlines, sessions with
 * their answers, members (Raft §5.4.3: "state machines ... compute the same state"). A state is written as for a snapshot, so this costs as much as the
 * state is large, and is done now and then.
 */
export class EqualStates extends ClusterInvariant {
  readonly name = 'equal states';
  readonly source = 'Raft §5.4.3';
  readonly #digests = new Map<number, { readonly id: number; readonly digest: string }>();
  /** How many pairs were compared: a run in which none was has shown nothing. */
  compared = 0;

  protected override checkTick({ nodes, tick }: World): void {
    if (tick % EVERY_TICKS !== 0) return;
    for (const { id, process } of nodes) if (process !== null) this.#compare(id, process.runtime.machine);
  }

  #compare(id: number, machine: StateMachine): void {
    const { appliedIndex } = machine;
    // A node that joins does not even hold what a cluster begins with.
    if (appliedIndex === 0) return;
    const digest = digestOf(machine);
    const known = this.#digests.get(appliedIndex);
    if (known === undefined) {
      this.#digests.set(appliedIndex, { id, digest });
      if (this.#digests.size > REMEMBERED) this.#digests.delete(this.#digests.keys().next().value!);
    } else if (known.digest !== digest) {
      this.fail(`nodes ${known.id} and ${id} hold different states after entry ${appliedIndex}`);
    } else this.compared += 1;
  }
}

/** Of the bytes that a snapshot of the state would have. */
export function digestOf(machine: StateMachine): string {
  const hash = createHash('sha1');
  const snapshot = machine.beginSnapshot();
  for (let block = snapshot.next(SLICE_BYTES); block !== null; block = snapshot.next(SLICE_BYTES))
    hash.update(block);
  return hash.digest('hex');
}
