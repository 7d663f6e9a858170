import { Changer, decodeConfChange, type Membership, restoreMembership } from '../confchange.js';
import { type Entry, EntryType, type NodeId, type SnapshotMeta } from '../messages.js';
import { Violation } from './violation.js';

type Lists = { readonly [K in Exclude<keyof Membership, 'autoLeave'>]: Iterable<NodeId> } & {
  readonly autoLeave: boolean;
};

/** Who the members were at every index, by the committed changes alone. */
export class MembershipHistory {
  /** Ascending by index. */
  readonly #changes: { readonly index: number; readonly membership: Membership }[];

  constructor(first: SnapshotMeta) {
    this.#changes = [{ index: first.index, membership: restoreMembership(first) }];
  }

  onChosen({ type, index, data }: Entry): void {
    if (type !== EntryType.ConfChange) return;
    const { membership } = this.#changes[this.#changes.length - 1]!;
    this.#changes.push({ index, membership: new Changer(membership).apply(decodeConfChange(data)) });
  }

  check(index: number, found: Lists): void {
    const expected = this.#changes.findLast((change) => change.index <= index)?.membership;
    if (expected === undefined || wordsOf(expected) === wordsOf(found)) return;
    throw new Violation('membership', `at ${index}: ${wordsOf(found)} instead of ${wordsOf(expected)}`);
  }
}

function wordsOf({ voters, votersOutgoing, learners, learnersNext, autoLeave }: Lists): string {
  const sorted = (ids: Iterable<NodeId>): string => [...ids].sort((a, b) => a - b).join(',');
  const halves = [voters, votersOutgoing, learners, learnersNext].map(sorted).join(' | ');
  return autoLeave ? `${halves} auto` : halves;
}
