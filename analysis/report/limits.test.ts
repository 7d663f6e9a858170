import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import { factsOf, levelOf, mapNodes } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { limitOf } from './limits.js';

const atMid = (run: RunData): string | null => {
  const facts = factsOf(run);
  return limitOf(levelOf(facts, 'mid'), facts);
};

/** Main threads that are on a CPU and wait for one for these shares of the window. */
const mainThreads = (busy: number, waits: number): RunData =>
  mapNodes(madeUpRun(), (node) => {
    const ms = node.seconds * 1e3;
    const proc = node.proc!;
    const threads = proc.threads.map((thread) =>
      thread.kind === 'main' ? { ...thread, cpuMs: busy * ms, runqueueWaitMs: waits * ms } : thread,
    );
    return { ...node, proc: { ...proc, threads } };
  });

describe('what a level runs into', () => {
  it('is the CPU where the main thread wants one for 85 % of the time, on it or in the run queue', () => {
    assert.match(
      atMid(mainThreads(0.6, 0.251))!,
      /^At mid \(100 clients\) the limit is the CPU: .* for 85\.1 % of the time \(on one for 60\.0 %, waiting for one for 25\.1 %\)\.$/,
    );
    assert.match(
      atMid(mainThreads(0.6, 0.249))!,
      /^At mid \(100 clients\) neither the machine nor the leader's main thread is full; /,
    );
  });

  it('is the loop itself where the thread is on a CPU for that long', () => {
    assert.match(
      atMid(mainThreads(0.86, 0.05))!,
      /the leader's event loop \(on a CPU for 86\.0 % of the time, waiting for one for 5\.0 %\)/,
    );
  });

  it('is the machine before any thread of it', () => {
    const run = mainThreads(0.9, 0.1);
    const small = { ...run, run: { ...run.run, machine: { ...run.run.machine, cpuCount: 2 } } };
    assert.match(atMid(small)!, /the limit is the CPU of the machine \(2\.\d+ of 2 cores busy/);
  });

  it('is not the longest stage: that is named as the largest share only', () => {
    const text = atMid(mainThreads(0.3, 0.1))!;
    assert.match(
      text,
      /neither the machine nor the leader's main thread is full; of all layers the network layer takes the largest share of a write \([\d.]+ %, the largest part of it /,
    );
    assert.doesNotMatch(text, /the limit is|most of it/);
    const unknown = atMid(mapNodes(madeUpRun(), (node) => ({ ...node, proc: null })))!;
    assert.match(unknown, /it was not measured whether a CPU is the limit; of all layers/);
  });

  it('is unknown without /proc and traced requests', () => {
    const run = mapNodes(madeUpRun(), (node) => ({ ...node, proc: null }));
    assert.equal(atMid({ ...run, points: run.points.map((point) => ({ ...point, stages: null })) }), null);
  });
});
