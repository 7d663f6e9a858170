import type { CpuCapture, HeapCapture, PerfCapture, PerfFrame } from '../../../results/schema/index.js';
import { madeUpCpu } from '../../testing/made-up-parts.js';
import { seededRandom } from '../../testing/random.js';

/** Names that break out of whatever holds them, unless it escapes. */
export const HOSTILE_NAMES: readonly string[] = [
  '</script><script>alert(1)</script>',
  '<!--<script>',
  ']]>&amp;&quot;"\'',
  'tab\tline\nreturn\rnull\u0000bell\u0007escape\u001b',
  'separators\u2028\u2029;semicolon',
  'half of a pair \ud800 and \udfff',
  'x'.repeat(10_000),
  '𝒳'.repeat(500),
  '__proto__',
  '',
];

/** A perf capture with the stacks of the made-up CPU profile on the main thread, and some of the pool's in the kernel. */
export function madeUpPerf(node: number): PerfCapture {
  const { probe: _, schema: __, intervalUs: ___, ...cpu } = madeUpCpu(node, 'leader');
  const frames: PerfFrame[] = cpu.frames.map((frame) => ({
    ...frame,
    kind: frame.file === '' ? 'native' : 'js',
  }));
  const kernel = (name: string): PerfFrame => ({
    name,
    file: '',
    line: 0,
    layer: 'unattributed',
    kind: 'kernel',
  });
  const worker = frames.push({ ...kernel('uv__work'), kind: 'native' }) - 1;
  const sync = frames.push(kernel('do_fsync')) - 1;
  const builtin = frames.push({ ...kernel('ArrayPush'), kind: 'builtin' }) - 1;
  const stacks: PerfCapture['stacks'] = [
    ...cpu.stacks
      .filter(({ layer }) => layer !== 'idle')
      .map((stack) => ({ ...stack, thread: 'main' as const })),
    { frames: [worker, sync], us: 90_000.4, layer: 'io', thread: 'pool' },
    { frames: [worker], us: 10_000.4, layer: 'runtime', thread: 'pool' },
    { frames: [builtin], us: 5_000.4, layer: 'runtime', thread: 'platform' },
  ];
  const sampledUs = stacks.reduce((total, { us }) => total + us, 0);
  return {
    ...cpu,
    schema: 'strata.perf/1',
    probe: 'perf',
    event: 'cpu-clock:u',
    frequencyHz: 999,
    samples: 1_160,
    lost: 2,
    namesJavaScript: true,
    threads: [],
    sampledUs,
    frames,
    stacks,
  };
}

export function madeUpHeap(node: number): HeapCapture {
  const { node: id, role, pid, seconds, layers, frames, stacks } = madeUpCpu(node, 'leader');
  const kept = stacks.filter(({ layer }) => layer !== 'idle');
  return {
    schema: 'strata.heap/1',
    probe: 'heap',
    node: id,
    role,
    pid,
    seconds,
    raw: [],
    kind: 'alloc',
    intervalBytes: 32_768,
    sampledBytes: kept.reduce((total, { us }) => total + us * 7, 0),
    layers,
    frames,
    stacks: kept.map(({ us, ...stack }) => ({ ...stack, bytes: us * 7 })),
  };
}

/** `count` different stacks as a busy server has them: deep, and most of them rare. */
export function manyStacks(count: number, seed = 1): CpuCapture {
  const random = seededRandom(seed);
  const layers = ['network', 'consensus', 'log', 'io', 'state', 'runtime'] as const;
  const frames: CpuCapture['frames'] = Array.from({ length: 1_500 }, (_, index) => ({
    name: `function${index}`,
    file: `server/made/up${index % 70}.js`,
    line: index,
    layer: layers[index % layers.length]!,
  }));
  const stacks: CpuCapture['stacks'] = Array.from({ length: count }, (_, index) => {
    const depth = 10 + Math.floor(random() * 40);
    const path = Array.from({ length: depth }, (_, level) =>
      Math.floor(random() ** 4 * Math.min(1_500, 3 * (level + 1))),
    );
    // The last frame tells equal paths apart.
    return {
      frames: [...path, index % 1_500],
      us: 1 + Math.floor(random() * 1_000),
      layer: layers[index % 6]!,
    };
  });
  const sampledUs = stacks.reduce((total, { us }) => total + us, 0);
  return { ...madeUpCpu(1, 'leader'), frames, stacks, sampledUs };
}

/** The made-up CPU profile with every frame called so. */
export function named(name: string): CpuCapture {
  const capture = madeUpCpu(1, 'leader');
  return { ...capture, frames: capture.frames.map((frame) => ({ ...frame, name, file: name })) };
}

/** Weight by layer, idle included. */
export function byLayer(capture: {
  stacks: readonly { layer: string; us?: number; bytes?: number }[];
}): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { layer, us, bytes } of capture.stacks)
    sums.set(layer, (sums.get(layer) ?? 0) + (us ?? bytes ?? 0));
  return sums;
}
