import type { StrataError } from '../errors.js';
import type { Done, ReadResult, RequestContext } from '../ports/key-value-service.js';
import type { Forwarder } from './forwarder.js';
import type { NodeMetrics } from './node-metrics.js';
import { ReadQueue, type WaitingRead } from './read-queue.js';
import type { RuntimeOptions } from './runtime-options.js';
import type { SampleRing } from './sample-ring.js';

const ABSENT: ReadResult = { value: null, revision: 0 };

/** Linearizable reads: gathered into ReadIndex rounds, served once the state machine has caught up with their round. */
export class ReadDesk {
  readonly #options: RuntimeOptions;
  readonly #metrics: NodeMetrics;
  readonly #forwarder: Forwarder;
  readonly #samples: SampleRing;
  readonly #queue: ReadQueue;

  constructor(options: RuntimeOptions, metrics: NodeMetrics, samples: SampleRing, forwarder: Forwarder) {
    this.#options = options;
    this.#metrics = metrics;
    this.#samples = samples;
    this.#forwarder = forwarder;
    this.#queue = new ReadQueue(options.firstReadRound, 2 * options.heartbeatMs);
    options.metrics.gauge('consensus_reads_waiting', 'Reads not yet answered.', () => this.#queue.size);
  }

  arrive(key: Uint8Array, context: RequestContext, done: Done<ReadResult>): void {
    const { clock, operationTimeoutMs } = this.#options;
    const deadlineNs = clock.nowNs() + operationTimeoutMs * 1e6;
    this.#queue.add({ key, context, done, deadlineNs, roundStartedNs: 0 });
  }

  /** Starts a round for what has gathered, or passes it on to the leader. */
  startRound(nowNs: number): void {
    if (this.#queue.size === 0) return;
    const { raw } = this.#options;
    if (raw.role !== 'leader') {
      for (const read of this.#queue.takeAll()) this.#passOn(read);
      return;
    }
    const round = this.#queue.nextRound(nowNs);
    if (round === 0) return;
    this.#metrics.readRounds.add(1);
    raw.readIndex(round);
  }

  confirm(round: number, index: number): void {
    this.#queue.confirm(round, index, this.#options.clock.nowNs());
  }

  /** Answers the reads whose round is confirmed and applied. */
  serve(): void {
    const { machine, clock } = this.#options;
    for (const { read, confirmedNs } of this.#queue.servable(machine.appliedIndex)) {
      const found = machine.get(read.key);
      const servedNs = clock.nowNs();
      this.#metrics.reads.add(1);
      this.#metrics.readWait.record(servedNs - read.context.parsedNs);
      if (read.context.traceId !== null) this.#sample(read, confirmedNs, servedNs);
      read.done(null, found === undefined ? ABSENT : { value: found.value, revision: found.revision });
    }
  }

  expired(nowNs: number): readonly WaitingRead[] {
    return this.#queue.expired(nowNs);
  }

  fail(error: StrataError): void {
    for (const read of this.#queue.takeAll()) read.done(error, null);
  }

  #passOn({ key, context, done }: WaitingRead): void {
    const refusal = this.#forwarder.refusal(context);
    if (refusal !== null) done(refusal, null);
    else this.#forwarder.read(key, done);
  }

  #sample({ context, roundStartedNs }: WaitingRead, confirmedNs: number, servedNs: number): void {
    context.onReplied = (repliedNs) =>
      this.#samples.add({
        traceId: context.traceId,
        op: 'get',
        index: 0,
        receivedNs: context.receivedNs,
        parsedNs: context.parsedNs,
        proposedNs: roundStartedNs,
        appendStartedNs: null,
        appendedNs: null,
        fsyncSubmittedNs: null,
        fsyncDoneNs: null,
        firstSentNs: null,
        quorumAckedNs: confirmedNs,
        committedNs: confirmedNs,
        applyStartNs: servedNs,
        appliedNs: servedNs,
        repliedNs,
        winner: null,
        closer: 0,
        remote: null,
      });
  }
}
