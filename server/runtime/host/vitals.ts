import { constants, PerformanceObserver, performance } from 'node:perf_hooks';
import type { Clock } from '../../ports/clock.js';
import type { Metrics } from '../../ports/metrics.js';

/** A pause that a reader of elections wants to know of; shorter ones are counted only. */
export const GC_PAUSE_MS_MIN = 5;

/** V8's names of its collections, as its traces have them. */
const GC_KINDS: ReadonlyMap<unknown, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'scavenge'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'mark-sweep-compact'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental-marking'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak-callbacks'],
]);

export interface VitalsOptions {
  readonly clock: Clock;
  /** False: only what is read when somebody asks, no observer of collections. */
  readonly isMeasured: boolean;
  /** Told of each pause of the collector from `GC_PAUSE_MS_MIN` on, soon after its end; times are the clock's. */
  readonly onGcPause: (kind: string, atNs: number, endNs: number) => void;
}

/** What the process itself costs: garbage collection, event-loop utilisation, CPU, memory. */
export function watchVitals(
  metrics: Metrics,
  { clock, isMeasured, onGcPause }: VitalsOptions,
): { stop(): void } {
  // Entries of the observer count from the process's own zero.
  const zeroNs = clock.nowNs() - performance.now() * 1e6;
  const gc = metrics.histogram('runtime_gc_ns', 'Pauses of the garbage collector.');
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { duration, startTime } = entry;
      gc.record(duration * 1e6);
      if (duration < GC_PAUSE_MS_MIN) continue;
      const { detail } = entry as { readonly detail?: { readonly kind?: number } };
      const kind = GC_KINDS.get(detail?.kind) ?? 'unknown';
      onGcPause(kind, zeroNs + startTime * 1e6, zeroNs + (startTime + duration) * 1e6);
    }
  });
  if (isMeasured) observer.observe({ entryTypes: ['gc'] });

  const loopStart = performance.eventLoopUtilization();
  metrics.gauge(
    'runtime_loop_utilization',
    'Share of time the event loop was not waiting, since start.',
    () => {
      return performance.eventLoopUtilization(loopStart).utilization;
    },
  );
  metrics.gauge(
    'runtime_cpu_user_ns',
    'CPU time in user mode, all threads.',
    () => process.cpuUsage().user * 1e3,
  );
  metrics.gauge(
    'runtime_cpu_system_ns',
    'CPU time in the kernel, all threads.',
    () => process.cpuUsage().system * 1e3,
  );
  metrics.gauge('runtime_resident_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  metrics.gauge(
    'runtime_heap_used_bytes',
    'Live and not yet collected objects of V8.',
    () => process.memoryUsage().heapUsed,
  );

  return {
    stop() {
      observer.disconnect();
    },
  };
}

/** CPU time of this process since its start, all threads, user and system. About 1 µs a call: one system call. */
export function processCpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1e3;
}
