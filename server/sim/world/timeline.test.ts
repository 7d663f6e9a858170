import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../random.js';
import { LifeClock } from './life-clock.js';
import { Timeline } from './timeline.js';

const MS = 1e6;

describe('the time of a simulation', () => {
  it('runs what is due in the order of times, then of making, and nothing that was cancelled', () => {
    const timeline = new Timeline();
    const random = new Random(1);
    const due: { readonly atMs: number; readonly number: number }[] = [];
    const ran: number[] = [];
    for (let number = 0; number < 2_000; number++) {
      const atMs = random.between(1, 300);
      const timer = timeline.after(atMs, () => ran.push(number));
      if (random.chance(0.2)) timer.cancel();
      else due.push({ atMs, number });
    }
    timeline.advanceTo(400 * MS);
    due.sort((a, b) => a.atMs - b.atMs || a.number - b.number);
    assert.deepEqual(
      ran,
      due.map(({ number }) => number),
    );
  });

  it('finishes a turn and all that it defers before the next event', () => {
    const timeline = new Timeline();
    const ran: string[] = [];
    timeline.after(1, () => {
      timeline.defer(() => {
        ran.push('deferred');
        timeline.defer(() => ran.push('deferred again'));
      });
      ran.push('first');
    });
    timeline.after(1, () => ran.push('second'));
    timeline.advanceTo(2 * MS);
    assert.deepEqual(ran, ['first', 'deferred', 'deferred again', 'second']);
  });

  it('says when the loop of a node never rests', () => {
    const timeline = new Timeline();
    const again = (): void => timeline.defer(again);
    again();
    assert.throws(() => timeline.settle(), /does not come to rest/);
  });
});

describe('the clock of one life', () => {
  const born = () => {
    const timeline = new Timeline();
    return { timeline, clock: new LifeClock(timeline, { zeroNs: 7e9, rate: 1.25 }) };
  };

  it('has a zero and a rate of its own, for stamps and for timers', () => {
    const { timeline, clock } = born();
    let firedNs = 0;
    clock.after(10, () => {
      firedNs = clock.nowNs();
    });
    timeline.advanceTo(8 * MS);
    assert.equal(firedNs, 7e9 + 10 * MS);
    timeline.advanceTo(100 * MS);
    assert.equal(clock.nowNs(), 7e9 + 125 * MS);
  });

  it('holds everything back while the process stands still; an interval fires once for all that it missed', () => {
    const { timeline, clock } = born();
    const ran: string[] = [];
    clock.every(10, () => ran.push('interval'));
    clock.pause();
    clock.defer(() => ran.push('deferred'));
    clock.after(20, () => ran.push('timer'));
    clock.after(30, () => ran.push('cancelled')).cancel();
    clock.run(() => ran.push('from outside'));
    timeline.advanceTo(100 * MS);
    assert.deepEqual(ran, []);
    clock.resume();
    timeline.settle();
    assert.deepEqual(ran, ['from outside', 'deferred', 'interval', 'timer']);
  });

  it('never runs anything of a process that was killed, standing still or not', () => {
    for (const isPaused of [false, true]) {
      const { timeline, clock } = born();
      const ran: string[] = [];
      if (isPaused) clock.pause();
      clock.every(1, () => ran.push('interval'));
      clock.after(1, () => ran.push('timer'));
      clock.defer(() => ran.push('deferred'));
      clock.kill();
      clock.run(() => ran.push('from outside'));
      clock.resume();
      timeline.advanceTo(50 * MS);
      assert.deepEqual(ran, []);
    }
  });
});
