import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Chaos, type ChaosReport } from './testing/chaos.js';

const STEPS = Number(process.env.STRATA_SIM_STEPS ?? 5000);
const SEEDS = Number(process.env.STRATA_SIM_SEEDS ?? 300);
const SEED = process.env.STRATA_SIM_SEED;
const firstSeed = Number(SEED ?? 1);
const lastSeed = SEED === undefined ? SEEDS : firstSeed;

/** Runs one seed; a failure names the command that replays it. */
function run(seed: number): ChaosReport {
  try {
    return new Chaos(seed).run(STEPS);
  } catch (error) {
    const replay = `STRATA_SIM_SEED=${seed} node --test dist/server/consensus/simulation.test.js`;
    throw new Error(`seed ${seed}: ${(error as Error).message}\nreplay with: ${replay}`, { cause: error });
  }
}

describe('simulation', () => {
  it('keeps every invariant under all faults and agrees when healed', () => {
    const reports: ChaosReport[] = [];
    for (let seed = firstSeed; seed <= lastSeed; seed++) reports.push(run(seed));
    const sum = (of: (report: ChaosReport) => number): number =>
      reports.reduce((total, report) => total + of(report), 0);
    assert.ok(sum((report) => report.committed) > 0);
  });
});
