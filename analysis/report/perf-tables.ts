import type { PerfCapture } from '../../results/schema/index.js';
import { BUSY_LAYERS, layerShare } from '../cpu/cpu-profile.js';
import { hotNativeFunctions, type ThreadShare, threadShares } from '../cpu/perf-profile.js';
import { flamegraph } from '../flamegraph/flamegraph.js';
import { t, translated } from '../language/language.js';
import { leaderAndFollower, sourceOf, subjectName } from '../measures/captures.js';
import { UNATTRIBUTED_MAX } from '../measures/descriptors.js';
import { integer, micros, percent, significant } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName } from './facts.js';
import { type ObservedLevel, observeLevel, takenBy } from './observed.js';
import { blocks, figure, notMeasured } from './section.js';

type Profiled = ObservedLevel<'strata.perf/1'>;

const FUNCTIONS = 15;

/** CPU of all threads, kernel included; adds a flamegraph of each node to `files`. */
export function perfPart(facts: Facts, files: Map<string, string>): string {
  const found = observeLevel(facts, 'strata.perf/1');
  if (!found.ok) return notMeasured(found.because);
  return blocks(
    t`${takenBy(found.value)} Time on a CPU only: a thread that waits is not in it.`,
    ...leaderAndFollower(found.value.captures).map((capture) => nodePart(found.value, capture, files)),
  );
}

function nodePart(profiled: Profiled, capture: PerfCapture, files: Map<string, string>): string {
  const { point, pass } = profiled;
  const source = sourceOf(profiled, [capture]);
  const path = `flame/threads-${point.point.ref.id}-${capture.role}-node${capture.node}.svg`;
  const title = t`${subjectName(capture)} at ${levelName(point)}, all threads and the kernel (${pass.probe})`;
  files.set(path, flamegraph(capture, { title }));
  return blocks(
    t`**${subjectName(capture)}, all threads, by ${code(pass.probe)}**`,
    samplingLine(capture),
    threadTable(capture, source),
    unattributedLine(capture),
    figure(path, title),
    functionTable(capture, source),
  );
}

/** What was sampled: perf falls back to a clock without saying so, and loses samples when the disk is slow. */
function samplingLine(capture: PerfCapture): string {
  const lost =
    capture.lost === 0
      ? t`none lost`
      : t`⚠️ ${integer(capture.lost)} lost (${percent(capture.lost / Math.max(1, capture.samples + capture.lost))})`;
  const names = capture.namesJavaScript
    ? ''
    : t` ⚠️ The node ran without the flags that give JavaScript its names: its functions have none here.`;
  return t`${integer(capture.samples)} samples of \`${capture.event}\` at ${significant(capture.frequencyHz)} Hz, ${micros(capture.sampledUs)} on a CPU, ${lost}.${names}`;
}

function threadTable(capture: PerfCapture, source: string): string {
  const table = new MarkdownTable(
    [
      left(t`Threads`),
      right(t`on a CPU`),
      right(t`share`),
      right(t`of it in the kernel`),
      ...BUSY_LAYERS.map((layer) => right(translated(layer))),
    ],
    t`${source}; layers as shares of the CPU time of all threads`,
  );
  const rows = threadShares(capture);
  for (const row of rows) {
    table.row(
      row.threads > 1 ? t`${translated(row.thread)} (${integer(row.threads)})` : translated(row.thread),
      micros(row.us),
      percent(row.share),
      percent(row.kernelShare),
      ...row.layers.map((entry) => percent(entry.share)),
    );
  }
  if (table.isEmpty) return notMeasured(t`the profile holds no sample`);
  table.row(
    t`**all**`,
    micros(rows.reduce((total, row) => total + row.us, 0)),
    '100 %',
    percent(rows.reduce((total, row) => total + row.share * row.kernelShare, 0)),
    ...BUSY_LAYERS.map((_layer, index) => percent(columnOf(rows, index))),
  );
  return table.toString();
}

function columnOf(rows: readonly ThreadShare[], index: number): number {
  return rows.reduce((total, row) => total + (row.layers[index]?.share ?? 0), 0);
}

function unattributedLine(capture: PerfCapture): string {
  const share = layerShare(capture, 'unattributed');
  return share > UNATTRIBUTED_MAX
    ? t`⚠️ ${percent(share)} of the CPU time belongs to no layer (limit ${percent(UNATTRIBUTED_MAX)}): read the shares of this node with care.`
    : t`Unattributed: ${percent(share)} of the CPU time (limit ${percent(UNATTRIBUTED_MAX)}).`;
}

function functionTable(capture: PerfCapture, source: string): string {
  const table = new MarkdownTable(
    [right(t`self`), right(t`total`), left(t`Function`), left(t`Kind`), left(t`File`), left(t`Layer`)],
    source,
  );
  for (const row of hotNativeFunctions(capture, FUNCTIONS)) {
    table.row(
      percent(row.self),
      percent(row.total),
      code(row.name === '' ? t`(anonymous)` : row.name),
      row.kind,
      row.file === '' ? '' : code(row.line > 0 ? `${row.file}:${row.line}` : row.file),
      translated(row.layer),
    );
  }
  return table.isEmpty ? notMeasured(t`the profile holds no sample`) : table.toString();
}
