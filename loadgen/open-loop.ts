import type { ArrivalSchedule } from './arrival-schedule.js';
import { monotonicNs } from './clock.js';
import type { Connection } from './connection.js';
import { NumberQueue } from './number-queue.js';
import type { Pacing, Send } from './pacing.js';

export interface OpenLoopObserver {
  /** A slot came due and was taken up, sent at once or queued: the difference is the generator's own lateness. */
  slotTakenUp(intendedNs: number, nowNs: number): void;
  shed(nowNs: number): void;
}

/** Longest sleep when wake-ups come from outside: should they stop, the load still goes on. */
const TIMER_MS_WOKEN = 20;

/**
 * Requests start when the schedule says so, whether earlier ones were answered or not. A slot that finds no free connection waits in
 * the queue, its latency running since its intended start; so a server that stalls for a second gets a second's worth of late
 * requests on its record, not one. Slots beyond the queue's limit are shed and counted.
 */
export class OpenLoop implements Pacing {
  readonly #schedule: ArrivalSchedule;
  readonly #send: Send;
  readonly #observer: OpenLoopObserver;
  readonly #timerMsMin: number;
  readonly #waiting: NumberQueue;
  /** Longest free first, so that all connections stay in use and none is closed as idle. */
  readonly #free: Connection[] = [];
  #freeHead = 0;
  #startNs = 0;
  #nextNs = 0;
  #stopped = false;
  #timer: NodeJS.Timeout | null = null;

  /** `isWoken`: `wake` is called when slots are due. Otherwise a timer of milliseconds must do. */
  constructor(
    schedule: ArrivalSchedule,
    queueLengthMax: number,
    send: Send,
    observer: OpenLoopObserver,
    isWoken = false,
  ) {
    this.#timerMsMin = isWoken ? TIMER_MS_WOKEN : 1;
    this.#schedule = schedule;
    this.#waiting = new NumberQueue(queueLengthMax);
    this.#send = send;
    this.#observer = observer;
  }

  start(startNs: number, connections: readonly Connection[]): void {
    this.#startNs = startNs;
    this.#nextNs = startNs + this.#schedule.next();
    this.#free.push(...connections);
    this.#tick();
  }

  connectionFree(connection: Connection, nowNs: number): void {
    if (this.#stopped) return;
    // What came due before this moment stands in front of what comes next.
    this.#takeUpDueSlots(nowNs);
    const intendedNs = this.#waiting.shift();
    if (intendedNs === undefined) this.#free.push(connection);
    else this.#send(connection, intendedNs);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  visitWaiting(visit: (intendedNs: number) => void): void {
    this.#waiting.forEach(visit);
  }

  wake(): void {
    if (!this.#stopped) this.#takeUpDueSlots(monotonicNs());
  }

  readonly #tick = (): void => {
    if (this.#stopped) return;
    this.wake();
    const untilNextMs = Math.floor((this.#nextNs - monotonicNs()) / 1e6);
    this.#timer = setTimeout(this.#tick, Math.max(this.#timerMsMin, untilNextMs));
  };

  #takeUpDueSlots(nowNs: number): void {
    while (this.#nextNs <= nowNs) {
      const intendedNs = this.#nextNs;
      this.#nextNs = this.#startNs + this.#schedule.next();
      this.#observer.slotTakenUp(intendedNs, nowNs);
      const connection = this.#takeFree();
      if (connection !== undefined) this.#send(connection, intendedNs);
      else if (!this.#waiting.push(intendedNs)) this.#observer.shed(nowNs);
    }
  }

  #takeFree(): Connection | undefined {
    if (this.#freeHead === this.#free.length) return undefined;
    const connection = this.#free[this.#freeHead]!;
    this.#freeHead++;
    // The used front is cut off now and then, not at every turn: both ends stay cheap.
    if (this.#freeHead > 1024 && this.#freeHead * 2 > this.#free.length) {
      this.#free.splice(0, this.#freeHead);
      this.#freeHead = 0;
    }
    return connection;
  }
}
