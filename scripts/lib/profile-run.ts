import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Probe, ProbeTarget } from '../../profiles/probe.js';
import type { ProfilePass } from '../../results/schema/index.js';
import { ProbeCapture } from './probe-capture.js';
import type { PlannedPass } from './probe-plan.js';
import { processStart } from './profile-process.js';
import type { Progress } from './progress.js';

/** After Ctrl-C: long enough to detach and to write what there is, short enough for a person who waits. */
const STOP_INTERRUPTED_MS = 15_000;
const WATCH_MS = 200;

export interface ProfileRun {
  /** Folder of the profile. */
  readonly directory: string;
  readonly seconds: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What the passes gave, and what they could not. */
export class ProfileFindings {
  readonly passes: ProfilePass[] = [];
  readonly gaps: { what: string; because: string }[] = [];

  missing(probes: readonly Probe[], because: string): void {
    this.gaps.push(...probes.map(({ name }) => ({ what: name, because })));
  }

  /** A probe that gave nothing is a gap, and its folder goes: a profile holds what was captured. */
  add(directory: string, pass: ProfilePass): void {
    if (pass.captures.length > 0) this.passes.push(pass);
    else rmSync(passDirectory(directory, pass.probe), { recursive: true, force: true });
    if (pass.failed !== null) this.gaps.push({ what: pass.probe, because: pass.failed });
    else if (pass.captures.length === 0)
      this.gaps.push({ what: pass.probe, because: 'it ended without a result' });
  }
}

/** The passes on one process, one after the other. A process that ends, and Ctrl-C, leave gaps for what was not done. */
export async function profileProcess(
  run: ProfileRun,
  target: ProbeTarget,
  isLocal: boolean,
  passes: readonly PlannedPass[],
  findings: ProfileFindings,
): Promise<void> {
  const began = isLocal ? processStart(target.pid) : null;
  const isGone = () => isLocal && processStart(target.pid) !== began;
  for (const { probes } of passes) {
    if (run.signal.aborted) findings.missing(probes, 'the profile was interrupted before');
    else if (isGone()) findings.missing(probes, `process ${target.pid} ended before`);
    else await onePass(run, target, { probes, isGone }, findings);
  }
}

async function onePass(
  run: ProfileRun,
  target: ProbeTarget,
  { probes, isGone }: { readonly probes: readonly Probe[]; readonly isGone: () => boolean },
  findings: ProfileFindings,
): Promise<void> {
  const names = probes.map(({ name }) => name);
  run.progress.status(`${names.join(', ')}: attaching`);
  const captures = probes.map((probe) => new ProbeCapture(probe, passDirectory(run.directory, probe.name)));
  await Promise.all(captures.map((capture) => capture.start([target], run.seconds)));
  const beganMs = performance.now();
  run.progress.status(`${names.join(', ')}: ${run.seconds} s`);
  if (captures.some(({ isRunning }) => isRunning)) await untilOver(run, isGone);
  const seconds = (performance.now() - beganMs) / 1_000;
  run.progress.status(`${names.join(', ')}: reading what was captured`);
  await Promise.all(
    captures.map((capture) => capture.stop(run.signal.aborted ? STOP_INTERRUPTED_MS : undefined)),
  );
  for (const { probe, captures: files, failed } of captures)
    findings.add(run.directory, {
      ...headOf(probe),
      seconds,
      sharedWith: names.filter((name) => name !== probe.name),
      captures: [...files],
      failed,
    });
}

/** Tools that start the process themselves: each runs the program once, from its begin to its end. */
export async function profileLaunches(
  run: ProfileRun,
  command: readonly string[],
  probes: readonly Probe[],
  findings: ProfileFindings,
): Promise<void> {
  for (const probe of probes) {
    if (run.signal.aborted) {
      findings.missing([probe], 'the profile was interrupted before');
      continue;
    }
    run.progress.status(`${probe.name}: running ${command.join(' ')}`);
    const directory = passDirectory(run.directory, probe.name);
    mkdirSync(directory, { recursive: true });
    const request = { command, cwd: process.cwd(), seconds: run.seconds, signal: run.signal };
    const pass = { ...headOf(probe), seconds: run.seconds, sharedWith: [] };
    try {
      const file = await probe.launch!(request, directory);
      findings.add(run.directory, { ...pass, captures: [file], failed: null });
    } catch (error) {
      findings.add(run.directory, { ...pass, captures: [], failed: (error as Error).message });
    }
  }
}

/** The planned time, Ctrl-C or the end of the process, whichever comes first. */
async function untilOver({ seconds, signal }: ProfileRun, isGone: () => boolean): Promise<void> {
  const endMs = performance.now() + seconds * 1_000;
  for (let leftMs = endMs - performance.now(); leftMs > 0 && !signal.aborted && !isGone(); ) {
    await sleep(Math.min(leftMs, WATCH_MS), undefined, { signal }).catch(() => undefined);
    leftMs = endMs - performance.now();
  }
}

function headOf({
  name,
  question,
  tier,
  cost,
}: Probe): Pick<ProfilePass, 'probe' | 'question' | 'tier' | 'cost'> {
  return { probe: name, question, tier, cost };
}

function passDirectory(directory: string, probe: string): string {
  return join(directory, 'passes', probe);
}
