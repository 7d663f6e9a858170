import type { ProfileData } from '../../results/profile-directory.js';
import type { Percentiles } from '../../results/schema/index.js';
import { t, translated } from '../language/language.js';
import { bytes, decimal, integer, micros, nanos, percent } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { blocks, sourced } from './sourced.js';

const ROWS_MAX = 10;
const TOO_FEW = 'too few values lie above it';

/** Waits apart from work: for a lock, a thread of the pool, the loop, a CPU. */
export function waitTables(data: ProfileData): string | null {
  const parts = [lockTable(data), atomicsTable(data), futexTable(data)].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join('\n\n');
}

function lockTable(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.locks/1').map(({ capture, source }) => {
    const table = new MarkdownTable(
      [
        left(t`Lock`),
        left(t`Layer`),
        right(t`Taken`),
        right(t`Had to wait`),
        right(t`All waits`),
        right(t`Longest wait`),
        left(t`Longest at fault`),
        left(t`Waited most`),
      ],
      source,
    );
    for (const lock of [...capture.locks]
      .sort((one, other) => other.waitNs - one.waitNs)
      .slice(0, ROWS_MAX)) {
      const holder = [...lock.holders].sort((one, other) => other.blameNs - one.blameNs)[0];
      const waiter = [...lock.waiters].sort((one, other) => other.waitNs - one.waitNs)[0];
      table.row(
        code(lock.name),
        translated(lock.layer),
        integer(lock.acquisitions),
        integer(lock.contended),
        nanos(lock.waitNs),
        nanos(lock.waitNsMax),
        holder === undefined ? t`nobody` : `${code(holder.who)} ${nanos(holder.blameNs)}`,
        waiter === undefined ? t`nobody` : `${code(waiter.who)} ${nanos(waiter.waitNs)}`,
      );
    }
    return table.isEmpty ? t`The process accounts for no lock of its own.` : table.toString();
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

function atomicsTable(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.locks/1').flatMap(({ capture: { atomics }, source }) => {
    if (atomics === null) return [];
    if (atomics.waits === 0) return [t`No thread stood in \`Atomics.wait\`.`];
    const table = new MarkdownTable(
      [left(t`\`Atomics.wait\` called in`), left(t`Layer`), right(t`Times`), right(t`Waited`)],
      source,
    );
    for (const { where, layer, count, waitMs } of atomics.callers.slice(0, ROWS_MAX))
      table.row(code(where), translated(layer), integer(count), micros(waitMs * 1e3));
    return [
      blocks(
        t`${integer(atomics.waits)} waits in \`Atomics.wait\`, ${micros(atomics.waitMs * 1e3)} in all, the longest ${micros(atomics.longestMs * 1e3)}.`,
        table.isEmpty ? null : table.toString(),
      ),
    ];
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

/** Native locks; threads that wait for work are parked, and no lock. */
function futexTable(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.syscalls/1').flatMap(({ capture: { futex }, source }) => {
    const table = new MarkdownTable(
      [
        left(t`Thread`),
        right(t`Id`),
        right(t`Futex waits`),
        right(t`Waited`),
        right(t`Longest`),
        right(t`Parked`),
      ],
      source,
    );
    for (const row of [...(futex ?? [])].sort((one, other) => other.waitSeconds - one.waitSeconds))
      table.row(
        translated(row.thread),
        String(row.tid),
        integer(row.waits),
        micros(row.waitSeconds * 1e6),
        micros(row.longestUs),
        micros(row.parkedSeconds * 1e6),
      );
    return table.isEmpty ? [] : [table.toString()];
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

/** Collections of V8 and the heap that they leave. */
export function collectorTables(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.gc/1').map(({ capture, source }) => {
    const stopped = capture.kinds.reduce((sum, { totalMs }) => sum + totalMs, 0);
    const kinds = new MarkdownTable(
      [
        left(t`Collection`),
        right(t`Times`),
        right(t`In all`),
        right(t`Longest`),
        right(t`Share of the time`),
      ],
      source,
    );
    for (const { kind, count, totalMs, longestMs } of capture.kinds)
      kinds.row(
        kind,
        integer(count),
        micros(totalMs * 1e3),
        micros(longestMs * 1e3),
        percent(totalMs / 1e3 / capture.seconds),
      );
    const spaces = new MarkdownTable([left(t`Space`), right(t`Used`), right(t`Reserved`)], source);
    for (const { name, usedBytes, sizeBytes } of capture.spaces)
      if (sizeBytes > 0) spaces.row(code(name), bytes(usedBytes), bytes(sizeBytes));
    return blocks(
      t`The collector ran for ${micros(stopped * 1e3)} of ${decimal(capture.seconds, 1)} s. Heap: ${bytes(capture.heapUsedBytes)} used of ${bytes(capture.heapTotalBytes)}.`,
      kinds.isEmpty ? null : kinds.toString(),
      spaces.isEmpty ? null : spaces.toString(),
    );
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

/** How late the loop comes, and the turns that held it up. */
export function loopTables(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.event-loop/1').map(({ capture, source }) => {
    const stalls = new MarkdownTable([right(t`Held up for`), left(t`By`)], source);
    for (const { ms, where } of capture.stalls.slice(0, ROWS_MAX))
      stalls.row(micros(ms * 1e3), where === null ? t`not known` : code(where));
    return blocks(
      t`Utilisation ${percent(capture.utilization)}; sampled every ${decimal(capture.resolutionMs, 0)} ms.`,
      percentileTable(t`Delay of the loop`, capture.delay, source),
      stalls.isEmpty ? t`No turn held the loop up for long.` : stalls.toString(),
    );
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

/** The wait for a thread of libuv's pool. */
export function poolTables(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.pool/1').map(({ capture, source }) =>
    blocks(
      t`${integer(capture.threads)} threads. ${percent(capture.saturatedShare)} of ${integer(capture.wait.count)} small tasks waited for more than ten times their own ${micros(capture.floorUs)}.`,
      percentileTable(t`Wait for a thread`, capture.wait, source),
    ),
  );
  return parts.length === 0 ? null : parts.join('\n\n');
}

function percentileTable(what: string, values: Percentiles, source: string): string {
  const columns = [t`Mean`, 'p50', 'p90', 'p99', 'p99.9', t`Longest`].map((name) => right(name));
  const table = new MarkdownTable([left(what), ...columns], source);
  const cell = (value: number | null) => table.nullable(value, micros, translated(TOO_FEW));
  const { mean, p50, p90, p99, p999, max } = values;
  table.row(
    t`${integer(values.count)} samples`,
    micros(mean),
    cell(p50),
    cell(p90),
    cell(p99),
    cell(p999),
    micros(max),
  );
  return table.toString();
}
