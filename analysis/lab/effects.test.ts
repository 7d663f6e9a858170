import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LabMetric } from '../../results/schema/index.js';
import { effectsOf, summarize } from './effects.js';
import { madeUpExperiment } from './testing/made-up-lab.js';
import type { Verdict } from './verdict.js';

const OLD = [100, 102, 98, 101, 99, 103, 97];
const TWICE = OLD.map((value) => 2 * value);
const SAME = [101, 99, 100, 102, 98, 97, 103];
/** Around the old values, from half of them to twice. */
const NOISY = [50, 200, 70, 150, 100, 190, 60];

function verdictOf(...parts: Parameters<typeof madeUpExperiment>): Verdict | null {
  return effectsOf(madeUpExperiment(...parts))[0]!.verdict;
}

test('twice as much is measured as 2, with an interval around it and a p of the exact test', () => {
  const [effect] = effectsOf(madeUpExperiment(OLD, TWICE, { low: 1.5, high: 2.5 }));
  assert.ok(Math.abs(effect!.estimate! - 2) < 0.02, String(effect!.estimate));
  assert.ok(effect!.interval!.low > 1.9 && effect!.interval!.high < 2.1, JSON.stringify(effect!.interval));
  // Seven against seven without overlap: 2 of C(14, 7) = 3432 divisions.
  assert.ok(Math.abs(effect!.pAdjusted! - 2 / 3432) < 1e-12);
});

test('a figure that holds the effect is confirmed, one on either side of it refuted, one the other way round refuted as such', () => {
  assert.deepEqual(verdictOf(OLD, TWICE, { low: 1.5, high: 2.5 }), { kind: 'confirmed' });
  assert.deepEqual(verdictOf(OLD, TWICE, { low: 2, high: 2.02 }), { kind: 'confirmed' });
  assert.deepEqual(verdictOf(OLD, TWICE, { low: null, high: 0.9 }), { kind: 'refuted', how: 'opposite' });
  assert.deepEqual(verdictOf(OLD, TWICE, { low: 3, high: 4 }), { kind: 'refuted', how: 'weaker' });
  assert.deepEqual(verdictOf(OLD, TWICE, { low: 1.2, high: 1.3 }), { kind: 'refuted', how: 'stronger' });
  assert.deepEqual(verdictOf(OLD, TWICE, { low: 5, high: null }), { kind: 'refuted', how: 'weaker' });
  assert.deepEqual(verdictOf(TWICE, OLD, { low: 0.2, high: 0.4 }), { kind: 'refuted', how: 'weaker' });
});

test('the other way round takes a difference that is shown: an interval just beyond 1 among many numbers is weaker than claimed', () => {
  const metrics: LabMetric[] = Array.from({ length: 40 }, (_, at) => ({
    name: at === 0 ? 'rate' : `other-${at}`,
    unit: '1/s',
    better: 'higher',
    scale: 'ratio',
  }));
  const lower = OLD.map((value) => value - 3.5);
  const claim = { low: 3, high: 4 };
  const many = madeUpExperiment(OLD, lower, claim, { metrics });
  for (const run of many.rounds.flatMap(({ runs }) => runs))
    for (const { name } of metrics) run.values[name] = run.values.rate!;
  const [effect] = effectsOf(many);
  assert.ok(effect!.interval!.high < 1 && effect!.pAdjusted! > 0.05, JSON.stringify(effect));
  assert.deepEqual(effect!.verdict, { kind: 'refuted', how: 'weaker' });
  assert.deepEqual(verdictOf(OLD, lower, claim), { kind: 'refuted', how: 'opposite' });
});

test('no effect in much noise is undecided, no effect in little noise refutes a gain and confirms that nothing changes', () => {
  const claim = { low: 1.2, high: 2 };
  assert.deepEqual(verdictOf(OLD, NOISY, claim), { kind: 'undecided', why: 'no difference shown' });
  assert.deepEqual(verdictOf(OLD, SAME, claim), { kind: 'refuted', how: 'weaker' });
  assert.deepEqual(verdictOf(OLD, SAME, { low: 0.9, high: 1.1 }), { kind: 'confirmed' });
  assert.deepEqual(verdictOf(OLD, SAME, { low: 0.99, high: 1.01 }), {
    kind: 'undecided',
    why: 'range not filled',
  });
  assert.deepEqual(verdictOf(OLD, TWICE, { low: 0.95, high: 1.05 }), { kind: 'refuted', how: 'changed' });
});

