import { evaluateKpi, type KpiResult } from '../../kpi/kpi-rule.js';
import { bilingual, t, translated } from '../../language/language.js';
import { clauses, listed } from '../../language/lists.js';
import type { CaptureName } from '../../measures/captures.js';
import type { Status } from '../../rules/judge.js';
import { kpiRules, rulesOf } from '../../rules/rule-book.js';
import { claimsText, inUnit, thresholdText } from '../../rules/units.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { type Facts, levelName } from '../facts.js';
import { observeLevel } from '../observed.js';
import { fsyncAgain, sweepAgain, wholeRunAgain } from '../run-again.js';
import { blocks, notMeasured, type Section } from '../section.js';

const MARKS: Readonly<Record<Status, string>> = {
  pass: '✅ pass',
  warn: '⚠️ warn',
  fail: '❌ fail',
  undecided: '❔ undecided',
};

export const kpiSection: Section = (facts) => ({
  text: blocks(
    t`## 7 KPIs and commands`,
    t`### 7.1 KPIs`,
    facts.sweep.length === 0
      ? notMeasured(t`the run has no sweep`)
      : blocks(
          t`${originOf(facts)} The result is the worst level that has a value.`,
          kpiTable(facts),
          undecidedNotes(facts),
          t`### 7.2 Which number each KPI is`,
          meanings(facts),
        ),
    t`### 7.3 Commands`,
    commands(facts),
  ),
});

/** Whose thresholds they are: a report that is judged by other rules says so. */
function originOf(facts: Facts): string {
  const { changedBy } = rulesOf(facts);
  if (changedBy === null) return t`Thresholds are the document's.`;
  const { name, ids } = changedBy;
  const which = ids.length === 0 ? t`none` : ids.map(code).join(t`, `);
  return t`Thresholds are the document's with the changes of ${code(name)}, in the advice too; other than ours: ${which}.`;
}

function kpiTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Claim`),
      left(t`KPI`),
      right(t`Threshold`),
      ...facts.sweep.map((point) => right(levelName(point))),
      left(t`Result`),
    ],
    '`points/*/nodes/*.json`, `points/*/stages.json`, `points/*/passes/*/node-*.json`, `baseline.json`',
  );
  for (const rule of kpiRules(rulesOf(facts))) {
    const result = evaluateKpi(rule, facts);
    table.row(
      claimsText(rule),
      bilingual(rule.title),
      thresholdText(rule),
      ...levelCells(table, result, facts),
      result.status === null ? table.missing(reasonOf(result)) : translated(MARKS[result.status]),
    );
  }
  return table.toString();
}

/** Numbers of a probe exist where it watched: at other levels a dash, not a reason a cell. Whatever else is missing has its own reason. */
function levelCells(table: MarkdownTable, result: KpiResult, facts: Facts): string[] {
  const { rule } = result;
  if (result.scope === 'run') {
    const first = result.levels[0];
    const value =
      first === undefined ? '' : table.cell(first.reading, (reading) => inUnit(rule.unit, reading.value));
    return facts.sweep.map((_point, index) => (index === 0 ? t`${value} (machine)` : '='));
  }
  return result.levels.map((level) => {
    if (!level.reading.ok) return isDash(level, result) ? '–' : table.missing(level.reading.because);
    const text = inUnit(rule.unit, level.reading.value.value);
    return level.status === null || level.status === 'pass'
      ? text
      : `${text} ${MARKS[level.status].split(' ')[0]}`;
  });
}

function isDash({ reading }: KpiResult['levels'][number], { scope, levels }: KpiResult): boolean {
  if (scope === 'run' || reading.ok || reading.notCaptured === undefined) return false;
  return levels.some((level) => level.reading.ok);
}

function reasonOf(result: KpiResult): string {
  for (const level of result.levels) if (!level.reading.ok) return level.reading.because;
  return t`the run has no level`;
}

function undecidedNotes(facts: Facts): string | null {
  const results = kpiRules(rulesOf(facts)).map((rule) => evaluateKpi(rule, facts));
  const lines = results.some((result) => result.levels.some((level) => isDash(level, result)))
    ? [t`\`–\`: this number comes from a profile, and this level was not profiled.`]
    : [];
  for (const { rule, levels } of results) {
    const reasons = undecidedReasons(levels);
    if (reasons.length > 0) lines.push(t`${bilingual(rule.title)}, undecided: ${clauses(reasons)}.`);
  }
  if (facts.sweep.some((point) => point.unsound.length > 0)) {
    lines.push(t`A level that failed its audit is shown and judges nothing.`);
  }
  return lines.length === 0 ? null : lines.map((line) => `- ${line}`).join('\n');
}

