import { type NodeId, Role } from '../../consensus/messages.js';
import type { World } from '../contracts.js';
import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { Watcher } from './watcher.js';

/** `match` only grows while a node leads, and what it counts stays durable: looking now and then misses nothing. */
const MATCH_EVERY_TICKS = 16;

/**
 * "A log entry is committed once the leader that created the entry has replicated it on a majority of the servers" (Raft §5.3, and only entries
 * of its own term by counting, §5.4.2): on their disks, as these say, and of both majorities in a joint configuration (§6).
 */
export class CommitDurable extends ClusterInvariant implements Watcher {
  readonly name = 'committed is durable';
  readonly source = 'Raft §5.3, §5.4.2, §6';

  onCommit(view: NodeView, _before: number, isOwn: boolean): void {
    if (!isOwn) return;
    const { commit, log, term, words } = view;
    const entryTerm = log.term(commit);
    if (entryTerm !== term)
      this.fail(`${words} leads term ${term} and commits entry ${commit} of term ${entryTerm} by counting`);
    const { voters, votersOutgoing } = view.raw!.membership;
    this.#checkMajority(view, voters);
    this.#checkMajority(view, votersOutgoing);
  }

  #checkMajority({ commit, log, words }: NodeView, voters: ReadonlySet<NodeId>): void {
    const term = log.term(commit);
    let holding = 0;
    for (const id of voters) if (this.observer.views.get(id)?.holds(commit, term) === true) holding += 1;
    if (voters.size > 0 && holding <= voters.size / 2)
      this.fail(`${words} commits ${commit} of term ${term}, durable on ${holding} of ${voters.size} voters`);
  }

  /** The index that the leader counts for a follower is on that one's disk, as long as it knows no later term (figure 2, matchIndex). */
  protected override checkTick({ tick }: World): void {
    if (tick % MATCH_EVERY_TICKS !== 0) return;
    for (const view of this.observer.views.values()) {
      if (view.role === Role.Leader && view.raw !== null) this.#checkMatches(view);
    }
  }

  #checkMatches(view: NodeView): void {
    const { log, term, words } = view;
    for (const { id, match, next } of view.raw!.status().progress) {
      if (match >= next) this.fail(`${words} counts ${match} on node ${id} and would send ${next} next`);
      const follower = this.observer.views.get(id);
      if (follower === undefined || follower.durableTerm > term || match <= log.base.index) continue;
      if (follower.holds(match, log.term(match))) continue;
      this.fail(
        `${words} of term ${term} counts ${match} on node ${id}, whose disk holds ${follower.durable.lastIndex}`,
      );
    }
  }
}
