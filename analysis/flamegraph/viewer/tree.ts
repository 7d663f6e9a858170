import type { Graph, GraphFrame } from './graph.js';

/** A function in one place: everything that reached it by the same callers. */
export interface TreeNode {
  /** Index into the graph's frames; -1 for the root. */
  readonly frame: number;
  readonly parent: TreeNode | null;
  readonly depth: number;
  /** By name, so that equal calls stand side by side in two graphs. */
  children: TreeNode[];
  /** Weight in this frame and below. */
  total: number;
  self: number;
  before: number;
  selfBefore: number;
  /** The layer that most of `total` (or, where that is nothing, of `before`) belongs to in this place. */
  layer: string;
}

/** `down`: callers first. `up`: from where the time was spent to those who asked for it. */
export type Direction = 'down' | 'up';

export interface TreeView {
  readonly direction: Direction;
  /** Only stacks that hold this frame, from its outermost call on (`down`) or up to it (`up`); null for all. */
  readonly focus: number | null;
  /** Stacks whose time belongs to these layers are left out. */
  readonly hidden: ReadonlySet<string>;
}

export const WHOLE: TreeView = { direction: 'down', focus: null, hidden: new Set(['idle']) };

/** A node while it is built. */
interface Growing {
  readonly node: TreeNode;
  readonly below: Map<number, Growing>;
  /** Only where frames of several layers met in one place. */
  mixed: Map<string, number> | null;
}

/** Joins stacks into a tree. Nothing in here recurses: a stack may be deeper than the one this runs on. */
export function buildTree(graph: Graph, view: TreeView = WHOLE): TreeNode {
  const root = growing(-1, null);
  const all: Growing[] = [root];
  for (const stack of graph.stacks) {
    if (view.hidden.has(stack.layer)) continue;
    const layers = layersAlong(stack.frames, stack.layer, graph.frames);
    const start = view.focus === null ? 0 : stack.frames.indexOf(view.focus);
    if (start < 0) continue;
    const { from, to, step } = span(view, start, stack.frames.length);
    let here = root;
    weigh(here, stack.layer, stack.weight, stack.before);
    for (let at = from; at !== to; at += step) {
      const frame = stack.frames[at]!;
      let next = here.below.get(frame);
      if (next === undefined) {
        next = growing(frame, here.node);
        next.node.layer = layers[at]!;
        here.below.set(frame, next);
        here.node.children.push(next.node);
        all.push(next);
      }
      weigh(next, layers[at]!, stack.weight, stack.before);
      here = next;
    }
    here.node.self += stack.weight;
    here.node.selfBefore += stack.before;
  }
  const compare = inOrder(graph.frames);
  for (const { node, mixed } of all) {
    node.children.sort(compare);
    if (mixed !== null) node.layer = heaviest(mixed);
  }
  root.node.layer = 'unattributed';
  return root.node;
}

/** Which part of a stack is walked, and which way. */
function span(view: TreeView, start: number, length: number): { from: number; to: number; step: 1 | -1 } {
  if (view.direction === 'down') return { from: start, to: length, step: 1 };
  return { from: view.focus === null ? length - 1 : start, to: -1, step: -1 };
}

function growing(frame: number, parent: TreeNode | null): Growing {
  const depth = parent === null ? 0 : parent.depth + 1;
  const zero = { total: 0, self: 0, before: 0, selfBefore: 0 };
  const node = { frame, parent, depth, children: [], ...zero, layer: 'unattributed' };
  return { node, below: new Map(), mixed: null };
}

function weigh(place: Growing, layer: string, weight: number, before: number): void {
  const { node } = place;
  if (place.mixed === null && layer !== node.layer && node.frame !== -1)
    place.mixed = new Map([[node.layer, node.total + node.before]]);
  place.mixed?.set(layer, (place.mixed.get(layer) ?? 0) + weight + before);
  node.total += weight;
  node.before += before;
}

/**
 * The layer of every frame of a stack. Code without one (Node's internals, native) works for its caller; where no caller has one, for
 * the layer that the sample belongs to.
 */
function layersAlong(path: readonly number[], owner: string, frames: readonly GraphFrame[]): string[] {
  let layer: string | null = null;
  return path.map((index) => {
    const own = frames[index]!.layer;
    if (own !== 'unattributed') layer = own;
    return layer ?? owner;
  });
}

function heaviest(layers: ReadonlyMap<string, number>): string {
  let best = '';
  let most = -1;
  for (const [layer, weight] of layers) {
    if (weight > most || (weight === most && layer < best)) {
      best = layer;
      most = weight;
    }
  }
  return best;
}

function inOrder(frames: readonly GraphFrame[]): (one: TreeNode, other: TreeNode) => number {
  return (one, other) => {
    const left = frames[one.frame]!;
    const right = frames[other.frame]!;
    return (
      compareText(left.name, right.name) ||
      compareText(left.file, right.file) ||
      left.line - right.line ||
      compareText(left.kind, right.kind) ||
      compareText(left.layer, right.layer)
    );
  };
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The node and its callers, the root first. */
export function pathTo(node: TreeNode): TreeNode[] {
  const path: TreeNode[] = [];
  for (let at: TreeNode | null = node; at !== null; at = at.parent) path.push(at);
  return path.reverse();
}

/** The node at the end of a path of frames, or the last that is there: a link may be of another capture. */
export function nodeAt(root: TreeNode, path: readonly number[]): TreeNode {
  let node = root;
  for (const frame of path) {
    const next = node.children.find((child) => child.frame === frame);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}
