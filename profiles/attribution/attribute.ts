import {
  type CpuCapture,
  type CpuFrame,
  LAYERS,
  type LayerName,
  PSEUDO_LAYERS,
} from '../../results/schema/index.js';
import { ProbeError } from '../probe-error.js';
import { type CodePlace, placeOf } from './code-place.js';
import { type CpuProfile, selfTimes } from './cpuprofile.js';
import { mechanismOf } from './mechanism.js';
import { ownerOf } from './owner.js';

/** The fields of a capture that the profile itself does not know. */
export type CaptureHead = Pick<
  CpuCapture,
  'probe' | 'node' | 'role' | 'pid' | 'seconds' | 'raw' | 'intervalUs'
>;

interface StackTotal {
  readonly frames: readonly number[];
  readonly layer: LayerName;
  us: number;
}

/** Turns a V8 CPU profile into self time by owner layer and by mechanism. Every sampled microsecond is in exactly one cell. */
export function attributeCpuProfile(profile: CpuProfile, head: CaptureHead): CpuCapture {
  const { byNode, totalUs } = selfTimes(profile);
  const stackOf = stackReader(profile);
  const frames = new FrameTable();
  const layers = Object.fromEntries([...LAYERS, ...PSEUDO_LAYERS].map((name) => [name, 0])) as Record<
    LayerName,
    number
  >;
  const mechanisms = new Map<string, number>();
  const cells = new Map<string, { layer: LayerName; mechanism: string; us: number }>();
  const stacks = new Map<string, StackTotal>();
  for (const [node, us] of byNode) {
    if (us === 0) continue;
    const stack = stackOf(node);
    const layer = ownerOf(stack);
    const mechanism = mechanismOf(stack);
    layers[layer] += us;
    mechanisms.set(mechanism, (mechanisms.get(mechanism) ?? 0) + us);
    const cell = cells.get(`${layer} ${mechanism}`) ?? { layer, mechanism, us: 0 };
    cells.set(`${layer} ${mechanism}`, { ...cell, us: cell.us + us });
    const indexes = stack.map((place) => frames.indexOf(place)).reverse();
    const key = indexes.join(' ');
    const total = stacks.get(key);
    if (total === undefined) stacks.set(key, { frames: indexes, layer, us });
    else total.us += us;
  }
  return {
    schema: 'strata.cpu/1',
    ...head,
    sampledUs: totalUs,
    layers,
    mechanisms: Object.fromEntries([...mechanisms].sort(byTimeThenName)),
    matrix: [...cells.values()].sort(
      (a, b) => b.us - a.us || compareText(a.layer + a.mechanism, b.layer + b.mechanism),
    ),
    frames: [...frames.list],
    stacks: [...stacks.values()].map(({ frames: path, us, layer }) => ({ frames: [...path], us, layer })),
  };
}

/** Reads the stack of a node, leaf first. The root entry is dropped unless it is all there is. */
function stackReader(profile: CpuProfile): (node: number) => CodePlace[] {
  const places = new Map<number, CodePlace>();
  const parents = new Map<number, number>();
  for (const node of profile.nodes) {
    places.set(node.id, placeOf(node.callFrame));
    for (const child of node.children ?? []) parents.set(child, node.id);
  }
  return (leaf) => {
    const stack: CodePlace[] = [];
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const place = places.get(id);
      if (place === undefined)
        throw broken(`sample or child names node ${id}, which the profile does not have`);
      // A tree of n nodes has no path longer than n: a longer one means that the file's children form a circle.
      if (stack.length > profile.nodes.length) throw broken(`the ancestors of node ${leaf} form a circle`);
      stack.push(place);
    }
    if (stack.length > 1 && stack.at(-1)?.name === '(root)') stack.pop();
    return stack;
  };
}

/** Frames by identity of the code, so that one function is one frame whatever tier or inlining V8 gave it. */
class FrameTable {
  readonly list: CpuFrame[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(place: CodePlace): number {
    const key = `${place.name}\n${place.file}\n${place.line}`;
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.list.length;
    this.list.push({ name: place.name, file: place.file, line: place.line, layer: place.layer });
    this.#indexes.set(key, index);
    return index;
  }
}

function byTimeThenName(a: readonly [string, number], b: readonly [string, number]): number {
  return b[1] - a[1] || compareText(a[0], b[0]);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function broken(what: string): ProbeError {
  return new ProbeError('STRATA_PROBE_OUTPUT_INVALID', `The CPU profile is damaged: ${what}. Capture again.`);
}
