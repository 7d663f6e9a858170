import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeEvents } from '../../results/schema/index.js';
import { findDisturbances } from './elections.js';
import { electionSentence, missedSentence } from './sentences.js';
import { lostLeader, type MadeUpEvent, madeUpJournal } from './testing/made-up-journal.js';

const HEARTBEAT_MS = 100;
const elections = (journals: readonly NodeEvents[]) => findDisturbances(journals, HEARTBEAT_MS).elections;
const said = (journals: readonly NodeEvents[]) => elections(journals).map(electionSentence);

describe('elections', () => {
  it('a leader that stood still', () => {
    const journals = lostLeader({
      1: [{ kind: 'loop-delay', at: 1_040, ms: 3_000, term: 7, detail: 'not running', cpuMs: 2 }],
    });
    assert.deepEqual(said(journals), [
      "term 7: node 2 stood because it had heard nothing of node 1 for 500 ms; node 1's process did not run for 3.00 s (not busy: 2.00 ms of CPU). It won; nobody led for 510 ms, counted from the last sign of life of node 1.",
    ]);
    assert.deepEqual(findDisturbances(journals, HEARTBEAT_MS).missed, []);
  });

  it('a leader that was busy, most of it with garbage', () => {
    const busy: MadeUpEvent[] = [
      { kind: 'gc', at: 1_100, ms: 380, detail: 'mark-sweep-compact' },
      { kind: 'loop-delay', at: 1_050, ms: 450, detail: 'busy', cpuMs: 440 },
    ];
    const [sentence] = said(lostLeader({ 1: busy }));
    assert.match(
      sentence!,
      /node 1's loop was busy for 450 ms \(440 ms of CPU, 380 ms of garbage collection\)/,
    );
  });

  it('a leader that was killed, with and without another life', () => {
    const cut: MadeUpEvent[] = [{ kind: 'link', at: 1_030, peer: 1, detail: 'lost' }];
    const [dead] = said(lostLeader({ 1: null, 2: cut }));
    assert.match(
      dead!,
      /node 1 left no journal: it was gone, or could not be asked, and node 2 had no connection to node 1/,
    );
    const [back] = said(lostLeader({ 1: [{ kind: 'started', at: 4_000, term: 7 }] }));
    assert.match(back!, /node 1 was gone and began to serve again later\. It won/);
  });

  it('nothing recorded explains it, with what coincided named as that', () => {
    const [bare] = said(lostLeader());
    assert.match(bare!, /; nothing recorded explains it\. It won/);
    const stall: MadeUpEvent = { kind: 'disk-stall', at: 1_000, ms: 800, detail: 'sync' };
    const [beside] = said(lostLeader({ 1: [stall] }));
    assert.match(beside!, /nothing recorded explains it \(at the same time: a sync of node 1 took 800 ms\)/);
  });

  it('a transfer', () => {
    const journals = [
      madeUpJournal(1, [{ kind: 'step-down', at: 1_002, term: 7, detail: 'transfer' }]),
      madeUpJournal(3, [
        { kind: 'campaign', at: 1_000, term: 7, detail: 'handed over' },
        { kind: 'leader', at: 1_005, term: 7, detail: 'elected' },
      ]),
    ];
    assert.deepEqual(said(journals), [
      'term 7: node 3 stood because node 1 was asked to hand its lead over, or did so by itself. It won; nobody led for 3.00 ms, counted from when the old leader stepped down.',
    ]);
    const stalled = madeUpJournal(1, [
      { kind: 'disk-stall', at: 0, ms: 1_000, detail: 'under way' },
      { kind: 'step-down', at: 1_002, term: 7, detail: 'transfer' },
    ]);
    assert.match(
      said([stalled, journals[1]!])[0]!,
      /; a write or sync of node 1 had not ended after 1\.00 s\./,
    );
  });

  it('a vote that nobody won, and the next one', () => {
    const again: MadeUpEvent[] = [
      { kind: 'heartbeat-missed', at: 1_000, ms: 500, peer: 1, detail: 'given up' },
      { kind: 'election-timeout', at: 1_500, peer: 1, detail: 'pre-vote' },
      { kind: 'campaign', at: 1_510, term: 7, detail: 'pre-vote won' },
      { kind: 'election-timeout', at: 2_000, term: 7, detail: 'pre-vote again' },
      { kind: 'campaign', at: 2_010, term: 8, detail: 'pre-vote won' },
      { kind: 'leader', at: 2_030, term: 8, detail: 'elected' },
    ];
    const [first, second] = elections([madeUpJournal(2, again), madeUpJournal(1, []), madeUpJournal(3, [])]);
    assert.deepEqual([first!.term, first!.leader, first!.leaderless], [7, null, null]);
    assert.deepEqual([second!.term, second!.leader, second!.trigger.kind], [8, 2, 'no-winner']);
    assert.equal((second!.leaderless!.toNs - second!.leaderless!.fromNs) / 1e6, 1_030);
    assert.match(electionSentence(first!), /Nobody won it before the journals end\.$/);
    assert.match(electionSentence(second!), /^term 8: node 2 stood because nobody had won term 7\./);
  });

  it('one that only asked and was told no', () => {
    const journals = [
      madeUpJournal(1, []),
      madeUpJournal(2, []),
      madeUpJournal(3, [
        { kind: 'heartbeat-missed', at: 1_000, ms: 520, peer: 1, detail: 'given up' },
        { kind: 'election-timeout', at: 1_520, peer: 1, detail: 'pre-vote' },
        { kind: 'step-down', at: 1_525, detail: 'pre-vote lost' },
        // Later the lead is handed to it: that is another matter.
        { kind: 'campaign', at: 9_000, term: 7, detail: 'handed over' },
        { kind: 'leader', at: 9_010, term: 7, detail: 'elected' },
      ]),
    ];
    const [asked, handed] = elections(journals);
    assert.deepEqual([asked!.candidates, handed!.candidates], [[], [3]]);
    assert.match(electionSentence(asked!), /^term 7: node 3 asked whether .* It was not, so nobody stood\.$/);
  });

  it('one more who asked in the same election is a part of it', () => {
    const third: MadeUpEvent[] = [{ kind: 'election-timeout', at: 1_515, peer: 1, detail: 'pre-vote' }];
    assert.equal(elections(lostLeader({ 3: third })).length, 1);
  });

  it('the first one of a cluster', () => {
    const first: MadeUpEvent[] = [
      { kind: 'started', at: 0, term: 0 },
      { kind: 'election-timeout', at: 500, term: 0, detail: 'pre-vote' },
      { kind: 'campaign', at: 510, term: 1, detail: 'pre-vote won' },
      { kind: 'leader', at: 520, term: 1, detail: 'elected' },
    ];
    assert.deepEqual(said([madeUpJournal(2, first)]), [
      'term 1: node 2 stood because it knew of no leader. It won; nobody led for 20.0 ms, counted from when it first asked.',
    ]);
  });

  it('what was over before the window is not of it', () => {
    const at = (ms: number) => [
      madeUpJournal(2, [
        { kind: 'campaign', at: ms, term: 7, detail: 'handed over' },
        { kind: 'leader', at: ms + 10, term: 7, detail: 'elected' },
      ]),
    ];
    assert.equal(elections(at(-11)).length, 0);
    assert.equal(elections(at(-10)).length, 1);
  });
});

