import type { Message, NodeId } from '../consensus/messages.js';
import { MessageType } from '../consensus/messages.js';
import type { RequestContext } from '../ports/key-value-service.js';
import type { AppendTimings } from '../ports/log-storage.js';
import type { Histogram, Metrics } from '../ports/metrics.js';
import type { SampleRing } from './sample-ring.js';

/**
 * Where the time of a write goes, on the leader. All stamps are cumulative from one monotonic zero, stages are differences, so no
 * time counts twice. One batch is what one turn of the loop appended and sent together; its stamps are always taken, a
 * request's own only when it is sampled.
 *
 *   proposed ─┬─ write ── fsync ───────────────── durable ──┬─ committed     commit = max(persist, replicate)
 *             └─ sent ── follower's disk ── quorum acked ───┘
 */
interface Batch {
  readonly first: number;
  readonly last: number;
  readonly proposedNs: number;
  firstSentNs: number;
  timings: AppendTimings | null;
  /** Followers that hold the whole batch. */
  acks: number;
  /** When enough followers held it that only this node's own disk was missing. */
  quorumAckedNs: number;
  /** The follower whose acknowledgement that was. */
  closer: NodeId;
  remoteQueueNs: number;
  remoteWriteNs: number;
  remoteSyncNs: number;
  committedNs: number;
  winner: 'persist' | 'replicate' | null;
}

/** Stamps of one sampled write; the network layer filled the first ones and will fill the last. */
export interface WriteSample {
  readonly op: 'put' | 'delete' | 'command';
  readonly context: RequestContext;
  index: number;
  batch: Batch | null;
  applyStartNs: number;
  appliedNs: number;
  repliedNs: number;
}

const BATCHES_MAX = 65_536;

/** The ledger as the loop and the desks see it. */
export type Stages = Pick<
  StageLedger,
  | 'setVoters'
  | 'appended'
  | 'expect'
  | 'sent'
  | 'durable'
  | 'acknowledged'
  | 'committed'
  | 'replied'
  | 'reset'
>;

export class StageLedger {
  readonly #persist: Histogram;
  readonly #replicate: Histogram;
  readonly #commit: Histogram;
  readonly #slack: Histogram;
  readonly #persistWon;
  readonly #replicateWon;
  readonly #samples: SampleRing;
  /** Other acknowledgements that a quorum needs besides this node's own. */
  #followersNeeded: number;
  readonly #acked = new Map<NodeId, number>();
  /** Not yet committed or not yet durable, ascending; each begins after the one before. */
  #batches: Batch[] = [];
  /** Proposed in this turn, not yet joined to a batch. */
  #expected: WriteSample[] = [];
  /** Answered before this node's own disk was done. */
  #waiting: WriteSample[] = [];

