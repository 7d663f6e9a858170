import type {
  Capture,
  CpuCapture,
  LayerName,
  PerfCapture,
  SyncCallsCapture,
  SyscallCapture,
} from '../../../results/schema/index.js';
import { LAYERS, PSEUDO_LAYERS } from '../../../results/schema/index.js';
import { type MadeUpRole, madeUpHead } from '../../testing/captures/head.js';
import { madeUpPerf } from '../../testing/captures/perf.js';
import { madeUpSyncCalls } from '../../testing/captures/sync-calls.js';
import { madeUpCpu, madeUpSyscalls } from '../../testing/made-up-parts.js';

/** Captures in which one thing takes a given share and something harmless the rest. */

const SECOND_US = 1e6;

interface Taker {
  readonly name?: string;
  readonly file?: string;
  readonly layer?: LayerName;
  readonly mechanism?: string;
}

export function cpuTaken(by: Taker, share: number, role: MadeUpRole = 'leader'): CpuCapture {
  const { layer = 'runtime', mechanism = 'js', name = 'culprit', file = 'server/culprit.js' } = by;
  const us = share * SECOND_US;
  const rest = SECOND_US - us;
  const layers = Object.fromEntries([...LAYERS, ...PSEUDO_LAYERS].map((each) => [each, 0])) as Record<
    LayerName,
    number
  >;
  layers.runtime += rest;
  layers[layer] += us;
  return {
    ...madeUpCpu(role === 'leader' ? 1 : 2, role),
    sampledUs: SECOND_US,
    layers,
    mechanisms: {},
    matrix: [
      { layer: 'runtime', mechanism: 'js', us: rest },
      { layer, mechanism, us },
    ],
    frames: [
      { name: 'harmless', file: 'server/runtime/harmless.js', line: 1, layer: 'runtime' },
      { name, file, line: 1, layer },
    ],
    stacks: [
      { frames: [0], us: rest, layer: 'runtime' },
      { frames: [0, 1], us, layer },
    ],
  };
}

export function perfTaken(name: string, layer: LayerName, share: number): PerfCapture {
  const { layers, matrix, frames, stacks } = cpuTaken({ name, file: '', layer }, share);
  return {
    ...madeUpPerf(1, 'leader'),
    sampledUs: SECOND_US,
    layers,
    matrix,
    frames: frames.map((frame, index) => ({ ...frame, kind: index === 0 ? 'js' : 'native' })),
    stacks: stacks.map((stack) => ({ ...stack, thread: 'main' })),
  };
}

/** `[name, calls, seconds]` a row. */
export function syscallTable(
  rows: readonly (readonly [string, number, number])[],
  extra: Partial<SyscallCapture> = {},
): SyscallCapture {
  return {
    ...madeUpSyscalls(1, 'leader'),
    rows: rows.map(([syscall, calls, seconds]) => ({
      syscall,
      calls,
      errors: 0,
      seconds,
      usecsPerCall: calls === 0 ? 0 : (seconds / calls) * 1e6,
      minUs: null,
      maxUs: null,
    })),
    ...extra,
  };
}

/** A hundred syncs of one millisecond, `queue` and `wake` of it outside the kernel. */
export function syncClocks({
  queue,
  wake,
}: {
  readonly queue: number;
  readonly wake: number;
}): SyncCallsCapture {
  const ns = 1_000_000;
  const model = madeUpSyncCalls(1, 'leader').calls[1]!;
  return {
    ...madeUpSyncCalls(1, 'leader'),
    calls: Array.from({ length: 100 }, (_, index) => {
      const submittedNs = 600_000_000_000_000 + index * 10 * ns;
      return {
        ...model,
        submittedNs,
        enteredNs: submittedNs + Math.round(queue * ns),
        kernelNs: Math.round((1 - queue - wake) * ns),
        doneNs: submittedNs + ns,
        flushNs: null,
      };
    }),
  };
}

/** Locks and pool threads of a trace that knows parked threads apart. */
export function futexTrace(waitSeconds: number, workingSeconds: number): Capture {
  return syscallTable([['read', 1_000, workingSeconds]], {
    ...madeUpHead('strace', 1, 'leader'),
    futex: [
      { tid: 4001, thread: 'main', parkedSeconds: 0, waits: 10, waitSeconds, longestUs: waitSeconds * 1e5 },
      { tid: 4101, thread: 'pool', parkedSeconds: 90, waits: 0, waitSeconds: 0, longestUs: 0 },
    ],
  });
}