/** Each reason once, behind the levels that it holds for; two that differ in a digit are of two levels. */
function undecidedReasons(levels: KpiResult['levels']): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { reading, point } of levels) {
    if (!reading.ok || reading.value.undecidedBecause === undefined) continue;
    const { undecidedBecause } = reading.value;
    byReason.set(undecidedBecause, [...(byReason.get(undecidedBecause) ?? []), levelName(point)]);
  }
  return [...byReason].map(([reason, names]) =>
    names.length === levels.length ? reason : t`${listed(names)}: ${reason}`,
  );
}

function meanings(facts: Facts): string {
  return kpiRules(rulesOf(facts))
    .map((rule) => t`- **${bilingual(rule.title)}** (${claimsText(rule)}): ${bilingual(rule.meaning)}.`)
    .join('\n');
}

/** Tables that come from one probe's pass; a run without it has no command for them either. */
const PROBED: readonly (readonly [string, CaptureName])[] = [
  ['one sync in four clocks (2.2)', 'strata.sync-calls/1'],
  ['all threads and the kernel (3.2)', 'strata.perf/1'],
  ['locks and their holders (3.3)', 'strata.locks/1'],
  ['garbage collection', 'strata.gc/1'],
  ['who allocates', 'strata.heap/1'],
  ['event loop: delay and stalls', 'strata.event-loop/1'],
  ["libuv's thread pool", 'strata.pool/1'],
  ['what the kernel counts', 'strata.proc/1'],
  ['what the kernel times', 'strata.bpf/1'],
];

/** Of the sweep, else of the comparison of strategies, else of a sweep by default. */
function levelsOf({ sweep, strategies }: Facts): readonly number[] {
  const measured = sweep.length > 0 ? sweep : strategies;
  return measured.length === 0
    ? [10, 100, 1000]
    : [...new Set(measured.map(({ point }) => point.ref.clients))];
}

function commands(facts: Facts): string {
  const { run } = facts.data;
  const levels = levelsOf(facts);
  const middle = [facts.middle?.point.ref.clients ?? 100];
  const strategies = [...new Set(facts.strategies.map((arm) => arm.point.ref.strategy))].sort();
  const rows: readonly (readonly [string, string])[] = [
    [t`the whole run`, wholeRunAgain(facts)],
    [t`this report from its files`, `strata report results/${run.id}`],
    [t`the levels alone (section 1)`, sweepAgain(facts, levels, 'none')],
    [
      t`strategies (2.1)`,
      fsyncAgain(facts, strategies.length > 0 ? strategies : ['A', 'B', 'C', 'G'], levels),
    ],
    [t`system calls (2.3)`, sweepAgain(facts, middle, 'strace')],
    [t`the same by hand, on a running node`, 'strace -c -f -w -p <pid>'],
    [t`CPU by layer, flamegraphs (3.2)`, sweepAgain(facts, middle, 'cpu-profile')],
    ...PROBED.flatMap(([what, schema]) => {
      const found = observeLevel(facts, schema);
      if (!found.ok) return [];
      const { point, pass } = found.value;
      return [[translated(what), sweepAgain(facts, [point.point.ref.clients], pass.probe)] as const];
    }),
    [
      t`kernel and thread pool stacks, by hand`,
      'perf record -F 499 -g -p <pid> -- sleep 10 && perf report --stdio | head -40',
    ],
    [
      t`flamegraph of all threads, by hand`,
      'perf record -F 99 -g -p <pid> -- sleep 60 && perf script | stackcollapse-perf.pl | flamegraph.pl > flame.svg',
    ],
    [t`hottest functions as they run, by hand`, 'perf top -p <pid>'],
    [t`lock waits by thread, by hand`, 'strace -f -T -e trace=futex -p <pid>'],
    [t`syncs one by one, by hand`, 'strace -f -T -ttt -y -e trace=fsync,fdatasync -p <pid>'],
    [t`disk, network and threads beside it`, 'iostat -x 5; sar -n DEV 5; top -H -p <pid>'],
    [t`ledgers of a running node (2.2, 3.3, 3.4)`, 'curl -s http://127.0.0.1:<http port>/debug/layers'],
    [t`what this machine can capture`, 'strata doctor'],
  ];
  const table = new MarkdownTable([left(t`To see again`), left(t`Command`)], '`run.json`');
  for (const [what, command] of rows) table.row(what, code(command));
  return table.toString();
}
