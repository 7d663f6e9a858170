import type {
  DescriptorKind,
  FutexRow,
  LayerName,
  SyscallCapture,
  ThreadKind,
} from '../../results/schema/index.js';
import { LAYERS } from '../../results/schema/index.js';
import { t, translated } from '../language/language.js';
import { type Measured, measured, missing, quotient } from './measured.js';
import { compareText } from './node-measures.js';
import { isSync, isWaiting, isWrite } from './syscalls.js';

/** Above this share of the working time without an owner the attribution itself is in doubt. */
export const UNATTRIBUTED_MAX = 0.05;

/** System calls of one layer on one kind of descriptor. Waiting calls (futex, epoll) stand in lines of their own. */
export interface DescriptorLine {
  readonly layer: LayerName;
  readonly descriptor: DescriptorKind;
  readonly waits: boolean;
  readonly calls: number;
  readonly errors: number;
  readonly bytes: number;
  readonly seconds: number;
}

export interface DescriptorFacts {
  /** In the order of the layers, the longest first within a layer; what waits is last. */
  readonly lines: readonly DescriptorLine[];
  readonly workingSeconds: number;
  /** Of the working time, 0 to 1. */
  readonly unattributedShare: number;
}

const NO_DESCRIPTORS = 'this tracer did not tell descriptors apart';

const layerRank = (layer: LayerName): number => {
  const rank = (LAYERS as readonly string[]).indexOf(layer);
  return rank === -1 ? LAYERS.length : rank;
};

export function descriptorFacts(capture: SyscallCapture): Measured<DescriptorFacts> {
  if (capture.byDescriptor === undefined) return missing(translated(NO_DESCRIPTORS));
  const lines = new Map<string, DescriptorLine>();
  for (const row of capture.byDescriptor) {
    const waits = isWaiting(row.syscall);
    const { layer, descriptor } = row;
    const key = `${waits}/${layer}/${descriptor}`;
    const line = lines.get(key) ?? { layer, descriptor, waits, calls: 0, errors: 0, bytes: 0, seconds: 0 };
    lines.set(key, {
      ...line,
      calls: line.calls + row.calls,
      errors: line.errors + row.errors,
      bytes: line.bytes + row.bytes,
      seconds: line.seconds + row.seconds,
    });
  }
  const ordered = [...lines.values()].sort(
    (one, other) =>
      Number(one.waits) - Number(other.waits) ||
      layerRank(one.layer) - layerRank(other.layer) ||
      other.seconds - one.seconds ||
      compareText(one.descriptor, other.descriptor),
  );
  const working = ordered.filter((line) => !line.waits);
  const workingSeconds = secondsOf(working);
  const unowned = secondsOf(working.filter((line) => line.layer === 'unattributed'));
  return measured({
    lines: ordered,
    workingSeconds,
    unattributedShare: workingSeconds === 0 ? 0 : unowned / workingSeconds,
  });
}

function secondsOf(lines: readonly DescriptorLine[]): number {
  return lines.reduce((total, line) => total + line.seconds, 0);
}

/** write() calls on the log for each sync of it: what the document's 25:1 means. */
export function logWritesPerSync(capture: SyscallCapture): Measured {
  const rows = capture.byDescriptor?.filter((row) => row.descriptor === 'wal');
  if (rows === undefined) return missing(translated(NO_DESCRIPTORS));
  if (rows.length === 0) return missing(t`the trace saw no call on the log`);
  const calls = (wanted: (syscall: string) => boolean) =>
    rows.filter((row) => wanted(row.syscall)).reduce((total, row) => total + row.calls, 0);
  return quotient(measured(calls(isWrite)), measured(calls(isSync)), t`the trace saw no sync of the log`);
}

/** Futex waits of all threads of one kind. */
export interface FutexKind {
  readonly thread: ThreadKind;
  readonly threads: number;
  /** Waiting for work: no lock, and nobody's loss. */
  readonly parkedSeconds: number;
  readonly waits: number;
  readonly waitSeconds: number;
  readonly longestUs: number;
}

const THREADS: readonly ThreadKind[] = ['main', 'pool', 'worker', 'platform', 'other'];

export function futexByThread(rows: readonly FutexRow[]): readonly FutexKind[] {
  return THREADS.flatMap((thread) => {
    const own = rows.filter((row) => row.thread === thread);
    if (own.length === 0) return [];
    const sum = (read: (row: FutexRow) => number) => own.reduce((total, row) => total + read(row), 0);
    return [
      {
        thread,
        threads: new Set(own.map((row) => row.tid)).size,
        parkedSeconds: sum((row) => row.parkedSeconds),
        waits: sum((row) => row.waits),
        waitSeconds: sum((row) => row.waitSeconds),
        longestUs: own.reduce((longest, row) => Math.max(longest, row.longestUs), 0),
      },
    ];
  });
}
