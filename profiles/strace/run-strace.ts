import { installHint } from '../machine/install-hint.js';
import { ptracePermission } from '../machine/ptrace.js';
import type { ProbeAvailability } from '../probe.js';
import { ProbeError } from '../probe-error.js';
import { runTool } from '../tools/run-tool.js';
import { sizeOf, watchSize } from '../tools/size-watch.js';
import { Tracer } from '../tools/tracer.js';
import { endingWithParent } from '../tools/with-parent.js';

const ATTACH_TIMEOUT_MS = 5_000;
const DETACH_TIMEOUT_MS = 10_000;
/** Beyond the planned seconds, for a caller that died without calling stop(). */
const LIFETIME_GRACE_MS = 60_000;
const TRIAL_TIMEOUT_MS = 5_000;
/**
 * `-y`: paths of descriptors (`-yy` would ask the kernel for every socket). `-s 0` and `verbose=none`: neither what was written nor any structure, so that no
 * user's data gets into a run directory and the tracer reads no memory. `-a 1`: no padding before the result.
 */
const LOG_ARGS = ['-f', '-y', '-ttt', '-T', '-a', '1', '-s', '0', '-e', 'verbose=none'];

/** Whether strace can trace here. `command` is the program's name or path. */
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

export interface StraceRun {
  /** Lets the process go; gives the seconds that were traced and the time of day at their end. Fails when strace had to be killed. */
  stop(): Promise<{ readonly seconds: number; readonly endedMs: number }>;
}

export interface StraceOptions {
  readonly pid: number;
  /** Log, and behind it the table if `args` ask for one. */
  readonly logPath: string;
  readonly args: readonly string[];
  readonly seconds: number;
  /** The process is let go when the log has become this large, so that it cannot fill the disk. */
  readonly logBytesMax: number;
}

/** Attaches strace to every thread of a process and writes the log of its calls. Resolves when it is attached. */
export async function runStrace({
  pid,
  logPath,
  args,
  seconds,
  logBytesMax,
}: StraceOptions): Promise<StraceRun> {
  const commandLine = ['strace', [...LOG_ARGS, ...args, '-o', logPath, '-p', `${pid}`]] as const;
  const tracer = new Tracer(...endingWithParent(commandLine), {
    name: 'strace',
    attachTimeoutMs: ATTACH_TIMEOUT_MS,
    detachTimeoutMs: DETACH_TIMEOUT_MS,
    lifetimeMs: seconds * 1_000 + LIFETIME_GRACE_MS,
  });
  await tracer.attached(/Process \d+ attached/);
  const startedNs = process.hrtime.bigint();
  let ended: { readonly seconds: number; readonly endedMs: number } | null = null;
  const letGo = async (): Promise<void> => {
    stopWatching();
    ended ??= { seconds: Number(process.hrtime.bigint() - startedNs) / 1e9, endedMs: Date.now() };
    await tracer.detach();
  };
  // A failure is told again by stop(), which detaches a second time.
  const stopWatching = watchSize(logPath, logBytesMax, () => letGo().catch(() => undefined));
  return {
    stop: async () => {
      await letGo();
      if (sizeOf(logPath) < 0)
        throw new ProbeError('STRATA_PROBE_FAILED', `strace left no log at ${logPath}.`);
      return ended!;
    },
  };
}
