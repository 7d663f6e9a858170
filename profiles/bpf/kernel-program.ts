import type { BpfCapture, LayerName } from '../../results/schema/index.js';
import { WATCHING } from './run-bpftrace.js';

/** One histogram of the program: its name there, and what it means. */
export interface KernelHistogram {
  readonly name: string;
  readonly what: string;
  readonly unit: BpfCapture['histograms'][number]['unit'];
  readonly layer: LayerName;
}

/** What `kernelProgram` gathers. Buckets are powers of two. */
export const KERNEL_HISTOGRAMS: readonly KernelHistogram[] = [
  {
    name: 'run_queue_main',
    what: 'the main thread was ready and waited for a processor',
    unit: 'us',
    layer: 'runtime',
  },
  {
    name: 'run_queue_others',
    what: 'another thread of the process was ready and waited for a processor',
    unit: 'us',
    layer: 'runtime',
  },
  {
    name: 'off_cpu_main',
    what: 'the main thread was off the processor, its idle time in epoll included',
    unit: 'us',
    layer: 'idle',
  },
  { name: 'sync', what: 'an fsync or fdatasync of the process, in the kernel', unit: 'us', layer: 'io' },
  { name: 'flush', what: 'a flush of a device, for whichever process', unit: 'us', layer: 'io' },
];

/**
 * Gathers histograms in the kernel, for one process: nothing is handed over until the end, so it costs only its tracepoints. `tids` are its threads now; those
 * that it starts later are learned. The scheduler knows threads only, and a thread that is put off the processor while it could run on
 * (`prev_state` 0) waits just as one that was woken does.
 */
export function kernelProgram(pid: number, tids: readonly number[]): string {
  const mine = tids.map((tid) => `@mine[${tid}] = 1;`).join(' ');
  return `BEGIN { ${mine} printf("${WATCHING}\\n"); }
tracepoint:task:task_newtask /pid == ${pid}/ { @mine[args->pid] = 1; }
tracepoint:sched:sched_wakeup, tracepoint:sched:sched_wakeup_new /@mine[args->pid]/ { @ready[args->pid] = nsecs; }
tracepoint:sched:sched_switch {
  if (@mine[args->prev_pid]) {
    if (args->prev_state == 0) { @ready[args->prev_pid] = nsecs; }
    if (args->prev_pid == ${pid}) { @off[0] = nsecs; }
  }
  if (@mine[args->next_pid]) {
    $ready = @ready[args->next_pid];
    if (args->next_pid == ${pid}) {
      if ($ready) { @run_queue_main = hist((nsecs - $ready) / 1000); }
      if (@off[0]) { @off_cpu_main = hist((nsecs - @off[0]) / 1000); }
    } else {
      if ($ready) { @run_queue_others = hist((nsecs - $ready) / 1000); }
    }
    delete(@ready[args->next_pid]);
  }
}
tracepoint:syscalls:sys_enter_fsync, tracepoint:syscalls:sys_enter_fdatasync /pid == ${pid}/ { @entered[tid] = nsecs; }
tracepoint:syscalls:sys_exit_fsync, tracepoint:syscalls:sys_exit_fdatasync /@entered[tid]/ {
  @sync = hist((nsecs - @entered[tid]) / 1000); delete(@entered[tid]);
}
tracepoint:block:block_rq_issue /args->rwbs == "FF"/ { @issued[args->dev] = nsecs; }
tracepoint:block:block_rq_complete /args->rwbs == "FF" && @issued[args->dev]/ {
  @flush = hist((nsecs - @issued[args->dev]) / 1000); delete(@issued[args->dev]);
}
END { clear(@mine); clear(@ready); clear(@off); clear(@entered); clear(@issued); }
`;
}
