import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../errors.js';
import { EntryType } from './messages.js';
import { entryBytes, RaftLog } from './raft-log.js';
import { entry, logOf, metaOf } from './testing/build.js';

const terms = [1, 1, 2, 2, 3];

/** Five entries behind index 10, all committed and applied up to `applied`. */
function logBehindTen(applied = 15): RaftLog {
  return new RaftLog({ index: 10, term: 1 }, logOf(terms, 10), 15, applied);
}

describe('RaftLog behind a base', () => {
  it('knows the term of its base, and none below it', () => {
    const log = logBehindTen();
    assert.deepEqual([log.baseIndex, log.firstIndex, log.lastIndex, log.lastTerm], [10, 11, 15, 3]);
    assert.deepEqual(
      [9, 10, 11, 15, 16].map((index) => log.term(index)),
      [0, 1, 1, 3, 0],
    );
    assert.deepEqual([log.matches(10, 1), log.matches(9, 0), log.matches(9, 1)], [true, false, false]);
    const empty = new RaftLog({ index: 10, term: 4 }, [], 10, 10);
    assert.deepEqual([empty.firstIndex, empty.lastIndex, empty.lastTerm], [11, 10, 4]);
    assert.equal(empty.isUpToDate(10, 4), true);
    assert.equal(empty.isUpToDate(10, 3), false, 'its last term is that of the base');
  });

  it('refuses entries that do not continue the base, and an index applied below it', () => {
    const base = { index: 10, term: 2 };
    assert.throws(() => new RaftLog(base, logOf([2], 11), 10, 10), InvariantError);
    assert.throws(() => new RaftLog(base, logOf([1], 10), 10, 10), InvariantError);
    assert.throws(() => new RaftLog(base, [], 10, 9), InvariantError);
    assert.throws(() => new RaftLog(base, [], 11, 10), InvariantError);
  });

  it('appends, truncates and hands out behind the base as a log from the start does', () => {
    const log = new RaftLog({ index: 10, term: 1 }, logOf([1, 1], 10), 10, 10);
    assert.equal(log.tryAppend(11, 1, [entry(12, 2), entry(13, 2)]), 13);
    assert.deepEqual(log.takeUnsubmitted(), [entry(12, 2), entry(13, 2)]);
    assert.deepEqual([log.stable, log.submitted], [11, 13]);
    log.stableTo(13, 2);
    log.commitTo(13);
    assert.deepEqual(
      log.takeUnapplied(1000).map(({ index }) => index),
      [11, 12, 13],
    );
    assert.deepEqual(log.slice(12, 1000), [entry(12, 2), entry(13, 2)]);
    assert.throws(() => log.slice(10, 1000), InvariantError);
  });

  it('where logs may part, what is compacted may match', () => {
    assert.deepEqual(
      [15, 14, 12].map((index) => logBehindTen().lastIndexUpToTerm(index, 2)),
      [14, 14, 12],
    );
    const log = new RaftLog({ index: 10, term: 5 }, logOf([5, 5], 10), 10, 10);
    assert.equal(log.lastIndexUpToTerm(12, 3), 9);
    assert.equal(log.lastIndexUpToTerm(4, 3), 4);
  });
});

