import { StrataError } from '../errors.js';
import type { Done, RequestContext, WriteResult } from '../ports/key-value-service.js';
import type { Forwarder } from './forwarder.js';
import type { NodeMetrics } from './node-metrics.js';
import type { RuntimeOptions } from './runtime-options.js';
import type { StageLedger, WriteSample } from './stage-ledger.js';
import { type WaitingWrite, WaitingWrites } from './waiting-writes.js';

export interface PendingWrite {
  readonly op: 'put' | 'delete';
  readonly command: Uint8Array;
  readonly context: RequestContext;
  readonly done: Done<WriteResult>;
}

/** Writes from their arrival to the entry that carries them, and from there until that entry is applied. */
export class WriteDesk {
  readonly #options: RuntimeOptions;
  readonly #metrics: NodeMetrics;
  readonly #ledger: StageLedger;
  readonly #forwarder: Forwarder;
  readonly #waiting = new WaitingWrites();
  #arrived: PendingWrite[] = [];
  /** When the first of `#arrived` came. */
  #gatheringSinceNs = 0;
  #sampleCount = 0;

  constructor(options: RuntimeOptions, metrics: NodeMetrics, ledger: StageLedger, forwarder: Forwarder) {
    this.#options = options;
    this.#metrics = metrics;
    this.#ledger = ledger;
    this.#forwarder = forwarder;
    options.metrics.gauge('consensus_writes_waiting', 'Writes not yet answered.', () => this.size);
  }

  get size(): number {
    return this.#arrived.length + this.#waiting.size;
  }

  arrive(write: PendingWrite): void {
    if (this.#arrived.length === 0) this.#gatheringSinceNs = write.context.parsedNs;
    this.#arrived.push(write);
  }

  /** Proposes what has arrived, or passes it on to the leader, or lets it gather a little longer. */
  propose(nowNs: number): void {
    if (this.#arrived.length === 0 || this.#gathers(nowNs)) return;
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const write of arrived) {
      if (this.#options.raw.role === 'leader') this.#proposeOne(write, nowNs);
      else this.#passOn(write);
    }
  }

  /** The write that waits for the entry at `index`, if one does. */
  take(index: number): WaitingWrite | null {
    return this.#waiting.take(index);
  }

  expired(nowNs: number): readonly WaitingWrite[] {
    return this.#waiting.expired(nowNs);
  }

  /** Answers all that is proposed, and with `arrived` also what is not, with an error. */
  fail(error: StrataError, arrived: boolean): void {
    for (const write of this.#waiting.takeAll()) write.done(error, null);
    if (!arrived) return;
    const unproposed = this.#arrived;
    this.#arrived = [];
    for (const write of unproposed) write.done(error, null);
  }

  /**
   * While an append is at the disk the next one could not begin anyway, so writes that wait for it lose nothing and share what
   * follows. The completion of that append ends the wait, at the latest a tick after the limit.
   */
  #gathers(nowNs: number): boolean {
    const { log, raw, gatherBehindAppends, gatherMsMax } = this.#options;
    if (gatherBehindAppends === 0 || raw.role !== 'leader') return false;
    return log.pendingAppends >= gatherBehindAppends && nowNs - this.#gatheringSinceNs < gatherMsMax * 1e6;
  }

  #proposeOne(write: PendingWrite, nowNs: number): void {
    const { context, done } = write;
    let index: number;
    try {
      index = this.#options.raw.propose(write.command);
    } catch (error) {
      if (!(error instanceof StrataError)) throw error;
      done(error, null);
      return;
    }
    this.#metrics.proposals.add(1);
    this.#metrics.proposeWait.record(nowNs - context.parsedNs);
    const deadlineNs = nowNs + this.#options.operationTimeoutMs * 1e6;
    this.#waiting.add(index, { context, done, deadlineNs, sample: this.#sampleOf(write, index) });
  }

  /** Stage record of a write that is sampled, else null. */
  #sampleOf({ context, op }: PendingWrite, index: number): WriteSample | null {
    const { sampleEvery } = this.#options;
    this.#sampleCount += 1;
    if (context.traceId === null && (sampleEvery === 0 || this.#sampleCount % sampleEvery !== 0)) return null;
    const sample: WriteSample = {
      op,
      context,
      index,
      batch: null,
      applyStartNs: 0,
      appliedNs: 0,
      repliedNs: 0,
    };
    context.onReplied = (repliedNs) => {
      // A reply before the apply is an error: such a write has no stages to tell of.
      if (sample.appliedNs !== 0) this.#ledger.replied(sample, repliedNs);
    };
    this.#ledger.expect(sample);
    return sample;
  }

  #passOn({ command, context, done }: PendingWrite): void {
    const refusal = this.#forwarder.refusal(context);
    if (refusal !== null) done(refusal, null);
    else this.#forwarder.write(command, done);
  }
}
