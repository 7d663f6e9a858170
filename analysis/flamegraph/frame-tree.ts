import type { CpuCapture, LayerName } from '../../results/schema/index.js';
import { compareText } from '../measures/node-measures.js';

/** A frame with everything that was called from it in this place. */
export interface FrameNode {
  readonly name: string;
  readonly file: string;
  readonly layer: LayerName;
  /** Microseconds in this frame and below. */
  us: number;
  readonly children: Map<string, FrameNode>;
}

export interface FrameTree {
  readonly root: FrameNode;
  /** Left out: the thread had nothing to do. */
  readonly idleUs: number;
}

/**
 * Joins stacks into a tree. A frame without a layer of its own (Node's internals, native code) belongs to whoever called it; one with
 * no caller in a layer takes the layer of the sample.
 */
export function buildFrameTree(capture: CpuCapture): FrameTree {
  const root: FrameNode = { name: 'all', file: '', layer: 'unattributed', us: 0, children: new Map() };
  let idleUs = 0;
  for (const stack of capture.stacks) {
    if (stack.layer === 'idle') {
      idleUs += stack.us;
      continue;
    }
    root.us += stack.us;
    let node = root;
    let layer: LayerName = 'unattributed';
    for (const index of stack.frames) {
      const frame = capture.frames[index];
      if (frame === undefined || frame.name === '(root)') continue;
      if (frame.layer !== 'unattributed') layer = frame.layer;
      const shown = layer === 'unattributed' ? stack.layer : layer;
      const key = `${shown}\u0000${frame.file}\u0000${frame.name}`;
      let child = node.children.get(key);
      if (child === undefined) {
        child = { name: frame.name, file: frame.file, layer: shown, us: 0, children: new Map() };
        node.children.set(key, child);
      }
      child.us += stack.us;
      node = child;
    }
  }
  return { root, idleUs };
}

/** By name and file, as flamegraphs are drawn: equal calls stand side by side in two runs. */
export function childrenInOrder(node: FrameNode): readonly FrameNode[] {
  return [...node.children.values()].sort(
    (one, other) =>
      compareText(one.name, other.name) ||
      compareText(one.file, other.file) ||
      compareText(one.layer, other.layer),
  );
}

/** `layer;outer;inner 1234` lines, microseconds, ascending: what flamegraph.pl and speedscope read. */
export function foldedStacks(capture: CpuCapture): string {
  const lines = new Map<string, number>();
  for (const stack of capture.stacks) {
    const names = stack.frames.map((index) => (capture.frames[index]?.name ?? '?').replaceAll(/[;\n]/g, ':'));
    const key = [stack.layer, ...names].join(';');
    lines.set(key, (lines.get(key) ?? 0) + stack.us);
  }
  return [...lines]
    .sort((one, other) => compareText(one[0], other[0]))
    .map(([key, us]) => `${key} ${Math.round(us)}\n`)
    .join('');
}
