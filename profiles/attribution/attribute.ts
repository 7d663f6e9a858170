import type { CpuCapture, LayerName } from '../../results/schema/index.js';
import { ProbeError } from '../probe-error.js';
import { type CodePlace, placeOf } from './code-place.js';
import { type CpuProfile, selfTimes } from './cpuprofile.js';
import { FrameTable } from './frame-table.js';
import { splitByLine } from './inlined.js';
import type { LineIndex, LineResolver } from './line-index.js';
import { resolverFor } from './line-resolver.js';
import { mechanismOf } from './mechanism.js';
import { ownerOf } from './owner.js';
import { TwoAxes } from './two-axes.js';

/** The fields of a capture that the profile itself does not know. */
export type CaptureHead = Pick<
  CpuCapture,
  'probe' | 'node' | 'role' | 'pid' | 'seconds' | 'raw' | 'intervalUs'
>;

interface StackTotal {
  readonly frames: number[];
  readonly layer: LayerName;
  us: number;
}

/**
 * Turns a V8 CPU profile into self time by owner layer and by mechanism. Every sampled microsecond is in exactly one cell.
 * With the index of a build whose lines are separate, code that was inlined from another file is given back to its own.
 */
export function attributeCpuProfile(
  profile: CpuProfile,
  head: CaptureHead,
  index: LineIndex | null = null,
): CpuCapture {
  const callFrames = profile.nodes.map(({ callFrame }) => callFrame);
  const lines = index === null ? null : resolverFor(callFrames, index);
  const { byNode, totalUs } = selfTimes(profile);
  const stackOf = stackReader(profile, lines, isOurs(head.node, index));
  const sums = new Sums();
  const unknown = new Set(byNode.keys());
  for (const node of profile.nodes) {
    unknown.delete(node.id);
    const us = byNode.get(node.id) ?? 0;
    if (us === 0) continue;
    const stack = stackOf(node.id);
    for (const part of splitByLine(node, stack[0]!, us, lines)) {
      sums.add(part.inlined === null ? stack : [part.inlined, ...stack], part.us);
    }
  }
  for (const node of unknown) throw broken(`a sample names node ${node}, which the profile does not have`);
  return { schema: 'strata.cpu/1', ...head, sampledUs: totalUs, ...sums.document() };
}

/** Whether the folders of a process are our layers: it is a node of ours, or runs a build of ours that we were not told of. */
export function isOurs(node: number, index: LineIndex | null): boolean {
  return node !== 0 || index !== null;
}

/** Self time summed by layer, mechanism, cell and stack. */
class Sums {
  readonly #frames = new FrameTable();
  readonly #axes = new TwoAxes();
  readonly #stacks = new Map<string, StackTotal>();

  /** `stack` is leaf first. */
  add(stack: readonly CodePlace[], us: number): void {
    const layer = ownerOf(stack);
    this.#axes.add(layer, mechanismOf(stack), us);
    const frames = stack.map((place) => this.#frames.indexOf(place)).reverse();
    const total = this.#stacks.get(frames.join(' '));
    if (total === undefined) this.#stacks.set(frames.join(' '), { frames, layer, us });
    else total.us += us;
  }

  document(): Pick<CpuCapture, 'layers' | 'mechanisms' | 'matrix' | 'frames' | 'stacks'> {
    return {
      ...this.#axes.document(),
      frames: this.#frames.list,
      stacks: [...this.#stacks.values()],
    };
  }
}

/** Reads the stack of a node, leaf first. The root entry is dropped unless it is all there is. */
function stackReader(
  profile: CpuProfile,
  lines: LineResolver | null,
  ours: boolean,
): (node: number) => CodePlace[] {
  const places = new Map<number, CodePlace>();
  const parents = new Map<number, number>();
  for (const node of profile.nodes) {
    places.set(node.id, placeOf(node.callFrame, lines, ours));
    for (const child of node.children ?? []) parents.set(child, node.id);
  }
  return (leaf) => {
    const stack: CodePlace[] = [];
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const place = places.get(id);
      if (place === undefined) throw broken(`an ancestor is node ${id}, which the profile does not have`);
      // A tree of n nodes has no path longer than n: a longer one means that the file's children form a circle.
      if (stack.length > profile.nodes.length) throw broken(`the ancestors of node ${leaf} form a circle`);
      stack.push(place);
    }
    if (stack.length > 1 && stack.at(-1)?.name === '(root)') stack.pop();
    return stack;
  };
}

function broken(what: string): ProbeError {
  return new ProbeError('STRATA_PROBE_OUTPUT_INVALID', `The CPU profile is damaged: ${what}. Capture again.`);
}
