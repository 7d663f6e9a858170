import { capturesOf } from '../../results/run-directory.js';
import type { SyscallCapture } from '../../results/schema/index.js';
import { compareText } from '../measures/node-measures.js';
import { documentRow, isWaiting, syscallFacts, syscallPass } from '../measures/syscalls.js';
import { DOCUMENT_SYSCALLS } from '../reference/document.js';
import { decimal, integer, micros, percent, significant } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName } from './facts.js';
import { blocks, notMeasured } from './section.js';

const ROWS_MAX = 12;
const NOT_TRACED = 'the tracer gives no extremes for this call';

/** One table a traced node, in the shape of `strace -c`, with the document's healthy table beside it. */
export function syscallTables(facts: Facts): string {
  const traced = facts.sweep.find((point) => syscallPass(point.point).ok);
  if (traced === undefined) {
    const reason = facts.data.run.notMeasured.find((entry) => /strace|syscall/i.test(entry.what));
    return notMeasured(reason?.because.replace(/\.$/, '') ?? 'no point of this run has a syscall trace');
  }
  const pass = syscallPass(traced.point);
  if (!pass.ok) return notMeasured(pass.because);
  const { pass: info } = pass.value;
  const captures = capturesOf(pass.value, 'strata.syscalls/1').sort(
    (one, other) => Number(other.role === 'leader') - Number(one.role === 'leader') || one.node - other.node,
  );
  const path = `points/${traced.point.ref.id}/passes/${info.probe}`;
  const effect = probeEffect(info.throughputPerSecond, info.referencePerSecond);
  return blocks(
    `Taken at ${levelName(traced)} in a pass of its own by \`${info.probe}\`${effect}. Times per call are usable, rates are not: tracing stops the process at every call. Waiting calls (futex, epoll) are shown, and left out of the last share.`,
    ...captures.map((capture) =>
      blocks(`**${capture.role} ${capture.node}**`, nodeTable(capture, path), shapeLine(capture)),
    ),
  );
}

function nodeTable(capture: SyscallCapture, path: string): string {
  const facts = syscallFacts(capture);
  const table = new MarkdownTable(
    [
      right('% time'),
      right('Document'),
      right('seconds'),
      right('usecs/call'),
      right('Document'),
      right('longest'),
      right('calls'),
      right('errors'),
      left('syscall'),
      right('% of working time'),
    ],
    `\`${path}/node-${capture.node}.json\``,
  );
  const rows = [...capture.rows].sort(
    (one, other) => other.seconds - one.seconds || compareText(one.syscall, other.syscall),
  );
  for (const row of rows.slice(0, ROWS_MAX)) {
    const document = DOCUMENT_SYSCALLS[documentRow(row.syscall)];
    table.row(
      percent(facts.totalSeconds === 0 ? 0 : row.seconds / facts.totalSeconds),
      document === undefined ? 'not in it' : percent(document.share),
      decimal(row.seconds, 4),
      significant(row.usecsPerCall),
      document === undefined ? 'not in it' : integer(document.usPerCall),
      table.nullable(row.maxUs, micros, NOT_TRACED),
      integer(row.calls),
      integer(row.errors),
      code(row.syscall),
      isWaiting(row.syscall) || facts.workingSeconds === 0
        ? 'waits'
        : percent(row.seconds / facts.workingSeconds),
    );
  }
  return rows.length > ROWS_MAX
    ? `${table}\n<sub>${rows.length - ROWS_MAX} further calls are in the file.</sub>`
    : table.toString();
}

function shapeLine(capture: SyscallCapture): string {
  const facts = syscallFacts(capture);
  const mean = facts.syncMeanUs === null ? 'no sync' : `mean ${micros(facts.syncMeanUs)}`;
  const ratio = facts.syncCalls === 0 ? 'no sync' : `${significant(facts.writeCalls / facts.syncCalls)}:1`;
  const shape =
    facts.shape === 'normal'
      ? "the document's normal shape"
      : facts.shape === 'slow disk'
        ? "the document's abnormal shape 2: the disk is slow"
        : "the document's abnormal shape 1: syncs take most of the working time";
  return `Shape: **${shape}**. Sync ${percent(facts.syncShare)} of the working time (${mean}; document 15.2 % normal, above 50 % the bottleneck), write ${percent(facts.writeShare)} (document 25.3 %), write : fsync over all descriptors ${ratio} (document 25:1).`;
}

/** Throughput under the probe against that of the passes around it. */
export function probeEffect(underProbe: number, references: readonly number[]): string {
  if (references.length === 0) return ', whose cost in throughput was not measured';
  const reference = references.reduce((total, value) => total + value, 0) / references.length;
  if (!(reference > 0)) return ', whose cost in throughput was not measured';
  const change = underProbe / reference - 1;
  return `, which changed throughput by ${change > 0 ? '+' : ''}${percent(change)}`;
}
