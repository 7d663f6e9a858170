import type { FutexRow, ThreadKind } from '../../results/schema/index.js';
import type { TracedCall } from './strace-log.js';

/** What /proc could tell of a thread; `worker` there is "a pool or a platform thread, it cannot be told which". */
export type SeenKind = 'main' | 'pool' | 'platform' | 'worker' | 'other';

interface Wait {
  readonly tid: number;
  readonly variable: string;
  /** A mutex that was found taken, not a condition variable. */
  readonly mutex: boolean;
  readonly us: number;
}

/** `futex(0x566f9cc, FUTEX_WAIT_BITSET_PRIVATE|…, 0, …`: address, operation, expected value. */
const FUTEX =
  /^(0x[0-9a-f]{1,16}), FUTEX_(WAIT|WAIT_BITSET|LOCK_PI|WAIT_REQUEUE_PI)\w*(?:\|\w+)*, (\d+|0x[0-9a-f]+|[A-Z_|]+)/;
/** glibc's mutex waits for the word 2, "taken, and somebody waits", and with the plain operation; its condition variables and semaphores with a bit set. */
const MUTEX_TAKEN = '2';
/** Waiters of one condition variable of glibc sleep on two words in turn, which together are eight aligned bytes. */
const VARIABLE_BYTES = 8n;
const WAITS_MAX = 2_000_000;

/**
 * Splits the futex waits of each thread into parked time and waits for a lock.
 *
 * A wait is PARKED, which is no lock, when all of this holds:
 * 1. the thread belongs to a pool: libuv's, V8's, or it cannot be told but is not the main thread;
 * 2. it sleeps on a condition variable, not on a mutex;
 * 3. that variable is the idle variable of its pool: the one on which the pool's threads together slept longest. Of a thread that cannot be told: a
 *    variable that is the idle one of a known pool (it is of that pool then), or the one on which the thread slept longest.
 * A thread of any other kind is parked when it did nothing in the whole capture but sleep on one variable, as Node's signal thread does.
 *
 * Everything else is a wait for a lock: every wait of the main thread (`Atomics.wait`, a contended mutex, the join of a collection), a mutex that a pool
 * thread found taken, a Worker in `Atomics.wait`. A wait that was under way when the tracing ended counts up to there. A wait whose word had
 * changed already (EAGAIN) did not sleep, and is none.
 */
export class FutexAccount {
  readonly #waits: Wait[] = [];
  /** System calls of each thread, waits included. */
  readonly #calls = new Map<number, number>();
  #dropped = 0;

  /** `endUs`: CLOCK_REALTIME at the end of the log, for waits that had not ended. */
  add(call: TracedCall, endUs: number): void {
    this.#calls.set(call.tid, (this.#calls.get(call.tid) ?? 0) + 1);
    const wait = waitOf(call, endUs);
    if (wait === null) return;
    if (this.#waits.length < WAITS_MAX) this.#waits.push(wait);
    else this.#dropped += 1;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** One row for each thread that waited, the main thread first. `seen` gives the kinds of threads as /proc knew them. */
  rows(mainTid: number, seen: ReadonlyMap<number, SeenKind>): FutexRow[] {
    const kinds = this.#kinds(mainTid, seen);
    const rows = new Map<number, FutexRow>();
    for (const wait of this.#waits) {
      const { kind, parkedOn } = kinds.get(wait.tid)!;
      const row = rows.get(wait.tid) ?? emptyRow(wait.tid, kind);
      if (!wait.mutex && wait.variable === parkedOn) row.parkedSeconds += wait.us / 1e6;
      else {
        row.waits += 1;
        row.waitSeconds += wait.us / 1e6;
        row.longestUs = Math.max(row.longestUs, wait.us);
      }
      rows.set(wait.tid, row);
    }
    return [...rows.values()].sort(
      (a, b) => Number(b.tid === mainTid) - Number(a.tid === mainTid) || a.tid - b.tid,
    );
  }

  /** Kind of each thread that waited, and the variable on which it is parked (null: on none). */
  #kinds(
    mainTid: number,
    seen: ReadonlyMap<number, SeenKind>,
  ): Map<number, { readonly kind: ThreadKind; readonly parkedOn: string | null }> {
    const kindOf = (tid: number): SeenKind => (tid === mainTid ? 'main' : (seen.get(tid) ?? 'worker'));
    const idle = (chosen: (tid: number) => boolean): string | null =>
      longest(this.#waits.filter(({ tid, mutex }) => !mutex && chosen(tid)));
    const pool = idle((tid) => kindOf(tid) === 'pool');
    const platform = idle((tid) => kindOf(tid) === 'platform');
    const answer = new Map<number, { readonly kind: ThreadKind; readonly parkedOn: string | null }>();
    for (const tid of new Set(this.#waits.map((wait) => wait.tid))) {
      const kind = kindOf(tid);
      const own = (): string | null => idle((other) => other === tid);
      if (kind === 'main') answer.set(tid, { kind, parkedOn: null });
      else if (kind === 'pool') answer.set(tid, { kind, parkedOn: pool });
      else if (kind === 'platform') answer.set(tid, { kind, parkedOn: platform });
      else if (kind === 'other')
        answer.set(tid, { kind, parkedOn: this.#calls.get(tid) === 1 ? own() : null });
      else answer.set(tid, settle(own(), pool, platform));
    }
    return answer;
  }
}

function settle(
  own: string | null,
  pool: string | null,
  platform: string | null,
): { readonly kind: ThreadKind; readonly parkedOn: string | null } {
  if (own !== null && own === pool) return { kind: 'pool', parkedOn: pool };
  if (own !== null && own === platform) return { kind: 'platform', parkedOn: platform };
  return { kind: 'other', parkedOn: own };
}

/** The variable with the most time, null for no waits. */
function longest(waits: readonly Wait[]): string | null {
  const totals = new Map<string, number>();
  for (const { variable, us } of waits) totals.set(variable, (totals.get(variable) ?? 0) + us);
  let found: string | null = null;
  for (const [variable, us] of totals) {
    if (found === null || us > totals.get(found)!) found = variable;
  }
  return found;
}

function waitOf(call: TracedCall, endUs: number): Wait | null {
  const us = call.durationUs ?? Math.max(0, endUs - call.startUs);
  // A wait that the tracer's arrival interrupted goes on under this name, without its address.
  if (call.name === 'restart_syscall') {
    const isFutex = call.args.includes('interrupted futex');
    return isFutex ? { tid: call.tid, variable: 'restarted', mutex: false, us } : null;
  }
  if (call.name !== 'futex' || call.result === '-1 EAGAIN') return null;
  const match = FUTEX.exec(call.args);
  if (match === null) return null;
  const [, address, operation, expected] = match;
  const mutex = operation === 'LOCK_PI' || (operation === 'WAIT' && expected === MUTEX_TAKEN);
  const variable = mutex ? address! : `${BigInt(address!) / VARIABLE_BYTES}`;
  return { tid: call.tid, variable, mutex, us };
}

function emptyRow(tid: number, thread: ThreadKind): { -readonly [Key in keyof FutexRow]: FutexRow[Key] } {
  return { tid, thread, parkedSeconds: 0, waits: 0, waitSeconds: 0, longestUs: 0 };
}
