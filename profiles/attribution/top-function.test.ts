import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CpuProfile } from './cpuprofile.js';
import { ProfiledTime } from './top-function.js';

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url, lineNumber: 9 },
  children,
});

/** From 1,000 µs on: idle 100 µs, `parse` below `read` 300 µs, the collector 50 µs, Node alone 50 µs. */
const PROFILE: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 3, 5, 6]),
    node(2, '(idle)', ''),
    node(3, 'read', 'file:///app/read.js', [4]),
    node(4, 'parse', 'node:internal/json'),
    node(5, '(garbage collector)', ''),
    node(6, 'emit', 'node:events'),
  ],
  startTime: 1_000,
  endTime: 1_500,
  samples: [2, 4, 5, 6],
  timeDeltas: [0, 100, 300, 50],
};

describe('ProfiledTime', () => {
  const time = new ProfiledTime(PROFILE, false);
  const us = 1e3;
  it('names the function of the program that was at work for most of a span', () => {
    assert.equal(time.topFunction(1_000 * us, 1_500 * us), 'read (/app/read.js:10)');
    assert.equal(time.topFunction(1_380 * us, 1_450 * us), '(garbage collector)');
    assert.equal(time.topFunction(1_450 * us, 1_500 * us), 'emit (node:events:10)');
  });
  it('names none while the loop is idle, or nobody looked', () => {
    assert.equal(time.topFunction(1_000 * us, 1_100 * us), null);
    assert.equal(time.topFunction(5_000 * us, 6_000 * us), null);
  });
  it('tells the share of a span that was not idle', () => {
    assert.equal(time.busyShare(1_000 * us, 1_500 * us), 0.8);
    assert.equal(time.busyShare(1_050 * us, 1_150 * us), 0.5);
    assert.equal(time.busyShare(0, 10), 0);
  });
  it('ends although the children of a profile form a circle', () => {
    const circle = {
      ...PROFILE,
      nodes: [node(2, 'a', 'file:///a.js', [4]), node(4, 'b', 'file:///b.js', [2])],
    };
    assert.equal(new ProfiledTime(circle, false).topFunction(1_100 * us, 1_400 * us), 'b (/b.js:10)');
  });
});
