import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PointData } from '../../results/run-directory.js';
import type { Percentiles } from '../../results/schema/index.js';
import { mapNodes, mapPoints } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { assertReadable, HEADINGS, textOf } from '../testing/readable.js';
import { renderReport } from './render-report.js';

const withSummary = (point: PointData, change: Partial<PointData['summary']>): PointData => ({
  ...point,
  summary: { ...point.summary, ...change },
});

describe('renderReport of a whole run', () => {
  const run = madeUpRun();
  const files = renderReport(run);
  const report = files.get('report.md')!;

  it('has every section, in the order of the document', () => {
    const found = report.split('\n').filter((line) => /^##? /.test(line));
    assert.deepEqual(found, HEADINGS);
  });

  it('is readable throughout', () => {
    assertReadable(run);
  });

  it('gives the same bytes twice, and whatever the order of keys and nodes', () => {
    assert.deepEqual([...renderReport(run)], [...files]);
    const shuffled = mapPoints(
      mapNodes(run, (node) => ({
        ...node,
        counters: Object.fromEntries(Object.entries(node.counters).reverse()),
        histograms: Object.fromEntries(Object.entries(node.histograms).reverse()),
      })),
      (point) => ({ ...point, nodes: [...point.nodes].reverse() }),
    );
    assert.deepEqual(
      [...renderReport({ ...shuffled, points: [...shuffled.points].reverse() })].map(([path]) => path),
      [...files.keys()],
    );
    assert.equal(textOf(shuffled), report);
  });

  it('refers to every picture that it gives, and gives every picture that it refers to', () => {
    const referred = [...report.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map((match) => match[1]!).sort();
    assert.deepEqual(referred, [...files.keys()].filter((path) => path !== 'report.md').sort());
  });

  it('names a source under every table', () => {
    const rules = report.split('\n').filter((line) => /^\|(:?-+:?\|)+$/.test(line)).length;
    assert.equal(report.split('<sub>Source: ').length - 1, rules);
  });

  it('has tables whose rows are as wide as their heads', () => {
    let width = 0;
    for (const line of report.split('\n')) {
      if (!line.startsWith('|')) {
        width = 0;
        continue;
      }
      const cells = line.replaceAll('\\|', '').split('|').length;
      if (width === 0) width = cells;
      assert.equal(cells, width, line);
    }
  });

  it('puts throughput, p99, the limit and the strategy into the verdict', () => {
    const verdict = report.slice(report.indexOf('## Verdict'), report.indexOf('### Findings'));
    for (const part of [
      '5,400/s (95 % interval of its median second: 5,400 to 5,400/s) with p99 4.10 ms',
      '3 other passes: 19,000 to 19,200/s) with p99 11.8 ms',
      '20,900/s (95 % interval of its median second: 20,900 to 20,900/s) with p99 97.0 ms',
      'the limit is',
      'Durability: G',
    ]) {
      assert.ok(verdict.includes(part), `${part} is not in: ${verdict}`);
    }
  });

  it('prints a residual for every level', () => {
    assert.equal(report.match(/\*\*residual [^*]+ %\*\*/g)!.length, 3);
  });

  it('gives the seed, the commit and the command, and nothing of today', () => {
    for (const part of [run.run.git.commit!, run.run.command, 'seed 7', run.run.startedAt])
      assert.ok(report.includes(part), part);
    assert.ok(!report.includes(String(new Date().getFullYear())));
  });
});

describe('renderReport of a run that may not be believed', () => {
  const suspect = (point: PointData): PointData =>
    withSummary(point, {
      audit: { ...point.summary.audit, verdict: 'suspect', reasons: ['The generator was saturated.'] },
    });

  it('says so on line one and concludes nothing', () => {
    const report = textOf(mapPoints(madeUpRun(), suspect));
    const [first] = report.split('\n');
    assert.match(first!, /Suspect.*No conclusion is drawn from this run.*The generator was saturated/);
    assert.ok(report.includes('No verdict on the levels'));
    assert.ok(report.includes('None: no level of this run passed its audit'));
    const judged = report
      .split('\n')
      .filter((line) => /✅ pass|❌ fail/.test(line) && !line.includes('| L11 |'));
    assert.deepEqual(judged, []);
    assert.doesNotMatch(report, /the limit is/);
    assertReadable(mapPoints(madeUpRun(), suspect));
  });

  it('does so for errors above one per cent, and not for one per cent', () => {
    const failing =
      (share: number) =>
      (point: PointData): PointData => {
        const { operations } = point.summary;
        const failed = Math.floor(operations.total * share);
        return withSummary(point, {
          operations: { ...operations, ok: operations.total - failed },
          errors: [{ kind: 'STRATA_TIMEOUT', count: Math.max(1, failed) }],
        });
      };
    assert.match(
      textOf(mapPoints(madeUpRun(), failing(0.02))).split('\n')[0]!,
      /2\.0 % of the requests failed/,
    );
    assert.match(textOf(mapPoints(madeUpRun(), failing(0.01))).split('\n')[0]!, /^# Layered/);
  });

  it('concludes from the levels that are sound, and from those only', () => {
    const report = textOf(
      mapPoints(madeUpRun(), (point) => (point.ref.id === 'high' ? suspect(point) : point)),
    );
    assert.match(report.split('\n')[0]!, /1 of 11 points.*`high`/);
    const verdict = report.slice(report.indexOf('## Verdict'), report.indexOf('## Machine baseline'));
    assert.ok(verdict.includes('11.8 ms at mid (100 clients)'));
    assert.ok(verdict.includes('No conclusion at high (1,000 clients): the load generator'));
    assert.equal(verdict.split('high (1,000 clients)').length, 2);
  });

  it('says that no request ended rather than computing with none', () => {
    const none: Percentiles = {
      count: 0,
      mean: 0,
      min: 0,
      p50: null,
      p90: null,
      p95: null,
      p99: null,
      p999: null,
      p9999: null,
      max: 0,
    };
    const run = mapPoints(madeUpRun(), (point) =>
      withSummary(point, {
        operations: { total: 0, ok: 0, put: 0, get: 0 },
        throughputPerSecond: 0,
        latency: { response: none, service: none, queue: none, put: null, get: null },
        timeline: [],
      }),
    );
    assert.match(textOf(run).split('\n')[0]!, /no request ended in the window/);
    assertReadable(run);
  });

  it('ranks a lost acknowledged write above everything', () => {
    const run = mapPoints(madeUpRun(), (point) =>
      point.ref.id === 'G-mid' ? { ...point, durability: { ...point.durability!, lost: 3 } } : point,
    );
    const report = textOf(run);
    assert.match(report, /^1\. ❌ \*\*Acknowledged writes were lost under strategy G\*\*: 3 at point G-mid/m);
    assert.ok(!report.includes('Durability: G is the fastest'));
  });
});

describe('capacity prediction', () => {
  it('needs six levels', () => {
    const run = madeUpRun();
    assert.match(textOf(run), /Not predicted, because the run has 3 sound levels/);
    const first = run.points[0]!;
    const points = [1, 5, 10, 50, 100, 250, 500].map(
      (clients): PointData => ({
        ...withSummary(first, {
          throughputPerSecond: (900 * clients) / (1 + 0.02 * (clients - 1) + 1e-5 * clients * (clients - 1)),
        }),
        ref: { ...first.ref, id: `c${clients}`, level: `c${clients}`, clients },
      }),
    );
    const seven = { ...run, points };
    assertReadable(seven);
    assert.match(textOf(seven), /\| λ \| one client alone \| 900\/s \|/);
    assert.match(textOf(seven), /\| σ \| contention[^|]*\| 0\.02000 \|/);
    assert.match(textOf(seven), /peaks at 313 clients/);
  });
});
