import type { Clients, HistoryEvent, World } from '../contracts.js';
import { Counts } from '../counts.js';
import { Actor, type Shared } from './actor.js';
import { Caller } from './caller.js';
import { Client } from './client.js';
import { FinalCheck, membersOf } from './final-check.js';
import { HistoryLog } from './history-log.js';
import { Oracle } from './oracle/oracle.js';
import { SharedCounter } from './oracle/shared-counter.js';

/** All clients of a run. */
export class SimClients implements Clients {
  readonly #world: World;
  readonly #shared: Shared;
  readonly #clients: readonly Client[];
  readonly #sharedCounter = new SharedCounter();
  /** Asks the last questions. */
  readonly #examiner: Actor;
  #finalCheck: FinalCheck | null = null;

  constructor(world: World) {
    this.#world = world;
    this.#shared = { world, oracle: new Oracle(), history: new HistoryLog(world), counts: new Counts() };
    const { clients } = world.plan;
    this.#clients = Array.from({ length: clients.count }, (_, at) => {
      return new Client(this.#actor(at + 1), clients, this.#sharedCounter);
    });
    this.#examiner = this.#actor(0);
  }

  start(): void {
    for (const client of this.#clients) client.start();
  }

  stop(): void {
    for (const client of this.#clients) client.stop();
  }

  get pending(): number {
    return this.#clients.filter(({ isBusy }) => isBusy).length;
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#shared.counts.all();
  }

  get history(): readonly HistoryEvent[] {
    return this.#shared.history.events;
  }

  finalCheck(): boolean {
    if (this.#finalCheck === null) {
      if (this.pending > 0 || membersOf(this.#world).length === 0) return false;
      this.#finalCheck = new FinalCheck(this.#world, this.#examiner, this.#clients, this.#sharedCounter);
    }
    return this.#finalCheck.isDone && this.#clients.every(({ actor }) => actor.caller.owed === 0);
  }

  #actor(id: number): Actor {
    const random = this.#world.fork(`client ${id}`);
    return new Actor(id, this.#shared, random, new Caller(this.#world, random));
  }
}