  constructor(metrics: Metrics, samples: SampleRing, voters: number) {
    this.#samples = samples;
    this.#followersNeeded = Math.floor(voters / 2);
    this.#persist = metrics.histogram(
      'consensus_persist_ns',
      'Leader: proposal to durable on its own disk, per batch.',
    );
    this.#replicate = metrics.histogram(
      'consensus_replicate_ns',
      'Leader: proposal to durable on enough followers, per batch.',
    );
    this.#commit = metrics.histogram('consensus_commit_ns', 'Leader: proposal to commit, per batch.');
    this.#slack = metrics.histogram(
      'consensus_slack_ns',
      'Leader: how long before the commit the losing branch was done, per batch.',
    );
    this.#persistWon = metrics.counter(
      'consensus_persist_won_total',
      "Batches whose commit waited last for the leader's own disk.",
    );
    this.#replicateWon = metrics.counter(
      'consensus_replicate_won_total',
      'Batches whose commit waited last for the followers.',
    );
  }

  /** Batches from now on need this many voters' majority; in a joint configuration the new half counts. */
  setVoters(voters: number): void {
    this.#followersNeeded = Math.floor(voters / 2);
  }

  /** Entries `first`..`last` were appended by this leader in one turn. */
  appended(first: number, last: number, proposedNs: number): void {
    const batch: Batch = {
      first,
      last,
      proposedNs,
      firstSentNs: 0,
      timings: null,
      acks: 0,
      quorumAckedNs: this.#followersNeeded === 0 ? proposedNs : 0,
      closer: 0,
      remoteQueueNs: 0,
      remoteWriteNs: 0,
      remoteSyncNs: 0,
      committedNs: 0,
      winner: null,
    };
    this.#batches.push(batch);
    for (const sample of this.#expected)
      if (sample.index >= first && sample.index <= last) sample.batch = batch;
    this.#expected = [];
    if (this.#batches.length > BATCHES_MAX) this.#batches.shift();
  }

  /** A sampled write was proposed; `appended` joins it to the batch that holds its index. */
  expect(sample: WriteSample): void {
    this.#expected.push(sample);
  }

  sent(messages: readonly Message[], nowNs: number): void {
    let last = 0;
    for (const message of messages) {
      if (message.type === MessageType.Append && message.entries.length > 0) {
        last = Math.max(last, message.index + message.entries.length);
      }
    }
    if (last === 0) return;
    for (let at = this.#batches.length - 1; at >= 0; at--) {
      const batch = this.#batches[at]!;
      if (batch.last > last) continue;
      if (batch.firstSentNs !== 0) break;
      batch.firstSentNs = nowNs;
    }
  }

  durable(last: number, timings: AppendTimings): void {
    for (const batch of this.#batches) {
      if (batch.last > last) break;
      if (batch.timings !== null) continue;
      batch.timings = timings;
      this.#persist.record(timings.durableNs - batch.proposedNs);
    }
    this.#settle();
  }

  acknowledged(message: Message, nowNs: number): void {
    const before = this.#acked.get(message.from) ?? 0;
    if (message.reject || message.index <= before) return;
    this.#acked.set(message.from, message.index);
    for (const batch of this.#batches) {
      if (batch.last > message.index) break;
      if (batch.last <= before) continue;
      batch.acks += 1;
      // With this node's own disk late, one follower more makes the quorum without it: then that one closed it.
      if (batch.acks < this.#followersNeeded || batch.committedNs !== 0) continue;
      batch.quorumAckedNs = nowNs;
      batch.closer = message.from;
      batch.remoteQueueNs = message.diskQueueNs;
      batch.remoteWriteNs = message.diskWriteNs;
      batch.remoteSyncNs = message.diskSyncNs;
      if (batch.acks === this.#followersNeeded) this.#replicate.record(nowNs - batch.proposedNs);
    }
  }

  /** The commit index reached `index`; `winner` names the branch that was waited for last. */
  committed(index: number, winner: 'persist' | 'replicate', nowNs: number): void {
    for (const batch of this.#batches) {
      if (batch.last > index) break;
      if (batch.committedNs !== 0) continue;
      batch.committedNs = nowNs;
      batch.winner = winner;
      (winner === 'persist' ? this.#persistWon : this.#replicateWon).add(1);
      this.#commit.record(nowNs - batch.proposedNs);
      const loserNs = winner === 'persist' ? batch.quorumAckedNs : (batch.timings?.durableNs ?? 0);
      // A commit by followers alone leaves this node's disk behind: the loser has no slack to speak of.
      if (loserNs !== 0) this.#slack.record(nowNs - loserNs);
    }
    this.#settle();
  }

  /** The reply of a sampled write was handed to the socket. */
  replied(sample: WriteSample, repliedNs: number): void {
    sample.repliedNs = repliedNs;
    if (sample.batch === null) return;
    if (sample.batch.timings === null) this.#waiting.push(sample);
    else this.#emit(sample, sample.batch);
  }

  /** Leadership ended: what was under way will never be complete. */
  reset(): void {
    this.#batches = [];
    this.#expected = [];
    this.#waiting = [];
    this.#acked.clear();
  }

  #settle(): void {
    let done = 0;
    while (done < this.#batches.length) {
      const batch = this.#batches[done]!;
      if (batch.committedNs === 0 || batch.timings === null) break;
      done += 1;
    }
    if (done > 0) this.#batches.splice(0, done);
    if (this.#waiting.length === 0) return;
    const ready = this.#waiting.filter((sample) => sample.batch?.timings !== null);
    this.#waiting = this.#waiting.filter((sample) => sample.batch?.timings === null);
    for (const sample of ready) this.#emit(sample, sample.batch!);
  }

  #emit(sample: WriteSample, batch: Batch): void {
    const { context } = sample;
    const timings = batch.timings!;
    this.#samples.add({
      traceId: context.traceId,
      op: sample.op,
      index: sample.index,
      receivedNs: context.receivedNs,
      parsedNs: context.parsedNs,
      proposedNs: batch.proposedNs,
      appendStartedNs: timings.writeStartedNs,
      appendedNs: timings.writtenNs,
      fsyncSubmittedNs: timings.syncSubmittedNs,
      fsyncDoneNs: timings.durableNs,
      firstSentNs: batch.firstSentNs === 0 ? null : batch.firstSentNs,
      quorumAckedNs: batch.quorumAckedNs === 0 ? batch.committedNs : batch.quorumAckedNs,
      committedNs: batch.committedNs,
      applyStartNs: sample.applyStartNs,
      appliedNs: sample.appliedNs,
      repliedNs: sample.repliedNs,
      winner: batch.winner,
      closer: batch.closer,
      remote:
        batch.closer === 0
          ? null
          : { queueNs: batch.remoteQueueNs, writeNs: batch.remoteWriteNs, syncNs: batch.remoteSyncNs },
    });
  }
}
