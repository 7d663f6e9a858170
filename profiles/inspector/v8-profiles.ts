import type { CdpSession } from './cdp-session.js';
import type { EndRecording } from './recording.js';

/** Samples the main thread; ends with the document of a `.cpuprofile`. */
export async function recordCpu(session: CdpSession, intervalUs: number): Promise<EndRecording<object>> {
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: intervalUs });
  await session.post('Profiler.start');
  return async () => profileOf(await session.post('Profiler.stop'));
}

/** Samples allocations of the main thread, those included that are collected meanwhile; ends with the document of a `.heapprofile`. */
export async function recordAllocations(
  session: CdpSession,
  intervalBytes: number,
): Promise<EndRecording<object>> {
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: intervalBytes,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  return async () => profileOf(await session.post('HeapProfiler.stopSampling'));
}

function profileOf(result: unknown): object {
  return ((result ?? {}) as { readonly profile?: object }).profile ?? {};
}
