import type { LayerName, PerfCapture, PerfFrame, ThreadKind } from '../../../results/schema/index.js';
import { LAYERS, PSEUDO_LAYERS } from '../../../results/schema/index.js';
import { type MadeUpRole, madeUpHead } from './head.js';

const FRAMES: readonly (readonly [string, string, LayerName, PerfFrame['kind']])[] = [
  ['node::Start', '', 'unattributed', 'native'],
  ['uv__run', '', 'runtime', 'native'],
  ['step', 'server/consensus/raft.js', 'consensus', 'js'],
  ['handleRequest', 'server/network/http/http-server.js', 'network', 'js'],
  ['tcp_sendmsg', '', 'unattributed', 'kernel'],
  ['uv__fs_work', '', 'io', 'native'],
  ['fdatasync', '', 'unattributed', 'native'],
  ['do_fsync', '', 'unattributed', 'kernel'],
  ['v8::internal::ConcurrentMarking', '', 'gc', 'native'],
  ['pthread_mutex_lock', '', 'unattributed', 'native'],
  ['ArrayPrototypeShift', '', 'unattributed', 'builtin'],
  ['[unknown]', '', 'unattributed', 'unknown'],
];

const STACKS: readonly (readonly [frames: readonly number[], us: number, layer: LayerName, ThreadKind])[] = [
  [[0, 1, 2], 300_000, 'consensus', 'main'],
  [[0, 1, 2, 10], 40_000, 'consensus', 'main'],
  [[0, 1, 3], 350_000, 'network', 'main'],
  [[0, 1, 3, 4], 150_000, 'network', 'main'],
  [[0, 1, 9], 10_000, 'runtime', 'main'],
  [[5, 6, 7], 90_000, 'io', 'pool'],
  [[5, 9], 10_000, 'io', 'pool'],
  [[8], 40_000, 'gc', 'platform'],
];

/** `lockUs` more spent in lock functions, `unownedUs` more that belong to nobody. */
export function madeUpPerf(node: number, role: MadeUpRole, lockUs = 0, unownedUs = 10_000): PerfCapture {
  const layers = Object.fromEntries([...LAYERS, ...PSEUDO_LAYERS].map((layer) => [layer, 0])) as Record<
    LayerName,
    number
  >;
  const extra: typeof STACKS = [
    [[0, 1, 9], lockUs, 'runtime', 'main'],
    [[11], unownedUs, 'unattributed', 'other'],
  ];
  const stacks = [...STACKS, ...extra]
    .filter(([, us]) => us > 0)
    .map(([frames, us, layer, thread]) => ({ frames: [...frames], us, layer, thread }));
  for (const stack of stacks) layers[stack.layer] += stack.us;
  const sampledUs = stacks.reduce((total, stack) => total + stack.us, 0);
  const usOf = (kind: ThreadKind) =>
    stacks.filter((stack) => stack.thread === kind).reduce((total, stack) => total + stack.us, 0);
  return {
    schema: 'strata.perf/1',
    ...madeUpHead('perf', node, role),
    event: 'cpu-clock',
    frequencyHz: 499,
    samples: Math.round(sampledUs / 2004),
    lost: 0,
    namesJavaScript: true,
    sampledUs,
    threads: (['main', 'pool', 'platform'] as const).map((kind, index) => ({
      tid: 4000 + node + index * 100,
      kind,
      us: usOf(kind),
      samples: Math.round(usOf(kind) / 2004),
    })),
    layers,
    mechanisms: { js: 690_000 },
    matrix: [{ layer: 'network', mechanism: 'socket-write', us: 150_000 }],
    frames: FRAMES.map(([name, file, layer, kind], index) => ({
      name,
      file,
      line: file === '' ? 0 : 10 + index,
      layer,
      kind,
    })),
    stacks,
  };
}
