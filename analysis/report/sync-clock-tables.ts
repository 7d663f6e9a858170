import type { SyncCallsCapture } from '../../results/schema/index.js';
import { stackedBarChart } from '../charts/stacked-bars.js';
import { leaderMean } from '../kpi/leader-readings.js';
import { t, translated } from '../language/language.js';
import { leaderAndFollower, sourceOf, subjectName } from '../measures/captures.js';
import { deviceBytesPerLogByte } from '../measures/disk-measures.js';
import { valueOrNull } from '../measures/measured.js';
import {
  type ClockMeans,
  clockMeans,
  dominantClock,
  meanKnown,
  roundTogether,
  type SplitSync,
  type SyncClock,
  type SyncSplit,
  splitSyncs,
  summarise,
  syncsByCause,
} from '../measures/sync-clocks.js';
import { bytes, decimal, integer, nanos, percent, significant, times } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from './facts.js';
import { type ObservedLevel, observeLevel, takenBy } from './observed.js';
import { blocks, figure, notMeasured } from './section.js';
import { causeName } from './sync-causes.js';

type Watched = ObservedLevel<'strata.sync-calls/1'>;

const CHART = 'charts/fsync-clocks.svg';
const TOO_FEW = 'fewer than 10 syncs lie above this percentile';

const CLOCKS: Readonly<Record<SyncClock, { readonly name: string; readonly colour: string }>> = {
  queue: { name: 'pool queue (submitted → entered)', colour: '#f2c14e' },
  kernel: { name: 'kernel (entered → returned)', colour: '#f0866b' },
  'file system': { name: 'kernel without the device (file system, journal)', colour: '#f0a58b' },
  device: { name: 'device flush', colour: '#d65a4a' },
  wake: { name: 'wake-up (returned → callback)', colour: '#6cb2eb' },
};

/** One sync in JavaScript, the pool, the kernel and the device; adds its chart to `files`. */
export function syncClockPart(facts: Facts, files: Map<string, string>): string {
  const watched = observeLevel(facts, 'strata.sync-calls/1');
  if (!watched.ok) return notMeasured(watched.because);
  const nodes = leaderAndFollower(watched.value.captures).map((capture) => ({
    capture,
    split: splitSyncs(capture),
  }));
  const drawn = nodes.flatMap(({ capture, split }) => {
    const means = clockMeans(split.syncs, split.hasFlush);
    return means === null ? [] : [{ capture, means }];
  });
  if (drawn.length > 0) files.set(CHART, clockChart(drawn, watched.value.point));
  return blocks(
    t`${takenBy(watched.value)} Every sync, call by call, on one monotonic clock; the kernel was watched by ${nodes[0]?.capture.method ?? t`nobody`}.`,
    ...nodes.map(({ capture, split }) => nodePart(watched.value, capture, split)),
    drawn.length > 0 ? figure(CHART, t`Mean sync by clock, ${levelName(watched.value.point)}`) : null,
    tracedLine(watched.value, nodes[0]?.split ?? null),
  );
}

function nodePart(watched: Watched, capture: SyncCallsCapture, split: SyncSplit): string {
  const source = sourceOf(watched, [capture]);
  const head = `**${subjectName(capture)}**`;
  const means = clockMeans(split.syncs, split.hasFlush);
  if (means === null) {
    const because = t`none of the ${integer(capture.calls.length)} syncs in the kernel has its counterpart in the process`;
    return blocks(head, notMeasured(because), leftOut(capture, split));
  }
  return blocks(
    head,
    clockTable(split, means, source),
    verdictLine(capture, means),
    causeTable(split, source),
    volumeLine(watched.point, capture, split),
    leftOut(capture, split),
  );
}

function clockTable(split: SyncSplit, means: ClockMeans, source: string): string {
  const table = new MarkdownTable(
    [left(t`Clock`), right(t`mean`), right(t`share`), right('p50'), right('p99'), right(t`max`)],
    t`${source}; the means add up, percentiles do not`,
  );
  const { syncs } = split;
  // Tenths of a microsecond that add up in print as they do in the data.
  const printed = roundTogether(
    means.parts.map((part) => part.meanNs),
    100,
  );
  means.parts.forEach((part, index) => {
    const values = syncs.map(READ[part.clock]);
    table.row(
      ...clockCells(
        table,
        translated(CLOCKS[part.clock].name),
        printed[index] ?? 0,
        values,
        means.observedNs,
      ),
    );
  });
  const total = printed.reduce((sum, value) => sum + value, 0);
  const observed = syncs.map((sync) => sync.observed);
  table.row(...clockCells(table, t`**as JavaScript saw it**`, total, observed, means.observedNs));
  return table.toString();
}

const READ: Readonly<Record<SyncClock, (sync: SplitSync) => number>> = {
  queue: (sync) => sync.queue,
  kernel: (sync) => sync.kernel,
  'file system': (sync) => sync.kernel - (sync.flush ?? 0),
  device: (sync) => sync.flush ?? 0,
  wake: (sync) => sync.wake,
};

function clockCells(
  table: MarkdownTable,
  name: string,
  meanNs: number,
  values: readonly number[],
  observedNs: number,
): string[] {
  const summary = summarise(values);
  return [
    name,
    `${decimal(meanNs / 1e3, 1)} µs`,
    observedNs === 0 ? t`no time` : percent(meanNs / observedNs),
    table.nullable(summary?.p50Ns ?? null, nanos, translated(TOO_FEW)),
    table.nullable(summary?.p99Ns ?? null, nanos, translated(TOO_FEW)),
    nanos(summary?.maxNs ?? 0),
  ];
}

