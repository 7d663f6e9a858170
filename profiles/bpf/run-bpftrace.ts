import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { installHint } from '../machine/install-hint.js';
import type { ProbeAvailability } from '../probe.js';
import { inPrivateTracefs } from '../tools/private-tracefs.js';
import { runTool } from '../tools/run-tool.js';
import { sizeOf, watchSize } from '../tools/size-watch.js';
import { Tracer } from '../tools/tracer.js';
import { endingWithParent } from '../tools/with-parent.js';

/** Programs are compiled and checked by the kernel before they are attached; on a machine under full load that takes seconds. */
const ATTACH_TIMEOUT_MS = 20_000;
/** The kernel waits for every processor before it lets a tracepoint go, ten times over: a second here, many on a machine under full load. */
const DETACH_TIMEOUT_MS = 60_000;
const REMIND_EVERY_MS = 500;
const MARK = 'all read';
const DRAIN_TIMEOUT_MS = 5_000;
const DRAIN_LOOK_MS = 10;
const DRAIN_BYTES_MAX = 64 * 1024;
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

/**
 * bpftrace looks for an interrupt only when it interrupts a wait for events: one that comes just as a wait has timed out is forgotten, on a busy machine one
 * in twenty. So when bpftrace waits for events though it was told to end, it is told again. Later on a second interrupt would cost the
 * summary, but then it does not wait for events any more.
 */
function remindOfEnd(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    if (readFileSync(`/proc/${pid}/wchan`, 'utf8').includes('poll')) process.kill(pid, 'SIGINT');
  } catch {
    // It has ended.
  }
}

export interface BpftraceRun {
  /** Detaches; gives the seconds that were watched and the number of events that the kernel could not hand over. */
  stop(): Promise<{ readonly seconds: number; readonly lost: number }>;
}

/**
 * bpftrace reads the buffers of all processors in rounds, and what nobody has read when it is told to end is lost. A mark that is printed is of one round; when
 * another one that was made after it is printed too, a whole round lies between them, and all that happened before the first has been read.
 */
async function drain(tracer: Tracer, outputPath: string): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    const from = sizeOf(outputPath);
    // Asks whether the process is there; the program prints the mark when we do.
    process.kill(tracer.pid!, 0);
    const giveUpAt = performance.now() + DRAIN_TIMEOUT_MS;
    while (!textFrom(outputPath, from).includes(MARK)) {
      if (performance.now() > giveUpAt) return;
      await sleep(DRAIN_LOOK_MS);
    }
  }
}

/** What was appended since the file had that size; of much only the end, which is where the mark is. */
function textFrom(path: string, from: number): string {
  const start = Math.max(from, sizeOf(path) - DRAIN_BYTES_MAX);
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(DRAIN_BYTES_MAX);
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, start));
  } finally {
    closeSync(file);
  }
}

/** Runs a program that prints WATCHING when it is attached; its output goes to `outputPath`. Resolves when it is attached. */
export async function runBpftrace(
  program: string,
  args: readonly string[],
  outputPath: string,
  seconds: number,
): Promise<BpftraceRun> {
  // The program ends itself as well: whoever should end it may be gone.
  const limited = `${program}
interval:s:${Math.ceil(seconds + LIFETIME_GRACE_MS / 1_000)} { exit(); }
tracepoint:syscalls:sys_enter_kill /pid == ${process.pid} && args->sig == 0/ { printf("${MARK}\\n"); }
`;
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
    await drain(tracer, outputPath).catch(() => undefined);
    const remind = setInterval(() => remindOfEnd(tracer.pid), REMIND_EVERY_MS);
    try {
      await tracer.detach();
    } finally {
      clearInterval(remind);
    }
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