describe('missed heartbeats that cost no election', () => {
  it('each is told with its cause', () => {
    const journals = [
      madeUpJournal(1, [{ kind: 'loop-delay', at: 1_040, ms: 240, detail: 'busy', cpuMs: 238 }]),
      madeUpJournal(2, [{ kind: 'heartbeat-missed', at: 1_000, ms: 260, peer: 1, detail: 'heard again' }]),
    ];
    const { elections: none, missed } = findDisturbances(journals, HEARTBEAT_MS);
    assert.deepEqual(none, []);
    assert.deepEqual(missed.map(missedSentence), [
      "node 2 heard nothing of node 1 for 260 ms in term 6; node 1's loop was busy for 240 ms (238 ms of CPU).",
    ]);
  });

  it('one before the window is not of it', () => {
    const at = (ms: number) =>
      findDisturbances(
        [madeUpJournal(2, [{ kind: 'heartbeat-missed', at: ms, ms: 300, peer: 1, detail: 'heard again' }])],
        HEARTBEAT_MS,
      ).missed.length;
    assert.deepEqual([at(-301), at(-300)], [0, 1]);
  });

  it('no journals, no disturbances', () => {
    assert.deepEqual(findDisturbances([], HEARTBEAT_MS), { elections: [], missed: [] });
  });
});
