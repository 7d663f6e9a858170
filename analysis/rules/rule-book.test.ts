import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderReport } from '../report/render-report.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { READINGS } from './readings.js';
import {
  adviceRules,
  changedRules,
  DEFAULT_RULES,
  DEFAULT_RULES_DOCUMENT,
  kpiRules,
  RulesError,
} from './rule-book.js';

const file = (...rules: readonly object[]) => ({ schema: 'strata.rules/1', rules });
const find = (book: ReturnType<typeof changedRules>, id: string) => book.rules.find((rule) => rule.id === id);

describe('the rules as they are shipped', () => {
  it('answer every claim of the document that is a threshold or a rule', () => {
    const answered = new Set(DEFAULT_RULES.rules.flatMap((rule) => rule.claims));
    const wanted = ['N2', 'N4', 'N6', 'N12', 'L2', 'L3', 'L4', 'L10', 'L11', 'C2', 'C4', 'C5', 'C10', 'C11'];
    assert.deepEqual(
      wanted.filter((claim) => !answered.has(claim)),
      [],
    );
  });

  it('have an id of their own, and use every reading', () => {
    const ids = DEFAULT_RULES.rules.map((rule) => rule.id);
    assert.equal(new Set(ids).size, ids.length);
    const used = new Set(DEFAULT_RULES.rules.map((rule) => rule.reading));
    assert.deepEqual(
      Object.keys(READINGS).filter((name) => !used.has(name)),
      [],
    );
  });

  it('set no parameter to another value than the reading itself has: one place tells', () => {
    for (const { id, reading, parameters } of DEFAULT_RULES.rules)
      assert.deepEqual(parameters, { ...READINGS[reading]!.parameters }, id);
  });

  it('speak both languages, with the same numbers and names of options', () => {
    const facts = (text: string) => text.match(/`[^`]+`|\d+(?:\.\d+)?/g)?.sort() ?? [];
    for (const rule of DEFAULT_RULES.rules) {
      for (const text of [rule.title, rule.kind === 'kpi' ? rule.meaning : rule.action]) {
        assert.match(text.zh, /\p{Script=Han}|^write\(\) : fsync$/u, rule.id);
        assert.doesNotMatch(text.en, /\p{Script=Han}/u, rule.id);
        assert.deepEqual(facts(text.zh), facts(text.en), rule.id);
      }
    }
  });

  it('count as unchanged when a user hands them back, whole', () => {
    assert.deepEqual(changedRules(DEFAULT_RULES_DOCUMENT, 'all.json').changedBy, {
      name: 'all.json',
      ids: [],
    });
  });
});

describe('the rules of a user', () => {
  it('change the fields that they name and leave the rest of the row', () => {
    const book = changedRules(
      file(
        { id: 'slow-disk', good: 5, bad: 5, parameters: { syncsMin: 3 }, title: 'Our disk is slow' },
        { id: 'kpi-fsync-mean', severity: 'warn' },
      ),
      'my.json',
    );
    const [slow, own] = [find(book, 'slow-disk')!, find(DEFAULT_RULES, 'slow-disk')!];
    assert.deepEqual(
      { ...slow },
      {
        ...own,
        good: 5,
        bad: 5,
        parameters: { ...own.parameters, syncsMin: 3 },
        title: { en: 'Our disk is slow', zh: 'Our disk is slow' },
      },
    );
    assert.deepEqual(book.changedBy, { name: 'my.json', ids: ['slow-disk', 'kpi-fsync-mean'] });
    assert.equal(book.rules.length, DEFAULT_RULES.rules.length);
  });

  it('mean the one threshold of an advice by either of its names', () => {
    for (const name of ['good', 'bad']) {
      const { good, bad } = find(changedRules(file({ id: 'gc', [name]: 0.05 }), 'my.json'), 'gc')!;
      assert.deepEqual([good, bad], [0.05, 0.05]);
    }
    const both = find(changedRules(file({ id: 'gc', good: 0.05, bad: 0.2 }), 'my.json'), 'gc')!;
    assert.deepEqual([both.good, both.bad], [0.05, 0.2]);
    // A KPI has a warning between the two.
    const kpi = find(changedRules(file({ id: 'kpi-rpc-mean', good: 1 }), 'my.json'), 'kpi-rpc-mean')!;
    assert.deepEqual([kpi.good, kpi.bad], [1, 5]);
  });

  it('switch a rule off, and may add one', () => {
    const fast = { ...find(DEFAULT_RULES, 'kpi-rpc-mean')!, id: 'our-rpc', good: 1, bad: 2 };
    const book = changedRules(file({ id: 'loop-wait', enabled: false }, fast), 'my.json');
    assert.ok(!adviceRules(book).some(({ id }) => id === 'loop-wait'));
    assert.equal(kpiRules(book).at(-1)!.id, 'our-rpc');
  });

  const refusals: readonly (readonly [string, unknown, RegExp])[] = [
    ['no object', 7, /^my\.json: field \(root\): /],
    ['another schema', { schema: 'strata.rules/2', rules: [] }, /^my\.json: field schema: /],
    ['no list', { schema: 'strata.rules/1' }, /field rules: /],
    ['no id', file({ bad: 1 }), /field rules\.0\.id: /],
    ['a text as threshold', file({ id: 'slow-disk', bad: 'x' }), /rule slow-disk, field bad: .*number/],
    ['no number', file({ id: 'slow-disk', bad: Number.NaN }), /rule slow-disk, field bad: /],
    [
      'an alert on the good side',
      file({ id: 'slow-disk', good: 2, bad: 1 }),
      /rule slow-disk, field bad: 1 lies on the good side of `good` \(2\): .* lower values/,
    ],
    [
      'one on the good side where higher is better',
      file({ id: 'kpi-write-fsync', good: 10, bad: 20 }),
      /rule kpi-write-fsync, field bad: 20 lies on the good side of `good` \(10\): .* higher values/,
    ],
    [
      'a direction that the texts do not have',
      file({ id: 'gc', direction: 'above' }),
      /rule gc, field direction: it is `below` and cannot become `above`/,
    ],
    [
      'a percentage where a share is meant',
      file({ id: 'gc', good: 10, bad: 10 }),
      /rule gc, field good: must not be above 1, for it is a share: 0\.1 is 10 %\.$/,
    ],
    [
      'one as the alert',
      file({ id: 'kpi-pool-cpu', bad: 10 }),
      /rule kpi-pool-cpu, field bad: .* 0\.1 is 10 %/,
    ],
    ['one under one name of the only threshold', file({ id: 'gc', bad: 10 }), /rule gc, field bad: .* 10 %/],
    [
      'one as a parameter',
      file({ id: 'slow-disk', parameters: { shareOfWriteMin: 15 } }),
      /rule slow-disk, field parameters\.shareOfWriteMin: .* 10 %/,
    ],
    ['a threshold below nothing', file({ id: 'gc', bad: -0.1 }), /rule gc, field bad: must not be negative/],
    [
      'a parameter below nothing',
      file({ id: 'slow-disk', parameters: { syncsMin: -1 } }),
      /rule slow-disk, field parameters\.syncsMin: must not be negative/,
    ],
    [
      'advice whose alert stays where it was',
      file({ id: 'socket-cpu', good: 0.02 }),
      /rule socket-cpu, field good: advice speaks where a value is past `bad` \(0\.15\), .* give `bad` too/,
    ],
    [
      'a field that copying drops',
      JSON.parse('{"schema":"strata.rules/1","rules":[{"id":"gc","__proto__":{"bad":0.2}}]}'),
      /rule gc, field __proto__: no rule has such a field/,
    ],
    [
      'one inside a field',
      JSON.parse(
        '{"schema":"strata.rules/1","rules":[{"id":"gc","title":{"en":"x","zh":"x","__proto__":1}}]}',
      ),
      /rule gc, field title\.__proto__: no rule has such a field/,
    ],
    [
      'one beside the rules',
      JSON.parse('{"schema":"strata.rules/1","rules":[],"__proto__":{"rules":7}}'),
      /^my\.json: field __proto__: /,
    ],
    [
      'an unknown field',
      file({ id: 'slow-disk', colour: 'red' }),
      /rule slow-disk, field colour: no rule has/,
    ],
    ['half a text', file({ id: 'slow-disk', title: { en: 'x' } }), /rule slow-disk, field title\.zh: /],
    ['an unknown reading', file({ id: 'slow-disk', reading: 'x' }), /field reading: there is no reading "x"/],
    ['a name that all objects have', file({ id: 'slow-disk', reading: 'toString' }), /there is no reading/],
    ['another unit', file({ id: 'slow-disk', unit: 'share' }), /field unit: .* is in ms/],
    ['an unknown parameter', file({ id: 'slow-disk', parameters: { x: 1 } }), /field parameters\.x: /],
    ['an unknown severity', file({ id: 'slow-disk', severity: 'fail' }), /rule slow-disk, field severity: /],
    ['a new rule without its fields', file({ id: 'new', kind: 'kpi' }), /rule new, field /],
    ['another kind', file({ id: 'slow-disk', kind: 'symptom', cause: undefined }), /rule slow-disk, field /],
    ['a row twice', file({ id: 'gc' }, { id: 'gc' }), /rule gc stands there twice/],
  ];
  for (const [what, document, sentence] of refusals) {
    it(`are refused with row and field: ${what}`, () => {
      assert.throws(
        () => changedRules(document, 'my.json'),
        (error) => error instanceof RulesError && sentence.test(error.message),
      );
    });
  }

  it('judge a report, which says whose rules they are', () => {
    const path = 'report.md';
    const ours = renderReport(madeUpRun()).get(path)!;
    assert.equal(renderReport(madeUpRun(), 'en', DEFAULT_RULES).get(path), ours);
    const book = changedRules(
      file({ id: 'kpi-fsync-mean', good: 0.1, bad: 0.2 }, { id: 'kpi-elections', enabled: false }),
      'my.json',
    );
    const theirs = renderReport(madeUpRun(), 'en', book).get(path)!;
    assert.match(ours, /^Thresholds are the document's\. /m);
    assert.match(theirs, /^Thresholds are .*`my\.json`.*`kpi-fsync-mean`, `kpi-elections`\. /m);
    assert.match(ours, /\| fsync mean \| < 2\.00 ms .* ✅ pass \|/);
    assert.match(theirs, /\| fsync mean \| < 100 µs \(alert > 200 µs\) .* ❌ fail \|/);
    assert.match(ours, /\| elections per hour \|/);
    assert.doesNotMatch(theirs, /\| elections per hour \|/);
  });
});
