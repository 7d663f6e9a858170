import { z } from 'zod';
import { type HeapCapture, LAYERS, type LayerName, PSEUDO_LAYERS } from '../../results/schema/index.js';
import { ProbeError } from '../probe-error.js';
import { isOurs } from './attribute.js';
import { type CodePlace, placeOf } from './code-place.js';
import { CallFrame } from './cpuprofile.js';
import { FrameTable } from './frame-table.js';
import type { LineIndex } from './line-index.js';
import { resolverFor } from './line-resolver.js';
import { ownerOf } from './owner.js';

/** A process with more call sites than this that allocate is none that we could draw. */
const NODES_MAX = 1_000_000;

const HeapNode = z.object({
  callFrame: CallFrame,
  selfSize: z.number().nonnegative(),
  children: z.array(z.unknown()).optional(),
});

/** One call site of V8's `.heapprofile` and the bytes it allocated itself, scaled up from the samples. */
export interface HeapSite {
  readonly callFrame: z.infer<typeof CallFrame>;
  readonly bytes: number;
  /** Index of the caller; null for the root, which is the first. */
  readonly caller: number | null;
}

/** The fields of a capture that the profile itself does not know. */
export type HeapHead = Pick<
  HeapCapture,
  'probe' | 'node' | 'role' | 'pid' | 'seconds' | 'raw' | 'kind' | 'intervalBytes'
>;

/** Reads the document of a `.heapprofile` (parsed JSON); `source` names it in errors. Callers come before what they call. */
export function readHeapProfile(document: unknown, source: string): HeapSite[] {
  const sites: HeapSite[] = [];
  // Without recursion: a document from outside may be nested deeper than our stack.
  const open: { readonly node: unknown; readonly caller: number | null }[] = [
    { node: (document as { head?: unknown } | null)?.head, caller: null },
  ];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const result = HeapNode.safeParse(entry.node);
    if (!result.success) {
      const issue = result.error.issues[0];
      throw invalid(`${source} is no heap profile of V8: field ${issue?.path.join('.')}: ${issue?.message}`);
    }
    if (sites.length === NODES_MAX) throw invalid(`${source} has more than ${NODES_MAX} call sites`);
    const { callFrame, selfSize, children = [] } = result.data;
    const caller = sites.push({ callFrame, bytes: selfSize, caller: entry.caller }) - 1;
    for (const node of children) open.push({ node, caller });
  }
  return sites;
}

/** Turns call sites into bytes by owner layer, by the same rules as CPU time. Every sampled byte is in exactly one layer. */
export function attributeHeap(
  sites: readonly HeapSite[],
  head: HeapHead,
  index: LineIndex | null = null,
): HeapCapture {
  const callFrames = sites.map(({ callFrame }) => callFrame);
  const lines = index === null ? null : resolverFor(callFrames, index);
  const places = callFrames.map((frame) => placeOf(frame, lines, isOurs(head.node, index)));
  const frames = new FrameTable();
  const layers = Object.fromEntries([...LAYERS, ...PSEUDO_LAYERS].map((name) => [name, 0])) as Record<
    LayerName,
    number
  >;
  const stacks = new Map<string, HeapCapture['stacks'][number]>();
  let sampledBytes = 0;
  sites.forEach(({ bytes }, at) => {
    if (bytes === 0) return;
    const stack = stackAt(sites, places, at);
    const layer = ownerOf(stack);
    sampledBytes += bytes;
    layers[layer] += bytes;
    const path = stack.map((place) => frames.indexOf(place)).reverse();
    const known = stacks.get(path.join(' '));
    if (known === undefined) stacks.set(path.join(' '), { frames: path, bytes, layer });
    else known.bytes += bytes;
  });
  return {
    schema: 'strata.heap/1',
    ...head,
    sampledBytes,
    layers,
    frames: frames.list,
    stacks: [...stacks.values()],
  };
}

/** Leaf first, without the root unless it is all there is. */
function stackAt(sites: readonly HeapSite[], places: readonly CodePlace[], leaf: number): CodePlace[] {
  const stack: CodePlace[] = [];
  for (let at: number | null = leaf; at !== null; at = sites[at]!.caller) stack.push(places[at]!);
  if (stack.length > 1) stack.pop();
  return stack;
}

function invalid(message: string): ProbeError {
  return new ProbeError('STRATA_PROBE_OUTPUT_INVALID', `${message}. Capture again.`);
}
