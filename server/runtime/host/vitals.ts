import { PerformanceObserver, performance } from 'node:perf_hooks';
import type { Metrics } from '../../ports/metrics.js';

/**
 * What the process itself costs: garbage collection, event-loop utilisation, CPU, memory. `isMeasured` false: only what is read when somebody
 * asks, no observer of collections.
 */
export function watchVitals(metrics: Metrics, isMeasured: boolean): { stop(): void } {
  const gc = metrics.histogram('runtime_gc_ns', 'Pauses of the garbage collector.');
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) gc.record(entry.duration * 1e6);
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
