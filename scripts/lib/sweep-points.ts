import { join } from 'node:path';
import type { LoadOptions } from '../../loadgen/options.js';
import type { Probe } from '../../profiles/probe.js';
import {
  DiskWindow,
  LoadSummary,
  NodeWindow,
  type PointRef,
  ProbePass,
  Stages,
} from '../../results/schema/index.js';
import { HistoryRecording } from './history-recording.js';
import { describeHistory } from './history-text.js';
import { judgeHistory } from './history-verdict.js';
import { closedLoop } from './load-settings.js';
import { type MeasuredPass, measuredPass } from './measured-pass.js';
import { middleLevel, sweepPoint, traceEvery } from './plan.js';
import { probePass } from './probe-pass.js';
import { measureRecordingCost } from './recording-cost.js';
import { plainPass, type RunContext, watchedLoad } from './run-context.js';
import { leaderUrl, type Subject } from './subject.js';

/** The nodes are warm after the measured pass; only the generator begins anew. */
const SHORT_WARMUP_SECONDS = 0.3;

export interface SweepOptions {
  readonly strategy: PointRef['strategy'];
  readonly primitive: PointRef['primitive'];
  readonly probes: readonly Probe[];
  /** Where the load goes: to the leader, or in turn to all nodes. */
  readonly via: 'leader' | 'all';
}

/** Every level: a measured pass without probes, then a pass of its own for each probe. */
export async function sweepLevels(
  context: RunContext,
  subject: Subject,
  options: SweepOptions,
): Promise<void> {
  await primeCluster(context, subject, options.via, context.times.primeSeconds);
  const middle = middleLevel(context.levels);
  for (const level of context.levels) {
    const point = sweepPoint(level, options.strategy, options.primitive);
    await measureLevel(context, subject, point, options.via, context.times);
    if (context.verify && level === middle)
      await measureRecordingCost(context, point, shortLoad(context, subject, point, options.via));
    const isProbed = context.times.probedLevels === 'all' || level === middle;
    const passes = isProbed ? await probeLevel(context, subject, point, options) : [];
    context.writer.addPoint({ ...point, passes });
  }
}

/** Load that nobody looks at. Middle concurrency: enough to compile the paths of a write, not enough to fill the log. */
export async function primeCluster(
  context: RunContext,
  subject: Subject,
  via: 'leader' | 'all',
  seconds: number,
): Promise<void> {
  const { clients } = middleLevel(context.levels);
  const load = closedLoop(context.settings, {
    targets: via === 'leader' ? [await leaderUrl(subject)] : subject.urls,
    clients,
    warmupSeconds: 0,
    durationSeconds: seconds,
    traceEvery: 0,
  });
  await plainPass(context, `warming up: ${clients} clients`, load);
  context.signal.throwIfAborted();
}

interface PassTimes {
  readonly warmupSeconds: number;
  readonly measureSeconds: number;
}

/** One measured pass, written to the folder of the point. */
export async function measureLevel(
  context: RunContext,
  subject: Subject,
  point: PointRef,
  via: 'leader' | 'all',
  times: PassTimes,
): Promise<void> {
  const load = closedLoop(context.settings, {
    targets: via === 'leader' ? [await leaderUrl(subject)] : subject.urls,
    clients: point.clients,
    warmupSeconds: times.warmupSeconds,
    durationSeconds: times.measureSeconds,
    traceEvery: traceEvery(point),
  });
  const watched = watchedLoad(context, `${point.id}: ${point.clients} clients`, load);
  const pass = context.verify
    ? await verifiedPass(context, subject, point, watched)
    : await measuredPass(subject, watched);
  context.signal.throwIfAborted();
  writeMeasured(context, point, pass);
  const { summary } = pass.result;
  context.progress.note(
    `${point.id}: ${point.clients} clients, ${Math.round(summary.throughputPerSecond)} per second`,
  );
}

/** The measured pass with a share of its operations recorded, and the verdict on them in its summary. */
async function verifiedPass(
  context: RunContext,
  subject: Subject,
  point: PointRef,
  load: LoadOptions,
): Promise<MeasuredPass> {
  const directory = context.writer.pointDirectory(point);
  const recording = new HistoryRecording(join(directory, 'history.jsonl'));
  let pass: MeasuredPass;
  try {
    pass = await measuredPass(subject, recording.of(load));
  } finally {
    recording.close();
  }
  context.signal.throwIfAborted();
  const { history } = pass.result;
  if (history === null) return pass;
  context.progress.status(`${point.id}: checking a history of ${history.operations} operations`);
  const check = judgeHistory(recording, history, directory);
  context.progress.note(`${point.id}: ${describeHistory(check)}`);
  return { ...pass, result: { ...pass.result, summary: { ...pass.result.summary, history: check } } };
}

function writeMeasured({ writer }: RunContext, point: PointRef, pass: MeasuredPass): void {
  writer.writePoint(point, 'summary.json', LoadSummary, pass.result.summary);
  writer.writePointText(point, 'latency.hlog', pass.result.hlog);
  writer.writePoint(point, 'stages.json', Stages, pass.stages);
  if (pass.disk !== null) writer.writePoint(point, 'disk.json', DiskWindow, pass.disk);
  for (const window of pass.windows)
    writer.writePoint(point, `nodes/${window.node}.json`, NodeWindow, window);
  for (const gap of pass.gaps) writer.notMeasured(`a node's own measurements at ${point.id}`, gap);
}

/** The point's load without traces, for passes beside the measured one. */
function shortLoad(
  context: RunContext,
  subject: Subject,
  point: PointRef,
  via: 'leader' | 'all',
): (durationSeconds: number) => Promise<LoadOptions> {
  return async (durationSeconds) =>
    closedLoop(context.settings, {
      targets: via === 'leader' ? [await leaderUrl(subject)] : subject.urls,
      clients: point.clients,
      warmupSeconds: SHORT_WARMUP_SECONDS,
      durationSeconds,
      traceEvery: 0,
    });
}

/** Reference passes of the same kind stand before and after each probe's pass; neighbours share the one between them. */
async function probeLevel(
  context: RunContext,
  subject: Subject,
  point: PointRef,
  { probes, via }: SweepOptions,
): Promise<string[]> {
  const { probeSeconds, referenceSeconds } = context.times;
  const loadFor = shortLoad(context, subject, point, via);
  const reference = async () => {
    const load = await loadFor(referenceSeconds);
    return (await plainPass(context, `${point.id}: without a probe`, load)).summary.throughputPerSecond;
  };
  let before = probes.length === 0 ? 0 : await reference();
  for (const probe of probes) {
    const directory = join(context.writer.pointDirectory(point), 'passes', probe.name);
    const load = watchedLoad(context, `${point.id}: ${probe.name}`, await loadFor(probeSeconds));
    const pass = await probePass(probe, subject, load, directory);
    context.signal.throwIfAborted();
    const after = await reference();
    context.writer.writePoint(point, `passes/${probe.name}/pass.json`, ProbePass, {
      ...pass,
      referencePerSecond: [before, after],
    });
    if (pass.failed !== null) context.writer.notMeasured(`${probe.name} at ${point.id}`, pass.failed);
    before = after;
  }
  return probes.map((probe) => probe.name);
}
