import type { NodeId } from '../../consensus/messages.js';
import { MessageType } from '../../consensus/messages.js';
import { type Outgoing, Raft } from '../../consensus/raft.js';
import { ReadRounds } from '../../consensus/read-index.js';
import { ReadLease } from '../../runtime/read-lease.js';
import { ReadQueue } from '../../runtime/read-queue.js';
import { type Patch, replace, replaceGetter, together } from './patch.js';

/** Defects by which a read may miss a write that was acknowledged before it began. */

/** The leader confirms its reads when it sends out the round, whoever answers. */
export const readsWithoutQuorum: Patch = replace(
  Raft.prototype,
  'send',
  (original) =>
    function send(this: Raft, outgoing: Outgoing): void {
      if (outgoing.type === MessageType.Heartbeat && this.reads.count > 0) {
        for (const { from, context, index } of this.reads.acknowledge(
          this.id,
          this.id,
          this.reads.lastRound,
          [this.id],
          [],
        )) {
          if (from === this.id) this.readStates.push({ context, index });
          else original.call(this, { type: MessageType.ReadIndexResponse, to: from, index, context });
        }
      }
      original.call(this, outgoing);
    },
);

/** A majority of all voters but two is one node less than a majority of all. */
export const readQuorumOneShort: Patch = replace(
  ReadRounds.prototype,
  'acknowledge',
  (original) =>
    function acknowledge(this: ReadRounds, self, peer, round, voters, outgoing) {
      return original.call(
        this,
        self,
        peer,
        round,
        allButTwo(voters, self, peer),
        allButTwo(outgoing, self, peer),
      );
    },
);

/** Those that answered stay. */
function allButTwo(voters: Iterable<NodeId>, self: NodeId, peer: NodeId): NodeId[] {
  const all = [...voters];
  const kept = [self, peer].filter((id) => all.includes(id));
  const ordered = [...new Set([...kept, ...all])];
  return ordered.slice(0, Math.max(Math.min(1, all.length), all.length - 2));
}

/** On the wire all tries of a round bear the name of the first; the reads that joined since are confirmed with it. */
export const roundNameReused: Patch = () => {
  const names = new WeakMap<ReadQueue, { readonly onWire: number; real: number }>();
  return together(
    replace(
      ReadQueue.prototype,
      'nextRound',
      (original) =>
        function nextRound(this: ReadQueue, nowNs, isWanted): number {
          const real = original.call(this, nowNs, isWanted);
          if (real === 0) return 0;
          const open = names.get(this);
          if (open === undefined) names.set(this, { onWire: real, real });
          else open.real = real;
          return open?.onWire ?? real;
        },
    ),
    replace(
      ReadQueue.prototype,
      'confirm',
      (original) =>
        function confirm(this: ReadQueue, id, index, nowNs): number | null {
          const open = names.get(this);
          if (open?.onWire !== id) return null;
          names.delete(this);
          return original.call(this, open.real, index, nowNs);
        },
    ),
    replace(
      ReadQueue.prototype,
      'takeAll',
      (original) =>
        function takeAll(this: ReadQueue) {
          names.delete(this);
          return original.call(this);
        },
    ),
  )();
};

/** Until the first round of a life is caught up with, reads get what the node holds: after a restart the state of its last snapshot. */
export const readsBeforeReplay: Patch = () => {
  const replayTo = new WeakMap<ReadQueue, number>();
  return together(
    replace(
      ReadQueue.prototype,
      'confirm',
      (original) =>
        function confirm(this: ReadQueue, id, index, nowNs): number | null {
          const startedNs = original.call(this, id, index, nowNs);
          if (startedNs !== null && !replayTo.has(this)) replayTo.set(this, index);
          return startedNs;
        },
    ),
    replace(
      ReadQueue.prototype,
      'takeServable',
      (original) =>
        function takeServable(this: ReadQueue, appliedIndex) {
          const isReplaying = appliedIndex < (replayTo.get(this) ?? 0);
          if (!isReplaying && replayTo.has(this)) replayTo.set(this, 0);
          return original.call(this, isReplaying ? Number.POSITIVE_INFINITY : appliedIndex);
        },
    ),
  )();
};

/** The leader never looks whether a majority still answers, and what once was a lease lasts as long as it takes itself for the leader. */
export const leaseWithoutQuorum: Patch = () => {
  const granted = new WeakMap<ReadLease, number>();
  return together(
    replaceGetter(Raft.prototype, 'checksQuorum', () => () => false),
    replace(
      ReadLease.prototype,
      'grant',
      (original) =>
        function grant(this: ReadLease, term, startedNs): void {
          granted.set(this, term);
          original.call(this, term, startedNs);
        },
    ),
    replace(
      ReadLease.prototype,
      'isValid',
      () =>
        function isValid(this: ReadLease, term): boolean {
          return term !== 0 && granted.get(this) === term;
        },
    ),
  )();
};
