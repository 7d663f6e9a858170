import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../errors.js';
import { Inflights } from './inflights.js';
import { Progress } from './progress.js';

function progressOf(state: 'probe' | 'replicate', match: number, next: number): Progress {
  const progress = new Progress(2, next, 3, 1000);
  progress.match = match;
  progress.state = state;
  return progress;
}

describe('Inflights', () => {
  it('is full at its bound of messages', () => {
    const window = new Inflights(2, 1000);
    window.add(1, 10);
    assert.equal(window.full, false);
    window.add(2, 10);
    assert.equal(window.full, true);
    assert.throws(() => window.add(3, 10), InvariantError);
  });

  it('is full at its bound of bytes, which the last message may exceed', () => {
    const window = new Inflights(100, 50);
    window.add(1, 49);
    assert.equal(window.full, false);
    window.add(2, 500);
    assert.equal(window.full, true);
    window.freeUpTo(1);
    assert.equal(window.full, true);
    window.freeUpTo(2);
    assert.deepEqual([window.full, window.count, window.bytes], [false, 0, 0]);
  });

  it('holds exactly what was added and not freed, however long it runs', () => {
    const operation = fc.record({ free: fc.boolean(), by: fc.integer({ min: 0, max: 4 }) });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (list, max) => {
        const window = new Inflights(max, 1e9);
        let model: { last: number; bytes: number }[] = [];
        let last = 0;
        for (const { free, by } of list) {
          if (free) {
            const upTo = (model[0]?.last ?? last) + by - 1;
            window.freeUpTo(upTo);
            model = model.filter((sent) => sent.last > upTo);
          } else if (!window.full) {
            last += 1 + by;
            window.add(last, by);
            model.push({ last, bytes: by });
          }
          assert.equal(window.count, model.length);
          assert.equal(
            window.bytes,
            model.reduce((sum, sent) => sum + sent.bytes, 0),
          );
          assert.equal(window.full, model.length >= max);
        }
      }),
    );
  });
});

describe('Progress', () => {
  it('an acknowledgement never lowers match or next, however late it comes', () => {
    const progress = progressOf('replicate', 5, 9);
    assert.equal(progress.maybeUpdate(7), true);
    for (const late of [0, 3, 6, 7]) assert.equal(progress.maybeUpdate(late), false);
    assert.deepEqual([progress.match, progress.next], [7, 9]);
    assert.equal(progress.maybeUpdate(12), true);
    assert.deepEqual([progress.match, progress.next], [12, 13]);
  });

  it('replicating: a rejection at or below match is stale, one above goes back to match', () => {
    const progress = progressOf('replicate', 5, 10);
    assert.equal(progress.maybeDecrease(5, 3), false);
    assert.equal(progress.next, 10);
    assert.equal(progress.maybeDecrease(9, 3), true);
    assert.equal(progress.next, 6);
  });

  it('probing: only the rejection of the probe itself counts, and next stays above match', () => {
    const cases: readonly [match: number, next: number, rejected: number, hint: number, after: number][] = [
      [0, 10, 9, 4, 5],
      [0, 10, 9, 9, 9], // a hint that leads nowhere still moves by one
      [0, 10, 8, 4, 10], // not what was asked last
      [6, 10, 9, 2, 7], // below match the logs agree for certain
      [0, 2, 1, 0, 1],
    ];
    for (const [match, next, rejected, hint, after] of cases) {
      const progress = progressOf('probe', match, next);
      progress.probeSent = true;
      const isTaken = progress.maybeDecrease(rejected, hint);
      assert.equal(progress.next, after);
      assert.equal(isTaken, next - 1 === rejected);
      assert.equal(progress.probeSent, !isTaken);
    }
  });

  it('a probe sends once and waits; replication goes on until the window is full', () => {
    const probing = progressOf('probe', 0, 1);
    assert.equal(probing.appendsInFlight, 0);
    probing.sentEntries(1, 1, 10);
    assert.deepEqual([probing.isPaused, probing.next, probing.appendsInFlight], [true, 1, 1]);
    const replicating = progressOf('replicate', 0, 1);
    for (const last of [1, 2, 3]) replicating.sentEntries(1, last, 10);
    assert.deepEqual([replicating.isPaused, replicating.next, replicating.appendsInFlight], [true, 4, 3]);
    replicating.inflights.freeUpTo(1);
    assert.deepEqual([replicating.isPaused, replicating.appendsInFlight], [false, 2]);
  });

  it('what was pipelined is forgotten when probing begins, and next goes back to match + 1', () => {
    const progress = progressOf('replicate', 4, 5);
    progress.sentEntries(3, 7, 30);
    progress.sentCommit = 6;
    progress.becomeProbe();
    assert.deepEqual([progress.next, progress.inflights.count, progress.sentCommit], [5, 0, 4]);
    assert.equal(progress.isPaused, false);
  });

  it('a commit index is told again only when the follower could commit more with it', () => {
    const progress = progressOf('replicate', 4, 5);
    progress.sentCommit = 2;
    assert.equal(progress.canBumpCommit(2), false);
    assert.equal(progress.canBumpCommit(3), true);
    progress.sentCommit = 4;
    assert.equal(progress.canBumpCommit(9), false);
  });
});
