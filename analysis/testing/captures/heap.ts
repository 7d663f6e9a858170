import type { HeapCapture, LayerName } from '../../../results/schema/index.js';
import { LAYERS, PSEUDO_LAYERS } from '../../../results/schema/index.js';
import { type MadeUpRole, madeUpHead } from './head.js';

const FRAMES: readonly (readonly [string, string, LayerName])[] = [
  ['(root)', '', 'unattributed'],
  ['handleRequest', 'server/network/http/http-server.js', 'network'],
  ['slice', 'node:buffer', 'unattributed'],
  ['encodeRecord', 'server/log/record-codec.js', 'log'],
  ['put', 'server/state/store.js', 'state'],
];

const STACKS: readonly (readonly [readonly number[], number, LayerName])[] = [
  [[0, 1], 6_000_000, 'network'],
  [[0, 1, 2], 9_000_000, 'network'],
  [[0, 3], 4_000_000, 'log'],
  [[0, 3, 2], 2_000_000, 'log'],
  [[0, 4], 3_000_000, 'state'],
  [[0], 500_000, 'unattributed'],
];

export function madeUpHeap(node: number, role: MadeUpRole, kind: HeapCapture['kind'] = 'alloc'): HeapCapture {
  const scale = kind === 'alloc' ? 1 : 0.1;
  const layers = Object.fromEntries([...LAYERS, ...PSEUDO_LAYERS].map((layer) => [layer, 0])) as Record<
    LayerName,
    number
  >;
  const stacks = STACKS.map(([frames, bytes, layer]) => ({
    frames: [...frames],
    bytes: bytes * scale,
    layer,
  }));
  for (const stack of stacks) layers[stack.layer] += stack.bytes;
  return {
    schema: 'strata.heap/1',
    ...madeUpHead('heap', node, role),
    kind,
    intervalBytes: 65_536,
    sampledBytes: stacks.reduce((total, stack) => total + stack.bytes, 0),
    layers,
    frames: FRAMES.map(([name, file, layer], index) => ({ name, file, line: index * 7, layer })),
    stacks,
  };
}
