import { decodeConfChange } from '../consensus/confchange.js';
import { type Entry, EntryType, type SnapshotMeta } from '../consensus/messages.js';
import type { NodeContext } from './node-context.js';
import type { NodeParts } from './node-parts.js';
import type { EntryApplier } from './strategies.js';
import type { WaitingWrite, WriteOutcome } from './waiting-writes.js';

/** What is committed becomes state, and whoever waits for it hears of it. */
export class Applier implements EntryApplier {
  readonly #context: NodeContext;
  readonly #parts: NodeParts;
  readonly #raw: NodeContext['raw'];
  readonly #clock: NodeContext['clock'];

  constructor(context: NodeContext, parts: NodeParts) {
    this.#context = context;
    this.#parts = parts;
    this.#raw = context.raw;
    this.#clock = context.clock;
  }

  start(): void {}

  stop(): void {}

  /** The core accepted a leader's snapshot: its state, loaded beforehand, takes the place of this node's in one step. */
  install(meta: SnapshotMeta): void {
    this.#context.machine = this.#parts.snapshots.takeLoaded(meta);
    this.#raw.appliedTo(meta.index);
    this.#context.logger.info({ index: meta.index, term: meta.term }, 'snapshot of the leader installed');
    this.#membershipChanged(meta.index);
    this.#parts.snapshots.installed();
    this.#parts.watches.onInstalled();
  }

  /** A change of membership takes effect when it is applied: in the core by ids, in the member book by what its context says. */
  #applyMembership({ index, data }: Entry): void {
    const change = decodeConfChange(data);
    this.#raw.applyConfChange(change);
    this.#context.machine.applyMembership(index, change.context);
    this.#membershipChanged(index);
  }

  #membershipChanged(index: number): void {
    this.#parts.ledger.setVoters(this.#raw.membership.voters.size);
    this.#parts.book.refresh();
    this.#parts.reads.noteMembershipChange(this.#clock.nowNs());
    this.#parts.membership.applied(index);
  }

  /** Applies all entries first and answers then: an answer costs more than an apply, and the last write should not wait for all answers. */
  apply(entries: readonly Entry[], committedNs: number): void {
    const { machine, nodeMetrics } = this.#context;
    const startNs = this.#clock.nowNs();
    const answers: { readonly waiting: WaitingWrite; readonly outcome: WriteOutcome }[] = [];
    for (const entry of entries) {
      if (entry.type === EntryType.ConfChange) {
        this.#applyMembership(entry);
        continue;
      }
      const outcome = machine.apply(entry.index, entry.data);
      const waiting = this.#parts.writes.take(entry.index);
      // Who waits has proposed a command: its entry is none without an outcome.
      if (waiting !== null) answers.push({ waiting, outcome: outcome! });
    }
    this.#raw.appliedTo(entries.at(-1)!.index);
    this.#parts.snapshots.noteApplied(entries);
    const appliedNs = this.#clock.nowNs();
    nodeMetrics.commits.add(entries.length);
    nodeMetrics.applied.add(entries.length);
    nodeMetrics.applyWait.record(startNs - committedNs);
    nodeMetrics.apply.record(appliedNs - startNs);
    for (const { waiting, outcome } of answers) {
      const { sample } = waiting;
      if (sample !== null) {
        sample.applyStartNs = startNs;
        sample.appliedNs = appliedNs;
      }
      this.#parts.writes.answer(waiting, outcome);
    }
    this.#parts.watches.onApplied();
    this.#parts.expiry.run(appliedNs);
  }
}
