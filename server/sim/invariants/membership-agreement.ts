import type { SnapshotMeta } from '../../consensus/messages.js';
import { MembershipHistory } from '../../consensus/testing/membership-history.js';
import type { SimulatedNode, World } from '../contracts.js';
import { Violation } from '../violation.js';
import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { LastLife, Watcher } from './watcher.js';

/**
 * Every node has the same members at the same index, however it came there: by applying the committed changes in order (Raft §6) or by a
 * snapshot, which carries "the latest configuration in the log as of last included index" (§7). The member book of the state machine names
 * the same nodes as the core.
 */
export class MembershipAgreement extends ClusterInvariant implements Watcher {
  readonly name = 'membership';
  readonly source = 'Raft §6, §7';
  #history: MembershipHistory | null = null;
  #changesKnown = 0;
  /** What was compared last of each node: its membership and the index it had then. */
  readonly #compared = new Map<number, { membership: object; snapshotIndex: number }>();

  onInstall(_view: NodeView, meta: SnapshotMeta): void {
    this.#learn();
    this.#history?.check(meta.index, meta);
  }

  onLife(view: NodeView, _before: LastLife | null): void {
    this.#compared.delete(view.id);
  }

  protected override checkTick({ nodes, plan }: World): void {
    this.#history ??= new MembershipHistory({
      index: 0,
      term: 0,
      voters: plan.founders,
      votersOutgoing: [],
      learners: [],
      learnersNext: [],
      autoLeave: false,
    });
    this.#learn();
    for (const node of nodes) this.#compare(node);
  }

  /** Changes come one by one, and are rare. */
  #learn(): void {
    const { changes } = this.observer.chosen;
    if (this.#history === null) return;
    for (; this.#changesKnown < changes.length; this.#changesKnown++)
      this.#history.onChosen(changes[this.#changesKnown]!);
  }

  #compare({ id, process }: SimulatedNode): void {
    if (process === null) return;
    const { appliedIndex, membership, snapshotIndex } = process.raw;
    const compared = this.#compared.get(id);
    if (compared?.membership === membership && compared.snapshotIndex === snapshotIndex) return;
    this.#compared.set(id, { membership, snapshotIndex });
    // A node that joins knows nobody until a leader's snapshot tells it.
    if (membership.voters.size === 0) return;
    this.#history!.check(appliedIndex, membership);
    const newest = process.snapshots.list().find(({ meta }) => meta.index === snapshotIndex);
    if (newest !== undefined && newest.meta.voters.length > 0)
      this.#history!.check(snapshotIndex, newest.meta);
    this.#checkBook(id, process.runtime.machine.members(), membership);
  }

  #checkBook(
    id: number,
    book: readonly { readonly id: number }[],
    { voters, learners, learnersNext }: MembershipOf,
  ): void {
    // A voter on its way out votes until the joint configuration is left; its record goes with the change itself.
    const inCore = new Set([...voters, ...learners, ...learnersNext]);
    const missing = [...inCore].filter((member) => !book.some((record) => record.id === member));
    if (missing.length > 0)
      throw new Violation(this.name, `the member book of node ${id} lacks ${missing.join(', ')}`);
  }
}

type MembershipOf = NonNullable<SimulatedNode['process']>['raw']['membership'];
