import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type Call, CallState } from './call.js';
import { CallQueue, type CallStarter } from './call-queue.js';
import type { Effect } from './command-spec.js';

type FakeCall = Call & { effect: Effect; label: string };

function fakeCall(label: string): FakeCall {
  const effects: Record<string, Effect> = { r: 'read', w: 'write', l: 'local', a: 'alone' };
  const fields = { state: CallState.Waiting, hasRun: false, isCounted: false, hadEffect: false };
  return { ...fields, label, effect: effects[label[0]!]! } as FakeCall;
}

/** Starts what it is told and answers what a test says. */
class Starter implements CallStarter {
  readonly queue = new CallQueue(this);
  readonly calls = new Map<string, FakeCall>();
  started: string[] = [];
  givenUp: string[] = [];
  retries = 0;

  add(...labels: string[]): void {
    for (const label of labels) {
      const call = fakeCall(label);
      this.calls.set(label, call);
      this.queue.add(call);
    }
    this.queue.advance();
  }

  effectOf(call: Call): Effect {
    return (call as FakeCall).effect;
  }

  start(call: Call): void {
    const { label, effect } = call as FakeCall;
    this.started.push(label);
    if (effect === 'local') this.queue.answered(call);
    else call.hasRun = true;
  }

  giveUp(call: Call): void {
    this.givenUp.push((call as FakeCall).label);
    this.queue.answered(call);
  }

  retryLater(): void {
    this.retries += 1;
  }

  answer(label: string, hadEffect = false): void {
    const call = this.calls.get(label)!;
    call.hadEffect = hadEffect;
    this.queue.answered(call);
  }

  hold(label: string): void {
    this.queue.hold(this.calls.get(label)!);
  }

  /** Takes out what is ready, then starts what may start. */
  take(): string[] {
    const taken: string[] = [];
    for (let call = this.queue.shift(); call !== null; call = this.queue.shift())
      taken.push((call as FakeCall).label);
    this.queue.advance();
    return taken;
  }

  takeStarted(): string[] {
    const { started } = this;
    this.started = [];
    return started;
  }
}

describe('order of the calls of a connection', () => {
  let order: Starter;
  beforeEach(() => {
    order = new Starter();
  });

  it('runs reads together and writes together, and neither with the other', () => {
    order.add('r1', 'r2', 'w1', 'w2', 'r3');
    assert.deepEqual(order.takeStarted(), ['r1', 'r2']);
    order.answer('r2');
    assert.deepEqual(order.take(), [], 'r1 is not answered');
    order.answer('r1');
    assert.deepEqual(order.take(), ['r1', 'r2']);
    assert.deepEqual(order.takeStarted(), ['w1', 'w2']);
    order.answer('w1', true);
    assert.deepEqual(order.take(), ['w1']);
    assert.deepEqual(order.takeStarted(), [], 'w2 still runs');
    order.answer('w2', true);
    assert.deepEqual(order.take(), ['w2']);
    assert.deepEqual(order.takeStarted(), ['r3']);
  });

  it('answers local calls at their turn, without waiting for what runs', () => {
    order.add('w1', 'l1', 'w2', 'r1', 'l2');
    assert.deepEqual(order.takeStarted(), ['w1', 'l1', 'w2']);
    order.answer('w2', true);
    order.answer('w1', true);
    assert.deepEqual(order.take(), ['w1', 'l1', 'w2']);
    assert.deepEqual(order.takeStarted(), ['r1', 'l2']);
  });

  it('runs nothing beside a call that stands alone', () => {
    order.add('w1', 'a1', 'l1', 'a2');
    assert.deepEqual(order.takeStarted(), ['w1']);
    order.answer('w1', true);
    order.take();
    assert.deepEqual(order.takeStarted(), ['a1', 'l1']);
    order.answer('a1');
    assert.deepEqual(order.take(), ['a1', 'l1']);
    assert.deepEqual(order.takeStarted(), ['a2']);
  });

  it('begins held writes again in order, when nothing runs any more', () => {
    order.add('w1', 'w2', 'w3');
    order.takeStarted();
    order.hold('w2');
    order.add('w4');
    assert.equal(order.retries, 0, 'w1 and w3 still run');
    order.answer('w1', true);
    order.hold('w3');
    assert.equal(order.retries, 1);
    assert.deepEqual(order.take(), ['w1']);
    assert.deepEqual(order.takeStarted(), [], 'not before its time');
    order.queue.resume();
    assert.deepEqual(order.takeStarted(), ['w2', 'w3', 'w4']);
  });

  it('gives a held write up when a later one took effect: it would come after that one', () => {
    order.add('w1', 'w2', 'w3');
    order.takeStarted();
    order.hold('w1');
    order.answer('w2', true);
    order.hold('w3');
    assert.deepEqual(order.givenUp, ['w1']);
    assert.deepEqual(order.take(), ['w1', 'w2']);
    order.queue.resume();
    assert.deepEqual(order.takeStarted(), ['w3']);
  });

  it('keeps a held write when later ones failed without effect', () => {
    order.add('w1', 'w2');
    order.takeStarted();
    order.hold('w1');
    order.answer('w2', false);
    assert.deepEqual(order.givenUp, []);
    order.queue.resume();
    assert.deepEqual(order.takeStarted(), ['w1'], 'and w2 has its answer');
    order.answer('w1', true);
    assert.deepEqual(order.take(), ['w1', 'w2']);
  });

  it('asks answered reads behind a held one again: they saw an older state', () => {
    order.add('r1', 'r2', 'l1', 'r3');
    order.takeStarted();
    order.answer('r1');
    order.answer('r3');
    order.hold('r2');
    order.queue.resume();
    assert.deepEqual(order.takeStarted(), ['r2', 'r3']);
    order.answer('r3');
    order.answer('r2');
    assert.deepEqual(order.take(), ['r1', 'r2', 'l1', 'r3']);
  });

  it('holds again as often as it takes', () => {
    order.add('w1', 'r1');
    for (let round = 1; round <= 5; round++) {
      order.hold('w1');
      assert.equal(order.retries, round);
      order.queue.resume();
    }
    order.answer('w1', true);
    assert.deepEqual(order.take(), ['w1']);
    assert.deepEqual(order.takeStarted().at(-1), 'r1');
  });

  it('grows with its calls and keeps their order', () => {
    const labels = Array.from({ length: 3_000 }, (_, i) => `w${i}`);
    const taken: string[] = [];
    for (let at = 0; at < labels.length; at += 30) {
      order.add(...labels.slice(at, at + 30));
      for (const label of order.takeStarted().reverse().slice(0, 20)) order.answer(label, true);
      taken.push(...order.take());
    }
    for (let rest = 0; rest < labels.length; rest++) {
      for (const call of order.calls.values())
        if (call.state === CallState.Running) order.answer(call.label, true);
      const more = order.take();
      if (more.length === 0) break;
      taken.push(...more);
    }
    assert.deepEqual(taken, labels);
    assert.equal(order.queue.length, 0);
    assert.equal(order.queue.running, 0);
  });

  it('gives out all calls when the client is gone', () => {
    order.add('w1', 'w2', 'r1');
    order.hold('w1');
    assert.deepEqual(
      [...order.queue.drain()].map((call) => (call as FakeCall).label),
      ['w1', 'w2', 'r1'],
    );
    assert.equal(order.queue.length, 0);
  });
});
