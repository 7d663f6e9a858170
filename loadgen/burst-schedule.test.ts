import assert from 'node:assert/strict';
import test from 'node:test';
import { BurstSchedule } from './burst-schedule.js';

const SECOND_NS = 1e9;
const alone = { index: 0, count: 1 };

/** Takes whatever is due at each step of a run and ends it at once; gives the bursts. */
function takeAll(schedule: BurstSchedule, seconds: number, stepNs: number): number[] {
  const bursts: number[] = [];
  for (let nowNs = 0; nowNs < seconds * SECOND_NS; nowNs += stepNs) {
    for (let burst = schedule.take(nowNs); burst !== -1; burst = schedule.take(nowNs)) {
      bursts.push(burst);
      schedule.ended(burst);
    }
  }
  return bursts;
}

test('nothing is due before the start', () => {
  const schedule = new BurstSchedule({ keys: 10, operationsMax: 1_000 }, 8, alone);
  assert.equal(schedule.take(1e12), -1);
  schedule.start(2e12);
  assert.equal(schedule.take(2e12 - 1), -1);
  assert.equal(schedule.take(2e12), 0);
});

test('the limit is spread over the whole run, in bursts that go from key to key', () => {
  const schedule = new BurstSchedule({ keys: 10, operationsMax: 6_400 }, 98, alone);
  schedule.start(0);
  const bursts = takeAll(schedule, 98, 10e6);
  // A hundred bursts over the planned time and its reserve of two seconds.
  assert.equal(bursts.at(-1), 97);
  assert.equal(bursts.length, 98 * 64);
  assert.equal(schedule.isUsedUp, false);
  assert.deepEqual(
    [0, 9, 10, 97].map((burst) => schedule.keyOf(burst)),
    [0, 9, 0, 7],
  );
});

test('a run that lasts longer than planned ends its history at the limit', () => {
  const schedule = new BurstSchedule({ keys: 10, operationsMax: 640 }, 8, alone);
  schedule.start(0);
  assert.equal(takeAll(schedule, 60, 10e6).length, 640);
  assert.equal(schedule.isUsedUp, true);
});

test('so many overlap, and no more; what hangs does not keep the next burst from being recorded', () => {
  const schedule = new BurstSchedule({ keys: 10, operationsMax: 6_400 }, 98, alone);
  schedule.start(0);
  const takeAtOnce = (nowNs: number) => {
    let count = 0;
    while (schedule.take(nowNs) !== -1) count++;
    return count;
  };
  assert.equal(takeAtOnce(0), 2);
  assert.equal(takeAtOnce(1e6), 0);
  schedule.ended(0);
  assert.equal(takeAtOnce(2e6), 1);
  assert.equal(takeAtOnce(SECOND_NS), 16);
  // A late end of the first burst is not one of the second.
  schedule.ended(0);
  assert.equal(takeAtOnce(SECOND_NS), 0);
  assert.equal(takeAtOnce(2 * SECOND_NS), 4);
});

test('the shares of the workers add up to the limit', () => {
  const shares = [0, 1, 2].map((index) => {
    const schedule = new BurstSchedule({ keys: 10, operationsMax: 1_000 }, 8, { index, count: 3 });
    schedule.start(0);
    return takeAll(schedule, 60, 10e6).length;
  });
  assert.deepEqual(shares, [334, 333, 333]);
});
