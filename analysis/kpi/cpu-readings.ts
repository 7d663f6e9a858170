import type { CpuCapture, CpuFrame, LayerName, PerfFrame } from '../../results/schema/index.js';
import { busyUs, capturesByRole, cpuPass, inclusiveShare, layerShare } from '../cpu/cpu-profile.js';
import { perfInclusiveShare } from '../cpu/perf-profile.js';
import { t } from '../language/language.js';
import { leaderCapture } from '../measures/captures.js';
import { type Measured, map, measured, missing } from '../measures/measured.js';
import type { PointFacts } from '../report/facts.js';

/** Share of the leader's samples on the CPU whose mechanism is one of these, in one layer or in all. */
export function mechanismShare(
  point: PointFacts,
  mechanisms: readonly string[],
  layer: LayerName | null = null,
): Measured {
  return map(point.leaderCpu, (capture) => {
    const busy = busyUs(capture);
    const us = capture.matrix
      .filter((cell) => mechanisms.includes(cell.mechanism) && (layer === null || cell.layer === layer))
      .reduce((total, cell) => total + cell.us, 0);
    return busy === 0 ? 0 : us / busy;
  });
}

export function leaderLayerShare(point: PointFacts, layer: LayerName): Measured {
  return map(point.leaderCpu, (capture) => layerShare(capture, layer));
}

/** Share of the leader's samples on the CPU that have a matching frame anywhere in their stack. */
export function leaderFrameShare(point: PointFacts, matches: (frame: CpuFrame) => boolean): Measured {
  return map(point.leaderCpu, (capture) => inclusiveShare(capture, matches));
}

/** Share of the leader's samples on the CPU whose running frame itself matches: the code's own cost, without what it calls. */
export function leaderSelfShare(point: PointFacts, matches: (frame: CpuFrame) => boolean): Measured {
  return map(point.leaderCpu, (capture) => selfShare(capture, matches));
}

/** Share of the samples on the CPU whose running frame itself matches. */
export function selfShare(capture: CpuCapture, matches: (frame: CpuFrame) => boolean): number {
  const busy = busyUs(capture);
  let us = 0;
  for (const stack of capture.stacks) {
    const leaf = capture.frames[stack.frames.at(-1) ?? -1];
    if (leaf !== undefined && matches(leaf)) us += stack.us;
  }
  return busy === 0 ? 0 : us / busy;
}

/** Share of the CPU time of all threads of the leader, kernel included, that has a matching frame anywhere in its stack. */
export function leaderThreadShare(point: PointFacts, matches: (frame: PerfFrame) => boolean): Measured {
  return map(leaderCapture(point.point, 'strata.perf/1'), (capture) => perfInclusiveShare(capture, matches));
}

export function followerFrameShare(point: PointFacts, matches: (frame: CpuFrame) => boolean): Measured {
  return map(followerCpu(point), (capture) => inclusiveShare(capture, matches));
}

export function followerCpu(point: PointFacts): Measured<CpuCapture> {
  const pass = cpuPass(point.point);
  if (!pass.ok) return pass;
  const capture = capturesByRole(pass.value).find((candidate) => candidate.role === 'follower');
  return capture === undefined
    ? missing(t`the CPU profile of point ${point.point.ref.id} has no follower`)
    : measured(capture);
}

/** Code that looks after connections to peers. */
export const isPoolFrame = (frame: CpuFrame): boolean => /network\/peers\/[^/]*pool/.test(frame.file);

/** Opening a connection, by our code or Node's. */
export const isConnectFrame = (frame: CpuFrame): boolean =>
  /^(async )?(connect|internalConnect\w*|createConnection|lookupAndConnect\w*|dial)$/.test(frame.name) &&
  (frame.file.startsWith('node:') || frame.file === '' || frame.file.includes('network/peers'));

/** Raft's clock: heartbeats on a leader, the election timer on a follower. */
export const isTickFrame = (frame: CpuFrame): boolean =>
  /^#?tick\w*$/.test(frame.name) && /server\/(consensus|runtime)\//.test(frame.file);

/** Code that makes threads or tasks wait for one another. */
export const isLockFrame = (frame: CpuFrame): boolean =>
  /(^|\/)(mutex|semaphore|lock|async-lock)\.js$/.test(frame.file) ||
  /^(Atomics\.)?waitAsync$|^Atomics\.wait$/.test(frame.name);
