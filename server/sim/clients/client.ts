import type { ClientPlan } from '../plan.js';
import type { Actor, Operation } from './actor.js';
import { CounterClient } from './operations/counter-client.js';
import { OwnKeyClient } from './operations/own-key-client.js';
import { PairClient } from './operations/pair-client.js';
import { RegisterClient } from './operations/register-client.js';
import { ScanClient } from './operations/scan-client.js';
import type { SharedCounter } from './oracle/shared-counter.js';

/** Of the linearizable reads: what else is read, so that a plan with reads has some of each. */
const STALE_OF_READS = 0.15;
const SCANS_OF_READS = 0.15;
/** A client that finds no node looks again after so long. */
const NO_NODE_MS = 20;

/** One operation after the other, as the plan mixes them, with time to think between. */
export class Client {
  readonly actor: Actor;
  readonly registers: RegisterClient;
  readonly counter: CounterClient;
  readonly ownKey: OwnKeyClient;
  readonly scans: ScanClient;
  readonly #pairs: PairClient;
  readonly #plan: ClientPlan;
  #isStopped = false;
  #isBusy = false;

  constructor(actor: Actor, plan: ClientPlan, sharedCounter: SharedCounter) {
    this.actor = actor;
    this.#plan = plan;
    this.registers = new RegisterClient(actor, plan.keys);
    this.counter = new CounterClient(actor, sharedCounter);
    this.ownKey = new OwnKeyClient(actor);
    this.scans = new ScanClient(actor);
    this.#pairs = new PairClient(actor);
  }

  /** An operation is under way. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  start(): void {
    this.#think(this.#plan.thinkMsMean);
  }

  stop(): void {
    this.#isStopped = true;
  }

  #think(meanMs: number): void {
    const pauseMs = -Math.log(1 - this.actor.random.next()) * meanMs;
    this.actor.shared.world.clock.after(pauseMs, () => this.#next());
  }

  #next(): void {
    if (this.#isStopped) return;
    this.#isBusy = this.#draw()(() => {
      this.#isBusy = false;
      this.#think(this.#plan.thinkMsMean);
    });
    if (!this.#isBusy) this.#think(NO_NODE_MS);
  }

  #draw(): Operation {
    const { reads, leaseReads, compareAndSets, increments, expiring, transactions } = this.#plan;
    let left = this.actor.random.next();
    const isDrawn = (share: number): boolean => {
      left -= share;
      return left < 0;
    };
    if (isDrawn(reads * STALE_OF_READS)) return this.registers.staleRead;
    if (isDrawn(reads * SCANS_OF_READS)) return this.scans.run;
    if (isDrawn(reads * (1 - STALE_OF_READS - SCANS_OF_READS))) return this.registers.read;
    if (isDrawn(leaseReads)) return this.registers.leaseRead;
    if (isDrawn(compareAndSets)) return this.registers.compareAndSet;
    if (isDrawn(increments)) return this.counter.run;
    if (isDrawn(expiring)) return this.ownKey.run;
    if (isDrawn(transactions)) return this.#pairs.run;
    return this.registers.write;
  }
}
