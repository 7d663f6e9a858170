import type { BpfCapture, ProcCapture } from '../../../results/schema/index.js';
import { recorded, t, translated } from '../../language/language.js';
import { sourceOf, subjectName } from '../../measures/captures.js';
import { bytes, decimal, integer, micros, nanos, percent } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import type { Facts } from '../facts.js';
import { observeLevel, takenBy } from '../observed.js';
import { blocks, notMeasured } from '../section.js';

/** What the kernel counts for each process anyway. */
export function procTables(facts: Facts): string {
  const found = observeLevel(facts, 'strata.proc/1');
  if (!found.ok) return notMeasured(found.because);
  const { captures } = found.value;
  const source = sourceOf(found.value);
  return blocks(takenBy(found.value), processTable(captures, source), machineTable(captures[0], source));
}

function processTable(captures: readonly ProcCapture[], source: string): string {
  const table = new MarkdownTable(
    [
      left(t`Node`),
      right(t`CPU user / system`),
      right(t`run queue: main`),
      right(t`run queue: all others`),
      right(t`forced off the CPU`),
      right(t`resident`),
      right(t`connections`),
      right(t`receive queue, most`),
      right(t`send queue, most`),
    ],
    t`${source}; run queue: ready to run and no CPU, as a share of the window, threads added up`,
  );
  const hidden = t`the kernel hides the sockets of the process`;
  for (const { process, sockets, seconds, ...capture } of captures) {
    const share = (ms: number) => percent(ms / (seconds * 1e3));
    const waited = (main: boolean) =>
      process.threads
        .filter((thread) => (thread.kind === 'main') === main)
        .reduce((total, thread) => total + thread.runqueueWaitMs, 0);
    const forced = process.threads.reduce((total, thread) => total + thread.switchesInvoluntary, 0);
    const socket = (read: (of: NonNullable<ProcCapture['sockets']>) => string): string =>
      sockets === null ? table.missing(hidden) : read(sockets);
    table.row(
      subjectName(capture),
      t`${decimal(process.cpuUserMs / (seconds * 1e3), 2)} / ${decimal(process.cpuSystemMs / (seconds * 1e3), 2)} cores`,
      share(waited(true)),
      share(waited(false)),
      `${integer(forced / seconds)}/s`,
      bytes(process.rssBytes),
      socket((of) => integer(of.established)),
      socket((of) => bytes(of.receiveQueueBytesMax)),
      socket((of) => bytes(of.sendQueueBytesMax)),
    );
  }
  return table.toString();
}

/** The machine around the processes, as the first of them saw it: all watched the same one. */
function machineTable(capture: ProcCapture | undefined, source: string): string | null {
  if (capture === undefined) return null;
  const { tcp, loopbackBytes, disk, pressure, seconds } = capture;
  const table = new MarkdownTable([left(t`Whole machine`), right(t`Value`)], source);
  const hidden = t`the kernel hides it`;
  const row = (what: string, value: string | null, because = hidden) =>
    table.row(what, value ?? table.missing(because));
  row(
    t`TCP segments sent again`,
    tcp === null
      ? null
      : t`${integer(tcp.retransmitted)} of ${integer(tcp.segmentsOut)} (${percent(tcp.segmentsOut === 0 ? 0 : tcp.retransmitted / tcp.segmentsOut)})`,
  );
  row(t`loopback`, loopbackBytes === null ? null : `${bytes(loopbackBytes / seconds)}/s`);
  const flushed = disk?.flushMs ?? null;
  row(
    t`disk`,
    disk === null
      ? null
      : t`${disk.device}: ${bytes(disk.bytesWritten / disk.seconds)}/s in ${integer(disk.writes / disk.seconds)} writes/s`,
    t`no block device of the data is known`,
  );
  row(
    t`disk flushing, of the window`,
    disk === null || flushed === null ? null : percent(flushed / (disk.seconds * 1e3)),
    t`this kernel does not count flushes`,
  );
  for (const what of ['cpu', 'io', 'memory'] as const) {
    const share = pressure?.[what] ?? null;
    row(
      t`some task waited for ${what}`,
      share === null ? null : percent(share),
      t`this kernel has no \`/proc/pressure\``,
    );
  }
  return table.toString();
}

/** Distributions that the kernel gathered itself; null where the machine cannot and nobody tried. */
export function bpfTable(facts: Facts): string {
  const found = observeLevel(facts, 'strata.bpf/1');
  if (!found.ok) return notMeasured(found.because);
  const table = new MarkdownTable(
    [
      left(t`Node`),
      left(t`Layer`),
      left(t`What`),
      right(t`count`),
      right('p50'),
      right('p99'),
      right(t`highest`),
    ],
    t`${sourceOf(found.value)}; buckets are powers of two: a value is known to lie in the range given`,
  );
  for (const capture of found.value.captures) {
    for (const histogram of capture.histograms) {
      const count = histogram.buckets.reduce((total, [, inBucket]) => total + inBucket, 0);
      const range = (quantile: number) => rangeOf(histogram, quantile, count);
      table.row(
        subjectName(capture),
        translated(histogram.layer),
        t`${code(histogram.name)}, ${recorded(histogram.what)}`,
        integer(count),
        range(0.5),
        range(0.99),
        range(1),
      );
    }
  }
  return blocks(
    takenBy(found.value),
    table.isEmpty ? notMeasured(t`the kernel gathered no value`) : table.toString(),
  );
}

type BpfHistogram = BpfCapture['histograms'][number];

const UNITS: Readonly<Record<BpfHistogram['unit'], (value: number) => string>> = {
  ns: nanos,
  us: micros,
  bytes,
  count: integer,
};

function rangeOf({ buckets, unit }: BpfHistogram, quantile: number, count: number): string {
  const rank = Math.max(1, Math.ceil(quantile * count));
  let seen = 0;
  for (const [lower, inBucket] of buckets) {
    seen += inBucket;
    if (seen >= rank) return t`${UNITS[unit](lower)} to ${UNITS[unit](lower < 1 ? 1 : lower * 2)}`;
  }
  return t`no value`;
}
