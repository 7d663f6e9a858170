import { rmSync } from 'node:fs';
import { installHint } from '../machine/install-hint.js';
import type { ProbeAvailability } from '../probe.js';
import { ProbeError } from '../probe-error.js';
import { inPrivateTracefs } from '../tools/private-tracefs.js';
import { runTool } from '../tools/run-tool.js';
import { Tracer } from '../tools/tracer.js';
import { endingWithParent } from '../tools/with-parent.js';
import { type KernelLogReader, type KernelView, KernelViewBuilder } from './kernel-syncs.js';
import { SYNC_CALLS, type Watcher } from './watch.js';

const TIMEOUT_MS = 10_000;
const LIFETIME_GRACE_MS = 60_000;
const SCRIPT_TIMEOUT_MS = 60_000;
/** About a quarter of a million events. */
const DATA_MEGABYTES_MAX = 32;
const BLOCK_EVENTS = ['block:block_rq_issue', 'block:block_rq_complete'];

/**
 * Tracepoints through perf: no stop of the process, the device is seen where perf can see it. `-a`, since the device answers on any processor and in the
 * name of any thread.
 */
export const perfWatcher: Watcher = {
  method: 'perf',
  check: () => checkPerf('perf'),
  start: async ({ pid, logPath, seconds, calls }) => {
    const dataPath = `${logPath}.perf.data`;
    const limit = Math.ceil(seconds + LIFETIME_GRACE_MS / 1_000);
    // perf starts its child when it records: the child's word is the sign that it does, and its end the limit of the whole.
    const child = ['sh', '-c', `echo recording >&2; exec sleep ${limit}`];
    const args = [...recordArgs(calls, dataPath), `--max-size=${DATA_MEGABYTES_MAX}M`, '--', ...child];
    const tracer = new Tracer(...endingWithParent(inPrivateTracefs(['perf', args])), {
      name: 'perf',
      attachTimeoutMs: TIMEOUT_MS,
      detachTimeoutMs: TIMEOUT_MS,
      lifetimeMs: limit * 1_000,
    });
    await tracer.attached(/recording/);
    return {
      stop: async () => {
        try {
          await tracer.detach();
          await printEvents(dataPath, logPath);
        } finally {
          rmSync(dataPath, { force: true });
        }
        return new PerfSyncReader(pid);
      },
    };
  },
};

function recordArgs(calls: readonly string[], dataPath: string): string[] {
  const events = calls.flatMap((call) => [`syscalls:sys_enter_${call}`, `syscalls:sys_exit_${call}`]);
  return [
    'record',
    '-q',
    '-a',
    '-k',
    'CLOCK_MONOTONIC',
    '-e',
    [...events, ...BLOCK_EVENTS].join(','),
    '-o',
    dataPath,
  ];
}

async function printEvents(dataPath: string, logPath: string): Promise<void> {
  const script = 'exec perf script -i "$0" --ns --show-lost-events -F pid,tid,time,event,trace >"$1"';
  const run = await runTool('sh', ['-c', script, dataPath, logPath], SCRIPT_TIMEOUT_MS);
  if (run?.exitCode === 0) return;
  const reason = run?.stderr.trim().split('\n').at(-1) || 'no answer';
  throw new ProbeError('STRATA_PROBE_FAILED', `perf script failed: ${reason}. Try \`strata doctor\`.`);
}

/** Whether perf may record the tracepoints here: tells by trying. `command` is the program's name or path. */
export async function checkPerf(command: string): Promise<ProbeAvailability> {
  const unavailable = (detail: string, install: string | null = null): ProbeAvailability => ({
    available: false,
    detail,
    install,
  });
  const version = await runTool(command, ['--version']);
  if (version === null) return unavailable('perf is not installed', installHint('perf'));
  const args = [...recordArgs(SYNC_CALLS, '/dev/null'), '--', 'true'];
  const trial = await runTool(...inPrivateTracefs([command, args]), TIMEOUT_MS);
  if (trial === null) return unavailable('unshare of util-linux is not installed');
  if (trial.exitCode !== 0) {
    const reason = trial.stderr.split('\n').find((line) => /\w/.test(line)) ?? 'no answer';
    return unavailable(`perf may not record tracepoints here: ${reason.trim()}`);
  }
  return { available: true, detail: version.stdout.trim().replace(/^perf version /, ''), install: null };
}

const EVENT =
  /^\s*(\d{1,10})\/(\d{1,10})\s+(\d{1,9})\.(\d{9}):\s+(?:\w+:)?(sys_enter|sys_exit|block_rq)_(\w{1,32}):\s+(.*)$/;
const LOST = /PERF_RECORD_LOST(?:_SAMPLES)?\s+lost (\d{1,12})/;
/** `254,0 FF 0 () 0 + 0 …`: device, then what is asked of it. */
const BLOCK = /^(\d+,\d+) FF /;
/** Below this share of issues whose completion was seen the device counts as not watched: some kernels hand perf no event of an idle processor. */
const COMPLETIONS_SEEN_MIN = 0.9;

/** Reads `perf script -F pid,tid,time,event,trace`, which is in the order of time. */
export class PerfSyncReader implements KernelLogReader {
  readonly #pid: number;
  readonly #view = new KernelViewBuilder();
  readonly #entered = new Map<
    number,
    { readonly syscall: string; readonly ns: number; readonly descriptor: number | null }
  >();
  readonly #issued = new Map<string, number>();
  #issues = 0;
  #completions = 0;

  constructor(pid: number) {
    this.#pid = pid;
  }

  line(text: string): void {
    const match = EVENT.exec(text);
    if (match === null) {
      const lost = LOST.exec(text);
      if (lost !== null) this.#view.lose(Number(lost[1]));
      return;
    }
    const [pid, tid, seconds, fraction] = match.slice(1, 5).map(Number) as [number, number, number, number];
    const ns = seconds * 1e9 + fraction;
    const [kind, name, rest] = match.slice(5) as [string, string, string];
    if (kind === 'block_rq') this.#block(name, rest, ns);
    else if (pid === this.#pid) this.#call(kind === 'sys_enter', name, tid, rest, ns);
  }

  end(): KernelView {
    return this.#view.view(this.#completions >= this.#issues * COMPLETIONS_SEEN_MIN);
  }

  #call(enters: boolean, syscall: string, tid: number, rest: string, ns: number): void {
    if (enters) {
      const descriptor = /\bfd: (0x[0-9a-f]{1,8})\b/.exec(rest);
      this.#entered.set(tid, { syscall, ns, descriptor: descriptor === null ? null : Number(descriptor[1]) });
      return;
    }
    const begun = this.#entered.get(tid);
    this.#entered.delete(tid);
    if (begun === undefined || begun.syscall !== syscall || ns < begun.ns) return;
    const { descriptor } = begun;
    this.#view.sync({ syscall, tid, descriptor, path: null, enteredNs: begun.ns, kernelNs: ns - begun.ns });
  }

  #block(name: string, rest: string, ns: number): void {
    const device = BLOCK.exec(rest)?.[1];
    if (device === undefined) return;
    if (name === 'issue') {
      this.#issues += 1;
      this.#issued.set(device, ns);
      return;
    }
    const issuedNs = this.#issued.get(device);
    if (name !== 'complete' || issuedNs === undefined || ns < issuedNs) return;
    this.#completions += 1;
    this.#issued.delete(device);
    this.#view.flush({ issuedNs, ns: ns - issuedNs });
  }
}
