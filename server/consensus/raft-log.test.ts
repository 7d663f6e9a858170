import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../errors.js';
import { EntryType } from './messages.js';
import { entryBytes, RaftLog } from './raft-log.js';
import { entry, logOf } from './testing/build.js';

const START = { index: 0, term: 0 };
const termsOf = (log: RaftLog): number[] =>
  Array.from({ length: log.lastIndex }, (_, at) => log.term(at + 1));

describe('RaftLog: what it takes from a disk', () => {
  it('refuses a gap, a falling term, and an applied or committed index beyond the log', () => {
    assert.throws(() => new RaftLog(START, [entry(2, 1)], 0, 0), InvariantError);
    assert.throws(() => new RaftLog(START, [entry(1, 2), entry(2, 1)], 0, 0), InvariantError);
    assert.throws(() => new RaftLog(START, logOf([1]), 2, 0), InvariantError);
    assert.throws(() => new RaftLog(START, logOf([1, 1]), 1, 2), InvariantError);
  });

  it('counts everything recovered as durable and hands none of it to storage again', () => {
    const log = new RaftLog(START, logOf([1, 1, 2]), 2, 1);
    assert.equal(log.stable, 3);
    assert.equal(log.hasUnsubmitted, false);
    assert.deepEqual(log.takeUnapplied(1000), [entry(2, 1)]);
  });
});

describe('RaftLog: appending', () => {
  it('takes nothing when the entry before does not match', () => {
    const log = new RaftLog(START, logOf([1, 2]), 0, 0);
    assert.equal(log.tryAppend(2, 1, [entry(3, 3)]), 0);
    assert.equal(log.tryAppend(3, 2, [entry(4, 3)]), 0);
    assert.deepEqual(termsOf(log), [1, 2]);
  });

  it('A2.6 a stale append that ends inside the log leaves the matching suffix where it is', () => {
    const log = new RaftLog(START, logOf([1, 1, 2, 2, 2]), 0, 0);
    assert.equal(log.tryAppend(1, 1, [entry(2, 1), entry(3, 2)]), 3);
    assert.equal(log.tryAppend(2, 1, []), 2);
    assert.deepEqual(termsOf(log), [1, 1, 2, 2, 2]);
    assert.equal(log.stable, 5);
  });

  it('a conflict removes that entry and all behind it, also from what counts as durable', () => {
    const log = new RaftLog(START, logOf([1, 1, 2, 2]), 1, 0);
    assert.equal(log.tryAppend(1, 1, [entry(2, 1), entry(3, 3)]), 3);
    assert.deepEqual(termsOf(log), [1, 1, 3]);
    assert.equal(log.stable, 2);
    assert.deepEqual(log.takeUnsubmitted(), [entry(3, 3)]);
  });

  it('never replaces a committed entry', () => {
    const log = new RaftLog(START, logOf([1, 1, 1]), 2, 0);
    assert.throws(() => log.tryAppend(1, 1, [entry(2, 2)]), /conflicts with the committed log, committed 2/);
  });

  it('is idempotent: any stretch of the log sent again changes nothing', () => {
    const terms = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 12 }).map((list) => list.sort());
    fc.assert(
      fc.property(terms, fc.nat(), fc.nat(), (list, a, b) => {
        const from = a % (list.length + 1);
        const to = from + (b % (list.length - from + 1));
        const log = new RaftLog(START, logOf(list), 0, 0);
        assert.equal(log.tryAppend(from, list[from - 1] ?? 0, logOf(list).slice(from, to)), to);
        assert.deepEqual(termsOf(log), list);
        assert.equal(log.hasUnsubmitted, false);
      }),
    );
  });
});

