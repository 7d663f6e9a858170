import { InvariantError } from '../../errors.js';
import type { Mutex, Release } from '../../ports/lock.js';
import type { AppendRequest, LogHealth, LogStorage, RecoveredLog } from '../../ports/log-storage.js';

/** The write that holds the lock. */
interface WriteHold {
  /** Its command, as it will stand in the log: the same array. */
  readonly data: Uint8Array;
  readonly release: Release;
  /** Its entry is on the way to the disk: what comes behind is not covered by this hold any more. */
  isAppended: boolean;
}

/**
 * A log behind a lock that is held until the append under it may be acknowledged. The lock is taken for every append with entries, one at a time, unless the
 * write that holds it is still to come: a leader's own append belongs to the write that asked for it. Appends without entries (votes, answers) take no lock,
 * but keep their place behind those that wait. Whatever is appended is passed on in its order.
 */
export class LockedLog implements LogStorage {
  readonly recovered: RecoveredLog;
  readonly #log: LogStorage;
  readonly #lock: Mutex<'append' | 'write'>;
  /** Not passed on yet. */
  readonly #queue: AppendRequest[] = [];
  #write: WriteHold | null = null;
  #isAsking = false;
  #isAbandoned = false;

  constructor(log: LogStorage, lock: Mutex<'append' | 'write'>) {
    this.recovered = log.recovered;
    this.#log = log;
    this.#lock = lock;
  }

  get pendingAppends(): number {
    return this.#log.pendingAppends + this.#queue.length;
  }

  get pendingBytes(): number {
    let bytes = this.#log.pendingBytes;
    for (const { entries } of this.#queue) for (const { data } of entries) bytes += data.length;
    return bytes;
  }

  get health(): LogHealth {
    return this.#log.health;
  }

  append(request: AppendRequest): void {
    if (this.#isAbandoned) return;
    this.#queue.push(request);
    this.#pass();
  }

  /**
   * A write has the lock and is about to be proposed. The lock is free again once the log acknowledges its entry, or with `endWrite`, whichever comes
   * first.
   */
  beginWrite(data: Uint8Array, release: Release): void {
    if (this.#write !== null)
      throw new InvariantError(`a write of ${data.length} bytes begins while another holds the lock`);
    this.#write = { data, release, isAppended: false };
    this.#pass();
  }

  /** The write with these bytes has failed, perhaps because its time was over. Nothing when it does not hold the lock any more. */
  endWrite(data: Uint8Array): void {
    if (this.#write?.data === data) this.#releaseWrite();
  }

  /** No write is proposed on this node at the moment. */
  endAnyWrite(): void {
    if (this.#write !== null && !this.#write.isAppended) this.#releaseWrite();
  }

  /** The node stops: nothing is passed on any more, and nobody is held up by the lock. What waited was never acknowledged. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#queue.length = 0;
    this.#releaseWrite();
  }

  compact(index: number): void {
    this.#log.compact(index);
  }

  close(): Promise<void> {
    this.abandon();
    return this.#log.close();
  }

  #releaseWrite(): void {
    const { release } = this.#write ?? {};
    this.#write = null;
    release?.();
    this.#pass();
  }

  /** Passes on what needs no lock or is covered, and asks for the lock for the rest. */
  #pass(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const isCovered = this.#write !== null && !this.#write.isAppended;
      if (!isCovered && next.entries.length > 0) {
        this.#ask();
        return;
      }
      this.#queue.shift();
      this.#submit(next, isCovered ? this.#write : null);
    }
  }

  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.#lock.acquire('append').then((release) => {
      this.#isAsking = false;
      const first = this.#queue.shift();
      // A write that came first may have taken it along.
      if (first === undefined) release();
      else this.#log.append({ ...first, onDurable: this.#releasing(first, release) });
      this.#pass();
    });
  }

  #submit(request: AppendRequest, hold: WriteHold | null): void {
    if (hold === null || !request.entries.some(({ data }) => data === hold.data)) {
      this.#log.append(request);
      return;
    }
    hold.isAppended = true;
    this.#log.append({
      ...request,
      onDurable: (timings) => {
        request.onDurable(timings);
        this.endWrite(hold.data);
      },
    });
  }

  #releasing({ onDurable }: AppendRequest, release: Release): AppendRequest['onDurable'] {
    return (timings) => {
      onDurable(timings);
      release();
      this.#pass();
    };
  }
}
