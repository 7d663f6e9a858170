import type { SimMutation } from '../contracts.js';
import { runSeed } from '../run-seed.js';
import { SimFailure } from '../sim-failure.js';

/** What a defect may cost until it has to be found, well above what the slowest one needs: a change of the simulator moves all seeds. */
export const HUNT_SEEDS_MAX = 40;
export const HUNT_TICKS = 2_000;

/** How a defect was found. */
export interface Catch {
  /** Runs it took, this one included: the seeds are 1, 2, 3... */
  readonly seeds: number;
  readonly tick: number;
  readonly check: string;
  readonly message: string;
}

/** Runs seed after seed with the defect; null when none of them found it. */
export async function hunt({ name }: SimMutation): Promise<Catch | null> {
  for (let seed = 1; seed <= HUNT_SEEDS_MAX; seed++) {
    try {
      await runSeed({ seed, ticks: HUNT_TICKS, mutation: name });
    } catch (error) {
      if (!(error instanceof SimFailure)) throw error;
      const { tick, check, message } = error;
      return { seeds: seed, tick, check, message };
    }
  }
  return null;
}

/** Runs the same seeds without the defect: what found it speaks of nothing else. @throws SimFailure */
export async function runWithout({ adjust }: SimMutation, seeds: number): Promise<void> {
  for (let seed = 1; seed <= seeds; seed++)
    await runSeed({ seed, ticks: HUNT_TICKS, ...(adjust === undefined ? {} : { adjust }) });
}
