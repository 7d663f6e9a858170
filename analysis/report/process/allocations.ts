import type { HeapCapture } from '../../../results/schema/index.js';
import { BUSY_LAYERS } from '../../cpu/cpu-profile.js';
import { allocationSites, heapLayers, sampledBytes } from '../../cpu/heap-profile.js';
import { flamegraph } from '../../flamegraph/flamegraph.js';
import { t, translated } from '../../language/language.js';
import { leaderAndFollower, sourceOf, subjectName } from '../../measures/captures.js';
import { bytes, percent } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { type Facts, levelName } from '../facts.js';
import { type ObservedLevel, observeLevel, takenBy } from '../observed.js';
import { blocks, figure, notMeasured } from '../section.js';

const SITES = 12;
const KIND_NAMES: Readonly<Record<HeapCapture['kind'], string>> = {
  alloc: 'allocated meanwhile',
  inuse: 'still in use at the end',
};

/** Who allocates: layers, then the functions themselves. */
export function allocationTables(facts: Facts, files: Map<string, string>): string {
  const found = observeLevel(facts, 'strata.heap/1');
  if (!found.ok) return notMeasured(found.because);
  const { captures } = found.value;
  const leader = leaderAndFollower(captures)[0];
  const leaders = captures.filter((capture) => capture.node === leader?.node && capture.pid === leader.pid);
  return blocks(
    t`${takenBy(found.value)} Sampled, one allocation for about ${bytes(captures[0]?.intervalBytes ?? 0)}; bytes of buffers outside the heap are not in it.`,
    layerTable(found.value),
    ...leaders.map((capture) => sitePart(found.value, capture, files)),
  );
}

function layerTable(observed: ObservedLevel<'strata.heap/1'>): string {
  const table = new MarkdownTable(
    [
      left(t`Node`),
      left(t`Bytes`),
      right(t`sampled`),
      right(t`per second`),
      ...BUSY_LAYERS.map((layer) => right(translated(layer))),
    ],
    sourceOf(observed),
  );
  for (const capture of observed.captures) {
    const all = sampledBytes(capture);
    table.row(
      subjectName(capture),
      translated(KIND_NAMES[capture.kind]),
      bytes(all),
      capture.kind === 'alloc' ? `${bytes(all / capture.seconds)}/s` : '',
      ...heapLayers(capture).map((entry) => percent(entry.share)),
    );
  }
  return table.toString();
}

/** The picture, then the functions by name; adds the picture to `files`. */
function sitePart(
  observed: ObservedLevel<'strata.heap/1'>,
  capture: HeapCapture,
  files: Map<string, string>,
): string {
  const table = new MarkdownTable(
    [right(t`bytes`), right(t`share`), left(t`Allocated in`), left(t`File`), left(t`Layer`)],
    sourceOf(observed, [capture]),
  );
  for (const site of allocationSites(capture, SITES)) {
    table.row(
      bytes(site.bytes),
      percent(site.share),
      code(site.name === '' ? t`(anonymous)` : site.name),
      site.file === '' ? t`native` : code(site.line > 0 ? `${site.file}:${site.line}` : site.file),
      translated(site.layer),
    );
  }
  const what = t`${subjectName(capture)}, ${translated(KIND_NAMES[capture.kind])}`;
  if (table.isEmpty) return blocks(`**${what}**`, notMeasured(t`the profile holds no sample`));
  const { id } = observed.point.point.ref;
  const path = `flame/heap-${capture.kind}-${id}-${capture.role}-node${capture.node}.svg`;
  const title = t`${what}, bytes by layer at ${levelName(observed.point)} (${observed.pass.probe})`;
  files.set(path, flamegraph(capture, { title }));
  return blocks(`**${what}**`, figure(path, title), table.toString());
}
