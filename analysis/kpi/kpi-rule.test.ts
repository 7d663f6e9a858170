import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missing } from '../measures/measured.js';
import { judge, see } from '../rules/judge.js';
import { readingOf } from '../rules/readings.js';
import type { KpiRule } from '../rules/rule.js';
import { DEFAULT_RULES, kpiRules } from '../rules/rule-book.js';
import { thresholdText } from '../rules/units.js';
import { madeUpPerf } from '../testing/captures/perf.js';
import { factsOf, levelOf, mapNodes, mapPoints } from '../testing/change-run.js';
import { withCaptures } from '../testing/made-up-captured-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { evaluateKpi } from './kpi-rule.js';

const KPI_RULES = kpiRules(DEFAULT_RULES);

const ruleOf = (id: string): KpiRule => {
  const rule = KPI_RULES.find((candidate) => candidate.id === `kpi-${id}`);
  assert.ok(rule !== undefined, `no rule ${id}`);
  return rule;
};

describe('thresholds', () => {
  for (const rule of KPI_RULES) {
    it(`${rule.claims} ${rule.title.en} is judged on both sides of ${thresholdText(rule)}`, () => {
      const better = rule.direction === 'below' ? 1 - 1e-6 : 1 + 1e-6;
      const worse = rule.direction === 'below' ? 1 + 1e-6 : 1 - 1e-6;
      const between = rule.good === rule.bad ? 'fail' : 'warn';
      assert.equal(judge(rule, { value: rule.good * better }), 'pass');
      assert.equal(judge(rule, { value: rule.good }), between);
      assert.equal(judge(rule, { value: rule.good * worse }), between);
      assert.equal(judge(rule, { value: rule.bad }), between);
      assert.equal(judge(rule, { value: rule.bad * worse }), 'fail');
      assert.equal(judge(rule, { value: rule.good * better, undecidedBecause: 'too short' }), 'undecided');
    });
  }

  it('are those of the document', () => {
    const texts = Object.fromEntries(
      KPI_RULES.map((rule) => [rule.id.slice('kpi-'.length), thresholdText(rule)]),
    );
    assert.equal(texts['socket-cpu'], '< 5.0 % (alert > 15.0 %)');
    assert.equal(texts['pool-cpu'], '< 2.0 % (alert > 10.0 %)');
    assert.equal(texts['connect-cpu'], '< 1.0 % (alert > 5.0 %)');
    assert.equal(texts['rpc-mean'], '< 5.00 ms');
    assert.equal(texts['fsync-request'], '< 30.0 % (alert > 50.0 %)');
    assert.equal(texts['entry-fsync'], '> 10.0:1');
    assert.equal(texts['fsync-mean'], '< 2.00 ms (alert > 15.0 ms)');
    assert.equal(texts['disk-throughput'], '> 100 MB/s');
    assert.equal(texts['applier-cpu'], '< 15.0 % (alert > 25.0 %)');
    assert.equal(texts.elections, '< 1.00/h');
    assert.equal(texts.replication, '< 10.0 ms');
  });
});

describe('evaluateKpi', () => {
  it('gives the worst level of those that can be judged', () => {
    const rule = ruleOf('entry-fsync');
    const { levels, status } = evaluateKpi(rule, factsOf(madeUpRun()));
    assert.deepEqual(
      levels.map((level) => level.status),
      [null, 'pass', 'pass'],
    );
    assert.equal(status, 'pass');
    // Just above what the level of 100 clients has, which could have more.
    const [, mid] = levels.map(({ reading }) => (reading.ok ? reading.value.value : 0));
    assert.ok(mid! < 90, `${mid}`);
    const limit = mid! + 1;
    const strict = evaluateKpi({ ...rule, good: limit, bad: limit }, factsOf(madeUpRun()));
    assert.deepEqual(
      strict.levels.map((level) => level.status),
      [null, 'fail', 'pass'],
    );
    assert.equal(strict.status, 'fail');
  });

  it('reads a profile where there is one and says so elsewhere', () => {
    const result = evaluateKpi(ruleOf('socket-cpu'), factsOf(madeUpRun()));
    assert.deepEqual(
      result.levels.map((level) => level.reading.ok),
      [false, true, false],
    );
    assert.equal(result.status, 'warn');
  });

  it("reads the document's own perf numbers from samples of all threads", () => {
    const read = (lockUs: number, id: string) =>
      evaluateKpi(ruleOf(id), factsOf(withCaptures(madeUpPerf(1, 'leader', lockUs))));
    assert.equal(evaluateKpi(ruleOf('lock-threads'), factsOf(madeUpRun())).status, null);
    // 20 ms of a second in locks, and then 80 ms of 1,060 and 140 ms of 1,120.
    assert.equal(read(0, 'lock-threads').status, 'pass');
    assert.equal(read(60_000, 'lock-threads').status, 'warn');
    assert.equal(read(120_000, 'lock-threads').status, 'fail');
    assert.equal(read(0, 'fsync-cpu').status, 'pass');
  });

  it('lets an unsound level judge nothing, the good as little as the bad', () => {
    const run = mapPoints(madeUpRun(), (point) => ({
      ...point,
      summary: {
        ...point.summary,
        audit: { ...point.summary.audit, verdict: 'suspect', reasons: ['made up'] },
      },
    }));
    for (const rule of KPI_RULES.filter((candidate) => readingOf(candidate.reading).scope === 'point')) {
      const { status } = evaluateKpi(rule, factsOf(run));
      assert.ok(status === 'undecided' || status === null, `${rule.id} says ${status}`);
    }
  });

  it('has no status and a reason without the metric', () => {
    const run = mapNodes(madeUpRun(), (node) => ({ ...node, histograms: {}, counters: {} }));
    const result = evaluateKpi(ruleOf('fsync-mean'), factsOf(run));
    assert.equal(result.status, null);
    assert.deepEqual(result.levels[0]!.reading, missing('the node did not report io_fsync_ns'));
  });

  it('judges elections from the rule of three: a quiet window proves little, a quiet night enough', () => {
    const rule = ruleOf('elections');
    const facts = factsOf(madeUpRun());
    assert.equal(evaluateKpi(rule, facts).status, 'undecided');
    const night = factsOf(mapNodes(madeUpRun(), (node) => ({ ...node, seconds: 4 * 3600 })));
    assert.equal(evaluateKpi(rule, night).status, 'pass');
    const restless = factsOf(
      mapNodes(madeUpRun(), (node) => ({
        ...node,
        counters: { ...node.counters, consensus_elections_total: 1 },
      })),
    );
    const reading = see(rule, levelOf(restless, 'mid'), restless);
    assert.deepEqual(reading, { ok: true, value: { value: 3 / (6 / 3600) } });
    assert.equal(evaluateKpi(rule, restless).status, 'fail');
  });
});
