import type { StrataError } from '../../errors.js';
import type { Mutex } from '../../ports/lock.js';
import type { Admission } from '../admission.js';
import type { NodeContext } from '../node-context.js';
import { ReadDesk } from '../read-desk.js';
import type { WaitingRead } from '../read-queue.js';
import { LockQueue } from './lock-queue.js';

/**
 * A linearizable read takes the lock of the state once its index is applied, and holds it while it looks its keys up: neither a round nor the disk is waited for
 * under it. What is applied meanwhile may be seen, as by any read that is not answered yet. Lease and stale reads take none: a lease could end in the queue.
 */
export class StateReadDesk extends ReadDesk {
  readonly #context: NodeContext;
  readonly #admission: Admission;
  readonly #lock: Mutex<'read'>;
  readonly #queue = new LockQueue<WaitingRead>();

  constructor(parts: ConstructorParameters<typeof ReadDesk>, lock: Mutex<'read'>) {
    super(...parts);
    [this.#context, this.#admission] = parts;
    this.#lock = lock;
  }

  override get size(): number {
    return super.size + this.#queue.size;
  }

  override expire(nowNs: number, error: StrataError): number {
    const late = this.#queue.expired(nowNs);
    for (const read of late) this.#refuse(read, error);
    return late.length + super.expire(nowNs, error);
  }

  override fail(error: StrataError): void {
    for (const read of this.#queue.takeAll()) this.#refuse(read, error);
    super.fail(error);
  }

  protected override answer(read: WaitingRead, confirmedNs: number): void {
    if (confirmedNs === 0) {
      super.answer(read, confirmedNs);
      return;
    }
    this.#queue.add(read);
    void this.#lock.acquire('read').then((release) => {
      if (this.#queue.take(read)) {
        super.answer(read, confirmedNs);
        // What the answer set off, such as a message to the node that asked, leaves in a turn.
        this.#context.schedule();
      }
      release();
    });
  }

  #refuse({ bytes, done }: WaitingRead, error: StrataError): void {
    this.#admission.leave(bytes);
    done(error, null);
  }
}
