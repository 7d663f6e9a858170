import type { Graph } from './graph.js';
import { type Side, widthOf } from './layout.js';
import type { TreeNode } from './tree.js';

/** Frames whose name or file holds the words, whatever their case; none for no words. */
export function findFrames(graph: Graph, words: string): ReadonlySet<number> {
  const wanted = words.trim().toLowerCase();
  const found = new Set<number>();
  if (wanted === '') return found;
  graph.frames.forEach(({ name, file }, index) => {
    if (name.toLowerCase().includes(wanted) || file.toLowerCase().includes(wanted)) found.add(index);
  });
  return found;
}

/** Weight of all stacks below `top` that hold one of the frames, each counted once however often it holds one. */
export function weightOf(top: TreeNode, frames: ReadonlySet<number>, side: Side): number {
  let weight = 0;
  const open = [top];
  while (open.length > 0) {
    const node = open.pop()!;
    if (frames.has(node.frame)) weight += widthOf(node, side);
    else for (const child of node.children) open.push(child);
  }
  return weight;
}
