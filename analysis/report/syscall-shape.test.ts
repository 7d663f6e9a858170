import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluateKpi } from '../kpi/kpi-rule.js';
import { syscallFacts } from '../measures/syscalls.js';
import { changedRules, DEFAULT_RULES, kpiRules } from '../rules/rule-book.js';
import { syscallTable } from '../rules/testing/evidence-captures.js';
import { levelWith } from '../rules/testing/evidence-runs.js';
import { factsOf } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { renderReport } from './render-report.js';
import { documentWorkingShare, syscallShape } from './syscall-shape.js';

type Row = readonly [syscall: string, calls: number, seconds: number];

const shapeOf = (rows: readonly Row[], rules = DEFAULT_RULES) =>
  syscallShape(syscallFacts(syscallTable(rows)), rules);

const changed = (...rules: readonly object[]) => changedRules({ schema: 'strata.rules/1', rules }, 'my.json');

const WRITING: readonly Row[] = [
  ['futex', 10, 90],
  ['writev', 1_000, 0.66],
  ['fdatasync', 50, 0.02],
  ['read', 1_000, 0.32],
];
const SYNCING: readonly Row[] = [
  ['fdatasync', 500, 0.78],
  ['write', 6_000, 0.15],
  ['read', 100, 0.07],
];
const SLOW: readonly Row[] = [
  ['fdatasync', 44, 0.66],
  ['write', 100, 0.25],
  ['read', 100, 0.09],
];
const QUIET: readonly Row[] = [
  ['fdatasync', 100, 0.2],
  ['write', 100, 0.15],
  ['read', 100, 0.65],
];

describe('the shape of a table of system calls', () => {
  it('is normal where nothing is beyond its alert, and named where something is', () => {
    assert.equal(shapeOf(QUIET), 'normal');
    assert.equal(shapeOf([]), 'normal');
    assert.equal(shapeOf(WRITING), 'too many writes');
    assert.equal(shapeOf(SYNCING), 'too many syncs');
    assert.equal(shapeOf(SLOW), 'slow disk');
  });

  it('is that of the rules in force', () => {
    const lax = changed({ id: 'kpi-write-syscall', good: 0.7, bad: 0.7 });
    assert.equal(shapeOf(WRITING, lax), 'normal');
    assert.equal(shapeOf(WRITING, changed({ id: 'kpi-write-syscall', enabled: false })), 'normal');
    assert.equal(shapeOf(WRITING, changed({ id: 'kpi-write-syscall', severity: 'warn' })), 'too many writes');
    assert.equal(shapeOf(QUIET, changed({ id: 'kpi-fsync-syscall', good: 0.1, bad: 0.1 })), 'too many syncs');
    assert.equal(shapeOf(SLOW, changed({ id: 'slow-disk-syscalls', bad: 20 })), 'too many syncs');
  });

  it('is never normal where the KPI of the same number fails', () => {
    const reads = ['syscall-sync-share', 'syscall-write-share'];
    for (const rows of [QUIET, WRITING, SYNCING, SLOW]) {
      const facts = factsOf(levelWith(syscallTable(rows)));
      const failed = kpiRules(DEFAULT_RULES)
        .filter(({ reading }) => reads.includes(reading))
        .some((rule) => evaluateKpi(rule, facts).levels[0]!.status === 'fail');
      assert.equal(shapeOf(rows) !== 'normal', failed);
    }
  });

  it('is told with both tables on one base, and with the alerts of the rules', () => {
    // 0.1523 and 0.2534 of the document's table, of which 0.4567 are futex.
    assert.deepEqual([documentWorkingShare('fsync'), documentWorkingShare('write')], ['28.0 %', '46.6 %']);
    const lineOf = (rules = DEFAULT_RULES) =>
      /^Shape: .*$/m.exec(renderReport(madeUpRun(), 'en', rules).get('report.md')!)?.[0] ?? '';
    assert.match(
      lineOf(),
      /^Shape: \*\*too many writes: .*\*\*\. Sync [\d.]+ % of the working time \(mean [\d.]+ µs, alert > 10\.0 ms; document 28\.0 %, alert > 50\.0 %\), write [\d.]+ % \(document 46\.6 %, alert > 20\.0 %\), .* they are 15\.2 % and 25\.3 %\.$/,
    );
    const lax = changed({ id: 'kpi-write-syscall', good: 0.7, bad: 0.7 });
    assert.match(lineOf(lax), /^Shape: \*\*normal: .* write [\d.]+ % \(document 46\.6 %, alert > 70\.0 %\)/);
    const off = changed({ id: 'kpi-write-syscall', enabled: false });
    assert.match(lineOf(off), / write [\d.]+ % \(document 46\.6 %\),/);
  });
});
