import type { LayerName, PerfFrame, ThreadKind } from '../../results/schema/index.js';
import type { CodePlace } from './code-place.js';
import { type Mechanism, mechanismOf } from './mechanism.js';
import { builtinMechanism, kernelMechanism, nativeMechanism } from './native-rules.js';
import { MECHANISM_LAYER, ownerOf } from './owner.js';

/** A frame of a stack that goes through JavaScript, C++ and the kernel. */
export interface MixedFrame {
  readonly kind: PerfFrame['kind'];
  readonly place: CodePlace;
  /** What the function's own name says; null when only its callers can tell. */
  readonly mechanism: Mechanism | null;
}

/** The kernel has no layer of its own either: it works for whoever called, and by its functions only where nobody did. */
const KERNEL_LAYER: Readonly<Partial<Record<Mechanism, LayerName>>> = {
  'kernel-network': 'network',
  'kernel-filesystem': 'io',
  'kernel-block': 'io',
};

/** `symbol` is plain: no parameters, no clones. */
export function nativeFrame(kind: Exclude<PerfFrame['kind'], 'js'>, symbol: string): MixedFrame {
  const mechanism = mechanismByName(kind, symbol);
  const layer = mechanism === null ? 'unattributed' : (layerOf(mechanism) ?? 'unattributed');
  return {
    kind,
    place: { kind: 'native', name: symbol, file: '', line: 0, layer, module: '' },
    mechanism,
  };
}

function mechanismByName(kind: PerfFrame['kind'], symbol: string): Mechanism | null {
  if (kind === 'kernel') return kernelMechanism(symbol);
  if (kind === 'native') return nativeMechanism(symbol);
  return kind === 'builtin' ? builtinMechanism(symbol) : null;
}

function layerOf(mechanism: Mechanism): LayerName | undefined {
  if (mechanism === 'gc') return 'gc';
  return KERNEL_LAYER[mechanism] ?? MECHANISM_LAYER[mechanism];
}

/**
 * What ran in the leaf (`stack` is leaf first).
 *
 * In the kernel: its nearest function that a row knows; locks and copies belong to whoever called them. Outside it: a stack in which V8 collects
 * or compiles does that, whatever function of the C library it is in at the moment. Else the nearest function that a row knows, up to the JavaScript
 * that called it; native code that no row knows is the work of that JavaScript.
 */
export function mixedMechanism(stack: readonly MixedFrame[], thread: ThreadKind): Mechanism {
  if (stack[0]?.kind === 'kernel') return kernelWork(stack) ?? 'kernel-other';
  if (stack[0]?.kind === 'js')
    return mechanismOf(stack.filter(({ kind }) => kind === 'js').map(({ place }) => place));
  const above = aboveJavaScript(stack);
  const helper = above.find(isHelper)?.mechanism ?? null;
  if (helper !== null) return helper;
  const known = above.find(({ mechanism }) => mechanism !== null)?.mechanism ?? null;
  if (known !== null) return known;
  if (above.length === 0) return 'other';
  if (stack[above.length]?.kind === 'js' || above.some(({ kind }) => kind === 'builtin')) return 'js';
  return thread === 'pool' ? 'thread-pool' : 'native';
}

/**
 * Who asked for it (`stack` is leaf first).
 *
 * 1. The collector is a layer of its own, on the main thread as on its helpers.
 * 2. With JavaScript on the stack the rule of a CPU profile holds, kernel work included: the deepest file of the server asked.
 * 3. Without any, functions of libuv, Node and the C library that serve one layer, the nearest first; then those of the kernel.
 * 4. The rest of a pool thread is the way to the disk: taking work, handing it back. The rest of V8's helpers is the runtime, and so are turns of the
 *    event loop, the compiler, sleep and wake-up on any other.
 * Unattributed stay scripts that are nobody's layer, cryptography and compression on the pool, and stacks without a single name.
 */
