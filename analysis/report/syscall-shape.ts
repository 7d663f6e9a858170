import type { SyscallCapture } from '../../results/schema/index.js';
import { logWriteShare } from '../kpi/log-writes.js';
import { t } from '../language/language.js';
import { valueOrNull } from '../measures/measured.js';
import { isWaiting, syscallFacts } from '../measures/syscalls.js';
import { DOCUMENT_SYSCALLS } from '../reference/document.js';
import { judge } from '../rules/judge.js';
import { readingOf } from '../rules/readings.js';
import type { Rule } from '../rules/rule.js';
import type { RuleBook } from '../rules/rule-book.js';
import { inUnit } from '../rules/units.js';
import { percent } from '../tables/format.js';

/**
 * What a table of system calls looks like, by the rules of the report: the document's two abnormal shapes, a slow disk and too many syncs; too many writes to the log, for
 * which the document has an alert and no shape; or none of them.
 */
export type SyscallShape = 'slow disk' | 'too many syncs' | 'too many writes' | 'normal';

/** The first of them that its rule finds: a slow disk makes syncs take most of the time, and these leave little to the writes. */
export function syscallShape(capture: SyscallCapture, rules: RuleBook): SyscallShape {
  const { mean, sync, logWrite } = shapeRules(rules);
  const { syncMeanUs, syncShare } = syscallFacts(capture);
  if (syncMeanUs !== null && syncShare >= shareMinOf(mean) && isBeyond(mean, syncMeanUs / 1e3))
    return 'slow disk';
  if (isBeyond(sync, syncShare)) return 'too many syncs';
  // One write to a socket answers one request: only those to the log are too many.
  const writes = valueOrNull(logWriteShare(capture));
  return writes !== null && isBeyond(logWrite, writes) ? 'too many writes' : 'normal';
}

export function shapeText(shape: SyscallShape): string {
  switch (shape) {
    case 'slow disk':
      return t`the document's abnormal shape 2: the disk is slow`;
    case 'too many syncs':
      return t`the document's abnormal shape 1: syncs take most of the working time`;
    case 'too many writes':
      return t`too many writes to the log: their share of the working time is beyond its alert`;
    case 'normal':
      return t`normal: nothing is beyond its alert`;
  }
}

/** The alerts that the shape is told by, in words that follow a value: `, alert > 20.0 %`; empty where no rule judges it. */
export function shapeAlerts(
  rules: RuleBook,
): Readonly<Record<'mean' | 'sync' | 'write' | 'logWrite', string>> {
  const { mean, sync, write, logWrite } = shapeRules(rules);
  return {
    mean: alertText(mean),
    sync: alertText(sync),
    write: alertText(write),
    logWrite: alertText(logWrite),
  };
}

/** Of the document's healthy table, without the calls that wait: the base of our shares. */
export function documentWorkingShare(row: 'fsync' | 'write'): string {
  const working = Object.entries(DOCUMENT_SYSCALLS).filter(([syscall]) => !isWaiting(syscall));
  const total = working.reduce((sum, [, { share }]) => sum + share, 0);
  return percent(DOCUMENT_SYSCALLS[row]!.share / total);
}

/** The rules in force that read these numbers, whatever they are called; a rule that was switched off tells no shape. */
function shapeRules({ rules }: RuleBook) {
  const find = (reading: string) => rules.find((rule) => rule.enabled && rule.reading === reading);
  return {
    mean: find('syscall-sync-mean'),
    sync: find('syscall-sync-share'),
    write: find('syscall-write-share'),
    logWrite: find('syscall-log-write-share'),
  };
}

function isBeyond(rule: Rule | undefined, value: number): boolean {
  if (rule === undefined) return false;
  // Whatever it may be called at worst.
  const { direction, good, bad } = rule;
  return judge({ direction, good, bad }, { value }) === 'fail';
}

/** Below this share of the working time nobody waits for a sync, however long it takes. */
function shareMinOf(rule: Rule | undefined): number {
  if (rule === undefined) return 0;
  return { ...readingOf(rule.reading).parameters, ...rule.parameters }.shareMin ?? 0;
}

function alertText(rule: Rule | undefined): string {
  if (rule === undefined) return '';
  const { direction, unit, bad } = rule;
  return t`, alert ${direction === 'below' ? '>' : '<'} ${inUnit(unit, bad)}`;
}
