import { StrataError } from '../errors.js';
import type { Done, RequestContext, WriteResult } from '../ports/key-value-service.js';
import { encodeCommand, encodeDelete, encodePut, stampCommand } from '../state/command-codec.js';
import type { Command, CommandResult, SessionRef } from '../state/vocabulary.js';
import type { Admission } from './admission.js';
import type { ClusterTime } from './cluster-time.js';
import type { LocalWrite } from './forwarded-write.js';
import type { Forwarder } from './forwarder.js';
import type { NodeContext } from './node-context.js';
import { ProposalSlot } from './proposal-slot.js';
import { sessionFault } from './session-fault.js';
import type { Stages, WriteSample } from './stage-ledger.js';
import { type WaitingWrite, WaitingWrites, type WriteOutcome } from './waiting-writes.js';

interface PendingWrite {
  readonly op: 'put' | 'delete' | 'command';
  /** As it will stand in the log, but for the time: the leader stamps a command when it proposes it. */
  readonly data: Uint8Array;
  readonly session: SessionRef | null;
  readonly context: RequestContext;
  readonly done: Done<WriteOutcome>;
  /** Counted as waiting in the admission; null when somebody else counts it. */
  readonly bytes: number | null;
}

interface Refused {
  readonly error: StrataError;
  readonly done: Done<WriteOutcome>;
}

/** Writes from their arrival to the entry that carries them, and from there until that entry is applied. */
export class WriteDesk {
  readonly #context: NodeContext;
  readonly #admission: Admission;
  readonly #time: ClusterTime;
  readonly #ledger: Stages;
  readonly #forwarder: Forwarder;
  readonly #waiting = new WaitingWrites();
  readonly #slot: ProposalSlot;
  #arrived: PendingWrite[] = [];
  /** Not let in; told so in the next turn, since nobody is answered before the call returns. */
  #refused: Refused[] = [];
  /** When the first of `#arrived` came. */
  #gatheringSinceNs = 0;
  #sampleCount = 0;

  constructor(
    context: NodeContext,
    admission: Admission,
    time: ClusterTime,
    ledger: Stages,
    forwarder: Forwarder,
  ) {
    this.#context = context;
    this.#admission = admission;
    this.#time = time;
    this.#ledger = ledger;
    this.#forwarder = forwarder;
    this.#slot = new ProposalSlot(context.metrics);
    context.metrics.gauge('consensus_writes_waiting', 'Writes not yet answered.', () => this.size);
  }

  get size(): number {
    return this.#arrived.length + this.#waiting.size;
  }

  put(key: Uint8Array, value: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.arrive('put', encodePut(key, value), null, context, done as Done<WriteOutcome>);
  }

  delete(key: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.arrive('delete', encodeDelete(key), null, context, done as Done<WriteOutcome>);
  }

