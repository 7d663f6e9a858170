import type { StrataError } from '../../errors.js';
import type { Mutex } from '../../ports/lock.js';
import type { Admission } from '../admission.js';
import type { NodeContext } from '../node-context.js';
import { WriteDesk } from '../write-desk.js';
import { LockQueue } from './lock-queue.js';
import type { LockedLog } from './locked-log.js';

type Arrival = Parameters<WriteDesk['arrive']>;

interface WaitingForLock {
  readonly arrival: Arrival;
  readonly bytes: number;
  readonly deadlineNs: number;
}

/**
 * Every write takes the lock before it is proposed and keeps it until its entry is durable on this node's own disk, as code does that calls the disk under its
 * mutex: one write is on its way at a time, and group commit has nothing to group. On a node that does not lead the lock is taken and given back at once. A
 * write that waits longer than `operationTimeoutMs` is answered with STRATA_TIMEOUT, and so was never proposed.
 */
export class LockedWriteDesk extends WriteDesk {
  readonly #context: NodeContext;
  readonly #admission: Admission;
  readonly #log: LockedLog;
  readonly #lock: Mutex<'write'>;
  readonly #queue = new LockQueue<WaitingForLock>();
  /** Not let in; told so in the next turn, since nobody is answered before the call returns. */
  #refused: { readonly error: StrataError; readonly done: Arrival[4] }[] = [];

  constructor(parts: ConstructorParameters<typeof WriteDesk>, log: LockedLog, lock: Mutex<'write'>) {
    super(...parts);
    [this.#context, this.#admission] = parts;
    this.#log = log;
    this.#lock = lock;
  }

  override get size(): number {
    return super.size + this.#queue.size;
  }

  override arrive(...arrival: Arrival): void {
    const [, data, , context, done] = arrival;
    const bytes = data.length;
    const error = this.#admission.enter(bytes);
    if (error !== null) {
      this.#refused.push({ error, done });
      return;
    }
    const deadlineNs = context.parsedNs + this.#context.operationTimeoutMs * 1e6;
    const waiting = { arrival, bytes, deadlineNs };
    this.#queue.add(waiting);
    void this.#lock.acquire('write').then((release) => {
      if (this.#queue.take(waiting)) this.#begin(waiting, release);
      else release();
    });
  }

  override propose(nowNs: number): void {
    if (this.#refused.length > 0) this.#answerRefused();
    super.propose(nowNs);
    // Whatever held the lock has been passed on to another node.
    if (this.#context.raw.role !== 'leader') this.#log.endAnyWrite();
  }

  override expire(nowNs: number, error: StrataError): number {
    const late = this.#queue.expired(nowNs);
    for (const waiting of late) this.#refuse(waiting, error);
    return late.length + super.expire(nowNs, error);
  }

  override fail(error: StrataError): void {
    this.#answerRefused();
    for (const waiting of this.#queue.takeAll()) this.#refuse(waiting, error);
    super.fail(error);
    this.#log.abandon();
  }

  #begin({ arrival, bytes }: WaitingForLock, release: () => void): void {
    const [op, data, session, context, done] = arrival;
    // The base class counts it in again.
    this.#admission.leave(bytes);
    if (this.#context.raw.role !== 'leader') {
      super.arrive(...arrival);
      release();
    } else {
      this.#log.beginWrite(data, release);
      super.arrive(op, data, session, context, (error, outcome) => {
        // The others may have committed it before this node's own disk is done: the lock waits for that.
        if (error !== null) this.#log.endWrite(data);
        done(error, outcome);
      });
    }
    this.#context.schedule();
  }

  #refuse({ arrival, bytes }: WaitingForLock, error: StrataError): void {
    this.#admission.leave(bytes);
    arrival[4](error, null);
  }

  #answerRefused(): void {
    const refused = this.#refused;
    this.#refused = [];
    for (const { error, done } of refused) done(error, null);
  }
}
