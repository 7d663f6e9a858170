import { join } from 'node:path';
import type { LoadOptions } from '../../loadgen/options.js';
import {
  DiskWindow,
  LoadSummary,
  NodeEvents,
  NodeWindow,
  type PointRef,
  Stages,
} from '../../results/schema/index.js';
import { HistoryRecording } from './history-recording.js';
import { describeHistory } from './history-text.js';
import { judgeHistory } from './history-verdict.js';
import { primeCluster, shortLoad, type Via } from './level-load.js';
import { closedLoop } from './load-settings.js';
import { type MeasuredPass, measuredPass } from './measured-pass.js';
import { middleLevel, sweepPoint, traceEvery } from './plan.js';
import { probeLevel, type StartTwin } from './probe-level.js';
import type { LevelPlan } from './probe-plan.js';
import { measureRecordingCost } from './recording-cost.js';
import { type RunContext, watchedLoad } from './run-context.js';
import { leaderUrl, type Subject } from './subject.js';

export interface SweepOptions {
  readonly strategy: PointRef['strategy'];
  readonly primitive: PointRef['primitive'];
  /** One for each level of the run, in its order. */
  readonly plan: readonly LevelPlan[];
  readonly via: Via;
  readonly startTwin: StartTwin;
}

/** Every level: a measured pass without probes, then the passes with probes that are planned for it. */
export async function sweepLevels(
  context: RunContext,
  subject: Subject,
  options: SweepOptions,
): Promise<void> {
  await primeCluster(context, subject, options.via, context.times.primeSeconds);
  const middle = middleLevel(context.levels);
  for (const levelPlan of options.plan) {
    const { level } = levelPlan;
    const point = sweepPoint(level, options.strategy, options.primitive);
    await measureLevel(context, subject, point, options.via, context.times);
    if (context.verify && level === middle)
      await measureRecordingCost(context, point, shortLoad(context, subject, point, options.via));
    const passes = await probeLevel(context, subject, point, levelPlan, options);
    context.writer.addPoint({ ...point, passes });
  }
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
  via: Via,
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
  for (const journal of pass.journals.events)
    writer.writePoint(point, `events/${journal.node}.json`, NodeEvents, journal);
  for (const { url, because } of pass.journals.gaps)
    writer.notMeasured(`the journal of ${url} at ${point.id}`, because);
  for (const gap of pass.gaps) writer.notMeasured(`a node's own measurements at ${point.id}`, gap);
}
