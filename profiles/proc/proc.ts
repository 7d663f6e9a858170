import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { ProcWindow } from '../../results/schema/index.js';
import { ProbeError } from '../probe-error.js';
import { classifyThreads, moreDefinite, type ThreadKind, type ThreadSight } from './proc-threads.js';

type ProcWindowData = z.infer<typeof ProcWindow>;
type IoCounters = NonNullable<ProcWindowData['io']>;

export interface ThreadReading {
  readonly tid: number;
  readonly kind: ThreadKind;
  readonly cpuNs: number;
  readonly runqueueWaitNs: number;
  readonly switchesVoluntary: number;
  readonly switchesInvoluntary: number;
}

/** Cumulative counters of one process at one moment. */
export interface ProcReading {
  readonly pid: number;
  /** Clock ticks since boot; tells a process from a later one with the same id. */
  readonly startTicks: number;
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly rssBytes: number;
  /** Null where the kernel shows it to the owner only. */
  readonly io: IoCounters | null;
  /** Empty where the kernel keeps no scheduler statistics. Threads that ended are in the process's ticks, not here. */
  readonly threads: readonly ThreadReading[];
}

/** The counters of a process, or null when it is gone or there is no /proc. Costs about a millisecond, the process nothing. */
export function readProc(pid: number): ProcReading | null {
  const stat = readText(`/proc/${pid}/stat`);
  const statm = readText(`/proc/${pid}/statm`);
  if (stat === null || statm === null) return null;
  const fields = statFields(stat);
  const residentPages = Number(statm.split(' ')[1]);
  if (fields === null || !Number.isFinite(residentPages)) return null;
  return {
    pid,
    startTicks: fields.startTicks,
    userTicks: fields.userTicks,
    systemTicks: fields.systemTicks,
    rssBytes: residentPages * systemConstant('PAGESIZE', 4_096),
    io: readIo(pid),
    threads: readThreads(pid),
  };
}

/** What a process used between two readings. Fails when they are of two different processes. */
export function procWindow(before: ProcReading, after: ProcReading): ProcWindowData {
  if (before.pid !== after.pid || before.startTicks !== after.startTicks) {
    throw new ProbeError(
      'STRATA_PROBE_FAILED',
      `The readings are of two processes: ${before.pid} started at ${before.startTicks}, ${after.pid} at ${after.startTicks}. Did it restart?`,
    );
  }
  const tickMs = 1_000 / systemConstant('CLK_TCK', 100);
  const earlier = new Map(before.threads.map((thread) => [thread.tid, thread]));
  return {
    cpuUserMs: (after.userTicks - before.userTicks) * tickMs,
    cpuSystemMs: (after.systemTicks - before.systemTicks) * tickMs,
    rssBytes: after.rssBytes,
    io: before.io === null || after.io === null ? null : subtractIo(after.io, before.io),
    // A thread that was not there before began at nothing.
    threads: after.threads.map((thread) => subtractThread(thread, earlier.get(thread.tid))),
  };
}

function subtractThread(
  after: ThreadReading,
  before: ThreadReading | undefined,
): ProcWindowData['threads'][number] {
  return {
    tid: after.tid,
    kind: before === undefined ? after.kind : moreDefinite(after.kind, before.kind),
    cpuMs: (after.cpuNs - (before?.cpuNs ?? 0)) / 1e6,
    runqueueWaitMs: (after.runqueueWaitNs - (before?.runqueueWaitNs ?? 0)) / 1e6,
    switchesVoluntary: after.switchesVoluntary - (before?.switchesVoluntary ?? 0),
    switchesInvoluntary: after.switchesInvoluntary - (before?.switchesInvoluntary ?? 0),
  };
}

function subtractIo(after: IoCounters, before: IoCounters): IoCounters {
  return {
    rchar: after.rchar - before.rchar,
    wchar: after.wchar - before.wchar,
    syscr: after.syscr - before.syscr,
    syscw: after.syscw - before.syscw,
    readBytes: after.readBytes - before.readBytes,
    writeBytes: after.writeBytes - before.writeBytes,
  };
}

/** Fields of `stat` count from behind the last `)`: the command name before it may hold spaces and brackets. */
export function statFields(
  stat: string,
): { userTicks: number; systemTicks: number; startTicks: number } | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // proc(5) numbers from 1 and the third field, the state, is the first one here.
  const [userTicks, systemTicks, startTicks] = [14, 15, 22].map((number) => Number(fields[number - 3]));
  if (![userTicks, systemTicks, startTicks].every(Number.isFinite)) return null;
  return { userTicks: userTicks!, systemTicks: systemTicks!, startTicks: startTicks! };
}

function readIo(pid: number): IoCounters | null {
  const text = readText(`/proc/${pid}/io`);
  if (text === null) return null;
  const value = (name: string): number =>
    Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const io = {
    rchar: value('rchar'),
    wchar: value('wchar'),
    syscr: value('syscr'),
    syscw: value('syscw'),
    readBytes: value('read_bytes'),
    writeBytes: value('write_bytes'),
  };
  return Object.values(io).some(Number.isNaN) ? null : io;
}

function readThreads(pid: number): ThreadReading[] {
  const task = `/proc/${pid}/task`;
  const tids = listNumbers(task);
  const sights: ThreadSight[] = tids.map((tid) => ({
    tid,
    comm: readText(`${task}/${tid}/comm`)?.trim() ?? '',
    syscall: readText(`${task}/${tid}/syscall`)?.trim() ?? null,
  }));
  const kinds = classifyThreads(pid, sights, heapTest(pid));
  return tids.flatMap((tid) => readThread(task, tid, kinds.get(tid) ?? 'worker') ?? []);
}

/** Null for a thread that ended meanwhile, or a kernel without scheduler statistics. */
function readThread(task: string, tid: number, kind: ThreadKind): ThreadReading | null {
  const [cpuNs, runqueueWaitNs] = (readText(`${task}/${tid}/schedstat`) ?? '').split(' ').map(Number);
  const status = readText(`${task}/${tid}/status`);
  if (cpuNs === undefined || runqueueWaitNs === undefined || status === null) return null;
  const count = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(status)?.[1] ?? 0);
  return {
    tid,
    kind,
    cpuNs,
    runqueueWaitNs,
    switchesVoluntary: count('voluntary_ctxt_switches'),
    switchesInvoluntary: count('nonvoluntary_ctxt_switches'),
  };
}

/** Tells addresses of the heap, which the memory map names `[heap]`. */
function heapTest(pid: number): ((address: bigint) => boolean) | null {
  const maps = readText(`/proc/${pid}/maps`);
  if (maps === null || maps === '') return null;
  const heaps = [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) .*\[heap\]$/gm)].map((match) => ({
    start: BigInt(`0x${match[1]}`),
    end: BigInt(`0x${match[2]}`),
  }));
  return (address) => heaps.some(({ start, end }) => address >= start && address < end);
}

const constants = new Map<string, number>();

/** A constant of the system, asked once. */
function systemConstant(name: string, fallback: number): number {
  const known = constants.get(name);
  if (known !== undefined) return known;
  let value = fallback;
  try {
    const text = execFileSync('getconf', [name], { encoding: 'utf8', timeout: 2_000, stdio: 'pipe' });
    if (Number(text) > 0) value = Number(text);
  } catch {
    // Without getconf the value that Linux has on every common architecture stands.
  }
  constants.set(name, value);
  return value;
}

function listNumbers(directory: string): number[] {
  try {
    return readdirSync(directory)
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
