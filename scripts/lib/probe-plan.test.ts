import assert from 'node:assert/strict';
import test from 'node:test';
import { PROBES } from '../../profiles/index.js';
import type { Probe } from '../../profiles/probe.js';
import { nameLevels, SWEEP_TIMES } from './plan.js';
import {
  describePlan,
  expectedArmSeconds,
  expectedSeconds,
  type LevelPlan,
  OBSERVERS,
  type PlanInput,
  planLevels,
  planPasses,
  QUICK_PROBES,
} from './probe-plan.js';

function probe(name: string, nodeArguments: readonly string[] = []): Probe {
  return {
    name,
    question: '',
    tier: 'T0',
    cost: '',
    watches: 'all',
    nodeArguments,
    byDefault: true,
    check: () => Promise.reject(new Error('planning asks nobody')),
    start: () => Promise.reject(new Error('planning starts nothing')),
  };
}

const NAMES_FOR_JIT = ['--perf-basic-prof', '--interpreted-frames-native-stack'];
const ALL = [
  probe('cpu-profile'),
  ...['gc', 'event-loop', 'pool'].map((name) => probe(name)),
  probe('heap'),
  probe('proc'),
  probe('strace'),
  probe('perf', NAMES_FOR_JIT),
  probe('off-cpu', NAMES_FOR_JIT),
];

function plan(change: Partial<PlanInput> = {}): LevelPlan[] {
  const input: PlanInput = {
    levels: nameLevels([10, 100, 1000]),
    probes: ALL,
    named: false,
    times: SWEEP_TIMES.standard,
    canStartNodes: true,
    ...change,
  };
  return planLevels(input);
}

const names = (passes: readonly { readonly probes: readonly Probe[] }[]) =>
  passes.map(({ probes }) => probes.map(({ name }) => name).join('+'));

test('observers share one pass, where the first of them stood; whatever samples or stops the process stays alone', () => {
  assert.deepEqual(names(planPasses(ALL)), [
    'cpu-profile',
    'gc+event-loop+pool+proc',
    'heap',
    'strace',
    'perf',
    'off-cpu',
  ]);
  assert.deepEqual(planPasses([]), []);
  // One that needs nodes of its own cannot share with those that do not.
  assert.deepEqual(names(planPasses([probe('gc', ['--x']), probe('pool')])), ['gc', 'pool']);
});

test('the middle level has all probes, the others the CPU profile and the system calls; quick probes the middle only', () => {
  const [low, mid, high] = plan() as [LevelPlan, LevelPlan, LevelPlan];
  for (const level of [low, high]) {
    assert.deepEqual(names(level.plain), ['cpu-profile', 'strace']);
    assert.deepEqual(level.twins, []);
  }
  assert.deepEqual(names(mid.plain), ['cpu-profile', 'gc+event-loop+pool+proc', 'heap', 'strace']);
  assert.deepEqual(
    mid.twins.map(({ nodeArguments, passes }) => [nodeArguments, names(passes)]),
    [[NAMES_FOR_JIT, ['perf', 'off-cpu']]],
  );
  const quick = plan({ times: SWEEP_TIMES.quick });
  assert.deepEqual(
    quick.map(({ plain, twins }) => plain.length + twins.length),
    [0, 5, 0],
  );
});

test('what was named is at every level that is probed', () => {
  const named = plan({ probes: [probe('gc'), probe('perf', NAMES_FOR_JIT)], named: true });
  assert.deepEqual(
    named.map(({ plain, twins }) => [names(plain), twins.length]),
    Array(3).fill([['gc'], 1]),
  );
});

test('nodes that are not ours are watched as they are', () => {
  const [, mid] = plan({ canStartNodes: false });
  assert.deepEqual(mid!.twins, []);
  assert.ok(names(mid!.plain).includes('perf'));
  assert.ok(mid!.plain.every(({ nodeArguments }) => nodeArguments.length === 0));
});

test('the expected time grows by what is planned, and a shared pass costs what one costs', () => {
  const times = SWEEP_TIMES.quick;
  const seconds = (...probes: Probe[]) => expectedSeconds(plan({ probes, times }), times);
  const none = seconds();
  const one = seconds(probe('gc'));
  assert.ok(one - none >= times.probeSeconds + 2 * times.referenceSeconds);
  assert.equal(seconds(probe('gc'), probe('pool'), probe('proc')), one);
  assert.ok(seconds(probe('gc'), probe('strace')) > one);
  const twin = seconds(probe('perf', NAMES_FOR_JIT));
  assert.ok(twin - one >= times.primeSeconds, 'nodes of its own have to be warmed up');
});

test('a quick run with four strategies has time to spare in its two minutes, for the baseline and the build', () => {
  const times = SWEEP_TIMES.quick;
  const probes = QUICK_PROBES.map((name) => probe(name));
  const levels = expectedSeconds(plan({ probes, times }), times);
  assert.ok(levels < 45, `levels take ${levels} s`);
  const arms = expectedArmSeconds(4, 3, times);
  assert.equal(expectedArmSeconds(0, 3, times), 0);
  assert.ok(arms >= 4 * 3 * times.armSeconds && levels + arms < 105, `${levels} s and ${arms} s`);
});

test('the plan is told a line a level, with what runs on nodes of its own', () => {
  const [low, mid] = describePlan(plan());
  assert.equal(low, 'low: measured pass, then cpu-profile | strace');
  assert.match(mid!, /gc \+ event-loop \+ pool \+ proc \|.* perf on nodes started with --perf-basic-prof/);
  assert.match(describePlan(plan({ probes: [] }))[0]!, /measured pass only/);
});

test('what shares a pass here can: no outside tool, no nodes of its own', () => {
  const sharing = PROBES.filter(({ name }) => OBSERVERS.includes(name));
  for (const { name, tier, nodeArguments, byDefault } of sharing) {
    assert.match(tier, /^T[01]$/, name);
    assert.deepEqual([nodeArguments, byDefault], [[], true], name);
  }
});
