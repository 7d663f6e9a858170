import { type Call, CallState } from './call.js';
import type { Effect } from './command-spec.js';
import { runningCallsMax } from './resp-limits.js';

export interface CallStarter {
  /** What the call would do to the order if it started now: it depends on what came before it (MULTI). */
  effectOf(call: Call): Effect;
  /** May answer at once. */
  start(call: Call): void;
  /** Others behind it took effect already: it is too late to try again. */
  giveUp(call: Call): void;
  /** Nothing starts until `resume`. */
  retryLater(): void;
}

const sizeMin = 16;

/**
 * The calls of one connection in the order of their arrival: they start in it, under the rule of `Effect`, and their answers leave in it.
 *
 *     head            next                tail
 *      │ begun: running, held or done │ waiting  │
 *
 * A call that failed for want of a leader is held; then nothing starts, and when nothing runs any more the held ones begin again, in order.
 * A held write behind which another write took effect is given up instead: begun again it would come after that one.
 */
export class CallQueue {
  readonly #starter: CallStarter;
  #ring: (Call | undefined)[] = new Array<Call | undefined>(sizeMin).fill(undefined);
  /** Invariant: head <= next <= tail, tail - head <= ring length, which is a power of two. */
  #head = 0;
  #next = 0;
  #tail = 0;
  /** Calls inside the cluster, all of the kind `#phase`. */
  #running = 0;
  #phase: Effect = 'read';
  #isHolding = false;
  #isResolved = false;

  constructor(starter: CallStarter) {
    this.#starter = starter;
  }

  /** Calls that are not answered yet. */
  get length(): number {
    return this.#tail - this.#head;
  }

  get running(): number {
    return this.#running;
  }

  get hasReady(): boolean {
    return this.#head !== this.#next && this.#at(this.#head).state === CallState.Done;
  }

  add(call: Call): void {
    if (this.length === this.#ring.length) this.#grow();
    this.#ring[this.#tail & (this.#ring.length - 1)] = call;
    this.#tail += 1;
  }

  /** Starts what may start. */
  advance(): void {
    while (!this.#isHolding && this.#next !== this.#tail) {
      const call = this.#at(this.#next);
      // Answered before those around it were held.
      if (call.state === CallState.Done) {
        this.#next += 1;
        continue;
      }
      const effect = call.hasRun ? this.#phase : this.#starter.effectOf(call);
      if (effect !== 'local') {
        if (this.#running > 0 && (effect !== this.#phase || effect === 'alone')) return;
        if (this.#running >= runningCallsMax) return;
        this.#phase = effect;
        this.#running += 1;
        call.isCounted = true;
      }
      this.#next += 1;
      call.state = CallState.Running;
      this.#starter.start(call);
    }
  }

  answered(call: Call): void {
    call.state = CallState.Done;
    this.#left(call);
  }

  hold(call: Call): void {
    call.state = CallState.Held;
    this.#isHolding = true;
    this.#isResolved = false;
    this.#left(call);
  }

  resume(): void {
    this.#isHolding = false;
    this.advance();
  }

  /** The oldest call when it is answered, else null: takes it out. */
  shift(): Call | null {
    if (!this.hasReady) return null;
    const call = this.#at(this.#head);
    this.#ring[this.#head & (this.#ring.length - 1)] = undefined;
    this.#head += 1;
    return call;
  }

  /** Takes all out, answered or not. */
  *drain(): Generator<Call> {
    for (; this.#head !== this.#tail; this.#head++) {
      const call = this.#at(this.#head);
      this.#ring[this.#head & (this.#ring.length - 1)] = undefined;
      yield call;
    }
    this.#next = this.#head;
    this.#running = 0;
  }

  #left(call: Call): void {
    if (call.isCounted) {
      call.isCounted = false;
      this.#running -= 1;
    }
    if (this.#isHolding && this.#running === 0 && !this.#isResolved) this.#resolve();
  }

  /** Nothing runs: decides which of the held calls begin again. */
  #resolve(): void {
    this.#isResolved = true;
    let lastEffect = -1;
    for (let at = this.#head; at !== this.#next; at++) if (this.#at(at).hadEffect) lastEffect = at;
    let first = -1;
    for (let at = this.#head; at !== this.#next; at++) {
      const call = this.#at(at);
      if (call.state === CallState.Held && at < lastEffect) this.#starter.giveUp(call);
      else if (call.state === CallState.Held || (first !== -1 && this.#isReadBehind(call))) {
        if (first === -1) first = at;
        call.state = CallState.Waiting;
      }
    }
    if (first === -1) this.resume();
    else {
      this.#next = first;
      this.#starter.retryLater();
    }
  }

  /** An answered read behind a held one saw an older state than the held one will: it is asked again with it. */
  #isReadBehind(call: Call): boolean {
    return this.#phase === 'read' && call.state === CallState.Done && call.hasRun;
  }

  #at(position: number): Call {
    return this.#ring[position & (this.#ring.length - 1)]!;
  }

  #grow(): void {
    const ring = new Array<Call | undefined>(2 * this.#ring.length).fill(undefined);
    for (let at = this.#head; at !== this.#tail; at++) ring[at & (ring.length - 1)] = this.#at(at);
    this.#ring = ring;
  }
}
