import type { Probe } from './probe.js';
import { zeroXProbe } from './probes/0x.js';
import { bpfProbe } from './probes/bpf.js';
import { clinicBubbleprofProbe } from './probes/clinic-bubbleprof.js';
import { clinicDoctorProbe } from './probes/clinic-doctor.js';
import { clinicFlameProbe } from './probes/clinic-flame.js';
import { cpuProfileProbe } from './probes/cpu-profile.js';
import { eventLoopProbe } from './probes/event-loop.js';
import { gcProbe } from './probes/gc.js';
import { heapProbe } from './probes/heap.js';
import { locksProbe } from './probes/locks.js';
import { perfProbe } from './probes/perf.js';
import { perfTraceProbe } from './probes/perf-trace.js';
import { poolProbe } from './probes/pool.js';
import { procProbe } from './probes/proc.js';
import { straceProbe } from './probes/strace.js';
import { syncCallsProbe } from './probes/sync-calls.js';

export { attributeCpuProfile, type CaptureHead } from './attribution/attribute.js';
export { parseCpuProfile } from './attribution/cpuprofile.js';
export { LineIndex } from './attribution/line-index.js';
export { findLineIndex, LINE_INDEX_NAME, separateLineNumbers } from './attribution/line-numbers.js';
export { measureBaseline } from './baseline.js';
export { capabilities, gitState, machineFingerprint, versions } from './machine/machine.js';
export { removePerfMap } from './perf/map-file.js';
export type {
  LaunchRequest,
  Probe,
  ProbeAvailability,
  ProbeSession,
  ProbeStartOptions,
  ProbeTarget,
} from './probe.js';
export { PROBE_SECONDS_DEFAULT } from './probe.js';
export { ProbeError, type ProbeErrorCode } from './probe-error.js';
export { type ProcReading, procWindow, readProc } from './proc/proc.js';
export { parseStraceTable } from './strace/strace-table.js';

/** Every probe that can have a pass of its own, cheapest first. */
export const PROBES: readonly Probe[] = [
  cpuProfileProbe,
  gcProbe,
  eventLoopProbe,
  poolProbe,
  locksProbe,
  heapProbe,
  procProbe,
  syncCallsProbe,
  perfProbe,
  perfTraceProbe,
  straceProbe,
  bpfProbe,
  zeroXProbe,
  clinicDoctorProbe,
  clinicFlameProbe,
  clinicBubbleprofProbe,
];

export function probeByName(name: string): Probe | undefined {
  return PROBES.find((probe) => probe.name === name);
}

/** The table of the README, as Markdown. */
export function renderProbeTable(probes: readonly Probe[] = PROBES): string {
  const rows = probes.map(
    ({ name, tier, question, cost }) => `| \`${name}\` | ${tier} | ${question} | ${cost} |`,
  );
  return ['| probe | tier | question | cost |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
export { type DiskReading, diskWindow, readDisk } from './proc/disk-stats.js';
