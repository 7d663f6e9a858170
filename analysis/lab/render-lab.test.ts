import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, drawnNumbers, englishLeft } from '../language/testing/compare-reports.js';
import { labCount, labHeadlines } from './headlines.js';
import { renderLabReport } from './render-lab.js';
import { madeUpExperiment, madeUpLab } from './testing/made-up-lab.js';

const OLD = [100, 102, 98, 101, 99, 103, 97];
const LAB = madeUpLab(
  madeUpExperiment(
    OLD,
    OLD.map((value) => 2 * value),
    { low: 1.2, high: 1.3 },
  ),
  madeUpExperiment(
    OLD,
    OLD.map((value) => value / 2),
    { low: 0.4, high: 0.6 },
    {
      id: 'L8',
      claims: ['L8', 'L6'],
      metrics: [{ name: 'rate', unit: 'ms', better: 'lower', scale: 'difference' }],
    },
  ),
  madeUpExperiment([], [], { low: null, high: null }, { id: 'N9', claims: ['N9'] }),
  madeUpExperiment(
    [],
    [],
    { low: 2, high: 3 },
    { id: 'C1', claims: ['C1'], state: 'failed', because: 'EIO' },
  ),
  madeUpExperiment(
    [],
    [],
    { low: null, high: 3 },
    { id: 'C2', claims: ['C2'], state: 'not-decidable', because: 'perf' },
  ),
);

test('the same run gives the same bytes, whatever was rendered before', () => {
  const first = renderLabReport(LAB, 'en');
  renderLabReport(LAB, 'zh');
  assert.deepEqual([...renderLabReport(structuredClone(LAB), 'en')], [...first]);
});

test('the table puts the figure of the document beside the measured one, with the verdict', () => {
  const report = renderLabReport(LAB, 'en').get('report.md')!;
  assert.match(
    report,
    /\| L5 \| rate: new against old \| 1\.20x to 1\.30x \| 2\.00x \(1\.9\dx to 2\.\d+x\) \| < 0\.001 \| refuted: stronger \|/,
  );
  assert.match(
    report,
    /\| C1 \| .* \| 2\.00x to 3\.00x \| not measured \[\d\] \| – \| undecided: the experiment failed \|/,
  );
  assert.match(report, /\| C2 \| .* \| at most 3\.00x \| .* \| not decidable here \|/);
  assert.match(
    report,
    /\*\*Of 4 statements of the document \(4 figures, 0 directions\) 0 are confirmed, 2 refuted, 1 undecided, 1 not decidable/,
  );
  assert.match(report, /^\[\d\] not measured, because the experiment failed: EIO\. /m);
  assert.match(report, /- C1 · .*: The experiment failed: EIO\./);
  assert.doesNotMatch(report, /NaN|undefined|Infinity|n\/a/);
});

test('the document’s tables of before and after stand beside the medians of the arms', () => {
  const calls = madeUpExperiment(
    [],
    [],
    { low: null, high: null },
    {
      id: 'N3',
      claims: ['N3'],
      metrics: [{ name: 'calls', unit: '1/s', better: 'higher', scale: 'ratio' }],
      arms: ['connection-per-call', 'pool'].map((name) => ({ name, what: 'Connects, calls, closes.' })),
      effects: [
        {
          metric: 'calls',
          arm: 'pool',
          against: 'connection-per-call',
          low: 2.5,
          high: 3.5,
          bound: null,
          notDecidable: null,
        },
      ],
      rounds: OLD.map((calls) => ({
        warmUp: false,
        runs: [
          { arm: 'connection-per-call', durationMs: 1, values: { calls } },
          { arm: 'pool', durationMs: 1, values: { calls: 6 * calls } },
        ],
      })),
    },
  );
  const lab = madeUpLab(calls);
  const report = renderLabReport(lab, 'en').get('report.md')!;
  assert.match(report, /### A pool of connections \(N3\)/);
  assert.match(
    report,
    /\| 1000 calls: pool \| 15 s \| 5 s \| 3x \| 100\/s \| 600\/s \| 6\.00x \(.*\) \| refuted: stronger \|/,
  );
  assert.match(
    report,
    /\| 1000 calls: pool, connected before \| 15 s \| 3 s \| 5x \| 100\/s \| not measured \[1\] \| not measured \[2\] \| – \|/,
  );
  assert.doesNotMatch(report, /N1\)|N5\)/);
  assert.deepEqual(
    differences(report.replaceAll('.svg)', '.zh.svg)'), renderLabReport(lab, 'zh').get('report.zh.md')!),
    [],
  );
});