describe('RaftLog: durability', () => {
  it('counts a completion only while the log still ends that append with the same term', () => {
    const log = new RaftLog(START, logOf([1]), 0, 0);
    log.tryAppend(1, 1, [entry(2, 1), entry(3, 1)]);
    log.takeUnsubmitted();
    log.tryAppend(1, 1, [entry(2, 2)]);
    log.takeUnsubmitted();
    log.stableTo(3, 1);
    assert.equal(log.stable, 1);
    log.stableTo(2, 1);
    assert.equal(log.stable, 1);
    log.stableTo(2, 2);
    assert.equal(log.stable, 2);
  });

  it('never goes back', () => {
    const log = new RaftLog(START, logOf([1, 1, 1]), 0, 0);
    log.stableTo(1, 1);
    assert.equal(log.stable, 3);
  });
});

describe('RaftLog: committing and applying', () => {
  it('refuses to commit what it does not hold and ignores an older index', () => {
    const log = new RaftLog(START, logOf([1, 1]), 1, 0);
    assert.throws(() => log.commitTo(3), /commit 3 is beyond the last entry 2/);
    log.commitTo(0);
    assert.equal(log.committed, 1);
  });

  it('hands out committed entries once each, in order, bounded in bytes but at least one', () => {
    const log = new RaftLog(START, logOf([1, 1, 1]), 3, 0);
    const size = entryBytes(entry(1, 1));
    assert.deepEqual(log.takeUnapplied(2 * size), [entry(1, 1), entry(2, 1)]);
    assert.deepEqual(log.takeUnapplied(1), [entry(3, 1)]);
    assert.equal(log.hasUnapplied, false);
    assert.equal(log.applied, 0);
    log.appliedTo(2);
    assert.throws(() => log.appliedTo(1), InvariantError);
    assert.throws(() => log.appliedTo(4), InvariantError);
  });

  it('finds a committed configuration change until it is applied, not only until it is handed out', () => {
    const change = { ...entry(2, 1), type: EntryType.ConfChange };
    const log = new RaftLog(
      START,
      [entry(1, 1), change, { ...entry(3, 1), type: EntryType.ConfChange }],
      2,
      1,
    );
    assert.equal(log.hasUnappliedOfType(EntryType.ConfChange), true);
    log.takeUnapplied(1000);
    assert.equal(log.hasUnappliedOfType(EntryType.ConfChange), true);
    log.appliedTo(2);
    assert.equal(log.hasUnappliedOfType(EntryType.ConfChange), false);
  });
});

describe('RaftLog: comparing', () => {
  it('Reference: §5.4.1: the later last term wins, then the greater length', () => {
    const log = new RaftLog(START, logOf([1, 2, 2]), 0, 0);
    const cases: readonly [index: number, term: number, upToDate: boolean][] = [
      [1, 3, true],
      [3, 2, true],
      [4, 2, true],
      [2, 2, false],
      [9, 1, false],
      [3, 1, false],
    ];
    for (const [index, term, upToDate] of cases)
      assert.equal(log.isUpToDate(index, term), upToDate, `last entry ${index} of term ${term}`);
  });

  it('lastIndexUpToTerm skips whole terms', () => {
    const log = new RaftLog(START, logOf([1, 1, 3, 3, 5]), 0, 0);
    const found = [0, 1, 2, 3, 4, 5].map((term) => log.lastIndexUpToTerm(5, term));
    assert.deepEqual(found, [0, 2, 2, 4, 4, 5]);
    assert.equal(log.lastIndexUpToTerm(9, 9), 5);
    assert.equal(log.lastIndexUpToTerm(3, 9), 3);
  });

  it('slice gives at least one entry and otherwise stays within the bytes', () => {
    const log = new RaftLog(START, logOf([1, 1, 1]), 0, 0);
    const size = entryBytes(entry(1, 1));
    assert.equal(log.slice(1, 1).length, 1);
    assert.equal(log.slice(1, 2 * size).length, 2);
    assert.equal(log.slice(2, 100 * size).length, 2);
    assert.equal(log.slice(4, 100).length, 0);
  });
});
