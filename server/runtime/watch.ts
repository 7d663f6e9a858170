import type { WatchHandle, WatchObserver, WatchRequest } from '../ports/key-value-service.js';
import type { ChangeEvent } from '../state/vocabulary.js';
import type { KeyRange } from './range-index.js';

/** What a watch needs of the hub. */
export interface WatchOwner {
  resume(watch: Watch): void;
  remove(watch: Watch): void;
}

/**
 * One watch. It holds no changes of its own: one that is behind has a place in the history, from which it is told later.
 *
 *   live ── receiver full ──► paused ── resume() ──► behind ── end of the history ──► live
 */
export class Watch implements WatchHandle, KeyRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
  readonly observer: WatchObserver;
  readonly revision: number;
  readonly #owner: WatchOwner;

  state: 'live' | 'paused' | 'behind' | 'closed' = 'live';
  /** Unless live: the first change in the history that was not looked at for it, and the first revision not told. */
  place = 0;
  nextRevision = 0;
  /** The place was the end of the history when the watch was told last. */
  isCaughtUp = false;
  /** Changes for it that came while it was paused. */
  keptCount = 0;
  /** Live: changes of the batch being applied. */
  batch: ChangeEvent[] | null = null;
  /** Told something since the last progress. */
  wasTold = false;

  constructor(owner: WatchOwner, { start, end }: WatchRequest, observer: WatchObserver, revision: number) {
    this.#owner = owner;
    // The bytes of a request belong to a buffer that is used again.
    this.start = start.slice();
    this.end = end === null ? null : end.slice();
    this.observer = observer;
    this.revision = revision;
  }

  resume(): void {
    if (this.state === 'paused') this.#owner.resume(this);
  }

  cancel(): void {
    if (this.state !== 'closed') this.#owner.remove(this);
  }
}