test('a run in one line an experiment: the first figure with its verdict, and how the others are spread', () => {
  const lines = labHeadlines(LAB).split('\n');
  assert.equal(lines.length, 2 + LAB.experiments.length);
  assert.match(
    lines[2]!,
    /^\| `L5` \| rate: new against old \| 1\.20x to 1\.30x \| 2\.00x \(.*\) \| refuted: stronger \| 0 \/ 1 \/ 0 \|$/,
  );
  assert.match(
    lines[4]!,
    /^\| `N9` \| .* \| no figure \| not measured: no measured run of new or old gave a value for rate \| no figure to judge \| – \|$/,
  );
  assert.match(lines[5]!, /^\| `C1` \| .* \| undecided: the experiment failed \| 0 \/ 0 \/ 1 \|$/);
  assert.equal(
    labCount(LAB),
    '5 experiments judge 4 statements of the document, 0 of them directions without a figure: 0 confirmed, 2 refuted, 1 undecided, 1 not decidable here.',
  );
});

/** The new arm is too short for its p99, as a run of the lab may find. */
const SHORT = madeUpLab(
  madeUpExperiment(
    OLD,
    OLD,
    { low: 1.2, high: 1.3 },
    {
      metrics: ['rate', 'p99'].map((name) => ({ name, unit: 'ms', better: 'lower', scale: 'ratio' })),
      rounds: OLD.map((rate) => ({
        warmUp: false,
        runs: [
          { arm: 'old', durationMs: 1, values: { rate, p99: 2 * rate } },
          { arm: 'new', durationMs: 1, values: { rate, p99: null } },
        ],
      })),
    },
  ),
);

test('what no run gave a value for says so in its cell and at the end; not all that was asked for was measured', () => {
  const report = renderLabReport(SHORT, 'en').get('report.md')!;
  assert.match(report, /\| new against old \| p99 \| – \| not measured \[1\] \| – \| – \|/);
  assert.match(report, /\| p99 \| not measured \[1\] \| lower \|/);
  const reason = 'no measured run of new gave a value for p99';
  assert.equal(report.split(`[1] not measured, because ${reason}.`).length, 3);
  assert.match(report, new RegExp(`^- L5 · .*: ${reason}\\.$`, 'm'));
  assert.doesNotMatch(report, /Everything that was asked for/);
  const full = madeUpLab(madeUpExperiment(OLD, OLD, { low: 1.2, high: 1.3 }));
  assert.match(
    renderLabReport(full, 'en').get('report.md')!,
    /^Everything that was asked for was measured\.$/m,
  );
});

/** A share that falls from all to a half. */
const SHARES = madeUpLab(
  madeUpExperiment(
    OLD.map(() => 1),
    OLD.map(() => 0.475),
    { low: -1, high: -0.5 },
    { metrics: [{ name: 'rate', unit: 'share', better: 'lower', scale: 'difference' }] },
  ),
);

test('shares differ by percentage points, in the table, in the document’s figure and in the chart', () => {
  const files = renderLabReport(SHARES, 'en');
  assert.match(
    files.get('report.md')!,
    /\| -100 to -50\.0 points \| -52\.5 \(-52\.5 to -52\.5\) points \| < 0\.001 \| confirmed \|/,
  );
  assert.match(files.get('report.md')!, /\| rate \| 47\.5 % \(/);
  const chart = files.get('charts/lab-L5-difference.svg')!;
  assert.match(chart, />difference of the arm from the other, in percentage points</);
  assert.match(chart, />-50\.0</);
  assert.doesNotMatch(chart, /\d %</);
  assert.match(
    renderLabReport(SHARES, 'zh').get('report.zh.md')!,
    /\| -52\.5 \(-52\.5 至 -52\.5\) 个百分点 \|/,
  );
});

test('every experiment with values has its chart, and the report shows each chart that there is', () => {
  const files = renderLabReport(LAB, 'en');
  const charts = [...files.keys()].filter((path) => path.endsWith('.svg'));
  assert.deepEqual(charts, ['charts/lab-L5.svg', 'charts/lab-L8-difference.svg']);
  for (const path of charts) {
    assert.ok(files.get('report.md')!.includes(`](${path})`), path);
    assert.match(files.get(path)!, /^<svg [\s\S]*<title>document: [\s\S]*<title>measured: [\s\S]*<\/svg>\n$/);
    assert.doesNotMatch(files.get(path)!, /NaN|Infinity/);
  }
});

for (const [name, lab] of Object.entries({
  'a run': LAB,
  'one without some values': SHORT,
  'one of shares': SHARES,
}))
  test(`Chinese says everything that English says, number for number: ${name}`, () => {
    const missing: string[] = [];
    const english = renderLabReport(lab, 'en');
    const chinese = renderLabReport(lab, 'zh', (template) => missing.push(template));
    // Reasons of failures stand in the run as the system gave them.
    assert.deepEqual(
      missing.filter((template) => !['EIO', 'perf'].includes(template)),
      [],
    );
    assert.deepEqual(
      differences(english.get('report.md')!.replaceAll('.svg)', '.zh.svg)'), chinese.get('report.zh.md')!),
      [],
    );
    assert.deepEqual(englishLeft(chinese.get('report.zh.md')!, []), []);
    for (const [path, svg] of english)
      if (path.endsWith('.svg'))
        assert.deepEqual(
          drawnNumbers(chinese.get(path.replace('.svg', '.zh.svg'))!),
          drawnNumbers(svg),
          path,
        );
  });
