import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainSilence } from './causes.js';
import { storiesOf, unionNs } from './story.js';
import { type MadeUpEvent, madeUpJournal, ZERO_MS } from './testing/made-up-journal.js';

const MS = 1e6;
const HEARTBEAT_MS = 100;

/** Node 2 heard nothing of node 1 from 1,000 to 1,500 ms; what is known of both. */
function explain(
  speaker: readonly MadeUpEvent[] | null,
  listener: readonly MadeUpEvent[] = [],
  isHeardAgain = false,
) {
  const journals = [
    ...(speaker === null ? [] : [madeUpJournal(1, speaker)]),
    madeUpJournal(2, listener),
    // Of no concern to either.
    madeUpJournal(3, [{ kind: 'loop-delay', at: 900, ms: 900, detail: 'busy', cpuMs: 900 }]),
  ];
  const span = { fromNs: (ZERO_MS + 1_000) * MS, toNs: (ZERO_MS + 1_500) * MS };
  const silence = { ...span, speaker: 1, listener: 2, isHeardAgain };
  const { causes, isExplained } = explainSilence(silence, storiesOf(journals), HEARTBEAT_MS);
  return {
    isExplained,
    causes: causes.map(({ node, kind, detail, overlapNs }) => `${node} ${kind} ${detail} ${overlapNs / MS}`),
  };
}

const stopped = (at: number, ms: number): MadeUpEvent => ({
  ...{ kind: 'loop-delay', detail: 'not running' },
  ...{ at, ms, cpuMs: 0 },
});

describe('explainSilence', () => {
  it('says so when nothing was recorded', () => {
    assert.deepEqual(explain([]), { isExplained: false, causes: [] });
  });

  it('counts what lies within the silence, and nothing that only touches it', () => {
    assert.deepEqual(explain([stopped(400, 600), stopped(1_500, 300)]).causes, []);
    assert.deepEqual(explain([stopped(400, 601), stopped(1_499, 300)]).causes, [
      '1 not-running not running 1',
      '1 not-running not running 1',
    ]);
    assert.deepEqual(explain([stopped(1_100, 3_000)]), {
      isExplained: true,
      causes: ['1 not-running not running 400'],
    });
  });

  it('is explained by half of the time beyond one heartbeat, not by less', () => {
    assert.equal(explain([stopped(1_100, 199)]).isExplained, false);
    assert.equal(explain([stopped(1_100, 200)]).isExplained, true);
    // Two of them count once where they overlap.
    assert.equal(explain([stopped(1_100, 150)], [stopped(1_120, 150)]).isExplained, false);
    assert.equal(explain([stopped(1_100, 150)], [stopped(1_200, 150)]).isExplained, true);
  });

  it('tells a busy loop from one that wants for CPU at half of the delay, and that from none at a tenth', () => {
    const delay = (cpuMs: number): MadeUpEvent => ({ kind: 'loop-delay', at: 1_100, ms: 300, cpuMs });
    assert.deepEqual(explain([delay(29)]).causes, ['1 not-running  300']);
    assert.deepEqual(explain([delay(30)]).causes, ['1 starved  300']);
    assert.deepEqual(explain([delay(149)]).causes, ['1 starved  300']);
    assert.deepEqual(explain([delay(150)]).causes, ['1 busy  300']);
    assert.deepEqual(explain([{ ...delay(0), detail: 'not known' }]).causes, ['1 late not known 300']);
  });

  it('looks at the node that was silent and at the one that listened, and at no other', () => {
    const found = explain([stopped(1_100, 250)], [stopped(1_200, 300)]);
    assert.deepEqual(found.causes, ['2 not-running not running 300', '1 not-running not running 250']);
  });

  it('a collection within a delay is a part of it, one by itself is a cause', () => {
    const gc: MadeUpEvent = { kind: 'gc', at: 1_150, ms: 200, detail: 'mark-sweep-compact' };
    const delay: MadeUpEvent = { kind: 'loop-delay', at: 1_100, ms: 300, cpuMs: 300, detail: 'busy' };
    assert.deepEqual(explain([gc, delay]).causes, ['1 busy busy 300']);
    assert.deepEqual(explain([gc]), { isExplained: true, causes: ['1 gc mark-sweep-compact 200'] });
  });

  it('disk and snapshots stand behind whatever can hold heartbeats back, and explain nothing alone', () => {
    const beside: MadeUpEvent[] = [
      { kind: 'disk-stall', at: 900, ms: 700, detail: 'sync' },
      { kind: 'snapshot', at: 0, ms: 9_000, detail: 'taken' },
    ];
    assert.deepEqual(explain(beside), {
      isExplained: false,
      causes: ['1 disk sync 500', '1 snapshot taken 500'],
    });
    assert.deepEqual(explain([...beside, stopped(1_200, 300)]).causes[0], '1 not-running not running 300');
  });

  it('a link counts from its loss to its return, and only between the two', () => {
    const lost = (peer: number, at: number, detail = 'lost'): MadeUpEvent => ({
      kind: 'link',
      at,
      peer,
      detail,
    });
    assert.deepEqual(explain([lost(3, 1_000)]).causes, []);
    assert.deepEqual(explain([], [lost(1, 1_200)]).causes, ['2 link lost 300']);
    assert.deepEqual(explain([], [lost(1, 1_200, 'probing')]).causes, ['2 link probing 300']);
    assert.deepEqual(
      explain([lost(2, 900), { kind: 'link', at: 900, ms: 350, peer: 2, detail: 'back' }]).causes,
      ['1 link lost 250'],
    );
    // Its loss was before the journal begins.
    assert.deepEqual(explain([{ kind: 'link', at: 900, ms: 350, peer: 2, detail: 'back' }]).causes, [
      '1 link lost 250',
    ]);
    assert.deepEqual(explain([{ kind: 'link', at: 1_200, peer: 2, detail: 'connected' }]).causes, []);
  });

  it('a node that began to serve after the last sign of life was gone, one that did before was not', () => {
    assert.deepEqual(explain([{ kind: 'started', at: 1_000 }]).causes, []);
    assert.deepEqual(explain([{ kind: 'started', at: 1_001 }]).causes, ['1 gone started 1']);
    assert.deepEqual(explain([{ kind: 'started', at: 8_000 }]).causes, ['1 gone started 500']);
  });

  it('a node without a journal was gone, unless it was heard again', () => {
    assert.deepEqual(explain(null), { isExplained: true, causes: ['1 gone no journal 500'] });
    assert.deepEqual(explain(null, [], true), { isExplained: false, causes: [] });
  });

  it('a leader that steps down is silent from then on; a listener that does is nobody', () => {
    const down = (at: number): MadeUpEvent => ({ kind: 'step-down', at, detail: 'check-quorum' });
    assert.deepEqual(explain([down(999)]).causes, []);
    assert.deepEqual(explain([down(1_000)]).causes, ['1 stepped-down check-quorum 500']);
    assert.deepEqual(explain([down(1_500)]).causes, []);
    assert.deepEqual(explain([], [down(1_200)]).causes, []);
  });
});

it('unionNs counts what several cover once', () => {
  const spans = [
    { fromNs: 50, toNs: 60 },
    { fromNs: 0, toNs: 20 },
    { fromNs: 10, toNs: 30 },
    { fromNs: 12, toNs: 14 },
  ];
  assert.equal(unionNs(spans), 40);
  assert.equal(unionNs([]), 0);
});
