import { createClients } from './clients/index.js';
import type { Clients, Invariant, SimReport } from './contracts.js';
import { Convergence, HEALED_TICKS_MAX } from './convergence.js';
import { FaultScheduler } from './faults/fault-scheduler.js';
import { createInvariants } from './invariants/index.js';
import type { SimPlan } from './plan.js';
import type { RunExtras } from './run-seed.js';
import { SimWorld } from './world/sim-world.js';

/** Two phases: anything may happen and nothing may break; then everything is healed, and the cluster has to agree and go on. */
export class Simulation {
  readonly #world: SimWorld;
  readonly #plan: SimPlan;
  readonly #healedTicksMax: number;
  readonly #invariants: readonly Invariant[];
  readonly #faults: FaultScheduler;
  readonly #clients: Clients;

  constructor(plan: SimPlan, extras: RunExtras, onTrace?: (line: string) => void) {
    this.#plan = plan;
    this.#healedTicksMax = extras.healedTicksMax ?? HEALED_TICKS_MAX;
    this.#invariants = [...createInvariants(), ...(extras.invariants ?? [])];
    this.#world = new SimWorld({
      plan,
      onTrace,
      onBuilt: (node, process) => {
        for (const invariant of this.#invariants) invariant.onBoot?.(node, process);
      },
    });
    this.#faults = new FaultScheduler(this.#world, extras.buriedFounders ?? 0);
    this.#clients = createClients(this.#world);
  }

  get tick(): number {
    return this.#world.tick;
  }

  lastLines(): readonly string[] {
    return this.#world.record.lastLines();
  }

  fail(error: unknown): void {
    this.#world.fail(error);
  }

  async run(): Promise<SimReport> {
    this.#faults.begin();
    this.#clients.start();
    for (let tick = 0; tick < this.#plan.ticks; tick++) {
      this.#faults.onTick();
      await this.#pass();
    }
    await this.#converge();
    const { counts, clock, record, nodes } = this.#world;
    for (const [name, count] of Object.entries(this.#clients.counts)) counts.add(name, count);
    counts.add('nodes', nodes.length);
    counts.add('lines', record.lines);
    counts.add('simulated ms', Math.floor(clock.nowNs() / 1e6));
    const { seed, ticks } = this.#plan;
    return { seed, ticks, digest: record.digest(), counts: counts.all(), history: this.#clients.history };
  }

  async #converge(): Promise<void> {
    this.#clients.stop();
    this.#faults.heal();
    const convergence = new Convergence(this.#world, this.#faults, this.#clients, this.#healedTicksMax);
    while (!convergence.isReached()) {
      this.#faults.onTick();
      await this.#pass();
    }
  }

  async #pass(): Promise<void> {
    await this.#world.pass();
    for (const invariant of this.#invariants) invariant.check(this.#world);
  }
}
