import type { Runtime } from 'node:inspector';
import type { Inspector } from './inspector.js';
import { jsonPieces } from './json-pieces.js';
import { FrameTable, layerOf, type Stack, type StackProfile } from './stack-profile.js';

/** `inuse`: what was allocated meanwhile and is not collected. `alloc`: collected objects too. */
export type HeapKind = 'inuse' | 'alloc';

/** As V8 gives it; the types of Node 20 leave out the samples. */
export interface HeapProfile {
  readonly head: HeapNode;
  readonly samples: readonly { readonly size: number; readonly nodeId: number; readonly ordinal: number }[];
}

interface HeapNode {
  readonly id: number;
  readonly callFrame: Runtime.CallFrame;
  /** Bytes allocated by the function itself, scaled up from the samples. */
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/**
 * Samples allocations, one in `intervalBytes`, for `seconds`, or until `cancelled` settles.
 * @throws StrataError STRATA_PROFILE_BUSY
 */
export function takeHeapProfile(
  inspector: Inspector,
  kind: HeapKind,
  seconds: number,
  intervalBytes: number,
  cancelled: Promise<void>,
): Promise<HeapProfile> {
  const collected = kind === 'alloc';
  return inspector.record(
    (post) =>
      post('HeapProfiler.startSampling', {
        samplingInterval: intervalBytes,
        includeObjectsCollectedByMajorGC: collected,
        includeObjectsCollectedByMinorGC: collected,
      }),
    async (post) => ((await post('HeapProfiler.stopSampling')) as { readonly profile: HeapProfile }).profile,
    seconds * 1_000,
    cancelled,
  );
}

/** The text of a .heapprofile, as Chrome's DevTools read it. */
export function heapProfilePieces({ head, samples }: HeapProfile): Generator<string> {
  return jsonPieces({ head }, { samples });
}

export function heapStacks(
  profile: HeapProfile,
  kind: HeapKind,
  intervalBytes: number,
  durationNs: number,
): StackProfile {
  const table = new FrameTable();
  const stacks: Stack[] = [];
  const counts = new Map<number, number>();
  for (const { nodeId } of profile.samples) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  const open: { readonly node: HeapNode; readonly callers: readonly number[] }[] = [];
  for (const child of profile.head.children) open.push({ node: child, callers: [] });
  // Without recursion: stacks may be deep.
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { node, callers } = entry;
    const frames = [table.indexOf(node.callFrame), ...callers];
    if (node.selfSize > 0) {
      const values = [counts.get(node.id) ?? 0, node.selfSize];
      stacks.push({ frames, values, layer: layerOf(frames, table.frames) });
    }
    for (const child of node.children) open.push({ node: child, callers: frames });
  }
  return {
    frames: table.frames,
    stacks,
    types: [
      ['samples', 'count'],
      [`${kind}_space`, 'bytes'],
    ],
    period: intervalBytes,
    durationNs,
  };
}
