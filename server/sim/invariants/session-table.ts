import type { World } from '../contracts.js';
import { ClusterInvariant } from './cluster-invariant.js';

/** Indexes that two nodes reach at very different times are compared by the whole state, see `equal-states.ts`. */
const REMEMBERED = 4_096;

/**
 * The sessions of clients, and with them who was answered what, are part of the replicated state, snapshots of it included (Ongaro's thesis
 * §6.3: "the state machine must ... expire sessions deterministically"). Cheap sums of the state machine are compared at every index at which two
 * nodes ever stood at the end of a tick: number of sessions, bytes of keys and kept answers, revision, keys, cluster time.
 */
export class SessionTableEquality extends ClusterInvariant {
  readonly name = 'session table';
  readonly source = "Ongaro's thesis §6.3";
  readonly #sums = new Map<number, { readonly words: string; readonly id: number }>();
  readonly #seen = new Map<object, number>();

  protected override checkTick({ nodes }: World): void {
    for (const { id, process } of nodes) {
      if (process === null) continue;
      const { machine } = process.runtime;
      const { appliedIndex } = machine;
      if (this.#seen.get(process) === appliedIndex) continue;
      this.#seen.set(process, appliedIndex);
      // Sessions and revision tell every state apart that differs in what was applied; the rest is compared with the bytes.
      const words = `${machine.sessionCount} sessions, ${machine.stateBytes} bytes, revision ${machine.revision}, ${machine.keyCount} keys, clock ${machine.clockMs}`;
      this.#compare(id, appliedIndex, words);
    }
  }

  #compare(id: number, index: number, words: string): void {
    const known = this.#sums.get(index);
    if (known === undefined) {
      this.#sums.set(index, { id, words });
      if (this.#sums.size > REMEMBERED) this.#sums.delete(this.#sums.keys().next().value!);
    } else if (known.words !== words) {
      this.fail(`after entry ${index} node ${known.id} holds ${known.words}, node ${id} holds ${words}`);
    }
  }
}
