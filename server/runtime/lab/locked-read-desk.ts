import type { StrataError } from '../../errors.js';
import type { Consistency, Done, ReadResult, RequestContext } from '../../ports/key-value-service.js';
import type { Mutex } from '../../ports/lock.js';
import type { Query, QueryResult } from '../../state/vocabulary.js';
import type { Admission } from '../admission.js';
import type { NodeContext } from '../node-context.js';
import { ReadDesk } from '../read-desk.js';
import { LockQueue } from './lock-queue.js';

interface WaitingForLock {
  readonly bytes: number;
  readonly deadlineNs: number;
  /** Into the queue of the base class. */
  readonly go: () => void;
  readonly fail: (error: StrataError) => void;
}

/**
 * A linearizable read takes the lock before it asks for its index, so it waits for whoever calls the disk under it. It gives it back once it has asked: the
 * answer may need an append of this node, which takes the same lock. The lookup itself is made without it. Lease and stale reads take none.
 */
export class LockedReadDesk extends ReadDesk {
  readonly #context: NodeContext;
  readonly #admission: Admission;
  readonly #lock: Mutex<'read'>;
  readonly #queue = new LockQueue<WaitingForLock>();
  #refused: (() => void)[] = [];

  constructor(parts: ConstructorParameters<typeof ReadDesk>, lock: Mutex<'read'>) {
    super(...parts);
    [this.#context, this.#admission] = parts;
    this.#lock = lock;
  }

  override get size(): number {
    return super.size + this.#queue.size;
  }

  override get(
    key: Uint8Array,
    consistency: Consistency,
    context: RequestContext,
    done: Done<ReadResult>,
  ): void {
    const go = (): void => super.get(key, consistency, context, done);
    if (consistency === 'linearizable') this.#wait(go, key.length, context, done);
    else go();
  }

  override query(
    query: Query,
    consistency: Consistency,
    context: RequestContext,
    done: Done<QueryResult>,
  ): void {
    const go = (): void => super.query(query, consistency, context, done);
    if (consistency === 'linearizable') this.#wait(go, 0, context, done);
    else go();
  }

  override startRound(nowNs: number): void {
    this.#answerRefused();
    super.startRound(nowNs);
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
  }

  #wait(
    go: () => void,
    bytes: number,
    { parsedNs }: RequestContext,
    done: (error: Error, result: null) => void,
  ): void {
    const error = this.#admission.enter(bytes);
    if (error !== null) {
      this.#refused.push(() => done(error, null));
      return;
    }
    const deadlineNs = parsedNs + this.#context.operationTimeoutMs * 1e6;
    const waiting = { bytes, deadlineNs, go, fail: (reason: StrataError) => done(reason, null) };
    this.#queue.add(waiting);
    void this.#lock.acquire('read').then((release) => {
      if (this.#queue.take(waiting)) {
        // The base class counts it in again.
        this.#admission.leave(bytes);
        go();
        this.#context.schedule();
      }
      release();
    });
  }

  #refuse({ bytes, fail }: WaitingForLock, error: StrataError): void {
    this.#admission.leave(bytes);
    fail(error);
  }

  #answerRefused(): void {
    const refused = this.#refused;
    this.#refused = [];
    for (const answer of refused) answer();
  }
}
