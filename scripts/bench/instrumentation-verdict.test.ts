import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cpuCost,
  medianPass,
  type Round,
  renderCost,
  throughputCost,
  verdictOf,
} from './instrumentation-verdict.js';

const LIMIT = 0.03;

function round(on: number, control = 1_000, cpu: number | null = 50): Round {
  return {
    order: ['on', 'off', 'control'],
    on: { throughputPerSecond: on, cpuUsPerRequest: cpu },
    off: { throughputPerSecond: 1_000, cpuUsPerRequest: cpu === null ? null : 40 },
    control: { throughputPerSecond: control, cpuUsPerRequest: cpu === null ? null : 40 },
  };
}

/** Ten rounds that scatter by a quarter of a per cent around what `on` and `control` say. */
function rounds(on: number, control = 1_000, count = 10): Round[] {
  return Array.from({ length: count }, (_, at) => {
    const scatter = 1 + ((at % 5) - 2) / 800;
    return round(on * scatter, control * scatter);
  });
}

test('a cost of 1 % is within, one of 6 % above, and one of 3 % cannot be told', () => {
  assert.equal(verdictOf(throughputCost(rounds(990)), LIMIT), 'within');
  assert.equal(verdictOf(throughputCost(rounds(940)), LIMIT), 'above');
  assert.equal(verdictOf(throughputCost(rounds(970)), LIMIT), 'cannot be told');
});

test('a node that is faster with the instrumentation is within', () => {
  assert.equal(verdictOf(throughputCost(rounds(1_010)), LIMIT), 'within');
});

test('nothing is told when two clusters that do not differ differ by more than the limit, however clear it looks', () => {
  for (const control of [950, 1_050]) {
    for (const on of [500, 990])
      assert.equal(verdictOf(throughputCost(rounds(on, control)), LIMIT), 'cannot be told');
  }
});

test('the median of its passes stands for a cluster; one without CPU leaves the CPU unknown', () => {
  const pass = (throughputPerSecond: number, cpuUsPerRequest: number | null) => ({
    throughputPerSecond,
    cpuUsPerRequest,
  });
  assert.deepEqual(medianPass([pass(10, 3), pass(90, 1), pass(20, 2)]), pass(20, 2));
  assert.deepEqual(medianPass([pass(10, 3), pass(30, null)]), pass(20, null));
});

test('five rounds bound no median', () => {
  const cost = throughputCost(rounds(500, 1_000, 5));
  assert.equal(cost.interval, null);
  assert.equal(verdictOf(cost, LIMIT), 'cannot be told');
  assert.match(
    renderCost('throughput lost', cost),
    /^throughput lost: 50\.\d\d % \(no interval: it takes six rounds\)$/m,
  );
});

test('CPU is told as what it adds per request, and not at all where it was not measured', () => {
  assert.equal(cpuCost(rounds(990))!.median, 0.25);
  assert.equal(cpuCost([...rounds(990), round(990, 1_000, null)]), null);
});
