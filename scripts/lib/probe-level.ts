import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type PointRef, ProbePass } from '../../results/schema/index.js';
import { primeCluster, shortLoad, type Via } from './level-load.js';
import { type PassResult, probePass } from './probe-pass.js';
import type { LevelPlan, PlannedPass, Twin } from './probe-plan.js';
import { plainPass, type RunContext, watchedLoad } from './run-context.js';
import type { Subject } from './subject.js';

/** A second cluster like the one that is measured, for probes that need nodes started in another way. */
export interface TwinCluster {
  readonly subject: Subject;
  /** Ends its nodes and removes what they left. */
  stop(): Promise<void>;
}

export type StartTwin = (nodeArguments: readonly string[]) => Promise<TwinCluster>;

/** All passes with probes at one level: first those on the nodes of the measured pass, then each twin's. Gives the names of the passes written. */
export async function probeLevel(
  context: RunContext,
  subject: Subject,
  point: PointRef,
  plan: LevelPlan,
  options: { readonly via: Via; readonly startTwin: StartTwin },
): Promise<string[]> {
  const names = await watchedPasses(context, subject, point, plan.plain, options.via);
  for (const twin of plan.twins) names.push(...(await twinPasses(context, point, twin, options)));
  return names;
}

/** A twin that does not start costs its own passes, not the run. */
async function twinPasses(
  context: RunContext,
  point: PointRef,
  { nodeArguments, passes }: Twin,
  { via, startTwin }: { readonly via: Via; readonly startTwin: StartTwin },
): Promise<string[]> {
  context.progress.status(`${point.id}: starting nodes with ${nodeArguments.join(' ')}`);
  let twin: TwinCluster | null = null;
  try {
    twin = await startTwin(nodeArguments);
    await primeCluster(context, twin.subject, via, context.times.primeSeconds);
    return await watchedPasses(context, twin.subject, point, passes, via);
  } catch (error) {
    context.signal.throwIfAborted();
    const because = `nodes with ${nodeArguments.join(' ')} could not be used: ${(error as Error).message}`;
    for (const probe of passes.flatMap((pass) => pass.probes))
      context.writer.notMeasured(`${probe.name} at ${point.id}`, because);
    return [];
  } finally {
    await twin?.stop();
  }
}

/**
 * Reference passes of the same kind stand before and after each pass with probes; neighbours share the one between them. A pass that breaks, because
 * the nodes lost their leader under a tracer, is a gap of the report; the rest goes on.
 */
async function watchedPasses(
  context: RunContext,
  subject: Subject,
  point: PointRef,
  passes: readonly PlannedPass[],
  via: Via,
): Promise<string[]> {
  const reference = async () => {
    const load = await shortLoad(context, subject, point, via)(context.times.referenceSeconds);
    return (await plainPass(context, `${point.id}: without a probe`, load)).summary.throughputPerSecond;
  };
  const names: string[] = [];
  let before: number | null = null;
  for (const pass of passes) {
    try {
      before ??= await reference();
      const results = await watchedPass(context, subject, point, pass, via);
      const after = await reference();
      for (const result of results) writeResult(context, point, result, [before, after]);
      names.push(...results.map(({ probe }) => probe));
      before = after;
    } catch (error) {
      context.signal.throwIfAborted();
      before = null;
      for (const { name } of pass.probes) {
        context.writer.notMeasured(`${name} at ${point.id}`, (error as Error).message);
        rmSync(join(passesDirectory(context, point), name), { recursive: true, force: true });
      }
    }
  }
  return names;
}

async function watchedPass(
  context: RunContext,
  subject: Subject,
  point: PointRef,
  pass: PlannedPass,
  via: Via,
): Promise<PassResult[]> {
  const load = await shortLoad(context, subject, point, via)(context.times.probeSeconds);
  const what = `${point.id}: ${pass.probes.map(({ name }) => name).join(', ')}`;
  const watched = watchedLoad(context, what, load);
  const results = await probePass(pass, subject, watched, passesDirectory(context, point));
  context.signal.throwIfAborted();
  return results;
}

function writeResult(
  context: RunContext,
  point: PointRef,
  result: PassResult,
  referencePerSecond: readonly number[],
): void {
  const document = { ...result, referencePerSecond: [...referencePerSecond] };
  context.writer.writePoint(point, `passes/${result.probe}/pass.json`, ProbePass, document);
  if (result.failed !== null) context.writer.notMeasured(`${result.probe} at ${point.id}`, result.failed);
}

function passesDirectory(context: RunContext, point: PointRef): string {
  return join(context.writer.pointDirectory(point), 'passes');
}
