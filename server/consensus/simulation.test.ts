import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Chaos, type ChaosReport } from './testing/chaos.js';
import { MUTATIONS } from './testing/mutations.js';
import { Violation } from './testing/violation.js';

// STRATA_SIM_SEED=17 runs one seed; STRATA_SIM_SEEDS=10000 runs more of them.
const { STRATA_SIM_SEED, STRATA_SIM_SEEDS } = process.env;
const STEPS = 10_000;
const firstSeed = Number(STRATA_SIM_SEED ?? 1);
const lastSeed = STRATA_SIM_SEED === undefined ? Number(STRATA_SIM_SEEDS ?? 500) : firstSeed;
/** Well above what the slowest one needs today, so that a change of the schedule does not hide it by chance. */
const MUTATION_SEEDS_MAX = 2000;

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
  const reports: ChaosReport[] = [];

  it('A2.6 keeps every invariant under all faults, and agrees and goes on when healed', () => {
    for (let seed = firstSeed; seed <= lastSeed; seed++) reports.push(run(seed));
    assert.equal(reports.length, lastSeed - firstSeed + 1);
  });

  it('was about something: leaders changed, entries were committed, nodes crashed, members changed, reads were served, snapshots were installed', () => {
    const perRun = (of: (report: ChaosReport) => number): number =>
      reports.reduce((sum, report) => sum + of(report), 0) / reports.length;
    if (STRATA_SIM_SEED !== undefined) return;
    assert.ok(perRun(({ leaders }) => leaders) > 4);
    assert.ok(perRun(({ committed }) => committed) > 40);
    assert.ok(perRun(({ crashes }) => crashes) > 4);
    assert.ok(perRun(({ changes }) => changes) > 0.4);
    assert.ok(perRun(({ reads }) => reads) > 20);
    assert.ok(perRun(({ installs }) => installs) > 0.5);
    assert.ok(perRun(({ joined }) => joined) > 0.05);
  });

  it('equal seeds give equal runs, step by step', () => {
    for (const seed of [firstSeed, firstSeed + 1, firstSeed + 2]) {
      assert.deepEqual(new Chaos(seed).run(STEPS), new Chaos(seed).run(STEPS));
    }
  });
});

describe('the simulation finds what others once had', () => {
  for (const { name, foundBy, apply } of MUTATIONS) {
    it(name, (context) => {
      const restore = apply();
      try {
        for (let seed = 1; seed <= MUTATION_SEEDS_MAX; seed++) {
          try {
            new Chaos(seed).run(STEPS);
          } catch (error) {
            assert.ok(error instanceof Violation, `seed ${seed}: ${error}`);
            assert.ok(foundBy.includes(error.check), `seed ${seed}, for another reason: ${error.message}`);
            context.diagnostic(`found with seed ${seed}: ${error.message}`);
            return;
          }
        }
      } finally {
        restore();
      }
      assert.fail(`not found in ${MUTATION_SEEDS_MAX} seeds`);
    });
  }
});
