import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluateAdvice } from '../advice/advice-rule.js';
import { evaluateKpi } from '../kpi/kpi-rule.js';
import { adviceRules, changedRules, DEFAULT_RULES, kpiRules } from '../rules/rule-book.js';
import { syscallTable } from '../rules/testing/evidence-captures.js';
import { levelWith } from '../rules/testing/evidence-runs.js';
import { factsOf } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { renderReport } from './render-report.js';
import { documentWorkingShare, syscallShape } from './syscall-shape.js';

type Row = readonly [syscall: string, calls: number, seconds: number];

/** All calls of `write` are on the log, those of `writev` on sockets; a cheap call keeps the others from being taken for the tracer's cost. */
const tableOf = (rows: readonly Row[]) =>
  syscallTable([...rows, ['getpid', 100, 0.000_1]], {
    byDescriptor: rows.map(([syscall, calls, seconds]) => ({
      syscall,
      descriptor: syscall === 'write' ? 'wal' : 'client',
      layer: 'log',
      calls,
      errors: 0,
      bytes: 0,
      seconds,
    })),
  });

const shapeOf = (rows: readonly Row[], rules = DEFAULT_RULES) => syscallShape(tableOf(rows), rules);

const changed = (...rules: readonly object[]) => changedRules({ schema: 'strata.rules/1', rules }, 'my.json');

const WRITING: readonly Row[] = [
  ['futex', 10, 90],
  ['write', 1_000, 0.66],
  ['fdatasync', 50, 0.02],
  ['read', 1_000, 0.32],
];
/** An answer each, and hardly a write to the log. */
const ANSWERING: readonly Row[] = [
  ['writev', 4_785, 0.65],
  ['write', 50, 0.004],
  ['fdatasync', 51, 0.02],
  ['read', 5_100, 0.32],
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
    assert.equal(shapeOf(ANSWERING), 'normal');
    assert.equal(shapeOf(WRITING), 'too many writes');
    assert.equal(shapeOf(SYNCING), 'too many syncs');
    assert.equal(shapeOf(SLOW), 'slow disk');
  });

  it('is that of the rules in force', () => {
    const lax = changed({ id: 'log-writes', good: 0.7, bad: 0.7 });
    assert.equal(shapeOf(WRITING, lax), 'normal');
    assert.equal(shapeOf(WRITING, changed({ id: 'log-writes', enabled: false })), 'normal');
    assert.equal(shapeOf(WRITING, changed({ id: 'kpi-write-syscall', enabled: false })), 'too many writes');
    assert.equal(shapeOf(QUIET, changed({ id: 'kpi-fsync-syscall', good: 0.1, bad: 0.1 })), 'too many syncs');
    assert.equal(shapeOf(SLOW, changed({ id: 'slow-disk-syscalls', bad: 20 })), 'too many syncs');
  });

  it('is never normal where a rule of the same number finds fault', () => {
    for (const rows of [QUIET, WRITING, ANSWERING, SYNCING, SLOW]) {
      const facts = factsOf(levelWith(tableOf(rows)));
      const failed = kpiRules(DEFAULT_RULES)
        .filter(({ reading }) => reading === 'syscall-sync-share')
        .some((rule) => evaluateKpi(rule, facts).levels[0]!.status === 'fail');
      const advised = evaluateAdvice(
        adviceRules(DEFAULT_RULES).filter(({ reading }) => reading === 'syscall-log-write-share'),
        facts,
      );
      assert.equal(shapeOf(rows) !== 'normal', failed || advised.length > 0);
    }
  });

  it('has no opinion of writes where the trace does not tell the log from sockets', () => {
    assert.equal(syscallShape(syscallTable(WRITING), DEFAULT_RULES), 'normal');
  });

  it('is told with both tables on one base, and with the alerts of the rules', () => {
    // 0.1523 and 0.2534 of the document's table, of which 0.4567 are futex.
    assert.deepEqual([documentWorkingShare('fsync'), documentWorkingShare('write')], ['28.0 %', '46.6 %']);
    const lineOf = (rules = DEFAULT_RULES) =>
      /^Shape: .*$/m.exec(renderReport(madeUpRun(), 'en', rules).get('report.md')!)?.[0] ?? '';
    assert.match(
      lineOf(),
      /^Shape: \*\*normal: .*\*\*\. Sync [\d.]+ % of the working time \(mean [\d.]+ µs, alert > 10\.0 ms; document 28\.0 %, alert > 50\.0 %\), writes to the log not measured, because .*, all writes [\d.]+ % \(document 46\.6 %, alert > 46\.7 %\), .* they are 15\.2 % and 25\.3 %\.$/,
    );
    const lax = changed({ id: 'kpi-write-syscall', good: 0.7, bad: 0.7 });
    assert.match(lineOf(lax), / all writes [\d.]+ % \(document 46\.6 %, alert > 70\.0 %\)/);
    const off = changed({ id: 'kpi-write-syscall', enabled: false });
    assert.match(lineOf(off), / all writes [\d.]+ % \(document 46\.6 %\),/);
  });
});
