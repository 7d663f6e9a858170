import type { Capability } from '../../results/schema/index.js';
import { CLINIC, checkTool, ZERO_X } from '../adapters/tool-package.js';
import { inspectorAvailability } from '../inspector/availability.js';
import { bpfProbe } from '../probes/bpf.js';
import { cpuProfileProbe } from '../probes/cpu-profile.js';
import { perfProbe } from '../probes/perf.js';
import { perfTraceProbe } from '../probes/perf-trace.js';
import { straceProbe } from '../probes/strace.js';
import { syncCallsProbe } from '../probes/sync-calls.js';
import { readProc } from '../proc/proc.js';
import { runTool } from '../tools/run-tool.js';
import { installHint, type KnownTool } from './install-hint.js';
import { ptracePermission } from './ptrace.js';

const NODE_MAJOR_MIN = 20;
const NODE_MINOR_MIN = 19;

type Finding = Pick<Capability, 'available' | 'detail' | 'install'>;

interface Question {
  readonly name: string;
  readonly tier: Capability['tier'];
  ask(): Promise<Finding>;
}

/** Outside tools: what they print for their version, how they are asked. Some are compared with, none is required. */
const TOOLS: readonly (readonly [KnownTool, Capability['tier'], readonly string[], readonly string[]])[] = [
  ['chromium', 'T2', ['chromium', 'chromium-browser', 'google-chrome'], ['--version']],
  ['redis-benchmark', 'T2', ['redis-benchmark'], ['--version']],
  ['etcd', 'T2', ['etcd'], ['--version']],
  ['wrk', 'T2', ['wrk'], ['--version']],
  ['fio', 'T2', ['fio'], ['--version']],
  ['git', 'T2', ['git'], ['--version']],
];

const QUESTIONS: readonly Question[] = [
  { name: 'node', tier: 'T0', ask: async () => nodeVersion() },
  { name: 'cpu-profile', tier: 'T0', ask: () => cpuProfileProbe.check() },
  { name: 'inspector', tier: 'T0', ask: () => inspectorAvailability() },
  { name: 'proc', tier: 'T1', ask: async () => procReadable() },
  { name: 'scheduler-statistics', tier: 'T1', ask: async () => schedulerStatistics() },
  { name: 'root', tier: 'T2', ask: async () => rootUser() },
  { name: 'ptrace', tier: 'T2', ask: async () => ptrace() },
  { name: 'strace', tier: 'T2', ask: () => straceProbe.check() },
  { name: 'perf', tier: 'T2', ask: () => perfProbe.check() },
  { name: 'perf-trace', tier: 'T2', ask: () => perfTraceProbe.check() },
  { name: 'perf-cycles', tier: 'T2', ask: perfCycles },
  { name: 'sync-calls', tier: 'T2', ask: () => syncCallsProbe.check() },
  { name: 'bpftrace', tier: 'T3', ask: () => bpfProbe.check() },
  { name: '0x', tier: 'T2', ask: async () => checkTool(ZERO_X) },
  { name: 'clinic', tier: 'T2', ask: async () => checkTool(CLINIC) },
  ...TOOLS.map(([tool, tier, names, args]) => ({
    name: tool,
    tier,
    ask: () => outsideTool(tool, names, args),
  })),
];

/** What this machine can capture, what is missing and the command that installs it. Asks all at once and never fails. */
export function capabilities(): Promise<Capability[]> {
  return Promise.all(
    QUESTIONS.map(async ({ name, tier, ask }) => {
      try {
        const { available, detail, install } = await ask();
        return { name, tier, available, detail, install };
      } catch (error) {
        return {
          name,
          tier,
          available: false,
          detail: `cannot tell: ${(error as Error).message}`,
          install: null,
        };
      }
    }),
  );
}

function has(detail: string): Finding {
  return { available: true, detail, install: null };
}

function lacks(detail: string, install: string | null = null): Finding {
  return { available: false, detail, install };
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = major > NODE_MAJOR_MIN || (major === NODE_MAJOR_MIN && minor >= NODE_MINOR_MIN);
  const text = `Node.js ${process.versions.node}`;
  return fits ? has(text) : lacks(`${text}; ${NODE_MAJOR_MIN}.${NODE_MINOR_MIN} or later is needed`);
}

function procReadable(): Finding {
  const reading = readProc(process.pid);
  if (reading === null) return lacks('there is no /proc');
  return reading.io === null ? lacks('/proc/PID/io is hidden') : has('/proc/PID stat, io, task');
}

function schedulerStatistics(): Finding {
  const threads = readProc(process.pid)?.threads ?? [];
  return threads.length > 0
    ? has(`${threads.length} threads seen`)
    : lacks('/proc/PID/task/TID/schedstat is missing');
}

function rootUser(): Finding {
  const user = process.getuid?.();
  return user === 0 ? has('user id 0') : lacks(`user id ${user ?? 'unknown'}; kernel probes need root`);
}

function ptrace(): Finding {
  const { allowed, detail } = ptracePermission();
  return allowed ? has(detail) : lacks(detail);
}

/**
 * In many virtual machines there is no performance counter: perf then silently samples `cpu-clock`, which sees only time
 * on the CPU and no cycles or instructions.
 */
async function perfCycles(): Promise<Finding> {
  const run = await runTool('perf', [
    'stat',
    '-x',
    ',',
    '-e',
    'cycles',
    '-e',
    'cpu-clock',
    process.execPath,
    '-v',
  ]);
  if (run === null) return lacks('perf is not installed', installHint('perf'));
  const counted = (event: string): boolean => new RegExp(`^[\\d.]+,[^,]*,${event}`, 'm').test(run.stderr);
  if (counted('cycles')) return has('hardware counter of cycles');
  if (counted('cpu-clock')) return lacks('no hardware counters here: perf falls back to cpu-clock');
  return lacks(`perf counts nothing here: ${firstLine(run.stderr)}`);
}

async function outsideTool(
  tool: KnownTool,
  names: readonly string[],
  args: readonly string[],
): Promise<Finding> {
  for (const name of names) {
    const run = await runTool(name, args);
    // wrk prints its version with exit code 1: being there is what counts.
    if (run !== null) return has(firstLine(run.stdout || run.stderr) || name);
  }
  return lacks(`${tool} is not installed`, installHint(tool));
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
