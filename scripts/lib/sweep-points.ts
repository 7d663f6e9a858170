import { join } from 'node:path';
import type { Probe } from '../../profiles/probe.js';
import { LoadSummary, NodeWindow, type PointRef, ProbePass, Stages } from '../../results/schema/index.js';
import { closedLoop } from './load-settings.js';
import { type MeasuredPass, measuredPass } from './measured-pass.js';
import { sweepPoint, traceEvery } from './plan.js';
import { probePass } from './probe-pass.js';
import { plainPass, type RunContext, watchedLoad } from './run-context.js';
import { leaderUrl, type Subject } from './subject.js';

/** Connections are made and code is warm after the measured pass; a pass of a probe needs only this. */
const SHORT_WARMUP_SECONDS = 0.4;

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
  for (const level of context.levels) {
    const point = sweepPoint(level, options.strategy, options.primitive);
    const measured = await measureLevel(context, subject, point, options.via, context.times);
    const passes = await probeLevel(context, subject, point, options, measured);
    context.writer.addPoint({ ...point, passes });
  }
}

interface PassTimes {
  readonly warmupSeconds: number;
  readonly measureSeconds: number;
}

/** One measured pass, written to the folder of the point. Gives its throughput per second. */
export async function measureLevel(
  context: RunContext,
  subject: Subject,
  point: PointRef,
  via: 'leader' | 'all',
  times: PassTimes,
): Promise<number> {
  const load = closedLoop(context.settings, {
    targets: via === 'leader' ? [await leaderUrl(subject)] : subject.urls,
    clients: point.clients,
    warmupSeconds: times.warmupSeconds,
    durationSeconds: times.measureSeconds,
    traceEvery: traceEvery(point.clients),
  });
  const pass = await measuredPass(
    subject,
    watchedLoad(context, `${point.id}: ${point.clients} clients`, load),
  );
  context.signal.throwIfAborted();
  writeMeasured(context, point, pass);
  const { summary } = pass.result;
  context.progress.note(
    `${point.id}: ${point.clients} clients, ${Math.round(summary.throughputPerSecond)} per second`,
  );
  return summary.throughputPerSecond;
}

function writeMeasured({ writer }: RunContext, point: PointRef, pass: MeasuredPass): void {
  writer.writePoint(point, 'summary.json', LoadSummary, pass.result.summary);
  writer.writePointText(point, 'latency.hlog', pass.result.hlog);
  writer.writePoint(point, 'stages.json', Stages, pass.stages);
  for (const window of pass.windows)
    writer.writePoint(point, `nodes/${window.node}.json`, NodeWindow, window);
  for (const gap of pass.gaps) writer.notMeasured(`a node's own measurements at ${point.id}`, gap);
}

/** Reference passes without a probe stand before and after each probe's pass; neighbours share the one between them. */
async function probeLevel(
  context: RunContext,
  subject: Subject,
  point: PointRef,
  { probes, via }: SweepOptions,
  measuredPerSecond: number,
): Promise<string[]> {
  const { probeSeconds, referenceSeconds } = context.times;
  let reference = measuredPerSecond;
  for (const probe of probes) {
    const loop = {
      targets: via === 'leader' ? [await leaderUrl(subject)] : subject.urls,
      clients: point.clients,
      warmupSeconds: SHORT_WARMUP_SECONDS,
      traceEvery: 0,
    };
    const directory = join(context.writer.pointDirectory(point), 'passes', probe.name);
    const load = closedLoop(context.settings, { ...loop, durationSeconds: probeSeconds });
    const what = `${point.id}: ${probe.name}`;
    const pass = await probePass(probe, subject, watchedLoad(context, what, load), directory);
    context.signal.throwIfAborted();
    const idle = closedLoop(context.settings, { ...loop, durationSeconds: referenceSeconds });
    const { summary } = await plainPass(context, `${point.id}: without ${probe.name}`, idle);
    context.writer.writePoint(point, `passes/${probe.name}/pass.json`, ProbePass, {
      ...pass,
      referencePerSecond: [reference, summary.throughputPerSecond],
    });
    if (pass.failed !== null) context.writer.notMeasured(`${probe.name} at ${point.id}`, pass.failed);
    reference = summary.throughputPerSecond;
  }
  return probes.map((probe) => probe.name);
}
