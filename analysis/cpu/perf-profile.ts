import type { LayerName, PerfCapture, PerfFrame, ThreadKind } from '../../results/schema/index.js';
import { BUSY_LAYERS, busyUs, type FunctionShare, hotFunctions, inclusiveShare } from './cpu-profile.js';

const THREADS: readonly ThreadKind[] = ['main', 'pool', 'worker', 'platform', 'other'];

/** CPU time of all threads of one kind. */
export interface ThreadShare {
  readonly thread: ThreadKind;
  /** Threads of this kind that were seen on a CPU. */
  readonly threads: number;
  readonly us: number;
  /** Of the time of all threads. */
  readonly share: number;
  /** Of this kind's own time, in the kernel. */
  readonly kernelShare: number;
  /** Layers as shares of the time of all threads, in the order of `BUSY_LAYERS`. */
  readonly layers: readonly { readonly layer: LayerName; readonly share: number }[];
}

export function threadShares(capture: PerfCapture): readonly ThreadShare[] {
  const all = busyUs(capture);
  const part = (us: number, of: number) => (of === 0 ? 0 : us / of);
  return THREADS.flatMap((thread) => {
    const stacks = capture.stacks.filter((stack) => stack.thread === thread && stack.layer !== 'idle');
    if (stacks.length === 0) return [];
    const sum = (list: PerfCapture['stacks']) => list.reduce((total, stack) => total + stack.us, 0);
    const us = sum(stacks);
    return [
      {
        thread,
        threads: capture.threads.filter((each) => each.kind === thread && each.samples > 0).length,
        us,
        share: part(us, all),
        kernelShare: part(sum(stacks.filter((stack) => leafOf(capture, stack)?.kind === 'kernel')), us),
        layers: BUSY_LAYERS.map((layer) => ({
          layer,
          share: part(sum(stacks.filter((stack) => stack.layer === layer)), all),
        })),
      },
    ];
  });
}

function leafOf(capture: PerfCapture, stack: PerfCapture['stacks'][number]): PerfFrame | undefined {
  return capture.frames[stack.frames.at(-1) ?? -1];
}

export interface NativeFunction extends FunctionShare {
  readonly kind: PerfFrame['kind'];
}

/** Functions of all threads by self time. */
export function hotNativeFunctions(capture: PerfCapture, limit: number): readonly NativeFunction[] {
  const kinds = new Map<string, PerfFrame['kind']>();
  for (const frame of capture.frames) kinds.set(`${frame.file}\u0000${frame.name}`, frame.kind);
  return hotFunctions(capture, limit).map((row) => ({
    ...row,
    kind: kinds.get(`${row.file}\u0000${row.name}`) ?? 'unknown',
  }));
}

/**
 * Taking, releasing and waiting for native locks, as the document's perf output names them. Condition variables are left out: a pool's thread that
 * goes to sleep for want of work passes through one, and through the same futex.
 */
const LOCK_FRAME =
  /^_*(pthread_(mutex|rwlock|spin)_\w*|lll_(lock|unlock|mutex)\w*)$|^uv_(mutex|rwlock)_\w+$|^v8::base::\w*Mutex::/;

export const isNativeLock = (frame: PerfFrame): boolean =>
  (frame.kind === 'native' || frame.kind === 'kernel') && LOCK_FRAME.test(frame.name);

const SYNC_FRAME = /^(__x64_sys_|__ia32_sys_|do_|vfs_)?f(data)?sync(_range)?$/;

export const isNativeSync = (frame: PerfFrame): boolean =>
  (frame.kind === 'native' || frame.kind === 'kernel') && SYNC_FRAME.test(frame.name);

/** Share of the CPU time of all threads that has a matching frame anywhere in its stack. */
export function perfInclusiveShare(capture: PerfCapture, matches: (frame: PerfFrame) => boolean): number {
  const hits = new Set<unknown>(capture.frames.filter(matches));
  return inclusiveShare(capture, (frame) => hits.has(frame));
}
