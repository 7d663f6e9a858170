import type { SyscallCapture } from '../../results/schema/index.js';
import { logWriteShare } from '../kpi/log-writes.js';
import { t } from '../language/language.js';
import { leaderAndFollower, sourceOf, subjectName } from '../measures/captures.js';
import { logWritesPerSync } from '../measures/descriptors.js';
import { compareText } from '../measures/node-measures.js';
import { documentRow, isWaiting, syscallFacts } from '../measures/syscalls.js';
import { floorLine, isMostlyTracer, tracerFloor } from '../measures/tracer-floor.js';
import { DOCUMENT_SYSCALLS } from '../reference/document.js';
import { type RuleBook, rulesOf } from '../rules/rule-book.js';
import { decimal, integer, micros, percent, significant } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { descriptorTables, futexTable } from './descriptor-tables.js';
import type { Facts } from './facts.js';
import { observeLevel, takenBy } from './observed.js';
import { blocks, notMeasured } from './section.js';
import { documentWorkingShare, shapeAlerts, shapeText, syscallShape } from './syscall-shape.js';

const ROWS_MAX = 12;
const NOT_TRACED = 'the tracer gives no extremes for this call';

/** Two tables a traced node: by call in the shape of `strace -c`, with the document's healthy table beside it, and by layer. */
export function syscallTables(facts: Facts): string {
  // Several tracers may have had a pass: one that tells descriptors apart says more.
  const best = observeLevel(facts, 'strata.syscalls/1', (capture) => capture.byDescriptor !== undefined);
  const traced = best.ok ? best : observeLevel(facts, 'strata.syscalls/1');
  if (!traced.ok) return notMeasured(traced.because);
  const futex = observeLevel(facts, 'strata.syscalls/1', (capture) => capture.futex !== undefined);
  return blocks(
    t`${takenBy(traced.value)} Tracing stops the process at every call: neither the rates nor the times per call are those of an untraced process, and what is called often looks expensive. Waiting calls (futex, epoll) are shown, and left out of the last share.`,
    ...leaderAndFollower(traced.value.captures).map((capture) => {
      const source = sourceOf(traced.value, [capture]);
      return blocks(
        `**${subjectName(capture)}**`,
        nodeTable(capture, source),
        floorLine(capture),
        shapeLine(capture, rulesOf(facts)),
        descriptorTables(capture, source),
        futexTable(futex, capture),
      );
    }),
  );
}

function nodeTable(capture: SyscallCapture, source: string): string {
  const facts = syscallFacts(capture);
  const table = new MarkdownTable(
    [
      right(t`% time`),
      right(t`Document`),
      right(t`seconds`),
      right(t`usecs/call`),
      right(t`Document`),
      right(t`longest`),
      right(t`calls`),
      right(t`errors`),
      left(t`syscall`),
      right(t`% of working time`),
    ],
    source,
  );
  const rows = [...capture.rows].sort(
    (one, other) => other.seconds - one.seconds || compareText(one.syscall, other.syscall),
  );
  for (const row of rows.slice(0, ROWS_MAX)) {
    const document = DOCUMENT_SYSCALLS[documentRow(row.syscall)];
    table.row(
      percent(facts.totalSeconds === 0 ? 0 : row.seconds / facts.totalSeconds),
      document === undefined ? t`not in it` : percent(document.share),
      decimal(row.seconds, 4),
      significant(row.usecsPerCall),
      document === undefined ? t`not in it` : integer(document.usPerCall),
      table.nullable(row.maxUs, micros, NOT_TRACED),
      integer(row.calls),
      integer(row.errors),
      code(row.syscall),
      isWaiting(row.syscall) || facts.workingSeconds === 0
        ? t`waits`
        : percent(row.seconds / facts.workingSeconds),
    );
  }
  return rows.length > ROWS_MAX
    ? `${table}\n<sub>${t`${rows.length - ROWS_MAX} further calls are in the file.`}</sub>`
    : table.toString();
}

/** Shares of one base, ours and the document's: its table has the futex in it, ours leaves out what waits. */
function shapeLine(capture: SyscallCapture, rules: RuleBook): string {
  const facts = syscallFacts(capture);
  const alerts = shapeAlerts(rules);
  const mean =
    facts.syncMeanUs === null ? t`no sync` : `${t`mean ${micros(facts.syncMeanUs)}`}${alerts.mean}`;
  const sync = t`${percent(facts.syncShare)} of the working time (${mean}; document ${documentWorkingShare('fsync')}${alerts.sync})`;
  const onLog = logWriteShare(capture);
  const log = onLog.ok
    ? t`${percent(onLog.value)} (no row of its own in the document${alerts.logWrite})`
    : t`not measured, because ${onLog.because}`;
  const write = t`${percent(facts.writeShare)} (document ${documentWorkingShare('write')}${alerts.write})`;
  const tracer = isMostlyTracer(tracerFloor(capture)) ? t`, by shares that are mostly the tracer's own` : '';
  return t`Shape: **${shapeText(syscallShape(capture, rules))}**${tracer}. Sync ${sync}, writes to the log ${log}, all writes ${write}, ${ratioWords(capture)} (document 25:1). The document's shares are those of its healthy table without futex, as ours are; with it they are ${percent(DOCUMENT_SYSCALLS.fsync!.share)} and ${percent(DOCUMENT_SYSCALLS.write!.share)}.`;
}

/** On the log alone where the trace can tell it from sockets; over all descriptors, and said so, where it cannot. */
function ratioWords(capture: SyscallCapture): string {
  const onLog = logWritesPerSync(capture);
  if (onLog.ok) return t`write : fsync of the log ${significant(onLog.value)}:1`;
  const { writeCalls, syncCalls } = syscallFacts(capture);
  const ratio = syncCalls === 0 ? t`no sync` : `${significant(writeCalls / syncCalls)}:1`;
  return t`write : fsync over all descriptors ${ratio}, sockets among them, because ${onLog.because}`;
}
