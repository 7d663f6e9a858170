import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import type { StrategyLetter } from '../../results/schema/index.js';
import { factsOf, mapPoints } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { textOf } from '../testing/readable.js';
import { strategyParagraphs } from './strategy-tables.js';

type Rates = Readonly<Record<StrategyLetter | 'level', number>>;

/** Rates of the arms at the middle level, and of the level itself, which is another pass of G. */
const runWith = (rates: Rates): RunData => {
  const made = madeUpRun();
  const points = made.points.filter(({ ref }) => ref.level === 'mid');
  return mapPoints({ ...made, points }, (point) => ({
    ...point,
    passes: [],
    summary: {
      ...point.summary,
      durationSeconds: 3,
      throughputPerSecond: rates[point.ref.series === 'sweep' ? 'level' : point.ref.strategy],
    },
  }));
};

const paragraph = (rates: Rates): string => strategyParagraphs(factsOf(runWith(rates)));
const finding = (rates: Rates): string =>
  textOf(runWith(rates))
    .split('\n')
    .find((line) => line.includes('**Sharing syncs (G)'))!;
const verdict = (rates: Rates): string => /Durability: [^*]+/.exec(textOf(runWith(rates)))![0];

const RATES: Rates = { A: 2_000, B: 20_000, C: 16_000, G: 8_000, level: 12_000 };

describe('one strategy against another', () => {
  it('is a range over all passes, in the table, in the findings and in the verdict', () => {
    assert.match(
      paragraph(RATES),
      /: 4\.00 to 6\.00x the throughput of A \(here 8,000\/s against 2,000\/s\)/,
    );
    assert.match(
      finding(RATES),
      /✅ .*: 4\.00 to 6\.00x at 100 clients; windows of 3 s after 2 s of warm-up\./,
    );
    assert.match(
      verdict(RATES),
      /4\.00 to 6\.00x the rate of A, 0\.40 to 0\.60x the rate of B, 0\.50 to 0\.75x the rate of C/,
    );
  });

  it('is one number where each has one pass', () => {
    const same = { ...RATES, level: 8_000 };
    assert.match(paragraph(same), /: 4\.00x the throughput of A/);
  });

  it('is no difference where the passes lie on both sides of one', () => {
    const like = { ...RATES, A: 10_000 };
    assert.match(paragraph(like), /no difference from the throughput of A is shown \(0\.80 to 1\.20x; here/);
    assert.match(finding(like), /❔ .*: no difference shown at 100 clients \(0\.80 to 1\.20x\)/);
    const faster = { ...RATES, A: 7_900 };
    assert.match(finding(faster), /✅ .*: 1\.01 to 1\.52x at 100 clients/);
  });

  it('costs nothing that is shown where G is as fast as what does not wait', () => {
    assert.match(
      paragraph(RATES),
      /do not wait: G reaches 40\.0 % to 60\.0 % of B, G reaches 50\.0 % to 75\.0 % of C\./,
    );
    const slowC = { ...RATES, C: 12_000 };
    assert.match(paragraph(slowC), /of B, no cost is shown against C \(G reaches 66\.7 % to 100 % of it\)\./);
    assert.match(verdict(slowC), /no cost of its syncs is shown against C \(0\.67 to 1\.00x\)/);
    assert.match(paragraph({ ...RATES, C: 12_100 }), /of B, G reaches 66\.1 % to 99\.2 % of C\./);
  });

  it('is said of a rate that cannot last, where the log of A fell behind', () => {
    const run = mapPoints(runWith(RATES), (point) =>
      point.ref.strategy !== 'A'
        ? point
        : {
            ...point,
            nodes: point.nodes.map((node) => ({
              ...node,
              counters: { ...node.counters, log_entries_total: 3_000, consensus_commits_total: 6_000 },
            })),
          },
    );
    const report = textOf(run);
    assert.match(report, /The rate of A is overstated at 100 clients: the log of its leader fell behind/);
    assert.match(report, /\| L1 \| strategy A, 100 clients \|.*\| above; not a steady state \|/);
    assert.doesNotMatch(textOf(runWith(RATES)), /overstated|not a steady state/);
  });
});

describe('windows', () => {
  it('are named in the head of the report and under the table of strategies', () => {
    const report = textOf(madeUpRun());
    assert.match(
      report,
      /^\| \*\*How\*\* .*; levels in windows of 6 s after 2 s of warm-up; strategies in windows of 3 s after 2 s of warm-up \|$/m,
    );
    assert.match(report, /`points\/\*\/power-cut\.json`; windows of 3 s after 2 s of warm-up<\/sub>/);
    const uneven = mapPoints(madeUpRun(), (point) =>
      point.ref.id === 'low'
        ? { ...point, summary: { ...point.summary, durationSeconds: 1.7, warmupSeconds: 0.5 } }
        : point,
    );
    assert.match(textOf(uneven), /levels in windows of 1\.7 to 6 s after 0\.5 to 2 s of warm-up/);
  });
});
