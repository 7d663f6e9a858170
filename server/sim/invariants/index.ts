import type { Invariant } from '../contracts.js';
import { BoundedQueues } from './bounded-queues.js';
import { ClusterObserver } from './cluster-observer.js';
import { CommitDurable } from './commit-durable.js';
import { CommitKnown } from './commit-known.js';
import { DurablePromises } from './durable-promises.js';
import { ElectionSafety } from './election-safety.js';
import { EqualStates } from './equal-states.js';
import { FreshRead } from './fresh-read.js';
import { IndexOrder } from './index-order.js';
import { LeaderAppendOnly } from './leader-append-only.js';
import { LeaderCompleteness } from './leader-completeness.js';
import { LogMatching } from './log-matching.js';
import { MembershipAgreement } from './membership-agreement.js';
import { Monotone } from './monotone.js';
import { OneChange } from './one-change.js';
import { OneVote } from './one-vote.js';
import { SessionTableEquality } from './session-table.js';
import { SnapshotContent } from './snapshot-content.js';
import { StateMachineSafety } from './state-machine-safety.js';

export { digestOf } from './equal-states.js';

/** All invariants of one run. They share an observer, which listens to the nodes from the first `onBoot` or `check` on. */
export function createInvariants(): Invariant[] {
  const observer = new ClusterObserver();
  return [
    new ElectionSafety(observer),
    new OneVote(observer),
    new DurablePromises(observer),
    new LeaderAppendOnly(observer),
    new LogMatching(observer),
    new LeaderCompleteness(observer),
    new CommitKnown(observer),
    new CommitDurable(observer),
    new StateMachineSafety(observer),
    new FreshRead(observer),
    new OneChange(observer),
    new MembershipAgreement(observer),
    new SnapshotContent(observer),
    new Monotone(observer),
    new IndexOrder(observer),
    new SessionTableEquality(observer),
    new EqualStates(observer),
    new BoundedQueues(observer),
  ];
}
