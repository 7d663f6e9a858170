import { ProbeError } from '../probe-error.js';

/** One system call of one thread, times of the wall clock within it. */
export interface TraceRow {
  readonly syscall: string;
  readonly calls: number;
  readonly errors: number;
  readonly totalMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

export interface TracedThread {
  readonly tid: number;
  readonly comm: string;
  readonly rows: readonly TraceRow[];
}

export interface TraceSummary {
  readonly threads: readonly TracedThread[];
  /** Events that perf could not keep up with: their calls are missing from the rows. */
  readonly lost: number;
}

/** ` node (28379), 1498 events, 100.0%`; the name of a thread may hold anything. */
const THREAD = /^\s*(.{0,64}?) \((\d{1,10})\), \d+ events?, /;
const LOST = /LOST (\d{1,15}) events/;
const RULE = /^[\s-]+$/;
const UNITS = /^[\s()%a-z]+$/;
const REQUIRED = ['syscall', 'calls', 'total', 'min', 'max'] as const;
const NUMBER = /^\d{1,15}(\.\d{1,9})?$/;

/**
 * Reads what `perf trace -s` leaves, by the names of its columns: old versions have none for errors. Times are milliseconds there. A thread's
 * section without a table made no call.
 */
export function parseTraceSummary(text: string): TraceSummary {
  const threads: { tid: number; comm: string; rows: TraceRow[] }[] = [];
  let columns: readonly string[] | null = null;
  let lost = 0;
  for (const line of text.split('\n')) {
    const thread = THREAD.exec(line);
    const cells = line.trim().split(/\s+/);
    lost += Number(LOST.exec(line)?.[1] ?? 0);
    if (thread !== null) {
      threads.push({ tid: Number(thread[2]), comm: thread[1]!, rows: [] });
      columns = null;
    } else if (REQUIRED.every((column) => cells.includes(column))) columns = cells;
    else if (columns !== null && !isFiller(line)) {
      const current = threads.at(-1);
      if (current === undefined) throw invalid('a table belongs to no thread', line);
      current.rows.push(readRow(columns, cells, line));
    }
  }
  return { threads, lost };
}

function isFiller(line: string): boolean {
  return (
    line.trim() === '' || RULE.test(line) || LOST.test(line) || (line.includes('(msec)') && UNITS.test(line))
  );
}

function readRow(columns: readonly string[], cells: readonly string[], line: string): TraceRow {
  const number = (column: string): number => {
    const cell = cells[columns.indexOf(column)] ?? '';
    if (!NUMBER.test(cell)) throw invalid(`${column} is no number`, line);
    return Number(cell);
  };
  const count = (column: string): number => {
    const value = number(column);
    if (!Number.isInteger(value)) throw invalid(`${column} is not whole`, line);
    return value;
  };
  return {
    syscall: cells[columns.indexOf('syscall')]!,
    calls: count('calls'),
    errors: columns.includes('errors') ? count('errors') : 0,
    totalMs: number('total'),
    minMs: number('min'),
    maxMs: number('max'),
  };
}

function invalid(what: string, line: string): ProbeError {
  return new ProbeError(
    'STRATA_PROBE_OUTPUT_INVALID',
    `The summary of perf trace cannot be read: ${what}: ${JSON.stringify(line.slice(0, 160))}. Report it with the version of perf.`,
  );
}
