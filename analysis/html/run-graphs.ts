import type { PassData, PointData, RunData } from '../../results/run-directory.js';
import { compareGraphs } from '../flamegraph/compare/compare-graphs.js';
import { layerChanges } from '../flamegraph/compare/layer-changes.js';
import { subtitle } from '../flamegraph/flamegraph.js';
import { graphOf } from '../flamegraph/graph.js';
import type { PageGraph } from '../flamegraph/html/flame-page.js';
import { type StackCapture, stackModel } from '../flamegraph/stack-model.js';
import { buildTree } from '../flamegraph/viewer/tree.js';
import { t } from '../language/language.js';
import { integer } from '../tables/format.js';

/** Stacks of all graphs of a page together: about 60 bytes each once packed. */
const STACKS_MAX = 40_000;

export interface RunGraphs {
  readonly graphs: readonly PageGraph[];
  /** Captures that the page has no room for. */
  readonly leftOut: number;
}

interface Sampled {
  readonly id: string;
  readonly title: string;
  /** The name of the node alone, for a side of a comparison. */
  readonly node: string;
  readonly point: string;
  readonly capture: StackCapture;
}

/** Every capture of stacks of a run as a graph, then the comparisons that the run allows: leader against follower, one level against another. */
export function runGraphs({ points }: RunData): RunGraphs {
  const sampled = points.flatMap(sampledOf);
  const kept: Sampled[] = [];
  let room = STACKS_MAX;
  for (const one of sampled) {
    room -= one.capture.stacks.length;
    if (room >= 0) kept.push(one);
  }
  const comparisons = pairs(kept).map((pair) => compared(pair));
  return { graphs: [...kept.map(single), ...comparisons], leftOut: sampled.length - kept.length };
}

function sampledOf(point: PointData): Sampled[] {
  const seen = new Set<string>();
  return point.passes
    .flatMap((pass) => stacksOf(pass))
    .flatMap((capture) => {
      const id = idOf(point.ref.id, capture);
      if (seen.has(id)) return [];
      seen.add(id);
      const node = `${capture.role} ${capture.node}`;
      const kind = capture.schema === 'strata.heap/1' ? `${capture.probe} ${capture.kind}` : capture.probe;
      return [{ id, node, title: t`${node} at ${point.ref.id}, ${kind}`, point: point.ref.id, capture }];
    });
}

function stacksOf({ captures }: PassData): StackCapture[] {
  return captures.filter(
    (capture): capture is StackCapture =>
      capture.schema === 'strata.cpu/1' ||
      capture.schema === 'strata.perf/1' ||
      capture.schema === 'strata.heap/1',
  );
}

/** The name of the static picture of the same capture, so that one leads to the other. */
function idOf(point: string, capture: StackCapture): string {
  const name = `${point}-${capture.role}-node${capture.node}`;
  const kinds = {
    'strata.cpu/1': capture.probe === 'cpu-profile' ? name : `${capture.probe}-${name}`,
    'strata.perf/1': `threads-${name}`,
    'strata.heap/1': capture.schema === 'strata.heap/1' ? `heap-${capture.kind}-${name}` : name,
  };
  return kinds[capture.schema].replaceAll(/[^\w-]+/g, '-');
}

function single({ id, title, capture }: Sampled): PageGraph {
  const graph = graphOf(stackModel(capture));
  return { id, title, note: subtitle(capture, graph, buildTree(graph)), graph };
}

interface Pair {
  readonly after: Sampled;
  readonly before: Sampled;
  readonly names: { readonly after: string; readonly before: string };
}

/** Only CPU: where bytes come from differs by role for reasons that a picture of shares does not show. */
function pairs(sampled: readonly Sampled[]): Pair[] {
  const cpu = sampled.filter(({ capture }) => capture.schema !== 'strata.heap/1');
  const roles = cpu.flatMap((after) => {
    if (after.capture.role !== 'leader') return [];
    const before = cpu.find(
      ({ capture, point }) =>
        capture.role === 'follower' && point === after.point && capture.probe === after.capture.probe,
    );
    return before === undefined ? [] : [{ after, before, names: { after: after.node, before: before.node } }];
  });
  const levels = cpu.flatMap((before, index) => {
    const after = cpu
      .slice(index + 1)
      .find(
        ({ capture, point }) =>
          point !== before.point &&
          capture.role === before.capture.role &&
          capture.probe === before.capture.probe,
      );
    return after === undefined || before.capture.role !== 'leader'
      ? []
      : [{ after, before, names: { after: after.point, before: before.point } }];
  });
  return [...roles, ...levels];
}

function compared({ after, before, names }: Pair): PageGraph {
  const sides = { after: [after.capture], before: [before.capture] };
  const graph = compareGraphs(sides);
  const changes = layerChanges(sides);
  const where = names.after === after.point ? after.node : after.point;
  return {
    id: `diff-${after.id}-${before.id}`,
    title: t`${names.after} against ${names.before}, ${where}, ${after.capture.probe}`,
    note: t`Shares of what is no idle time. Red: a greater share in ${names.after}; blue: in ${names.before}; grey: within two standard errors of ${integer(graph.compared?.samples ?? 0)} and ${integer(graph.compared?.samplesBefore ?? 0)} samples.`,
    graph: { ...graph, compared: graph.compared === null ? null : { ...graph.compared, names } },
    changes,
  };
}
