import { compareGraphs, type Sides } from './compare/compare-graphs.js';
import { diffFlamegraph } from './compare/diff-flamegraph.js';
import { type LayerChanges, layerChanges } from './compare/layer-changes.js';
import { foldedStacks } from './exports/folded.js';
import { pprofBytes } from './exports/pprof.js';
import { speedscopeJson } from './exports/speedscope.js';
import { cpuProfileJson, heapProfileJson } from './exports/v8-profile.js';
import { flamegraph, subtitle } from './flamegraph.js';
import { graphOf } from './graph.js';
import { flamePage, type PageGraph } from './html/flame-page.js';
import { type StackCapture, stackModel } from './stack-model.js';
import { buildTree } from './viewer/tree.js';

export const FLAME_FORMATS = ['svg', 'html', 'folded', 'speedscope', 'pprof', 'cpuprofile'] as const;
export type FlameFormat = (typeof FLAME_FORMATS)[number];

/** A capture, and what it is called in titles and names of files. */
export interface FlameSource {
  readonly capture: StackCapture;
  /** Id of the point of a run; null for a capture by itself. */
  readonly point: string | null;
}

export interface FlameFile {
  readonly name: string;
  readonly format: FlameFormat;
  readonly content: string | Uint8Array;
}

export interface Comparison {
  readonly id: string;
  readonly title: string;
  readonly changes: LayerChanges;
}

export interface FlameFiles {
  readonly files: readonly FlameFile[];
  /** Empty where nothing was compared, or no capture of one side has a counterpart on the other. */
  readonly comparisons: readonly Comparison[];
}

/**
 * Every file asked for. Captures of one kind and role are compared as one set a side; where the sides share no role, all of a kind are.
 * With `before` the page holds the comparisons first, then the captures of both sides. Same sources, same bytes.
 */
export function flameFiles(
  after: readonly FlameSource[],
  before: readonly FlameSource[],
  formats: readonly FlameFormat[],
): FlameFiles {
  const named = withIds(after);
  const pairs = pairUp(after, before);
  const single = formats.filter((format) => format !== 'html');
  const files = named.flatMap((source) => single.map((format) => singleFile(source, format)));
  if (formats.includes('svg'))
    for (const { id, title, sides } of pairs)
      files.push({
        name: `${id}.svg`,
        format: 'svg',
        content: diffFlamegraph(sides, { title, before: 'base', after: 'new' }),
      });
  const comparisons = pairs.map(({ id, title, sides }) => ({ id, title, changes: layerChanges(sides) }));
  if (formats.includes('html')) {
    const graphs = [
      ...pairs.map(({ id, title, sides }, index) => diffGraph(id, title, sides, comparisons[index]!.changes)),
      ...named.map((source) => captureGraph(source)),
      ...withIds(before).map(({ id, title, capture }) =>
        captureGraph({ id: `base-${id}`, title: `base: ${title}`, capture }),
      ),
    ];
    files.push({ name: 'flame.html', format: 'html', content: flamePage(graphs, 'Flamegraphs') });
  }
  return { files, comparisons };
}

interface Named {
  readonly id: string;
  readonly title: string;
  readonly capture: StackCapture;
}

/** Names for people and for files; captures that would be called alike are numbered. */
function withIds(sources: readonly FlameSource[]): Named[] {
  const seen = new Map<string, number>();
  return sources.map(({ capture, point }) => {
    const { role, node, pid, probe } = capture;
    const who = node === 0 ? `process ${pid}` : `${role === 'unknown' ? 'node' : role} ${node}`;
    const kind = capture.schema === 'strata.heap/1' ? `${probe} ${capture.kind}` : probe;
    const plain = [
      point ?? '',
      role === 'unknown' ? '' : role,
      node === 0 ? `process${pid}` : `node${node}`,
      kind,
    ];
    const base = plain
      .filter((part) => part !== '')
      .join('-')
      .replaceAll(/[^\w-]+/g, '-');
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    const number = count === 1 ? '' : `-${count}`;
    const title = `${who}${point === null ? '' : ` at ${point}`}, ${kind}${count === 1 ? '' : ` (${count})`}`;
    return { id: `${base}${number}`, title: title.charAt(0).toUpperCase() + title.slice(1), capture };
  });
}

function singleFile({ id, title, capture }: Named, format: FlameFormat): FlameFile {
  switch (format) {
    case 'svg':
      return { name: `${id}.svg`, format, content: flamegraph(capture, { title }) };
    case 'folded':
      return { name: `${id}.folded.txt`, format, content: foldedStacks(capture) };
    case 'speedscope':
      return { name: `${id}.speedscope.json`, format, content: speedscopeJson(capture, { title }) };
    case 'pprof':
      return { name: `${id}.pb.gz`, format, content: pprofBytes(capture) };
    case 'cpuprofile':
      // Chrome opens bytes in a format of their own.
      return capture.schema === 'strata.heap/1'
        ? { name: `${id}.heapprofile`, format, content: heapProfileJson(capture) }
        : { name: `${id}.cpuprofile`, format, content: cpuProfileJson(capture) };
    case 'html':
      throw new RangeError(`a page is of all captures, not of ${id}`);
  }
}

function captureGraph({ id, title, capture }: Named): PageGraph {
  const graph = graphOf(stackModel(capture));
  return { id, title, note: subtitle(capture, graph, buildTree(graph)), graph };
}

function diffGraph(id: string, title: string, sides: Sides, changes: LayerChanges): PageGraph {
  const note =
    'Shares of what is no idle time; red grew, blue shrank, grey is within two standard errors of sampling.';
  return { id, title, note: `${note} ${changes.note}`, graph: compareGraphs(sides), changes };
}

interface Pair {
  readonly id: string;
  readonly title: string;
  readonly sides: Sides;
}

function pairUp(after: readonly FlameSource[], before: readonly FlameSource[]): Pair[] {
  return [...new Set(after.map(({ capture }) => kindOf(capture)))].flatMap((kind) => {
    const ofKind = (sources: readonly FlameSource[]): StackCapture[] =>
      sources.map(({ capture }) => capture).filter((capture) => kindOf(capture) === kind);
    const sides = { after: ofKind(after), before: ofKind(before) };
    if (sides.before.length === 0) return [];
    const shared = [...new Set(sides.after.map(({ role }) => role))].filter((role) =>
      sides.before.some((capture) => capture.role === role),
    );
    if (shared.length === 0) return [pairOf(kind, 'all', sides)];
    return shared.map((role) => {
      const ofRole = (captures: readonly StackCapture[]): StackCapture[] =>
        captures.filter((one) => one.role === role);
      return pairOf(kind, role, { after: ofRole(sides.after), before: ofRole(sides.before) });
    });
  });
}

function pairOf(kind: string, role: string, sides: Sides): Pair {
  const who =
    role === 'unknown' || role === 'all' ? 'captures' : `${role}${sides.after.length === 1 ? '' : 's'}`;
  const id = `diff-${role}-${kind}`.replaceAll(/[^\w-]+/g, '-');
  return { id, title: `New against base: ${who}, ${kind}`, sides };
}

/** Only captures of one kind have weights that can be compared. */
function kindOf(capture: StackCapture): string {
  return capture.schema === 'strata.heap/1' ? `${capture.probe} ${capture.kind}` : capture.probe;
}
