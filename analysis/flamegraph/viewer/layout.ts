import type { TreeNode } from './tree.js';

/** Which side of a comparison gives the widths. */
export type Side = 'after' | 'before';

export function widthOf(node: TreeNode, side: Side): number {
  return side === 'after' ? node.total : node.before;
}

/** Where a frame is drawn. `x` and `width` are shares of the picture, `level` counts from the root. */
export interface Box {
  readonly node: TreeNode;
  readonly x: number;
  readonly width: number;
  readonly level: number;
}

export interface Layout {
  /** By level, from left to right in each. */
  readonly levels: readonly (readonly Box[])[];
  /** Frames that are there and not drawn: narrower than asked, or deeper. */
  readonly narrow: number;
  readonly deep: number;
}

export interface LayoutOptions {
  readonly side: Side;
  /** Fills the width; its callers stand above it in full width. */
  readonly zoom: TreeNode;
  /** Share of the picture below which a frame is left out. */
  readonly minShare: number;
  readonly levelsMax: number;
}

/** Places the frames below `zoom`, and its callers. What has no width on the asked side is not counted as left out: it did not happen. */
export function layOut({ side, zoom, minShare, levelsMax }: LayoutOptions): Layout {
  const levels: Box[][] = [];
  const whole = widthOf(zoom, side);
  const counts = { narrow: 0, deep: 0 };
  for (let node = zoom.parent; node !== null; node = node.parent)
    levels.unshift([{ node, x: 0, width: 1, level: node.depth }]);
  if (whole > 0) {
    const open: Box[] = [{ node: zoom, x: 0, width: 1, level: zoom.depth }];
    while (open.length > 0) {
      const box = open.pop()!;
      if (box.level >= levelsMax) {
        counts.deep += countFrames(box.node, side);
        continue;
      }
      levels[box.level] ??= [];
      levels[box.level]!.push(box);
      let x = box.x;
      for (const node of box.node.children) {
        const width = widthOf(node, side) / whole;
        if (width > 0 && width < minShare) counts.narrow += countFrames(node, side);
        else if (width > 0) open.push({ node, x, width, level: box.level + 1 });
        x += width;
      }
    }
  }
  for (const level of levels) level.sort((one, other) => one.x - other.x);
  return { levels, ...counts };
}

function countFrames(top: TreeNode, side: Side): number {
  let count = 0;
  const open = [top];
  while (open.length > 0) {
    const node = open.pop()!;
    if (widthOf(node, side) <= 0) continue;
    count += 1;
    for (const child of node.children) open.push(child);
  }
  return count;
}

/** The box under a point, null where there is none. `x` is a share of the picture. */
export function boxAt(layout: Layout, level: number, x: number): Box | null {
  const boxes = layout.levels[level] ?? [];
  let low = 0;
  let high = boxes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boxes[middle]!.x <= x) low = middle + 1;
    else high = middle;
  }
  const box = boxes[low - 1];
  return box !== undefined && x < box.x + box.width ? box : null;
}

export type Step = 'caller' | 'callee' | 'previous' | 'next';

/** Where an arrow key leads: to the caller, to the widest callee, or to the neighbour on the same level. The same box where it leads nowhere. */
export function stepFrom(layout: Layout, box: Box, step: Step): Box {
  if (step === 'callee') {
    const callees = (layout.levels[box.level + 1] ?? []).filter(({ node }) => node.parent === box.node);
    return (
      callees.reduce<Box | null>(
        (best, one) => (best === null || one.width > best.width ? one : best),
        null,
      ) ?? box
    );
  }
  if (step === 'caller')
    return layout.levels[box.level - 1]?.find(({ node }) => node === box.node.parent) ?? box;
  const row = layout.levels[box.level] ?? [];
  return row[row.findIndex(({ node }) => node === box.node) + (step === 'next' ? 1 : -1)] ?? box;
}

export function boxOf(layout: Layout, node: TreeNode): Box | null {
  return layout.levels[node.depth]?.find((box) => box.node === node) ?? null;
}