  write(command: Command, context: RequestContext, done: Done<CommandResult>): void {
    const session = command.kind === 'batch' || command.kind === 'txn' ? command.session : null;
    const data = encodeCommand(command, 0, this.#context.limits);
    this.arrive('command', data, session, context, done as Done<WriteOutcome>);
  }

  /** `data` is the desk's own from now on. */
  arrive(
    op: PendingWrite['op'],
    data: Uint8Array,
    session: SessionRef | null,
    context: RequestContext,
    done: Done<WriteOutcome>,
  ): void {
    const error = this.#admission.enter(data.length);
    if (error !== null) {
      this.#refused.push({ error, done });
      return;
    }
    if (this.#arrived.length === 0) this.#gatheringSinceNs = context.parsedNs;
    this.#slot.ask(this.#isBehindAppend(), context.parsedNs);
    this.#arrived.push({ op, data, session, context, done, bytes: data.length });
  }

  /** Proposes what has arrived, or passes it on to the leader, or lets it gather a little longer. */
  propose(nowNs: number): void {
    if (this.#refused.length > 0) this.#answerRefused();
    const retried = this.#forwarder.writes.run(nowNs);
    if (retried.length > 0) this.#takeBack(retried, nowNs);
    if (this.#arrived.length === 0 || this.#gathers(nowNs)) return;
    const arrived = this.#arrived;
    this.#arrived = [];
    this.#slot.release(nowNs);
    if (this.#context.raw.role !== 'leader') {
      for (const write of arrived) this.#passOn(write, nowNs);
      return;
    }
    const refusal = this.#admission.writeRefusal();
    if (refusal !== null) this.#admission.countRefused(arrived.length);
    const fullness = refusal === null ? this.#admission.fullness() : null;
    for (const write of arrived) {
      const error = fullness === null ? refusal : this.#admission.growthRefusal(fullness, write.data);
      if (error === null) this.#proposeOne(write, nowNs);
      else this.#refuse(write, error);
    }
  }

  /** The write that waits for the entry at `index`, if one does. It has to be answered: `answer`. */
  take(index: number): WaitingWrite | null {
    return this.#waiting.take(index);
  }

  answer({ bytes, done, session }: WaitingWrite, outcome: WriteOutcome): void {
    this.#leave(bytes);
    const fault = session === null ? null : sessionFault(outcome as CommandResult, session);
    if (fault === null) done(null, outcome);
    else done(fault, null);
  }

  /** Answers those whose time is over; returns how many. They stay in the log and may still take effect. */
  expire(nowNs: number, error: StrataError): number {
    const late = this.#waiting.expired(nowNs);
    for (const write of late) this.#refuse(write, error);
    return late.length;
  }

  /** The lead is lost: what is proposed has an unknown outcome. What carries a session is asked of the next leader, the rest is answered. */
  leadLost(error: StrataError): void {
    for (const write of this.#waiting.takeAll()) {
      const { data, session, deadlineNs, done, bytes } = write;
      if (data === null || bytes === null) this.#refuse(write, error);
      else
        this.#forwarder.writes.pass({ op: 'command', data, session, bytes, deadlineNs, done, doubt: error });
    }
  }

  /** Answers everything with an error. */
  fail(error: StrataError): void {
    for (const write of this.#waiting.takeAll()) this.#refuse(write, error);
    this.#answerRefused();
    const unproposed = this.#arrived;
    this.#arrived = [];
    for (const write of unproposed) this.#refuse(write, error);
  }

  /**
   * While an append is at the disk the next one could not begin anyway, so writes that wait for it lose nothing and share what
   * follows. The completion of that append ends the wait, at the latest a tick after the limit.
   */
  #gathers(nowNs: number): boolean {
    return this.#isBehindAppend() && nowNs - this.#gatheringSinceNs < this.#context.gatherMsMax * 1e6;
  }

  #isBehindAppend(): boolean {
    const { log, raw, gatherBehindAppends } = this.#context;
    return gatherBehindAppends !== 0 && raw.role === 'leader' && log.pendingAppends >= gatherBehindAppends;
  }

  #proposeOne(write: PendingWrite, nowNs: number): void {
    const { bytes, context, data, done, op, session } = write;
    const { nodeMetrics, operationTimeoutMs, raw } = this.#context;
    // Not at its arrival: a command that gathered, or came from another node, happens now.
    if (op === 'command') stampCommand(data, this.#time.nowMs(nowNs));
    let index: number;
    try {
      index = raw.propose(data);
    } catch (error) {
      if (!(error instanceof StrataError)) throw error;
      this.#refuse(write, error);
      return;
    }
    nodeMetrics.proposals.add(1);
    nodeMetrics.proposeWait.record(nowNs - context.parsedNs);
    const deadlineNs = nowNs + operationTimeoutMs * 1e6;
    const sample = this.#sampleOf(write, index);
    const kept = session !== null && context.forward ? data : null;
    this.#waiting.add(index, { context, done, bytes, data: kept, session, deadlineNs, sample });
  }

  /** Stage record of a write that is sampled, else null. */
  #sampleOf({ context, op }: PendingWrite, index: number): WriteSample | null {
    const { sampleEvery } = this.#context;
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

  #passOn(write: PendingWrite, nowNs: number): void {
    const { bytes, context, data, done, op, session } = write;
    if (!context.forward || bytes === null) {
      this.#refuse(write, this.#forwarder.refusal(context)!);
      return;
    }
    const deadlineNs = nowNs + this.#context.operationTimeoutMs * 1e6;
    this.#forwarder.writes.pass({ op, data, session, bytes, deadlineNs, done, doubt: null });
  }

  /** Writes that were on their way to another leader, before those that came since. */
  #takeBack(retried: readonly LocalWrite[], nowNs: number): void {
    const context: RequestContext = {
      receivedNs: nowNs,
      parsedNs: nowNs,
      traceId: null,
      // Were the lead lost again, the forwarder would hear of it and try elsewhere.
      forward: false,
      onReplied: null,
    };
    if (this.#arrived.length === 0) this.#gatheringSinceNs = nowNs;
    const back = retried.map(({ op, data, done }): PendingWrite => {
      return {
        op,
        data,
        session: null,
        context: { ...context },
        done: done as Done<WriteOutcome>,
        bytes: null,
      };
    });
    this.#arrived = [...back, ...this.#arrived];
  }

  #refuse({ bytes, done }: PendingWrite | WaitingWrite, error: StrataError): void {
    this.#leave(bytes);
    done(error, null);
  }

  #leave(bytes: number | null): void {
    if (bytes !== null) this.#admission.leave(bytes);
  }

  #answerRefused(): void {
    const refused = this.#refused;
    this.#refused = [];
    for (const { error, done } of refused) done(error, null);
  }
}
