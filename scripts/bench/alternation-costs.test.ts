import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMeasuringIn } from '../../server/runtime/alternation.js';
import { alternationCosts, alternationVerdict, type Phase } from './alternation-costs.js';

/** Phases of a machine that grows slower, on which a second with measuring gives `lost` fewer requests at the same CPU. */
function phases(first: number, count: number, lost: number): Phase[] {
  const made: Phase[] = [];
  let requests = 0;
  for (let phase = first; phase < first + count; phase++) {
    const isOn = isMeasuringIn(phase);
    const from = { atNs: phase * 1e9, requests, cpuNs: phase * 1.5e9 };
    requests += (10_000 - 20 * (phase - first)) * (isOn ? 1 - lost : 1);
    made.push({ phase, isOn, from, to: { atNs: (phase + 1) * 1e9, requests, cpuNs: (phase + 1) * 1.5e9 } });
  }
  return made;
}

const near = (actual: number | null, expected: number) =>
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-4, `${actual} is not ${expected}`);

test('a cost of 4 % comes out as 4 %, and none as none, on a machine that grows slower', () => {
  const { blocks, throughput, cpu } = alternationCosts(phases(40, 80, 0.04));
  assert.equal(blocks, 20);
  near(throughput.median, 0.04);
  near(cpu.median, 1 / 0.96 - 1);
  near(alternationCosts(phases(40, 80, 0)).throughput.median, 0);
  assert.ok(throughput.interval !== null && throughput.interval.high - throughput.interval.low < 1e-3);
});

test('only whole blocks count, and none with a hole', () => {
  assert.equal(alternationCosts(phases(41, 12, 0)).blocks, 2);
  const holed = phases(40, 12, 0).filter(({ phase }) => phase !== 45);
  assert.equal(alternationCosts(holed).blocks, 2);
  const none = alternationCosts(phases(41, 5, 0));
  assert.deepEqual([none.blocks, none.throughput.median], [0, null]);
});

test('a cost is within, above, or not told; halves that differ spoil it', () => {
  const interval = (low: number, high: number) => ({ median: (low + high) / 2, low, high, coverage: 0.95 });
  const cost = (low: number, high: number, noise = interval(-0.04, 0.04)) => ({
    median: (low + high) / 2,
    interval: interval(low, high),
    noiseMedian: 0,
    noise,
  });
  assert.equal(alternationVerdict(cost(-0.02, 0.029), 0.03), 'within');
  assert.equal(alternationVerdict(cost(0.031, 0.05), 0.03), 'above');
  assert.equal(alternationVerdict(cost(-0.02, 0.031), 0.03), 'cannot be told');
  assert.equal(alternationVerdict(cost(0, 0.01, interval(0.001, 0.02)), 0.03), 'cannot be told');
  assert.equal(alternationVerdict({ ...cost(0, 0.01), interval: null }, 0.03), 'cannot be told');
});
