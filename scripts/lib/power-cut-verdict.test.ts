import assert from 'node:assert/strict';
import test from 'node:test';
import type { PowerCutRound } from '../../results/schema/index.js';
import { allowedLossMs, brokenPromises, countLoss } from './power-cut-verdict.js';

const sent = (key: string) => `value of ${key}`;
const holding = (...keys: string[]) => new Map(keys.map((key) => [key, sent(key)]));

test('what was acknowledged and is gone is lost; its age is that of the oldest; what got no answer may be there or not', () => {
  const written = new Map([
    ['a', 900],
    ['b', 940],
    ['c', null],
    ['d', null],
    ['e', 990],
    // Its answer was read after the cut.
    ['f', 1_002],
  ]);
  const contents = [holding('a', 'd'), holding('a', 'd')];
  assert.deepEqual(countLoss({ written, cutAtMs: 1_000, contents, sent }), {
    acknowledged: 4,
    lost: 3,
    oldestLostMs: 60,
    unanswered: 2,
    unansweredFound: 1,
    foreign: 0,
    nodesEqual: true,
  });
  const none = countLoss({ written: new Map([['a', 900]]), cutAtMs: 1_000, contents: [holding('a')], sent });
  assert.deepEqual([none.lost, none.oldestLostMs], [0, null]);
});

test('keys that nobody wrote, values that were not sent, and nodes that differ are seen', () => {
  const written = new Map([['a', 900]]);
  const foreign = countLoss({ written, cutAtMs: 1_000, contents: [holding('a', 'x')], sent });
  assert.equal(foreign.foreign, 1);
  const changed = new Map([['a', 'other']]);
  assert.equal(countLoss({ written, cutAtMs: 1_000, contents: [changed], sent }).foreign, 1);
  for (const other of [holding(), holding('a', 'b'), changed])
    assert.equal(
      countLoss({ written, cutAtMs: 1_000, contents: [holding('a'), holding('a'), other], sent }).nodesEqual,
      false,
    );
});

test('A and G may lose nothing, B one interval with its syncs, C anything', () => {
  const times = { intervalMs: 100, longestSyncMs: 7, latestTimerMs: 5 };
  assert.deepEqual(
    (['A', 'B', 'C', 'G'] as const).map((strategy) => allowedLossMs(strategy, times)),
    [0, 119, null, 0],
  );
  const round: PowerCutRound = {
    acknowledged: 10,
    lost: 2,
    oldestLostMs: 118,
    allowedMs: 119,
    longestSyncMs: 7,
    latestTimerMs: 5,
    unanswered: 0,
    unansweredFound: 0,
    foreign: 0,
    nodesEqual: true,
    restartMs: 1,
  };
  assert.deepEqual(brokenPromises('B', 1, round), []);
  assert.match(
    brokenPromises('B', 2, { ...round, oldestLostMs: 120 })[0]!,
    /^cut 2: .* 120\.0 ms .* allows 119\.0 ms$/,
  );
  for (const strategy of ['A', 'G'] as const)
    assert.match(
      brokenPromises(strategy, 1, { ...round, allowedMs: 0 })[0]!,
      /2 acknowledged writes are gone/,
    );
  assert.deepEqual(brokenPromises('C', 1, { ...round, allowedMs: null, oldestLostMs: 1e6 }), []);
  assert.equal(
    brokenPromises('C', 1, { ...round, allowedMs: null, foreign: 1, nodesEqual: false }).length,
    2,
  );
});
