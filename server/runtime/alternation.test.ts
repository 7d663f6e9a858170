import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlternatingRegistry, Alternation, isMeasuringIn, phaseAt } from './alternation.js';

/** A clock that a test sets, and whose timers it fires. */
function handClock() {
  const tasks: (() => void)[] = [];
  const clock = {
    now: 0,
    nowNs: () => clock.now,
    every: (_intervalMs: number, task: () => void) => {
      tasks.push(task);
      return { cancel: () => {} };
    },
    moveTo(second: number) {
      clock.now = second * 1e9;
      for (const task of tasks) task();
    },
  };
  return clock;
}

test('the sequence has two of each in four, and does not follow a trend', () => {
  const eight = Array.from({ length: 8 }, (_, phase) => (isMeasuringIn(phase) ? 1 : 0));
  assert.deepEqual(eight, [1, 0, 0, 1, 0, 1, 1, 0]);
  const weighed = (power: number) =>
    eight.reduce<number>((sum, isOn, phase) => sum + (isOn === 1 ? 1 : -1) * phase ** power, 0);
  assert.deepEqual([weighed(1), weighed(2)], [0, 0]);
  assert.deepEqual([phaseAt(999_999_999), phaseAt(1e9)], [0, 1]);
});

test('histograms and stamps follow the phase, counters always count', () => {
  const clock = handClock();
  const alternation = new Alternation(clock);
  const metrics = new AlternatingRegistry(alternation);
  const histogram = metrics.histogram('io_some_ns', 'Some.');
  const counter = metrics.counter('io_some_total', 'Some.');
  const stamps = metrics.stampsOf(clock);
  const stamped: boolean[] = [];
  for (const second of [4, 5, 6, 7]) {
    clock.moveTo(second);
    histogram.record(second);
    counter.add(1);
    stamped.push(stamps.nowNs() !== 0);
  }
  assert.deepEqual(
    [...metrics.histograms()].map(({ count, sum }) => [count, sum]),
    [[2, 11]],
  );
  assert.equal(counter.value, 4);
  assert.deepEqual(stamped, [false, true, true, false]);
});

test('a lock hears of the end of each wait and hold that it heard the beginning of, and of no other', () => {
  const clock = handClock();
  const metrics = new AlternatingRegistry(new Alternation(clock));
  const meter = metrics.lock('log_slot', 'One at a time.', ['entries', 'rotation']);
  const cycle = (from: number, to: number) => {
    clock.moveTo(from);
    meter.held('entries', from * 1e9);
    meter.waits(from * 1e9);
    clock.moveTo(to);
    meter.granted('entries', from * 1e9, to * 1e9);
    meter.held('entries', to * 1e9);
    meter.released(to * 1e9);
  };
  cycle(0, 1);
  cycle(1, 3);
  clock.moveTo(3);
  meter.gathered('entries', 'rotation', 5, 100, 30);
  clock.moveTo(4);
  meter.gathered('entries', 'rotation', 5, 100, 30);
  meter.passed('entries');
  const [reading] = [...metrics.locks()];
  assert.deepEqual([reading!.contended, reading!.waitNs, reading!.acquisitions], [1 + 5, 1e9 + 100, 1 + 5]);
});

test('what alternates calls one object or the other', () => {
  const clock = handClock();
  const told: string[] = [];
  class Loud {
    readonly #name = 'loud';
    say(word: string): void {
      told.push(`${this.#name} ${word}`);
    }
  }
  const pair = new Alternation(clock).between<{ say(word: string): void }>(new Loud(), {
    say: (word) => void told.push(`quiet ${word}`),
  });
  for (const second of [0, 1]) {
    clock.moveTo(second);
    pair.say(String(second));
  }
  assert.deepEqual(told, ['loud 0', 'quiet 1']);
});
