import type { ProfileData } from '../../results/profile-directory.js';
import type { BpfCapture, SyncCallsCapture, SyscallCapture } from '../../results/schema/index.js';
import { recorded, t, translated } from '../language/language.js';
import { compareText } from '../measures/node-measures.js';
import { isWaiting, syscallFacts } from '../measures/syscalls.js';
import { floorLine } from '../measures/tracer-floor.js';
import { bytes, decimal, integer, micros, nanos, percent, significant } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { blocks, sourced } from './sourced.js';

const ROWS_MAX = 20;

/** Every system call, and what it was made on. */
export function syscallTables(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.syscalls/1').map(({ capture, source }) =>
    blocks(
      t`Taken by \`${capture.probe}\` over ${decimal(capture.seconds, 1)} s. Tracing stops the process at every call: neither the rates nor the times per call are those of an untraced process.`,
      callTable(capture, source),
      floorLine(capture),
      descriptorTable(capture, source),
    ),
  );
  return parts.length === 0 ? null : parts.join('\n\n');
}

function callTable(capture: SyscallCapture, source: string): string {
  const { workingSeconds } = syscallFacts(capture);
  const table = new MarkdownTable(
    [
      left(t`Call`),
      right(t`Calls`),
      right(t`Errors`),
      right(t`Seconds`),
      right(t`µs a call`),
      right(t`Longest`),
      right(t`Share of the working time`),
    ],
    source,
  );
  const rows = [...capture.rows].sort(
    (one, other) => other.seconds - one.seconds || compareText(one.syscall, other.syscall),
  );
  for (const row of rows.slice(0, ROWS_MAX))
    table.row(
      code(row.syscall),
      integer(row.calls),
      integer(row.errors),
      decimal(row.seconds, 4),
      significant(row.usecsPerCall),
      table.nullable(row.maxUs, micros, t`the tracer gives no extremes for this call`),
      isWaiting(row.syscall) || workingSeconds === 0 ? t`waits` : percent(row.seconds / workingSeconds),
    );
  if (table.isEmpty) return t`The process made no system call.`;
  const more = rows.length - ROWS_MAX;
  return more > 0 ? `${table}\n<sub>${t`${more} further calls are in the file.`}</sub>` : table.toString();
}

function descriptorTable(capture: SyscallCapture, source: string): string | null {
  if (capture.byDescriptor === undefined) return null;
  const table = new MarkdownTable(
    [
      left(t`Call`),
      left(t`On`),
      left(t`Layer`),
      right(t`Calls`),
      right(t`Errors`),
      right(t`Seconds`),
      right(t`Bytes`),
    ],
    source,
  );
  const rows = [...capture.byDescriptor].sort(
    (one, other) =>
      other.seconds - one.seconds ||
      compareText(`${one.syscall} ${one.descriptor}`, `${other.syscall} ${other.descriptor}`),
  );
  for (const row of rows.slice(0, ROWS_MAX))
    table.row(
      code(row.syscall),
      row.descriptor,
      translated(row.layer),
      integer(row.calls),
      integer(row.errors),
      decimal(row.seconds, 4),
      row.bytes === 0 ? '' : bytes(row.bytes),
    );
  return table.isEmpty ? null : table.toString();
}

type SyncCall = SyncCallsCapture['calls'][number];

/** Where the time of a sync went, by the four clocks. */
export function syncTables(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.sync-calls/1').map(({ capture, source }) => {
    const { calls, dropped, device, method } = capture;
    if (calls.length === 0) return t`No sync in ${decimal(capture.seconds, 1)} s, by \`${method}\`.`;
    const table = new MarkdownTable(
      [
        left(t`Part of a sync`),
        right(t`Calls`),
        right(t`Mean`),
        right(t`Median`),
        right('p99'),
        right(t`Longest`),
      ],
      source,
    );
    for (const [part, of] of PARTS) {
      const values = calls.map(of).filter((value) => value !== null);
      if (values.length > 0) table.row(translated(part), ...spread(values));
    }
    const flushed =
      device === null ? '' : t` ${device.name} was flushed ${integer(device.flushes)} times, whole machine.`;
    const left_ = dropped === 0 ? '' : t` ${integer(dropped)} further calls were left out.`;
    return blocks(
      t`${integer(calls.length)} syncs, seen by \`${method}\` (${countBy(calls)}).${flushed}${left_}`,
      table.toString(),
    );
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

const PARTS: readonly (readonly [string, (call: SyncCall) => number | null])[] = [
  ['in the kernel', ({ kernelNs }) => kernelNs],
  [
    'wait for a thread of the pool before it',
    ({ submittedNs, enteredNs }) => (submittedNs === null ? null : Math.max(0, enteredNs - submittedNs)),
  ],
  [
    'wake-up of the loop after it',
    ({ doneNs, enteredNs, kernelNs }) =>
      doneNs === null ? null : Math.max(0, doneNs - enteredNs - kernelNs),
  ],
  ['flush of the device within it', ({ flushNs }) => flushNs],
];

/** A percentile needs ten values above it. */
const P99_COUNT_MIN = 1_000;

function spread(values: readonly number[]): string[] {
  const ascending = [...values].sort((one, other) => one - other);
  const at = (share: number) =>
    ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))]!;
  const mean = ascending.reduce((sum, value) => sum + value, 0) / ascending.length;
  const p99 = ascending.length < P99_COUNT_MIN ? t`too few` : nanos(at(0.99));
  return [integer(ascending.length), nanos(mean), nanos(at(0.5)), p99, nanos(ascending.at(-1)!)];
}

function countBy(calls: readonly SyncCall[]): string {
  const counts = new Map<string, number>();
  for (const { syscall, descriptor } of calls) {
    const key = t`${syscall} on ${descriptor}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort((one, other) => other[1] - one[1] || compareText(one[0], other[0]))
    .map(([what, count]) => `${what}: ${integer(count)}`)
    .join(t`, `);
}

const UNITS: Readonly<Record<BpfCapture['histograms'][number]['unit'], (value: number) => string>> = {
  us: micros,
  ns: nanos,
  bytes,
  count: integer,
};

/** Distributions that the kernel gathered itself. */
export function kernelHistograms(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.bpf/1').flatMap(({ capture, source }) =>
    capture.histograms.flatMap(({ name, what, unit, layer, buckets }) => {
      const all = buckets.reduce((sum, [, count]) => sum + count, 0);
      if (all === 0) return [];
      const table = new MarkdownTable([right(t`From`), right(t`Count`), right(t`Share`)], source);
      for (const [lower, count] of buckets)
        if (count > 0) table.row(UNITS[unit](lower), integer(count), percent(count / all));
      return [blocks(t`**${code(name)}** (${translated(layer)}): ${recorded(what)}`, table.toString())];
    }),
  );
  return parts.length === 0 ? null : parts.join('\n\n');
}