export function mixedOwner(stack: readonly MixedFrame[], thread: ThreadKind): LayerName {
  if (aboveJavaScript(stack).some(({ mechanism }) => mechanism === 'gc')) return 'gc';
  const places = stack.filter(({ kind }) => kind === 'js').map(({ place }) => place);
  if (places.length > 0) {
    const owner = ownerOf(places);
    if (owner !== 'unattributed') return owner;
    if (places.some(({ kind }) => kind === 'layer' || kind === 'foreign')) return 'unattributed';
  }
  // Code without a name may be JavaScript of anybody: what lies below it did not ask for what lies above.
  const above = untilKind(stack, (kind) => kind === 'unknown');
  const user = above.filter(({ kind }) => kind !== 'kernel');
  // The dispatch of a callback is the runtime's only where nobody is known for whom it dispatches.
  const served = user.find(({ place }) => place.layer !== 'unattributed' && place.layer !== 'runtime');
  if (served !== undefined) return served.place.layer;
  const kernel = KERNEL_LAYER[kernelWork(stack) ?? 'other'];
  if (kernel !== undefined) return kernel;
  if (thread === 'pool') {
    const others = user.some(({ mechanism }) => mechanism === 'crypto' || mechanism === 'codec');
    return others ? 'unattributed' : 'io';
  }
  if (thread === 'platform' || user.some(({ place }) => place.layer === 'runtime')) return 'runtime';
  if (above.length < stack.length) return 'unattributed';
  return stack.some(({ mechanism }) => mechanism !== 'malloc') ? 'runtime' : 'unattributed';
}

/** On which thread a stack was seen, if it says so. */
export function threadOf(stack: readonly MixedFrame[]): ThreadKind | null {
  for (const { kind, place } of stack.toReversed()) {
    if (kind !== 'native') continue;
    const found = THREADS.find(([, pattern]) => pattern.test(place.name))?.[0];
    if (found !== undefined) return found;
  }
  return null;
}

/** By what the code at the bottom of a stack is called; the main function of a Worker stands above the start of its thread. */
const THREADS: readonly (readonly [ThreadKind, RegExp])[] = [
  ['worker', /^node::worker::Worker::(StartThread|Run)/],
  [
    'other',
    /^node::inspector::|^node::\(anonymous namespace\)::(StartIoThread|SignalInspector)|StartIoThreadMain/,
  ],
  [
    'platform',
    /PlatformWorkerThread|DelayedTaskScheduler|^v8::platform::DefaultJobWorker|^v8::internal::(ConcurrentMarking::|OptimizingCompileDispatcher::Compile)/,
  ],
  ['pool', /^(worker|uv__fs_work|uv__getaddrinfo_work|uv__getnameinfo_work)$|^uv__queue_work$/],
  ['main', /^node::(Start|LoadSnapshotDataAndRun|NodeMainInstance::Run)\b/],
];

function isHelper({ mechanism }: MixedFrame): boolean {
  return mechanism === 'gc' || mechanism === 'jit-compile';
}

/** Code without a name ends it too: that may be JavaScript of anybody. */
function aboveJavaScript(stack: readonly MixedFrame[]): readonly MixedFrame[] {
  return untilKind(stack, (kind) => kind === 'js' || kind === 'unknown');
}

/** What the kernel does at the leaf; null when it is not in the kernel or no row knows. */
function kernelWork(stack: readonly MixedFrame[]): Mechanism | null {
  const kernel = untilKind(stack, (kind) => kind !== 'kernel');
  return kernel.find(({ mechanism }) => mechanism !== null)?.mechanism ?? null;
}

function untilKind(
  stack: readonly MixedFrame[],
  ends: (kind: PerfFrame['kind']) => boolean,
): readonly MixedFrame[] {
  const at = stack.findIndex(({ kind }) => ends(kind));
  return at < 0 ? stack : stack.slice(0, at);
}
