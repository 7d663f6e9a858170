import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeEvents } from '../../results/schema/index.js';
import { inLanguage } from '../language/language.js';
import { differences, englishLeft } from '../language/testing/compare-reports.js';
import { findDisturbances } from './elections.js';
import { electionSentence, missedSentence, shortCause } from './sentences.js';
import { lostLeader, type MadeUpEvent, madeUpJournal } from './testing/made-up-journal.js';

const HEARTBEAT_MS = 100;

/** What may have held node 1 up, one story each. */
const STORIES: Readonly<Record<string, readonly MadeUpEvent[] | null>> = {
  'nothing recorded': [],
  gone: null,
  'back later': [{ kind: 'started', at: 3_000 }],
  'stepped down': [{ kind: 'step-down', at: 1_050, detail: 'higher term' }],
  'not running': [{ kind: 'loop-delay', at: 1_050, ms: 400, detail: 'not running', cpuMs: 3 }],
  starved: [{ kind: 'loop-delay', at: 1_050, ms: 400, detail: 'starved', cpuMs: 100 }],
  busy: [
    { kind: 'loop-delay', at: 1_050, ms: 400, detail: 'busy', cpuMs: 390 },
    { kind: 'gc', at: 1_060, ms: 120, detail: 'mark-sweep-compact' },
  ],
  late: [{ kind: 'loop-delay', at: 1_050, ms: 400, detail: 'not known' }],
  collecting: [{ kind: 'gc', at: 1_050, ms: 400, detail: 'mark-sweep-compact' }],
  'link lost': [{ kind: 'link', at: 1_050, peer: 2, detail: 'lost' }],
  'link silent': [{ kind: 'link', at: 1_050, peer: 2, detail: 'probing' }],
  'slow disk': [{ kind: 'disk-stall', at: 1_050, ms: 400, detail: 'sync' }],
  'stuck disk': [{ kind: 'disk-stall', at: 1_050, ms: 400, detail: 'under way' }],
  snapshot: [{ kind: 'snapshot', at: 1_050, ms: 400, detail: 'taken' }],
};

function sentences(journals: readonly NodeEvents[]): string {
  const { elections, missed } = findDisturbances(journals, HEARTBEAT_MS);
  assert.ok(elections.length + missed.length > 0);
  return [
    ...elections.flatMap((election) => [electionSentence(election), shortCause(election.explanation)]),
    ...missed.map(missedSentence),
  ].join('\n');
}

function agree(journals: readonly NodeEvents[]): string {
  const untranslated: string[] = [];
  const chinese = inLanguage(
    'zh',
    () => sentences(journals),
    (template) => untranslated.push(template),
  );
  assert.deepEqual(untranslated, []);
  assert.deepEqual(englishLeft(chinese, []), []);
  assert.deepEqual(differences(sentences(journals), chinese), []);
  return chinese;
}

describe('sentences about elections in Chinese', () => {
  for (const [name, own] of Object.entries(STORIES))
    it(`tell the same nodes and times: ${name}`, () => {
      agree(lostLeader({ 1: own }));
    });

  it('tell them of a heartbeat that was missed and an election that nobody won', () => {
    const missed = madeUpJournal(2, [
      { kind: 'heartbeat-missed', at: 1_000, ms: 260, peer: 1, detail: 'heard again' },
    ]);
    assert.match(agree([madeUpJournal(1, []), missed]), /节点 2 有 260 ms 没有收到节点 1/);
    const alone = madeUpJournal(2, [
      { kind: 'election-timeout', at: 1_500, detail: 'pre-vote' },
      { kind: 'campaign', at: 1_510, term: 7, detail: 'pre-vote won' },
    ]);
    assert.match(agree([alone]), /任期 7：节点 2 发起竞选.*无人当选。/);
  });
});
