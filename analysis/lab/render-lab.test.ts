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
    /\| L5 \| L5 \| new against old \| rate \| refuted: stronger \| 1\.20x to 1\.30x \| 2\.00x \(1\.9\dx to 2\.\d+x\) \| < 0\.001 \|/,
  );
  assert.match(
    report,
    /\| C1 \| C1 \| .* \| undecided: the experiment failed \| 2\.00x to 3\.00x \| not measured \|/,
  );
  assert.match(report, /\| C2 \| C2 \| .* \| not decidable here \| at most 3\.00x \|/);
  assert.match(
    report,
    /\*\*Of 4 figures of the document 0 are confirmed, 2 refuted, 1 undecided, 1 not decidable/,
  );
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
      effects: [{ metric: 'calls', arm: 'pool', against: 'connection-per-call', low: 2.5, high: 3.5 }],
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
    /\| 1000 calls: pool, connected before \| 15 s \| 3 s \| 5x \| 100\/s \| – \| not measured \| – \|/,
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
  assert.match(lines[4]!, /^\| `N9` \| .* \| no figure \| not measured \| no figure to judge \| – \|$/);
  assert.match(lines[5]!, /^\| `C1` \| .* \| undecided: the experiment failed \| 0 \/ 0 \/ 1 \|$/);
  assert.equal(
    labCount(LAB),
    '5 experiments judge 4 figures of the document: 0 confirmed, 2 refuted, 1 undecided, 1 not decidable on this machine.',
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

test('Chinese says everything that English says, number for number', () => {
  const missing: string[] = [];
  const english = renderLabReport(LAB, 'en');
  const chinese = renderLabReport(LAB, 'zh', (template) => missing.push(template));
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
      assert.deepEqual(drawnNumbers(chinese.get(path.replace('.svg', '.zh.svg'))!), drawnNumbers(svg), path);
});
