import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Violation } from '../../violation.js';
import { KeyRecord } from './key-record.js';
import { Oracle } from './oracle.js';

function speaks(check: string, says: RegExp, task: () => void): void {
  assert.throws(task, (error) => {
    assert.ok(error instanceof Violation, `another error: ${error}`);
    assert.equal(error.check, check);
    assert.match(error.message, says);
    return true;
  });
}

/** A key that `a;` was put to at revision 5 and `b;` appended to at 7. */
function written(): KeyRecord {
  const record = new KeyRecord('k');
  record.begin('a;', false);
  record.written('a;', 5, 0);
  record.begin('b;', true);
  record.written('b;', 7, 5);
  return record;
}

describe('what is known of a key', () => {
  it('is silent about what was written, in order, by acknowledged writes and by others', () => {
    const record = written();
    record.begin('c;', true);
    record.shown('a;b;', 7, 7);
    record.shown('a;b;c;', 9, 7);
    record.written('c;', 9, 7);
    record.begin('d;', false);
    record.shown('d;', 12, 9);
    record.shown('a;', 5, 0);
    assert.equal(record.floor, 12);
  });

  it('A2.43 speaks of a read behind what was known when it was asked, and of a key that is gone', () => {
    speaks('stale read', /revision 5 is shown/, () => written().shown('a;', 5, 7));
    speaks('stale read', /revision 0/, () => written().shown(null, 0, 7));
  });

  it('speaks of values that nobody wrote, at no revision, or as two at one', () => {
    speaks('made-up value', /nobody wrote x;/, () => written().shown('x;', 9, 7));
    speaks('made-up value', /with revision 0/, () => written().shown('a;', 0, 0));
    speaks('made-up value', /revision 5 is a; and b;/, () => written().shown('b;', 5, 0));
    speaks('made-up value', /was not appended/, () => {
      const record = written();
      record.begin('c;', false);
      record.shown('a;c;', 9, 7);
    });
    speaks('made-up value', /torn/, () => written().shown('torn', 9, 7));
  });

  it('speaks of an acknowledged append that is not there, and of one acknowledged in the past', () => {
    const record = written();
    record.begin('c;', true);
    speaks('lost acknowledged write', /b;, appended at revision 7, is not in a;c; of 9/, () =>
      record.shown('a;c;', 9, 7),
    );
    const other = written();
    other.begin('c;', false);
    speaks('lost acknowledged write', /seen before was 7/, () => other.written('c;', 6, 7));
  });

  it('A2.41 speaks of a write that took effect twice', () => {
    speaks('applied twice', /a;b;b;/, () => written().shown('a;b;b;', 9, 7));
    speaks('applied twice', /b; at revisions 7 and 9/, () => written().shown('a;b;', 9, 7));
  });

  it('speaks of an effect that its client was told not to be, whichever comes first', () => {
    const record = written();
    record.begin('c;', false);
    record.failed('c;');
    speaks('no effect', /c; is in c;/, () => record.shown('c;', 9, 7));
    const other = written();
    other.begin('c;', false);
    other.shown('c;', 9, 7);
    speaks('no effect', /c; took effect/, () => other.failed('c;'));
  });

  it('speaks of a compare-and-set that overlooked a write', () => {
    const record = written();
    record.swapped(7, 9);
    speaks('lost update', /against revision 5 wrote 9, between was 7/, () => record.swapped(5, 9));
  });
});

describe('what all clients were told', () => {
  it('is silent about answers to questions that were asked before', () => {
    const oracle = new Oracle();
    const early = oracle.floors();
    oracle.wrote(5, early);
    oracle.sawIndex(9, early);
    oracle.wrote(3, early);
    oracle.sawIndex(4, early);
    oracle.sawRevision(1, early);
    oracle.sawStale('1/1', 2, 0);
    oracle.sawStale('1/1', 1, 0);
    oracle.sawStale('2/1', 1, oracle.appliedBy('2/1'));
  });

  it('speaks of writes, reads and stale reads behind the answers before their question', () => {
    const oracle = new Oracle();
    const early = oracle.floors();
    oracle.wrote(5, early);
    oracle.sawIndex(9, early);
    oracle.sawStale('1/1', 8, 0);
    const late = oracle.floors();
    speaks('lost acknowledged write', /has revision 5/, () => oracle.wrote(5, late));
    speaks('stale read', /revision 4/, () => oracle.sawRevision(4, late));
    speaks('stale read', /sees entry 8/, () => oracle.sawIndex(8, late));
    speaks('monotonic reads', /entry 7 after 8/, () => oracle.sawStale('1/1', 7, oracle.appliedBy('1/1')));
  });

  it('holds a fresh read to what a stale one was shown: that was committed too', () => {
    const oracle = new Oracle();
    oracle.sawStale('1/1', 8, 0);
    const late = oracle.floors();
    speaks('stale read', /sees entry 7/, () => oracle.sawIndex(7, late));
    oracle.sawKey(6);
    speaks('stale read', /revision 5/, () => oracle.sawRevision(5, oracle.floors()));
  });
});
