/**
 * What may be done by one at a time inside a node, and who waits for it. `User` is the small fixed set of those who take it: a kind of work, never a
 * key or a client.
 */
export interface Mutex<User extends string = string> {
  /** Resolves with the way out when nobody else holds it, in the order of the calls. Every holder calls `Release` exactly once. */
  acquire(user: User): Promise<Release>;
}

/** A second call is a broken invariant. */
export type Release = () => void;

/**
 * The account of one lock. It reads no clock: whoever tells it brings the stamps, monotonic ns, and reads a clock for them only when somebody
 * waits. So an acquisition that met nobody costs a count.
 *
 *   passed ─► held ─► released          nobody was in the way: no stamp is needed
 *   waits ─► granted ─► held ─► released
 *   waits ─► gaveUp
 *   refused                             a lock that turns away instead of queueing
 */
export interface LockMeter<User extends string = string> {
  /** `user` asked and nobody was in the way. */
  passed(user: User): void;
  /** `user` asked and was turned away: contended, without a wait. */
  refused(user: User): void;
  /** Somebody asked while another held it, and waits from now on. */
  waits(nowNs: number): void;
  /** One that waited since `sinceNs` has it. Several may be granted one hold together. */
  granted(user: User, sinceNs: number, nowNs: number): void;
  /** One that waited since `sinceNs` waits no more, and does not have it. */
  gaveUp(user: User, sinceNs: number, nowNs: number): void;
  /** `user` holds it from `nowNs` on, 0 when that is not known. While another holds it: the hold goes over to `user`. */
  held(user: User, nowNs: number): void;
  /** The holder is done. `nowNs` may be 0 when nobody waits and nobody did. */
  released(nowNs: number): void;
  /**
   * A hold of a lock that nobody waits for otherwise, told when it is over, of which all who waited were let go together: `waiters` of them, `waitNs` in all, the first
   * for `holdNs`. For waits as frequent as requests, which would cost more to tell one by one than to sum up.
   */
  gathered(holder: User, user: User, waiters: number, waitNs: number, holdNs: number): void;
}

/**
 * A lock since the start of the process. A wait counts once a waiter: a hold of 10 ms before 100 waiters costs 1,000 ms. Waits are counted when they
 * end, blame as it grows, so the two sums are equal whenever nobody waits.
 */
export interface LockReading {
  /** Without its layer: `append_slot`. */
  readonly name: string;
  readonly help: string;
  readonly layer: string;
  readonly acquisitions: number;
  /** Those that waited, gave up or were refused. */
  readonly contended: number;
  readonly waitNs: number;
  readonly waitNsMax: number;
  /** Holds that somebody waited for. One that began unseen counts from the first waiter on. */
  readonly holdNs: number;
  readonly holdNsMax: number;
  /** Release until the next holder runs, when somebody waited. */
  readonly handOffNs: number;
  readonly waitersMax: number;
  readonly waiters: readonly { readonly who: string; readonly count: number; readonly waitNs: number }[];
  /** `hand-off` stands for the time in which nobody held it though somebody waited. */
  readonly holders: readonly { readonly who: string; readonly count: number; readonly blameNs: number }[];
}
