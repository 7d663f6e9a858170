import type { ProfileData } from '../../results/profile-directory.js';
import type { CpuCapture, PerfCapture } from '../../results/schema/index.js';
import { BUSY_LAYERS, busyUs, hotFunctions } from '../cpu/cpu-profile.js';
import { allocationSites, heapLayers, sampledBytes } from '../cpu/heap-profile.js';
import { hotNativeFunctions, threadShares } from '../cpu/perf-profile.js';
import { t, translated } from '../language/language.js';
import { compareText } from '../measures/node-measures.js';
import { bytes, integer, micros, percent } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { blocks, sourced } from './sourced.js';

const FUNCTIONS_MAX = 15;
const MECHANISMS_MAX = 9;

/** The main thread as V8 sees it: who asked, what ran, and the functions. */
export function mainThreadTables(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.cpu/1').map(({ capture, source }) =>
    blocks(
      t`${sentence(capture)} Sampled every ${micros(capture.intervalUs)}.`,
      matrixTable(capture, source),
      functionTable(capture, source),
    ),
  );
  return parts.length === 0 ? null : parts.join('\n\n');
}

function sentence(capture: CpuCapture): string {
  const idle = capture.sampledUs === 0 ? 0 : capture.layers.idle / capture.sampledUs;
  return t`Of ${micros(capture.sampledUs)} that were sampled the main thread was idle for ${percent(idle)}.`;
}

/** Rows are owners, columns are what ran; shares of the time on the CPU. */
function matrixTable(capture: Pick<CpuCapture | PerfCapture, 'layers' | 'matrix'>, source: string): string {
  const busy = BUSY_LAYERS.reduce((sum, layer) => sum + capture.layers[layer], 0);
  const sums = new Map<string, number>();
  for (const { layer, mechanism, us } of capture.matrix)
    if (layer !== 'idle') sums.set(mechanism, (sums.get(mechanism) ?? 0) + us);
  const ordered = [...sums]
    .filter(([, us]) => us > 0)
    .sort((one, other) => other[1] - one[1] || compareText(one[0], other[0]))
    .map(([mechanism]) => mechanism);
  const shown = ordered.slice(0, MECHANISMS_MAX);
  const hasRest = ordered.length > shown.length;
  const table = new MarkdownTable(
    [
      left(t`Layer`),
      right(t`All`),
      ...shown.map((name) => right(name)),
      ...(hasRest ? [right(t`rest`)] : []),
    ],
    source,
  );
  const share = (us: number) => (us === 0 ? '' : percent(us / busy));
  for (const layer of BUSY_LAYERS) {
    if (capture.layers[layer] === 0) continue;
    const own = capture.matrix.filter((cell) => cell.layer === layer);
    const of = (mechanism: string) => own.find((cell) => cell.mechanism === mechanism)?.us ?? 0;
    const rest = own
      .filter(({ mechanism }) => !shown.includes(mechanism))
      .reduce((sum, { us }) => sum + us, 0);
    table.row(
      translated(layer),
      share(capture.layers[layer]),
      ...shown.map((mechanism) => share(of(mechanism))),
      ...(hasRest ? [share(rest)] : []),
    );
  }
  return table.isEmpty ? t`The thread did nothing.` : table.toString();
}

function functionTable(capture: CpuCapture, source: string): string | null {
  const table = new MarkdownTable(
    [right(t`Self`), right(t`With callees`), left(t`Function`), left(t`Where`), left(t`Layer`)],
    source,
  );
  for (const row of hotFunctions(capture, FUNCTIONS_MAX))
    table.row(percent(row.self), percent(row.total), code(row.name), place(row), translated(row.layer));
  return table.isEmpty ? null : table.toString();
}

const place = ({ file, line }: { readonly file: string; readonly line: number }): string =>
  file === '' ? t`native` : code(`${file}:${line}`);

/** All threads and the kernel, as perf sampled them. */
export function allThreadsTables(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.perf/1').map(({ capture, source }) => {
    const names = capture.namesJavaScript
      ? ''
      : t` The process was not started with \`--perf-basic-prof --interpreted-frames-native-stack\`: functions of JavaScript have no names here.`;
    return blocks(
      t`${integer(capture.samples)} samples of \`${capture.event}\` at ${integer(capture.frequencyHz)} per second, ${integer(capture.lost)} lost; time on a CPU only.${names}`,
      kindsTable(capture, source),
      matrixTable(capture, source),
      nativeTable(capture, source),
    );
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}

function kindsTable(capture: PerfCapture, source: string): string | null {
  const table = new MarkdownTable(
    [
      left(t`Threads`),
      right(t`How many`),
      right(t`CPU time`),
      right(t`Share`),
      right(t`Of it in the kernel`),
    ],
    source,
  );
  for (const { thread, threads, us, share, kernelShare } of threadShares(capture))
    table.row(thread, integer(threads), micros(us), percent(share), percent(kernelShare));
  return table.isEmpty ? null : table.toString();
}

function nativeTable(capture: PerfCapture, source: string): string | null {
  if (busyUs(capture) === 0) return null;
  const table = new MarkdownTable(
    [right(t`Self`), right(t`With callees`), left(t`Function`), left(t`Kind`), left(t`Layer`)],
    source,
  );
  for (const row of hotNativeFunctions(capture, FUNCTIONS_MAX))
    table.row(percent(row.self), percent(row.total), code(row.name), row.kind, translated(row.layer));
  return table.isEmpty ? null : table.toString();
}

/** Who allocates, and who keeps. */
export function heapTables(data: ProfileData): string | null {
  const parts = sourced(data, 'strata.heap/1').map(({ capture, source }) => {
    const what =
      capture.kind === 'alloc' ? t`were allocated meanwhile` : t`of what was allocated were still there`;
    const layers = heapLayers(capture)
      .filter(({ share }) => share > 0)
      .map(({ layer, share }) => `${translated(layer)} ${percent(share)}`);
    const table = new MarkdownTable(
      [right(t`Bytes`), right(t`Share`), left(t`Function`), left(t`Where`), left(t`Layer`)],
      source,
    );
    for (const site of allocationSites(capture, FUNCTIONS_MAX))
      table.row(bytes(site.bytes), percent(site.share), code(site.name), place(site), translated(site.layer));
    return blocks(
      t`${bytes(sampledBytes(capture))} ${what} (one sample for about ${bytes(capture.intervalBytes)}): ${layers.join(t`, `)}.`,
      table.isEmpty ? null : table.toString(),
    );
  });
  return parts.length === 0 ? null : parts.join('\n\n');
}