test('an interval that is wide, or touches the figure with one end, decides nothing', () => {
  const spread = [110, 130, 200, 260, 350, 450, 520];
  assert.deepEqual(verdictOf(OLD, spread, { low: 2.4, high: 2.8 }), {
    kind: 'undecided',
    why: 'interval too wide',
  });
  const outside = { kind: 'undecided', why: 'estimate outside' };
  assert.deepEqual(verdictOf(OLD, spread, { low: 1.2, high: 1.3 }), outside);
  assert.deepEqual(verdictOf(OLD, TWICE, { low: 1.5, high: 1.99 }), outside);
  assert.deepEqual(verdictOf(OLD, TWICE, { low: 2.01, high: 4 }), outside);
  assert.deepEqual(verdictOf(OLD, spread, { low: 1.01, high: null }), { kind: 'confirmed' });
});

test('three runs are too few, and four are where Holm asks for more than they can give', () => {
  const claim = { low: 1.5, high: 2.5 };
  const few = { kind: 'undecided', why: 'too few runs' };
  assert.deepEqual(verdictOf(OLD.slice(0, 3), TWICE.slice(0, 3), claim), few);
  assert.deepEqual(verdictOf(OLD.slice(0, 4), TWICE.slice(0, 4), claim), { kind: 'confirmed' });
  const metrics: LabMetric[] = ['rate', 'second'].map((name) => ({
    name,
    unit: '1/s',
    better: 'higher',
    scale: 'ratio',
  }));
  const four = madeUpExperiment(OLD.slice(0, 4), TWICE.slice(0, 4), claim, { metrics });
  for (const run of four.rounds.flatMap(({ runs }) => runs)) run.values.second = run.values.rate!;
  // 2 / C(8, 4) = 0.029, twice that is above 0.05.
  assert.deepEqual(effectsOf(four)[0]!.verdict, few);
});

test('a share that may be 0 is compared by its difference; a ratio to 0 is none, and says so', () => {
  const metrics: LabMetric[] = [{ name: 'rate', unit: 'share', better: 'lower', scale: 'difference' }];
  const lost = [1, 1, 1, 1];
  const kept = [0, 0, 0, 0];
  const [effect] = effectsOf(madeUpExperiment(lost, kept, { low: -1, high: -1 }, { metrics }));
  assert.deepEqual([effect!.estimate, effect!.verdict], [-1, { kind: 'confirmed' }]);
  assert.deepEqual(verdictOf(lost, kept, { low: null, high: 0.1 }), { kind: 'undecided', why: 'no ratio' });
});

test('rounds to warm up count nowhere', () => {
  const experiment = madeUpExperiment(OLD, TWICE, { low: 1.5, high: 2.5 });
  experiment.rounds[0]!.warmUp = true;
  assert.deepEqual(summarize(experiment, 'old', 'rate').values, OLD.slice(1));
});

test('what failed or cannot be decided here has its own verdict, whatever was measured before', () => {
  const claim = { low: 1.5, high: 2.5 };
  const none = { state: 'failed', because: 'the disk is gone', rounds: [] } as const;
  assert.deepEqual(verdictOf([], [], claim, { ...none, rounds: [] }), { kind: 'undecided', why: 'failed' });
  const undecidable = { state: 'not-decidable', because: 'perf is missing' } as const;
  assert.deepEqual(verdictOf(OLD, TWICE, claim, undecidable), { kind: 'not-decidable', why: null });
  const cut = { state: 'interrupted', because: 'it was stopped from outside' } as const;
  assert.deepEqual(verdictOf(OLD, TWICE, claim, cut), { kind: 'confirmed' });
});

test('a direction takes a difference that is shown, and is refuted by one the other way', () => {
  const more = { low: 1, high: null };
  const less = { low: null, high: 1 };
  assert.deepEqual(verdictOf(OLD, TWICE, more), { kind: 'confirmed' });
  assert.deepEqual(verdictOf(OLD, TWICE, less), { kind: 'refuted', how: 'opposite' });
  assert.deepEqual(verdictOf(TWICE, OLD, less), { kind: 'confirmed' });
  const none = { kind: 'undecided', why: 'no difference shown' };
  assert.deepEqual(verdictOf(OLD, SAME, more), none);
  assert.deepEqual(verdictOf(OLD, OLD, more), none);
  assert.deepEqual(verdictOf(OLD.slice(0, 3), TWICE.slice(0, 3), more), {
    kind: 'undecided',
    why: 'too few runs',
  });
});

