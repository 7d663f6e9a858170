import type { Invariant, SimOptions, SimReport } from './contracts.js';
import { drawPlan } from './draw-plan.js';
import { SIM_MUTATIONS } from './mutations/index.js';
import { SimFailure } from './sim-failure.js';
import { Simulation } from './simulation.js';

/** What tests of the simulator itself change. */
export interface RunExtras {
  /** Besides those that every run is held to. */
  readonly invariants?: readonly Invariant[];
  /** This many of the founders are never started, not even when everything is healed. */
  readonly buriedFounders?: number;
  /** Patience after the healing. */
  readonly healedTicksMax?: number;
}

/**
 * One run: everything that happens in it is drawn from the seed. Ends with a report, or with a `SimFailure` that says how to see it
 * again. Runs of one thread must not overlap: a mutation changes the code of all nodes.
 */
export async function runSeed(options: SimOptions, extras: RunExtras = {}): Promise<SimReport> {
  const { seed, ticks } = options;
  const mutation = mutationOf(options.mutation);
  const drawn = drawPlan(seed, ticks);
  const aimed = mutation?.adjust?.(drawn) ?? drawn;
  const plan = options.adjust?.(aimed) ?? aimed;
  const takeOut = mutation?.apply();
  const simulation = new Simulation(plan, extras, options.onTrace);
  const onRejection = (error: unknown): void => simulation.fail(error);
  process.on('unhandledRejection', onRejection);
  try {
    return await simulation.run();
  } catch (error) {
    const at = { seed, ticks, tick: simulation.tick, mutation: options.mutation };
    throw new SimFailure(at, error, simulation.lastLines());
  } finally {
    process.off('unhandledRejection', onRejection);
    takeOut?.();
  }
}

function mutationOf(name: string | undefined) {
  if (name === undefined) return undefined;
  const mutation = SIM_MUTATIONS.find((candidate) => candidate.name === name);
  if (mutation === undefined) throw new RangeError(`no mutation is called ${name}`);
  return mutation;
}
