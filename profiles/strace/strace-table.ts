import type { SyscallCapture } from '../../results/schema/index.js';
import { ProbeError } from '../probe-error.js';

export type SyscallRow = SyscallCapture['rows'][number];

type Column = 'syscall' | 'calls' | 'errors' | 'seconds' | 'usecs/call' | 'shortest' | 'longest' | '%time';
const COLUMNS: readonly string[] = [
  'syscall',
  'calls',
  'errors',
  'seconds',
  'usecs/call',
  'shortest',
  'longest',
  '%time',
];
const REQUIRED: readonly Column[] = ['syscall', 'calls', 'seconds'];
/** Whole; fifteen digits are exact. */
const COUNTS: readonly Column[] = ['calls', 'errors'];
const US_PER_SECOND = 1_000_000;

/**
 * Reads the summary of `strace -c` by its header names, whichever columns `-U` chose. Lines outside a table (attach and
 * detach messages) are skipped. An empty text, of a process that made no system call, has no rows.
 *
 * Traps: the `errors` cell is BLANK when there are none, so a row may be one cell short; the last row of a table is
 * `total`; a process that runs two instruction sets has two tables, which are added up.
 */
export function parseStraceTable(text: string): SyscallRow[] {
  const rows = new Map<string, SyscallRow>();
  let header: Column[] | null = null;
  let tableCalls = 0;
  for (const line of text.split('\n')) {
    const cells = line.replace('% time', '%time').trim().split(/\s+/);
    if (isHeader(cells)) {
      header = cells;
      tableCalls = 0;
      continue;
    }
    if (header === null || cells[0] === '' || /^-+$/.test(cells[0]!)) continue;
    const row = readRow(header, cells, line);
    if (row.syscall !== 'total') {
      tableCalls += row.calls;
      rows.set(row.syscall, addRows(rows.get(row.syscall), row));
      continue;
    }
    if (row.calls !== tableCalls) {
      throw invalid(`its total row says ${row.calls} calls, its rows add up to ${tableCalls}`);
    }
    header = null;
  }
  if (header !== null) throw invalid('the table ends without its total row');
  return [...rows.values()].sort((a, b) => b.seconds - a.seconds || (a.syscall < b.syscall ? -1 : 1));
}

function isHeader(cells: readonly string[]): cells is Column[] {
  return (
    REQUIRED.every((column) => cells.includes(column)) && cells.every((column) => COLUMNS.includes(column))
  );
}

function readRow(header: readonly Column[], cells: readonly string[], line: string): SyscallRow {
  const filled = [...cells];
  if (filled.length === header.length - 1 && header.includes('errors')) {
    filled.splice(header.indexOf('errors'), 0, '0');
  }
  if (filled.length !== header.length) {
    throw invalid(`line ${JSON.stringify(line)} has ${cells.length} cells under ${header.length} headers`);
  }
  const cell = (column: Column): string | null => {
    const at = header.indexOf(column);
    return at < 0 ? null : filled[at]!;
  };
  const number = (column: Column): number | null => {
    const value = cell(column);
    if (value === null) return null;
    const pattern = COUNTS.includes(column) ? /^\d{1,15}$/ : /^\d{1,15}(\.\d+)?$/;
    if (!pattern.test(value)) throw invalid(`${column} in line ${JSON.stringify(line)} is no number`);
    return Number(value);
  };
  const calls = number('calls')!;
  const seconds = number('seconds')!;
  return {
    syscall: cell('syscall')!,
    calls,
    errors: number('errors') ?? 0,
    seconds,
    // The table's own usecs/call is cut to whole microseconds, which is nothing for a call of 800 ns.
    usecsPerCall: meanUs(seconds, calls),
    minUs: inUs(number('shortest')),
    maxUs: inUs(number('longest')),
  };
}

function addRows(a: SyscallRow | undefined, b: SyscallRow): SyscallRow {
  if (a === undefined) return b;
  const calls = a.calls + b.calls;
  const seconds = a.seconds + b.seconds;
  return {
    syscall: a.syscall,
    calls,
    errors: a.errors + b.errors,
    seconds,
    usecsPerCall: meanUs(seconds, calls),
    minUs: a.minUs === null || b.minUs === null ? null : Math.min(a.minUs, b.minUs),
    maxUs: a.maxUs === null || b.maxUs === null ? null : Math.max(a.maxUs, b.maxUs),
  };
}

function meanUs(seconds: number, calls: number): number {
  return calls === 0 ? 0 : Math.round((seconds * US_PER_SECOND * 1_000) / calls) / 1_000;
}

function inUs(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * US_PER_SECOND);
}

function invalid(reason: string): ProbeError {
  return new ProbeError(
    'STRATA_PROBE_OUTPUT_INVALID',
    `The summary of strace cannot be read: ${reason}. Keep the file and report it.`,
  );
}
