import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { SyscallCapture } from '../../results/schema/index.js';
import { installHint } from '../machine/install-hint.js';
import { ptracePermission } from '../machine/ptrace.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeAvailability,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';
import { ProbeError } from '../probe-error.js';
import { parseStraceTable } from '../strace/strace-table.js';
import { runTool } from '../tools/run-tool.js';
import { Tracer } from '../tools/tracer.js';

/** `-w`: wall time inside the call; without it a call that blocks looks free. `-f`: the thread pool makes the syscalls. */
const BASE_ARGS = ['-c', '-f', '-w'];
const COLUMNS = 'name,calls,errors,total-time,avg-time,min-time,max-time';
const ATTACH_TIMEOUT_MS = 5_000;
const DETACH_TIMEOUT_MS = 10_000;
/** Beyond the planned seconds, for a caller that died without calling stop(). */
const LIFETIME_GRACE_MS = 60_000;
const TRIAL_TIMEOUT_MS = 5_000;

/** Every system call of every thread: how often, how long, how many failed. */
export const straceProbe: Probe = {
  name: 'strace',
  question: 'Which system calls does the process make, how long do they take, how many fail?',
  tier: 'T2',
  cost: 'two stops per system call: throughput falls to a fifth; times per call stay usable',
  watches: 'pair',
  nodeArguments: [],
  byDefault: true,
  check: () => checkStrace('strace'),
  start,
};

/** `command` is the program's name or path. */
export async function checkStrace(command: string): Promise<ProbeAvailability> {
  const unavailable = (detail: string, install: string | null = null): ProbeAvailability => ({
    available: false,
    detail,
    install,
  });
  const version = await runTool(command, ['-V']);
  if (version === null) return unavailable('strace is not installed', installHint('strace'));
  if (version.exitCode !== 0) return unavailable(`strace -V failed: ${version.stderr.trim()}`);
  const permission = ptracePermission();
  if (!permission.allowed) return unavailable(permission.detail);
  // The settings may allow what a container's system call filter refuses: only a trial tells.
  const trial = await runTool(command, ['-o', '/dev/null', process.execPath, '-v'], TRIAL_TIMEOUT_MS);
  if (trial?.exitCode !== 0) {
    return unavailable(`tracing is refused here: ${trial?.stderr.trim().split('\n')[0] ?? 'no answer'}`);
  }
  return {
    available: true,
    detail: /version (\S+)/.exec(version.stdout)?.[1] ?? 'unknown version',
    install: null,
  };
}

async function start(
  target: ProbeTarget,
  directory: string,
  options: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
): Promise<ProbeSession> {
  const raw = `node-${target.node}.strace.txt`;
  const help = await runTool('strace', ['--help']);
  if (help === null) {
    throw new ProbeError(
      'STRATA_PROBE_UNAVAILABLE',
      `strace is not installed. ${installHint('strace') ?? ''}`,
    );
  }
  // Old versions cannot choose columns; their table lacks the shortest and the longest call.
  const columns = help.stdout.includes('-U COLUMNS') ? ['-U', COLUMNS] : [];
  const tracer = new Tracer(
    'strace',
    [...BASE_ARGS, ...columns, '-o', join(directory, raw), '-p', `${target.pid}`],
    {
      attachTimeoutMs: ATTACH_TIMEOUT_MS,
      detachTimeoutMs: DETACH_TIMEOUT_MS,
      lifetimeMs: options.seconds * 1_000 + LIFETIME_GRACE_MS,
    },
  );
  await tracer.attached(/Process \d+ attached/);
  const startedNs = process.hrtime.bigint();
  return {
    stop: async () => {
      const seconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
      await tracer.detach();
      return save(target, directory, raw, seconds);
    },
  };
}

function save(target: ProbeTarget, directory: string, raw: string, seconds: number): string {
  const path = join(directory, raw);
  if (!existsSync(path)) {
    throw new ProbeError('STRATA_PROBE_FAILED', `strace left no summary at ${path}.`);
  }
  const parsed = `node-${target.node}.json`;
  const capture: SyscallCapture = {
    schema: 'strata.syscalls/1',
    probe: straceProbe.name,
    node: target.node,
    role: target.role,
    pid: target.pid,
    seconds,
    raw: [raw],
    rows: parseStraceTable(readFileSync(path, 'utf8')),
  };
  writeDocument(join(directory, parsed), SyscallCapture, capture);
  return parsed;
}