describe('RaftLog: compaction', () => {
  it('says where to compact to by number and by bytes, never below the base', () => {
    const log = new RaftLog({ index: 10, term: 1 }, logOf([1, 1, 1, 1, 1], 10), 15, 15);
    const each = entryBytes(log.slice(11, 1)[0]!);
    assert.equal(log.keepBehind(15, 2, 1e9), 13);
    assert.equal(log.keepBehind(15, 100, 3 * each), 12);
    assert.equal(log.keepBehind(15, 100, each - 1), 15, 'an entry that does not fit is not kept');
    assert.equal(log.keepBehind(15, 100, 1e9), 10);
    assert.equal(log.keepBehind(14, 1, 1e9), 13);
    assert.equal(log.keepBehind(15, 0, 1e9), 15);
  });

  it('drops what is applied and nothing else', () => {
    const log = logBehindTen(13);
    log.compact(12);
    assert.deepEqual([log.baseIndex, log.term(12), log.term(11)], [12, 1, 0]);
    assert.deepEqual(
      log.slice(13, 1000).map(({ index }) => index),
      [13, 14, 15],
    );
    log.compact(11);
    assert.equal(log.baseIndex, 12, 'going back changes nothing');
    assert.throws(() => log.compact(14), InvariantError);
    log.compact(13);
    assert.deepEqual([log.firstIndex, log.lastIndex, log.term(13)], [14, 15, 2]);
  });

  it('a log that is wholly compacted goes on behind its last entry', () => {
    const log = logBehindTen();
    log.compact(15);
    assert.deepEqual([log.firstIndex, log.lastIndex, log.lastTerm, log.hasUnapplied], [16, 15, 3, false]);
    log.push(entry(16, 3));
    assert.deepEqual(log.takeUnsubmitted(), [entry(16, 3)]);
    assert.equal(log.term(16), 3);
  });

  it('compacted entries are let go of at once, also by small steps', () => {
    const log = new RaftLog({ index: 0, term: 0 }, logOf(Array<number>(100).fill(1)), 100, 100);
    for (let index = 1; index <= 100; index++) {
      log.compact(index);
      assert.equal(log.term(index), 1);
      assert.equal(log.slice(index + 1, 1 << 20).length, 100 - index);
    }
  });

  it('is not seen from outside: a log with any compaction acts as one without', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('compact' as const), count: fc.integer({ min: 0, max: 5 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const whole = new RaftLog({ index: 0, term: 0 }, [], 0, 0);
        const compacted = new RaftLog({ index: 0, term: 0 }, [], 0, 0);
        for (const { kind, count } of steps) {
          if (kind === 'compact') {
            compacted.compact(Math.min(compacted.applied, compacted.baseIndex + count));
            continue;
          }
          for (const log of [whole, compacted]) {
            for (let at = 0; at < count; at++) log.push(entry(log.lastIndex + 1, 1 + (log.lastIndex >> 2)));
            log.takeUnsubmitted();
            log.commitTo(log.lastIndex - 1);
            log.takeUnapplied(1000);
            log.appliedTo(log.committed);
          }
        }
        assert.equal(compacted.lastIndex, whole.lastIndex);
        const { firstIndex } = compacted;
        assert.deepEqual(compacted.slice(firstIndex, 1 << 20), whole.slice(firstIndex, 1 << 20));
        for (let index = compacted.baseIndex; index <= whole.lastIndex; index++)
          assert.equal(compacted.term(index), whole.term(index));
      }),
      { numRuns: 200 },
    );
  });
});

describe('RaftLog: a snapshot of a leader', () => {
  it('is old, held or news', () => {
    const log = new RaftLog({ index: 10, term: 1 }, logOf(terms, 10), 12, 12);
    const relation = (index: number, term: number): string => log.relationTo(metaOf({ index, term }));
    assert.deepEqual([relation(9, 1), relation(12, 1)], ['old', 'old']);
    assert.deepEqual([relation(13, 2), relation(15, 3)], ['held', 'held']);
    assert.deepEqual([relation(13, 3), relation(16, 3)], ['news', 'news']);
  });

  it('takes the place of the log; nothing is handed out until it is applied', () => {
    const log = new RaftLog({ index: 10, term: 1 }, logOf(terms, 10), 12, 11);
    const meta = metaOf({ index: 20, term: 4 });
    log.restore(meta);
    assert.deepEqual([log.baseIndex, log.lastIndex, log.lastTerm, log.committed], [20, 20, 4, 20]);
    assert.deepEqual([log.hasUnsubmitted, log.hasUnapplied, log.isInstalling], [false, false, true]);
    assert.equal(log.takePendingSnapshot(), meta);
    assert.equal(log.takePendingSnapshot(), null);
    log.push(entry(21, 4));
    log.commitTo(21);
    assert.equal(log.hasUnapplied, false);
    log.appliedTo(12);
    assert.equal(log.applied, 11, 'the state machine that is about to go');
    log.appliedTo(20);
    assert.deepEqual(log.takeUnapplied(1000), [entry(21, 4)]);
    assert.equal(log.hasUnappliedOfType(EntryType.ConfChange), false);
  });

  it('never stands behind what is committed', () => {
    assert.throws(() => logBehindTen().restore(metaOf({ index: 14, term: 2 })), InvariantError);
  });

  it('a completion from before it does not count for what came after', () => {
    const log = new RaftLog({ index: 0, term: 0 }, logOf([1, 1]), 0, 0);
    log.push(entry(3, 1));
    log.takeUnsubmitted();
    log.restore(metaOf({ index: 3, term: 2 }));
    log.push(entry(4, 2));
    log.stableTo(3, 1);
    assert.equal(log.stable, 3);
    log.stableTo(4, 1);
    assert.equal(log.stable, 3);
    log.stableTo(4, 2);
    assert.equal(log.stable, 4);
  });
});