const MEANING: Readonly<Record<SyncClock, string>> = {
  queue: t`the thread pool is busy with other blocking calls: raise \`UV_THREADPOOL_SIZE\`, or send fewer calls through it`,
  kernel: t`whether the file system or the disk takes it is open, because nobody watched the device`,
  'file system': t`the file system and its journal, not the disk: preallocate, sync data only (fdatasync), keep other writers off this file system`,
  device: t`the disk itself: only a faster flush helps, or fewer syncs`,
  wake: t`the sync is long done before the loop looks: the event loop is busy, so cut CPU per request`,
};

function verdictLine(capture: SyncCallsCapture, means: ClockMeans): string | null {
  const most = dominantClock(means);
  if (most === null) return null;
  return t`The largest clock of ${subjectName(capture)} is **${translated(CLOCKS[most.clock].name)}, ${percent(most.share)}** of what JavaScript waited: ${translated(MEANING[most.clock])}.${deviceEstimate(capture, means)}`;
}

/** The machine's mean flush, where no flush could be told apart by call. */
function deviceEstimate(capture: SyncCallsCapture, means: ClockMeans): string {
  const { device } = capture;
  const kernel = means.parts.find((part) => part.clock === 'kernel');
  if (device === null || device.flushes === 0 || kernel === undefined) return '';
  const flushNs = (device.flushMs * 1e6) / device.flushes;
  return t` Over the whole machine a flush of ${device.name} took ${nanos(flushNs)} on average (\`/proc/diskstats\`), ${percent(kernel.meanNs === 0 ? 0 : flushNs / kernel.meanNs)} of the mean kernel time.`;
}

function causeTable(split: SyncSplit, source: string): string {
  const table = new MarkdownTable(
    [
      left(t`Cause`),
      right(t`syncs`),
      right(t`JavaScript, mean`),
      right(t`queue`),
      right(t`kernel`),
      right(t`wake-up`),
      right(t`entries / sync`),
      right(t`bytes / sync`),
    ],
    source,
  );
  for (const { cause, syncs } of syncsByCause(split.syncs)) {
    const mean = (read: (sync: SplitSync) => number) => nanos(meanKnown(syncs.map(read)) ?? 0);
    const unknown = t`the process keeps no count of it`;
    table.row(
      causeName(cause),
      integer(syncs.length),
      mean((sync) => sync.observed),
      mean((sync) => sync.queue),
      mean((sync) => sync.kernel),
      mean((sync) => sync.wake),
      table.nullable(meanKnown(syncs.map((sync) => sync.call.entries)), significant, unknown),
      table.nullable(meanKnown(syncs.map((sync) => sync.call.bytes)), bytes, unknown),
    );
  }
  return table.toString();
}

function volumeLine(point: PointFacts, capture: SyncCallsCapture, split: SyncSplit): string {
  const entries = meanKnown(split.syncs.map((sync) => sync.call.entries));
  const size = meanKnown(split.syncs.map((sync) => sync.call.bytes));
  const amplification = valueOrNull(deviceBytesPerLogByte(point.point));
  const parts = [
    entries === null ? null : t`${significant(entries)} entries`,
    size === null ? null : t`${bytes(size)} a sync`,
    capture.device === null || capture.device.flushes === 0
      ? null
      : t`${bytes(capture.device.bytesWritten / capture.device.flushes)} written to ${capture.device.name} for each of its flushes (whole machine)`,
    amplification === null
      ? null
      : t`the device wrote ${times(amplification)} the bytes of the logs in the measured pass (section 2.4)`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? '' : t`Volume: ${parts.join(t`, `)}.`;
}

function leftOut(capture: SyncCallsCapture, split: SyncSplit): string | null {
  const parts = [
    [split.kernelOnly, t`known to the kernel alone`],
    [split.inconsistent, t`with stamps that do not ascend`],
    [capture.dropped, t`beyond the limit of the probe`],
    [capture.unmatchedProcess, t`known to the process alone`],
  ] as const;
  const list = parts.filter(([count]) => count > 0).map(([count, what]) => `${integer(count)} ${what}`);
  if (list.length === 0) return null;
  const share = split.inconsistent / Math.max(1, capture.calls.length);
  return t`${share > 0.05 ? '⚠️ ' : ''}Left out of ${integer(capture.calls.length)} syncs: ${list.join(t`, `)}.`;
}

/** The trace's own effect: the same mean as the process saw it when nobody watched. */
function tracedLine(watched: Watched, split: SyncSplit | null): string {
  const { point } = watched;
  const untraced = valueOrNull(leaderMean(point, 'io_fsync_ns'));
  const traced = split === null ? null : meanKnown(split.syncs.map((sync) => sync.observed));
  if (untraced === null || untraced === 0 || traced === null) {
    return t`What the trace itself adds to a sync is not known: one of the two passes has no mean.`;
  }
  const change = traced / untraced - 1;
  return t`The trace's own effect: in the measured pass, with nobody watching, the leader's mean was ${nanos(untraced)}; under the trace it is ${nanos(traced)} (${change > 0 ? '+' : ''}${percent(change)}). Read the shares, not the sums.`;
}

function clockChart(
  nodes: readonly { readonly capture: SyncCallsCapture; readonly means: ClockMeans }[],
  point: PointFacts,
): string {
  return stackedBarChart(
    nodes.map(({ capture, means }) => ({
      name: subjectName(capture),
      parts: means.parts.map((part) => ({
        name: translated(CLOCKS[part.clock].name),
        colour: CLOCKS[part.clock].colour,
        value: part.meanNs,
      })),
    })),
    {
      title: t`Mean sync by clock, ${levelName(point)}`,
      valueAxis: t`time as JavaScript saw it`,
      format: nanos,
    },
  );
}
