import { setMaxListeners } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../loadgen/random.js';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import { judge } from './check.js';
import { ClientPool } from './clients/client-pool.js';
import { HistoryRecorder } from './clients/history-recorder.js';
import { HttpCaller } from './clients/http-call.js';
import { drawConfig } from './draw-config.js';
import { type FaultRecord, runFaults } from './fault-runner.js';
import type { FaultGroup, FaultKind } from './faults/fault.js';
import { figuresOf } from './figures.js';
import { Fleet } from './fleet.js';
import { brokenInvariants } from './log-scan.js';
import { Monitor } from './monitor.js';
import { type Recovery, recover } from './recovery.js';
import { calmMs, planFaults } from './schedule.js';
import { SmallDisk } from './small-disk.js';
import { emptiness, type RunFigures, type Verdict } from './verdict.js';

export interface RunOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly nodes: number;
  readonly groups: readonly FaultGroup[];
  /** Those of the groups that this machine can make. */
  readonly kinds: readonly FaultKind[];
  /** Made when missing. */
  readonly directory: string;
  readonly staleReads: boolean;
  readonly signal: AbortSignal;
}

export interface RunResult {
  readonly seed: number;
  readonly directory: string;
  readonly verdict: Verdict;
  /** Sentences behind a verdict that is not green. */
  readonly reasons: readonly string[];
  readonly figures: RunFigures;
  readonly faults: readonly FaultRecord[];
  readonly recovery: Pick<Recovery, 'tookMs' | 'waits'>;
}

const CLIENTS = 10;
const PLAN_STREAM = 1;
const READY_MS_MAX = 30_000;
/** Faults that had to wait for something to harm may take so much longer than was planned. */
const OVERTIME_MS = 20_000;

/** One run: a cluster of its own, clients, faults, recovery, judgement. Whatever it started has ended when it returns or throws. */
export async function runNemesis(options: RunOptions): Promise<RunResult> {
  const { directory, seed, nodes, kinds, groups } = options;
  mkdirSync(directory, { recursive: true });
  const needsDisk = kinds.some(({ need }) => need === 'small-disk');
  const smallDisk = needsDisk ? await SmallDisk.make(join(directory, 'small-disk')) : null;
  const caller = new HttpCaller();
  const recorder = new HistoryRecorder(join(directory, 'history.jsonl'));
  const violations: string[] = [];
  let fleet: Fleet | null = null;
  try {
    fleet = await Fleet.start({
      ...{ nodes, directory, seed, smallDisk, ...drawConfig(seed) },
      onUnexpectedEnd: (node, { code, signal }) =>
        violations.push(`node ${node.id} ended by itself with ${signal ?? `code ${code}`}: ${node.logPath}`),
    });
    const { faults, figures, recovery } = await attack(options, {
      fleet,
      caller,
      recorder,
      smallDisk,
      violations,
    });
    // The checker takes all the time and memory that it can get.
    await fleet.close();
    await recorder.close();
    violations.push(...brokenInvariants(directory));
    const judgement = judge(recorder.events, directory);
    if (judgement.result === 'violation') violations.push(judgement.sentence);
    if (violations.length > 0) smallDisk?.salvage(join(directory, 'small-disk-data'));
    const doubts = emptiness(figures, faults, groups);
    const unknown = judgement.result === 'unknown' ? [judgement.sentence] : [];
    const verdict = verdictOf(violations, unknown, doubts);
    return {
      seed,
      directory,
      verdict,
      reasons: [...violations, ...unknown, ...doubts],
      figures,
      faults,
      recovery,
    };
  } finally {
    await fleet?.close();
    await recorder.close();
    caller.close();
    smallDisk?.close();
  }
}

interface Scene {
  readonly fleet: Fleet;
  readonly caller: HttpCaller;
  readonly recorder: HistoryRecorder;
  readonly smallDisk: SmallDisk | null;
  readonly violations: string[];
}

interface Evidence {
  readonly faults: readonly FaultRecord[];
  readonly figures: RunFigures;
  readonly recovery: Recovery;
}

async function attack(options: RunOptions, scene: Scene): Promise<Evidence> {
  const { seed, durationMs, kinds, directory, staleReads, signal } = options;
  const { fleet, caller, recorder, smallDisk, violations } = scene;
  const monitor = new Monitor(fleet, caller);
  await ready(monitor, violations, signal);
  const urls = () => fleet.urls;
  const pool = new ClientPool({ caller, recorder, seed, clients: CLIENTS, staleReads, urls });
  const startedMs = performance.now();
  const planned = planFaults(kinds, durationMs, new Random(seed, PLAN_STREAM), cutsLeaderOff);
  const over = AbortSignal.any([signal, AbortSignal.timeout(Math.round(durationMs + OVERTIME_MS))]);
  // One for each fault that waits.
  setMaxListeners(0, over);
  const path = join(directory, 'faults.jsonl');
  writeFileSync(path, '');
  const base = { fleet, monitor, caller, over, smallDisk };
  const faults = await runFaults(planned, base, { seed, startedMs, path });
  const leftMs = durationMs - (performance.now() - startedMs);
  await sleep(Math.max(0, leftMs), undefined, { signal }).catch(() => {});
  const endedMs = performance.now();
  await pool.stop();
  signal.throwIfAborted();
  const recovery = await recover(fleet, caller);
  const unread = recovery.violations.length > 0 ? [] : await pool.readAll();
  await monitor.stop();
  violations.push(...recovery.violations, ...monitor.violations);
  violations.push(...faults.flatMap(({ violation }) => violation ?? []));
  if (unread.length > 0)
    violations.push(`these keys could not be read after the recovery: ${unread.join(', ')}`);
  const times = { startedMs, endedMs, calmMs: calmMs(durationMs) };
  return {
    faults,
    figures: figuresOf({ recorder, pool, monitor, recovery, ...times }),
    recovery,
  };
}

function verdictOf(
  violations: readonly string[],
  unknown: readonly string[],
  doubts: readonly string[],
): Verdict {
  if (violations.length > 0) return 'violation';
  if (unknown.length > 0) return 'unknown';
  return doubts.length > 0 ? 'vacuous' : 'green';
}

function cutsLeaderOff(kind: FaultKind): boolean {
  return kind.name === 'isolate-leader' || kind.name === 'leader-in-minority';
}

async function ready(monitor: Monitor, violations: readonly string[], signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + READY_MS_MAX;
  while (monitor.leader === null || !monitor.leader.ready) {
    signal.throwIfAborted();
    // Nothing was done to it yet.
    if (violations.length > 0) throw new CliError('STRATA_NODE_LOST', violations.join('; '), EXIT.finding);
    if (performance.now() > endMs)
      throw new CliError('STRATA_NO_LEADER', `No leader served within ${READY_MS_MAX} ms of the start.`);
    await sleep(50);
  }
}
