import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Invariant, SimReport, World } from './contracts.js';
import type { SimPlan } from './plan.js';
import { type RunExtras, runSeed } from './run-seed.js';
import { SimFailure } from './sim-failure.js';
import { badDay, quietDay } from './testing/bad-day.js';
import { Violation } from './violation.js';

/** The failure that a run has to end with. */
async function failureOf(run: Promise<SimReport>): Promise<SimFailure> {
  const outcome = await run.then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof SimFailure, `no failure of the simulation: ${String(outcome)}`);
  return outcome;
}

function each(check: (world: World) => void): RunExtras {
  const invariant: Invariant = { name: 'made up', source: 'this test', check };
  return { invariants: [invariant] };
}

/** One client, that sleeps from its first operation to the last check. */
const withoutLoad = (plan: SimPlan): SimPlan => ({
  ...plan,
  clients: { ...plan.clients, count: 1, thinkMsMean: 1e9 },
});

describe('a run of the simulation', () => {
  it('gives an equal digest for an equal seed and plan, and another one for another seed', async () => {
    const digests: string[] = [];
    for (const seed of [1, 2, 3]) {
      const first = await runSeed({ seed, ticks: 1_200, adjust: badDay });
      const again = await runSeed({ seed, ticks: 1_200, adjust: badDay });
      assert.equal(again.digest, first.digest, `seed ${seed}`);
      assert.deepEqual(again.counts, first.counts);
      assert.deepEqual(again.history, first.history);
      digests.push(first.digest);
    }
    assert.equal(new Set(digests).size, 3);
  });

  it('records every line that went into the digest', async () => {
    const lines: string[] = [];
    const { counts } = await runSeed({
      seed: 4,
      ticks: 600,
      adjust: quietDay,
      onTrace: (line) => lines.push(line),
    });
    assert.equal(lines.length, counts.lines);
    for (const part of ['send', 'disk', 'up 1', 'heal', 'state'])
      assert.ok(
        lines.some((line) => line.includes(` ${part}`)),
        part,
      );
  });

  it('does nothing wrong without load', async () => {
    const { counts } = await runSeed({ seed: 5, ticks: 1_500, adjust: (plan) => withoutLoad(badDay(plan)) });
    assert.ok(counts.crashes! > 0);
    assert.ok(counts['operations ok']! < 20, `${counts['operations ok']} operations`);
  });

  it('does nothing but serve on a quiet day', async () => {
    const { counts } = await runSeed({ seed: 6, ticks: 1_500, adjust: quietDay });
    assert.equal(counts.starts, 3);
    assert.equal(counts.leaders, 1);
    assert.ok(counts['operations ok']! > 20, `${counts['operations ok']} operations`);
    for (const fault of [
      'crashes',
      'power cuts',
      'partitions',
      'pauses',
      'bit flips',
      'full disks',
      'sync errors',
    ])
      assert.equal(counts[fault], undefined, fault);
  });
});

describe('the faults of the simulation', () => {
  it('all occur over a handful of bad days', async () => {
    const sums = new Map<string, number>();
    for (let seed = 1; seed <= 4; seed++) {
      const { counts } = await runSeed({ seed, ticks: 4_000, adjust: badDay });
      for (const [name, count] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + count);
    }
    const expected = [
      ...['leaders', 'crashes', 'planned stops', 'power cuts', 'pauses', 'bit flips', 'damage found'],
      ...['partitions', 'partitions in one direction', 'clogs', 'messages lost', 'messages doubled'],
      ...['messages cut off', 'requests cut off', 'handshakes refused', 'disk stalls', 'sync errors'],
      ...[
        'disk failures',
        'full disks',
        'transfers',
        'snapshots taken',
        'snapshots installed',
        'members changed',
      ],
      ...['broken nodes replaced', 'operations ok'],
    ];
    assert.deepEqual(
      expected.filter((name) => !sums.has(name)),
      [],
    );
  });
});

describe('a run that goes wrong', () => {
  it('names seed, tick, property, and the command that shows it again', async () => {
    const failure = await failureOf(
      runSeed(
        { seed: 7, ticks: 1_000, adjust: quietDay },
        each(({ tick }) => {
          if (tick === 321) throw new Violation('canary', 'it sings');
        }),
      ),
    );
    assert.deepEqual([failure.seed, failure.tick, failure.check], [7, 321, 'canary']);
    assert.match(failure.message, /canary: it sings/);
    assert.match(failure.message, /strata sim --seed 7 --ticks 1000$/);
    assert.ok(failure.cause instanceof Violation);
    assert.ok(failure.trace.length > 50 && failure.trace.length <= 200, `${failure.trace.length} lines`);
  });

  it('fails when most members never come back: the cluster has to be at rest in bounded time', async () => {
    const failure = await failureOf(
      runSeed({ seed: 8, ticks: 300, adjust: quietDay }, { buriedFounders: 2, healedTicksMax: 4_000 }),
    );
    assert.equal(failure.check, 'liveness');
    assert.match(failure.message, /4001 ticks after the healing/);
  });

  it('fails when a node refuses a disk that nobody damaged', async () => {
    const failure = await failureOf(
      runSeed(
        {
          seed: 9,
          ticks: 4_000,
          adjust: (plan) => ({
            ...quietDay(plan),
            faults: { ...quietDay(plan).faults, crash: 0.01, powerCut: 0 },
          }),
        },
        each(({ tick, nodes }) => {
          if (tick === 300) for (const { disk } of nodes) disk.put('/data/identity.json', new Uint8Array(40));
        }),
      ),
    );
    assert.equal(failure.check, 'recovery');
  });
});