test('a bound says only what it can: even this is more, even this is less', () => {
  const lower = (low: number | null, high: number | null) =>
    verdictOf(OLD, TWICE, { low, high, bound: 'lower' });
  const upper = (low: number | null, high: number | null) =>
    verdictOf(OLD, TWICE, { low, high, bound: 'upper' });
  const atLeast = { kind: 'undecided', why: 'lower bound' };
  const atMost = { kind: 'undecided', why: 'upper bound' };
  assert.deepEqual(lower(3, 4), atLeast, 'it may well be 3');
  assert.deepEqual(lower(1.5, 2.5), atLeast, 'it may be more');
  assert.deepEqual(lower(1.5, null), { kind: 'confirmed' });
  assert.deepEqual(lower(1, null), { kind: 'confirmed' });
  assert.deepEqual(lower(1.2, 1.3), { kind: 'refuted', how: 'stronger' });
  assert.deepEqual(lower(0.9, 1.1), { kind: 'refuted', how: 'changed' });
  assert.deepEqual(upper(3, 4), { kind: 'refuted', how: 'weaker' });
  assert.deepEqual(upper(1.2, 1.3), atMost, 'it may be so little');
  assert.deepEqual(upper(1.5, null), atMost);
  assert.deepEqual(upper(0.5, 3), { kind: 'confirmed' }, 'no more than nothing worth mentioning');
  // The claimed side of less: twice as fast is half the time.
  assert.deepEqual(verdictOf(TWICE, OLD, { low: 0.2, high: 0.4, bound: 'lower' }), atLeast);
  assert.deepEqual(verdictOf(TWICE, OLD, { low: 0.2, high: 0.4, bound: 'upper' }), {
    kind: 'refuted',
    how: 'weaker',
  });
});

test('a value of one arm is held against its median, without a test', () => {
  const of = (low: number | null, high: number | null): ReturnType<typeof effectsOf>[number] =>
    effectsOf(madeUpExperiment(OLD, TWICE, { low, high, against: null, arm: 'old' }))[0]!;
  const { estimate, interval, test: tested, pAdjusted } = of(90, 110);
  assert.deepEqual([estimate, tested, pAdjusted], [100, null, null]);
  assert.deepEqual([interval!.low, interval!.high], [97, 103]);
  assert.deepEqual(of(90, 110).verdict, { kind: 'confirmed' });
  assert.deepEqual(of(99, 102).verdict, { kind: 'confirmed' });
  assert.deepEqual(of(null, 99).verdict, { kind: 'undecided', why: 'estimate outside' });
  assert.deepEqual(of(200, 300).verdict, { kind: 'refuted', how: 'below' });
  assert.deepEqual(of(null, 50).verdict, { kind: 'refuted', how: 'above' });
  assert.deepEqual(verdictOf(OLD.slice(0, 5), TWICE.slice(0, 5), { low: 1, high: 2, against: null }), {
    kind: 'undecided',
    why: 'too few runs',
  });
});

test('several statements about one comparison are judged each, and are one test', () => {
  const claims = [
    [1.5, 2.5],
    [3, 4],
  ].map(([low, high]) => ({
    metric: 'rate',
    arm: 'new',
    against: 'old',
    low: low!,
    high: high!,
    bound: null,
    notDecidable: null,
  }));
  const effects = effectsOf(madeUpExperiment(OLD, TWICE, { low: null, high: null }, { effects: claims }));
  assert.deepEqual(
    effects.map(({ verdict }) => verdict?.kind),
    ['confirmed', 'refuted'],
  );
  for (const { pAdjusted } of effects) assert.ok(Math.abs(pAdjusted! - 2 / 3432) < 1e-12);
});

test('a statement that nothing here can decide says why, whatever was measured', () => {
  const why = 'every client has one connection';
  assert.deepEqual(verdictOf(OLD, TWICE, { low: 3, high: 4, notDecidable: why }), {
    kind: 'not-decidable',
    why,
  });
});
