import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { mapNodes, mapPoints } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { assertReadable, HEADINGS, textOf } from '../testing/readable.js';

describe('renderReport of a run with gaps', () => {
  it('says what the node did not report', () => {
    const run = mapNodes(madeUpRun(), (node) => ({ ...node, counters: {}, histograms: {} }));
    assertReadable(run);
    const report = textOf(run);
    for (const name of [
      'io_fsync_ns',
      'network_peer_rtt_ns',
      'consensus_propose_wait_ns',
      'log_entries_total',
    ]) {
      assert.ok(report.includes(`not measured, because the node did not report ${name}`), name);
    }
  });

  it('is readable with any one metric missing', () => {
    const node = madeUpRun().points[0]!.nodes[0]!;
    const names = [...Object.keys(node.counters), ...Object.keys(node.histograms)];
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), (gone) => {
        const keep = <Value>(all: Readonly<Record<string, Value>>): Record<string, Value> =>
          Object.fromEntries(Object.entries(all).filter(([name]) => !gone.includes(name)));
        assertReadable(
          mapNodes(madeUpRun(), (each) => ({
            ...each,
            counters: keep(each.counters),
            histograms: keep(each.histograms),
          })),
        );
      }),
      { numRuns: 6 },
    );
  });

  it('is readable when nothing was counted', () => {
    const zero = mapNodes(madeUpRun(), (node) => ({
      ...node,
      counters: Object.fromEntries(Object.keys(node.counters).map((name) => [name, 0])),
      histograms: Object.fromEntries(
        Object.keys(node.histograms).map((name) => [name, { count: 0, sum: 0, buckets: [] }]),
      ),
    }));
    assertReadable(zero);
  });

  it('is readable without baseline, stages, nodes, passes, strategies and /proc', () => {
    const run = madeUpRun();
    const bare = mapPoints(run, (point) => ({
      ...point,
      stages: null,
      nodes: [],
      passes: [],
      durability: null,
      powerCut: null,
    }));
    const sweepOnly = {
      ...bare,
      baseline: null,
      points: bare.points.filter((point) => point.ref.series === 'sweep'),
    };
    for (const each of [
      { ...run, baseline: null },
      bare,
      sweepOnly,
      mapNodes(run, (node) => ({ ...node, proc: null })),
    ]) {
      assertReadable(each);
      const headings = textOf(each)
        .split('\n')
        .filter((line) => line.startsWith('## '));
      assert.deepEqual(headings, HEADINGS.slice(1));
    }
    assert.ok(textOf(sweepOnly).includes('_Not measured, because `baseline.json` does not exist._'));
  });

  it('is readable for a comparison of strategies without a sweep, and for a run without a point', () => {
    const run = madeUpRun();
    const arms = { ...run, points: run.points.filter((point) => point.ref.series === 'fsync') };
    assertReadable(arms);
    assert.ok(textOf(arms).includes('Durability: G'));
    assertReadable({ ...run, points: [] });
    assert.match(textOf({ ...run, points: [] }).split('\n')[0]!, /No conclusion: this run holds no point/);
  });

  it('has no leader when two nodes call themselves so', () => {
    const run = mapNodes(madeUpRun(), (node) => ({ ...node, role: 'leader' }));
    assertReadable(run);
    assert.ok(textOf(run).includes('3 nodes of point mid called themselves leader'));
  });

  it('shows every further profile of the middle level, and what failed', () => {
    const run = mapPoints(madeUpRun(), (point) => {
      if (point.ref.id !== 'mid') return point;
      const profile = point.passes[0]!;
      const perf = {
        ...profile,
        pass: { ...profile.pass, probe: 'perf', failed: 'perf ended with code 255.' },
      };
      return { ...point, passes: [...point.passes, perf] };
    });
    assertReadable(run);
    const report = textOf(run);
    assert.ok(
      report.includes('](flame/mid-leader-node1.svg)') &&
        report.includes('](flame/perf-mid-leader-node1.svg)'),
    );
    assert.ok(report.includes('| perf at point mid | perf ended with code 255. |'));
  });
});
