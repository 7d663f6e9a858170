import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../../results/run-directory.js';
import { mapPoints } from '../../testing/change-run.js';
import { madeUpRun } from '../../testing/made-up-run.js';
import { textOf } from '../../testing/readable.js';

const DASH = '`–`: this number comes from a profile, and this level was not profiled.';

/** The section of the KPIs, and the row of one of them. */
function kpis(run: RunData): { readonly text: string; readonly row: (title: string) => string } {
  const report = textOf(run);
  const text = report.slice(report.indexOf('### 7.1 KPIs'), report.indexOf('### 7.2'));
  return { text, row: (title) => text.split('\n').find((line) => line.includes(`| ${title}`))! };
}

const atHigh = (change: (point: RunData['points'][number]) => Partial<RunData['points'][number]>): RunData =>
  mapPoints(madeUpRun(), (point) => (point.ref.id === 'high' ? { ...point, ...change(point) } : point));

describe('the table of KPIs', () => {
  it('has a dash where a level was not profiled, and says so', () => {
    const { text, row } = kpis(madeUpRun());
    assert.match(row('send + recv share of CPU'), /\| – \| [^|]+ % [^|]*\| – \|/);
    assert.ok(text.includes(DASH));
  });

  it('gives the reason of a level that lost its leader, which no profile would have mended', () => {
    const run = atHigh(({ nodes }) => ({ nodes: nodes.map((node) => ({ ...node, role: 'follower' })) }));
    const { text, row } = kpis(run);
    assert.match(row('fsync mean'), /not measured \[\d\]/);
    assert.doesNotMatch(row('fsync mean'), /–/);
    assert.match(text, /not measured, because 0 nodes of point high called themselves leader/);
  });

  it('gives the reason of a level without traced requests', () => {
    const { row } = kpis(atHigh(() => ({ stages: null })));
    assert.match(row('fsync share of request time'), /not measured \[\d\]/);
  });

  it('says of each level by itself why it decides nothing, and once what holds for all of them', () => {
    const undecided = (run: RunData): string =>
      kpis(run).text.match(/^- elections per hour, undecided: .*$/m)![0];
    const quiet = mapPoints(madeUpRun(), (point) => ({
      ...point,
      nodes: point.nodes.map((node) => ({
        ...node,
        seconds: 3,
        counters: { ...node.counters, consensus_elections_total: 0 },
      })),
    }));
    assert.match(undecided(quiet), /undecided: none in 3 s only says .* an hour \(95 %\)\.$/);
    const longer = mapPoints(quiet, (point) =>
      point.ref.id === 'high'
        ? { ...point, nodes: point.nodes.map((node) => ({ ...node, seconds: 6 })) }
        : point,
    );
    assert.match(
      undecided(longer),
      /undecided: low \(10 clients\), mid \(100 clients\): none in 3 s [^;]*; high \(1,000 clients\): none in 6 s/,
    );
  });

  it('explains no dash that it does not print', () => {
    assert.ok(!kpis(mapPoints(madeUpRun(), (point) => ({ ...point, passes: [] }))).text.includes(DASH));
  });
});
