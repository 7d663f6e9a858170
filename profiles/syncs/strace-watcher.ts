import { CallTargets } from '../descriptors/call-target.js';
import { NO_PORTS } from '../descriptors/ports.js';
import { checkStrace, runStrace } from '../strace/run-strace.js';
import { StraceLog } from '../strace/strace-log.js';
import { monotonicFrom, readClocks } from './clocks.js';
import { type KernelLogReader, type KernelView, KernelViewBuilder } from './kernel-syncs.js';
import type { Watcher } from './watch.js';

const LOG_BYTES_MAX = 48 * 1024 * 1024;

/**
 * strace on the syncs alone. It stops the process at EVERY system call all the same, since a filter in the kernel can only be given to a process that it
 * starts itself; so it is the last choice, and what it says of the time in the kernel includes its own two stops. It knows no device.
 */
export const straceWatcher: Watcher = straceWatcherWith([]);

/** With further arguments of strace: injected delays and errors. */
export function straceWatcherWith(more: readonly string[]): Watcher {
  return {
    method: 'strace',
    check: () => checkStrace('strace'),
    start: async ({ pid, logPath, seconds, calls }) => {
      const begin = readClocks();
      const args = ['-e', `trace=${calls.join(',')}`, ...more];
      const run = await runStrace({ pid, logPath, args, seconds, logBytesMax: LOG_BYTES_MAX });
      return {
        stop: async () => {
          await run.stop();
          return new StraceSyncReader(monotonicFrom(begin, readClocks()));
        },
      };
    },
  };
}

/** Reads the log of strace; `toMonotonic` turns its microseconds of the day into CLOCK_MONOTONIC. */
export class StraceSyncReader implements KernelLogReader {
  readonly #view = new KernelViewBuilder();
  readonly #log: StraceLog;

  constructor(toMonotonic: (realtimeUs: number) => number) {
    const targets = new CallTargets(new Map(), NO_PORTS, false);
    this.#log = new StraceLog((call) => {
      if (call.durationUs === null) return;
      this.#view.sync({
        syscall: call.name,
        tid: call.tid,
        descriptor: null,
        path: targets.of(call).path,
        enteredNs: toMonotonic(call.startUs),
        kernelNs: call.durationUs * 1_000,
      });
    });
  }

  line(text: string): void {
    this.#log.line(text);
  }

  end(): KernelView {
    this.#log.end();
    return this.#view.view(false);
  }
}
