import { installHint } from '../machine/install-hint.js';
import type { ProbeAvailability } from '../probe.js';
import { inPrivateTracefs } from '../tools/private-tracefs.js';
import { runTool } from '../tools/run-tool.js';
import { watchSize } from '../tools/size-watch.js';
import { Tracer } from '../tools/tracer.js';
import { endingWithParent } from '../tools/with-parent.js';

/** Programs are compiled and checked by the kernel before they are attached; on a machine under full load that takes seconds. */
const ATTACH_TIMEOUT_MS = 20_000;
/** The kernel waits for every processor before it lets a tracepoint go, ten times over: a second here, many on a machine under full load. */
const DETACH_TIMEOUT_MS = 60_000;
const LIFETIME_GRACE_MS = 60_000;
const TRIAL_TIMEOUT_MS = 15_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
/** As a line of the text output, or as an event of the JSON output: all programs of ours print it when they are attached. */
export const WATCHING = 'watching';
/** A tracepoint that the programs need, attached for a moment. */
const TRIAL = `tracepoint:syscalls:sys_enter_fdatasync { @calls = count(); } BEGIN { printf("${WATCHING}\\n"); exit(); }`;

/** Whether bpftrace can watch this kernel: tells by trying. `command` is the program's name or path. */
export async function checkBpftrace(command = 'bpftrace'): Promise<ProbeAvailability> {
  const unavailable = (detail: string, install: string | null = null): ProbeAvailability => ({
    available: false,
    detail,
    install,
  });
  const version = await runTool(command, ['--version']);
  if (version === null) return unavailable('bpftrace is not installed', installHint('bpftrace'));
  const trial = await runTool(...inPrivateTracefs([command, ['-e', TRIAL]]), TRIAL_TIMEOUT_MS);
  if (trial === null) return unavailable('unshare of util-linux is not installed');
  if (trial.exitCode !== 0 || !trial.stdout.includes(WATCHING)) {
    return unavailable(`bpftrace cannot watch this kernel: ${reasonOf(trial.stderr)}`);
  }
  return {
    available: true,
    detail: version.stdout.trim().split('\n')[0] ?? 'unknown version',
    install: null,
  };
}

/** The first complaint that is one: a limit on locked memory that cannot be raised hinders nobody on kernels since 5.11. */
function reasonOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.includes('RLIMIT_MEMLOCK'));
  return lines[0]?.trim() ?? 'no answer';
}

export interface BpftraceRun {
  /** Detaches; gives the seconds that were watched and the number of events that the kernel could not hand over. */
  stop(): Promise<{ readonly seconds: number; readonly lost: number }>;
}

/** Runs a program that prints WATCHING when it is attached; its output goes to `outputPath`. Resolves when it is attached. */
export async function runBpftrace(
  program: string,
  args: readonly string[],
  outputPath: string,
  seconds: number,
): Promise<BpftraceRun> {
  // The program ends itself as well: whoever should end it may be gone.
  const limited = `${program}\ninterval:s:${Math.ceil(seconds + LIFETIME_GRACE_MS / 1_000)} { exit(); }\n`;
  const commandLine = endingWithParent(
    inPrivateTracefs(['bpftrace', ['-B', 'line', ...args, '-e', limited]]),
  );
  const tracer = new Tracer(...commandLine, {
    name: 'bpftrace',
    stdoutPath: outputPath,
    attachTimeoutMs: ATTACH_TIMEOUT_MS,
    detachTimeoutMs: DETACH_TIMEOUT_MS,
    lifetimeMs: seconds * 1_000 + LIFETIME_GRACE_MS,
  });
  await tracer.attached(new RegExp(WATCHING));
  const startedNs = process.hrtime.bigint();
  let endedNs: bigint | null = null;
  const letGo = async (): Promise<void> => {
    stopWatching();
    endedNs ??= process.hrtime.bigint();
    await tracer.detach();
  };
  const stopWatching = watchSize(outputPath, OUTPUT_BYTES_MAX, () => letGo().catch(() => undefined));
  return {
    stop: async () => {
      await letGo();
      const lost = [...tracer.stderr.matchAll(/Lost (\d{1,12}) events/g)];
      return {
        seconds: Number(endedNs! - startedNs) / 1e9,
        lost: lost.reduce((sum, match) => sum + Number(match[1]), 0),
      };
    },
  };
}
