import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventJournal, eventsDocument, JOURNAL_EVENTS_MAX } from './event-journal.js';

describe('EventJournal', () => {
  it('numbers from 1, keeps begin and length, and writes the term of the moment', () => {
    let term = 3;
    const journal = new EventJournal(() => term);
    journal.moment('campaign', 10, 'pre-vote won');
    term = 4;
    journal.span('loop-delay', 20, 70, 'busy', 0, 45);
    journal.span('link', 30, 90, 'back', 2);
    assert.deepEqual(journal.after(0), {
      next: 3,
      dropped: 0,
      events: [
        event(1, { atNs: 10, kind: 'campaign', term: 3, detail: 'pre-vote won' }),
        event(2, { atNs: 20, durationNs: 50, kind: 'loop-delay', term: 4, detail: 'busy', cpuNs: 45 }),
        event(3, { atNs: 30, durationNs: 60, kind: 'link', term: 4, detail: 'back', peer: 2 }),
      ],
    });
  });

  it('no length is below zero', () => {
    const journal = new EventJournal(() => 0);
    journal.span('gc', 20, 19, 'scavenge');
    assert.equal(journal.after(0).events[0]?.durationNs, 0);
  });

  it('gives what is new, and nothing twice', () => {
    const journal = new EventJournal(() => 1);
    assert.deepEqual(journal.after(0), { next: 0, dropped: 0, events: [] });
    for (let at = 1; at <= 5; at++) journal.moment('gc', at, 'scavenge');
    const { next, events } = journal.after(3);
    assert.deepEqual([next, events.map(({ sequence }) => sequence)], [5, [4, 5]]);
    assert.deepEqual(journal.after(next), { next: 5, dropped: 0, events: [] });
    assert.deepEqual(journal.after(1e12), { next: 5, dropped: 0, events: [] });
  });

  it('is full at its capacity; one more overwrites the oldest and counts it', () => {
    const journal = new EventJournal(() => 1);
    for (let at = 1; at <= JOURNAL_EVENTS_MAX; at++) journal.moment('gc', at, 'scavenge');
    assert.deepEqual(count(journal, 0), { dropped: 0, first: 1, length: JOURNAL_EVENTS_MAX });
    journal.moment('gc', 0, 'scavenge');
    assert.deepEqual(count(journal, 0), { dropped: 1, first: 2, length: JOURNAL_EVENTS_MAX });
    // Who has read the one that is gone misses nothing.
    assert.deepEqual(count(journal, 1), { dropped: 0, first: 2, length: JOURNAL_EVENTS_MAX });
    assert.deepEqual(count(journal, 7), { dropped: 0, first: 8, length: JOURNAL_EVENTS_MAX - 6 });
    for (let at = 1; at <= 3 * JOURNAL_EVENTS_MAX; at++) journal.moment('gc', at, 'scavenge');
    const { dropped, length } = count(journal, 0);
    assert.deepEqual([dropped, length], [3 * JOURNAL_EVENTS_MAX + 1, JOURNAL_EVENTS_MAX]);
  });

  it('the document says whose it is', () => {
    const journal = new EventJournal(() => 1);
    const document = eventsDocument(2, journal.after(0));
    assert.deepEqual(document, { schema: 'strata.events/1', node: 2, next: 0, dropped: 0, events: [] });
  });
});

function event(sequence: number, fields: object) {
  return { sequence, atNs: 0, durationNs: 0, kind: '', term: 0, peer: 0, detail: '', cpuNs: 0, ...fields };
}

function count(journal: EventJournal, since: number) {
  const { dropped, events } = journal.after(since);
  return { dropped, first: events[0]?.sequence, length: events.length };
}
