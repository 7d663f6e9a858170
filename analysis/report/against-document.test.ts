import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import type { Baseline, Percentiles } from '../../results/schema/index.js';
import { DOCUMENT_STRATEGIES, documentLevel } from '../reference/document.js';
import { factsOf, levelOf, mapPoints } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { judgePercentile, judgeRange, judgeThroughput } from './against-document.js';
import { echoOf } from './ceiling.js';
import type { Facts, PointFacts } from './facts.js';

const MID = documentLevel(100)!;

interface Numbers {
  readonly rate?: number;
  readonly p99?: number | null;
}

/** The made-up run with these numbers at the middle level and in the arm that measured the same, and an echo for 100 clients. */
function runWith(level: Numbers, arm: Numbers, echo: Partial<Baseline['httpEcho'][number]>): RunData {
  const made = madeUpRun();
  const [first] = made.baseline!.httpEcho;
  const baseline = { ...made.baseline!, httpEcho: [{ ...first!, ...echo }] };
  return mapPoints({ ...made, baseline }, (point) => {
    const numbers = { mid: level, 'G-mid': arm }[point.ref.id];
    if (numbers === undefined) return point;
    const { summary } = point;
    const { rate = summary.throughputPerSecond, p99 = summary.latency.response.p99 } = numbers;
    const response: Percentiles = { ...summary.latency.response, p99 };
    return {
      ...point,
      passes: [],
      // Too short for an interval.
      summary: {
        ...summary,
        durationSeconds: 3,
        throughputPerSecond: rate,
        latency: { ...summary.latency, response },
      },
    };
  });
}

const atMid = <Result>(run: RunData, judge: (point: PointFacts, facts: Facts) => Result): Result => {
  const facts = factsOf(run);
  return judge(levelOf(facts, 'mid'), facts);
};

describe("a rate beside the document's", () => {
  const judged = (level: number, arm: number, echo: number) =>
    atMid(runWith({ rate: level }, { rate: arm }, { throughputPerSecond: echo }), (point, facts) =>
      judgeThroughput(point, MID, facts),
    );

  it('is reached, missed, or neither where the passes lie on both sides', () => {
    assert.equal(judged(21_000, 20_500, 30_000), 'reached');
    assert.equal(judged(19_000, 18_500, 30_000), 'not reached');
    assert.equal(judged(19_000, 20_500, 30_000), 'within the spread');
  });

  it('is not decidable where an empty HTTP server does less, and missed where it does as much', () => {
    assert.equal(judged(15_000, 14_000, 19_999), 'not decidable on this machine');
    assert.equal(judged(15_000, 14_000, 20_000), 'not reached');
    assert.equal(judged(21_000, 20_500, 19_999), 'reached');
  });
});

describe("a percentile beside the document's", () => {
  const judged = (level: number | null, arm: number | null, echo: number) => {
    const response = { ...madeUpRun().baseline!.httpEcho[0]!.response, p99: echo };
    return atMid(runWith({ p99: level }, { p99: arm }, { response }), (point, facts) =>
      judgePercentile(point, MID, 'p99', facts),
    );
  };

  it('counts the other passes of the level', () => {
    assert.equal(judged(14_000, 14_500, 6_000), 'reached');
    assert.equal(judged(14_000, 15_500, 6_000), 'within the spread');
    assert.equal(judged(15_500, 14_000, 6_000), 'within the spread');
    assert.equal(judged(15_500, 16_000, 6_000), 'not reached');
    assert.equal(judged(15_500, null, 6_000), 'not reached');
    assert.equal(judged(null, 14_000, 6_000), null);
  });

  it('is not decidable where an empty HTTP server takes longer than the document allows', () => {
    assert.equal(judged(16_000, 16_500, 15_001), 'not decidable on this machine');
    assert.equal(judged(16_000, 16_500, 15_000), 'not reached');
  });
});

describe('an arm beside a range of the document', () => {
  const judged = (rate: number, other: number, range: { low: number; high: number }, echo = 30_000) => {
    const facts = factsOf(runWith({ rate: other }, { rate }, { throughputPerSecond: echo }));
    const arm = facts.strategies.find(({ point }) => point.ref.id === 'G-mid')!;
    return judgeRange(arm, range, facts);
  };
  const { B, C } = DOCUMENT_STRATEGIES;

  it('is judged by all of its passes', () => {
    assert.equal(judged(12_000, 13_000, B), 'inside');
    assert.equal(judged(9_000, 8_000, B), 'below');
    assert.equal(judged(51_000, 52_000, B), 'above');
    assert.equal(judged(12_000, 9_000, B), 'within the spread');
    assert.equal(judged(9_000, 12_000, B), 'within the spread');
    assert.equal(judged(12_000, 51_000, B), 'within the spread');
  });

  it('is not decidable where the range begins above an empty HTTP server', () => {
    assert.equal(judged(12_000, 13_000, C, 49_999), 'not decidable on this machine');
    assert.equal(judged(12_000, 13_000, C, 50_000), 'below');
  });
});

describe('the echo of an empty HTTP server', () => {
  it('is a ceiling for a closed loop on one server of this machine, until the run passes it', () => {
    const run = runWith({ rate: 19_000 }, {}, { throughputPerSecond: 30_000 });
    const echo = (changed: RunData) => atMid(changed, echoOf)?.throughputPerSecond ?? null;
    const withMid = (change: object) =>
      mapPoints(run, (point) =>
        point.ref.id === 'mid' ? { ...point, summary: { ...point.summary, ...change } } : point,
      );
    assert.equal(echo(run), 30_000);
    assert.equal(echo(withMid({ throughputPerSecond: 30_000 })), null);
    assert.equal(echo(withMid({ targets: ['http://a', 'http://b'] })), null);
    assert.equal(echo(withMid({ mode: 'open' })), null);
    assert.equal(echo(withMid({ clients: 99 })), null);
    assert.equal(echo({ ...run, baseline: null }), null);
    const external = { ...run.run.cluster, external: true };
    assert.equal(echo({ ...run, run: { ...run.run, cluster: external } }), null);
  });
});
