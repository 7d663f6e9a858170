import type { Agent, Builtin } from './agent.js';

export interface GcOptions {
  /** Of the longest pauses this many are kept one by one; the sums are of all. */
  readonly pausesMax: number;
}

export interface GcFindings {
  readonly kinds: { readonly kind: string; count: number; totalMs: number; longestMs: number }[];
  /** Longest first. */
  readonly pauses: { readonly kind: string; readonly atNs: number; readonly ms: number }[];
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly spaces: { readonly name: string; readonly usedBytes: number; readonly sizeBytes: number }[];
}

/** Takes down every collection that V8 reports to this process from now on. */
export function gcAgent(builtin: Builtin, { pausesMax }: GcOptions): Agent<GcFindings> {
  const { PerformanceObserver, performance } = builtin('node:perf_hooks');
  const { setImmediate } = builtin('node:timers');
  const v8 = builtin('node:v8');
  const names = new Map<unknown, string>([
    [1, 'scavenge'],
    [2, 'minor-mark-sweep'],
    [4, 'mark-sweep-compact'],
    [8, 'incremental-marking'],
    [16, 'weak-callbacks'],
  ]);
  // performance.now() counts from the start of the process, the monotonic clock from the boot of the machine.
  const zeroNs = Number(process.hrtime.bigint()) - performance.now() * 1e6;
  const startMs = performance.now();
  const kinds = new Map<string, GcFindings['kinds'][number]>();
  let pauses: GcFindings['pauses'] = [];
  const keepLongest = (): void => {
    pauses = pauses.sort((a, b) => b.ms - a.ms).slice(0, pausesMax);
  };
  const take = (entries: readonly { startTime: number; duration: number }[]): void => {
    try {
      for (const entry of entries) {
        if (entry.startTime < startMs) continue;
        const ms = entry.duration;
        const kind = names.get((entry as { detail?: { kind?: unknown } }).detail?.kind) ?? 'unknown';
        const sum = kinds.get(kind) ?? { kind, count: 0, totalMs: 0, longestMs: 0 };
        sum.count += 1;
        sum.totalMs += ms;
        sum.longestMs = Math.max(sum.longestMs, ms);
        kinds.set(kind, sum);
        pauses.push({ kind, atNs: Math.round(zeroNs + entry.startTime * 1e6), ms });
      }
      if (pauses.length > 2 * pausesMax) keepLongest();
    } catch {
      // Without this record the process goes on, with an error out of a callback it would not.
    }
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  return {
    stop: async () => {
      // Node hands a record over in the turn after the collection; the second turn is for the queue of the observers.
      await turn();
      await turn();
      take(observer.takeRecords());
      observer.disconnect();
      keepLongest();
      const { heapUsed, heapTotal } = process.memoryUsage();
      const spaces = v8.getHeapSpaceStatistics().map((space) => ({
        name: space.space_name,
        usedBytes: space.space_used_size,
        sizeBytes: space.space_size,
      }));
      return {
        kinds: [...kinds.values()],
        pauses,
        heapUsedBytes: heapUsed,
        heapTotalBytes: heapTotal,
        spaces,
      };
    },
  };
}
