import { checkBpftrace, runBpftrace, WATCHING } from '../bpf/run-bpftrace.js';
import { type KernelLogReader, KernelViewBuilder } from './kernel-syncs.js';
import type { Watcher } from './watch.js';

/**
 * Pairs begin and end in the kernel and hands over one line a call and one a flush. No stop of the process, and the device is seen; `nsecs` is
 * CLOCK_MONOTONIC. A flush is the request `FF`; two at once on one device count as the later one.
 */
export const bpftraceWatcher: Watcher = {
  method: 'bpftrace',
  check: () => checkBpftrace(),
  start: async ({ pid, logPath, seconds, calls }) => {
    const run = await runBpftrace(syncProgram(pid, calls), [], logPath, seconds);
    return {
      stop: async () => {
        const { lost } = await run.stop();
        return new BpftraceSyncReader(lost);
      },
    };
  },
};

export function syncProgram(pid: number, calls: readonly string[]): string {
  const probes = calls.map(
    (call) => `
tracepoint:syscalls:sys_enter_${call} /pid == ${pid}/ { @entered[tid] = nsecs; @fd[tid] = args->fd; }
tracepoint:syscalls:sys_exit_${call} /@entered[tid]/ {
  printf("S ${call} %d %d %llu %llu\\n", tid, @fd[tid], @entered[tid], nsecs - @entered[tid]);
  delete(@entered[tid]); delete(@fd[tid]);
}`,
  );
  return `BEGIN { printf("${WATCHING}\\n"); }${probes.join('')}
tracepoint:block:block_rq_issue /args->rwbs == "FF"/ { @issued[args->dev] = nsecs; }
tracepoint:block:block_rq_complete /args->rwbs == "FF" && @issued[args->dev]/ {
  printf("F %llu %llu\\n", @issued[args->dev], nsecs - @issued[args->dev]);
  delete(@issued[args->dev]);
}
END { clear(@entered); clear(@fd); clear(@issued); }
`;
}

const SYNC = /^S ([a-z]\w{0,31}) (\d{1,10}) (\d{1,10}) (\d{1,16}) (\d{1,16})$/;
const FLUSH = /^F (\d{1,16}) (\d{1,16})$/;

/** Reads the lines of `syncProgram`. */
export class BpftraceSyncReader implements KernelLogReader {
  readonly #view = new KernelViewBuilder();

  /** `lost`: events that bpftrace said were lost. */
  constructor(lost = 0) {
    this.#view.lose(lost);
  }

  line(text: string): void {
    const sync = SYNC.exec(text);
    if (sync !== null) {
      const [tid, descriptor, enteredNs, kernelNs] = sync.slice(2).map(Number) as [
        number,
        number,
        number,
        number,
      ];
      this.#view.sync({ syscall: sync[1]!, tid, descriptor, path: null, enteredNs, kernelNs });
      return;
    }
    const flush = FLUSH.exec(text);
    if (flush !== null) this.#view.flush({ issuedNs: Number(flush[1]), ns: Number(flush[2]) });
  }

  end() {
    return this.#view.view(true);
  }
}
