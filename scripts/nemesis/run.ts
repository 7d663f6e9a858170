import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../loadgen/random.js';
import type { StrategyLetter } from '../../results/schema/index.js';
import type { NodeConfigInput } from '../../server/config/config.js';
import { checkRun } from './check.js';
import { ClientPool } from './clients/client-pool.js';
import { HistoryRecorder } from './clients/history-recorder.js';
import { HttpCaller } from './clients/http-call.js';
import { type FaultRecord, runFaults } from './fault-runner.js';
import type { FaultGroup, FaultKind } from './faults/fault.js';
import { figuresOf } from './figures.js';
import { Fleet } from './fleet.js';
import { Monitor } from './monitor.js';
import { recover } from './recovery.js';
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
  readonly recoveryMs: number;
}

const CLIENTS = 10;
const PLAN_STREAM = 1;
const CONFIG_STREAM = 2;
const READY_MS_MAX = 30_000;

/** One run: a cluster of its own, clients, faults, recovery, judgement. Whatever it started has ended when it returns or throws. */
export async function runNemesis(options: RunOptions): Promise<RunResult> {
  const { directory, seed, nodes, kinds } = options;
  mkdirSync(directory, { recursive: true });
  const violations: string[] = [];
  const needsDisk = kinds.some(({ need }) => need === 'small-disk');
  const smallDisk = needsDisk ? await SmallDisk.make(join(directory, 'small-disk')) : null;
  const caller = new HttpCaller();
  let fleet: Fleet | null = null;
  try {
    fleet = await Fleet.start({
      ...{ nodes, directory, seed, smallDisk, ...drawConfig(seed) },
      onUnexpectedEnd: (node, { code, signal }) =>
        violations.push(`node ${node.id} ended by itself with ${signal ?? `code ${code}`}: ${node.logPath}`),
    });
    const result = await attack(options, fleet, caller, smallDisk, violations);
    if (result.verdict === 'violation') smallDisk?.salvage(join(directory, 'small-disk-data'));
    return result;
  } finally {
    await fleet?.close();
    caller.close();
    smallDisk?.close();
  }
}

async function attack(
  options: RunOptions,
  fleet: Fleet,
  caller: HttpCaller,
  smallDisk: SmallDisk | null,
  violations: string[],
): Promise<RunResult> {
  const { seed, durationMs, kinds, groups, directory, staleReads, signal } = options;
  const monitor = new Monitor(fleet, caller);
  const recorder = new HistoryRecorder(join(directory, 'history.jsonl'));
  await ready(monitor, signal);
  const urls = () => fleet.urls;
  const pool = new ClientPool({ caller, recorder, seed, clients: CLIENTS, staleReads, urls });
  const startedMs = performance.now();
  const over = timeIsUp(durationMs, signal);
  const planned = planFaults(kinds, durationMs, new Random(seed, PLAN_STREAM), cutsLeaderOff);
  const path = join(directory, 'faults.jsonl');
  writeFileSync(path, '');
  const faults = await runFaults(
    planned,
    { fleet, monitor, caller, over, smallDisk },
    { seed, startedMs, path },
  );
  await sleep(Math.max(0, durationMs - (performance.now() - startedMs)), undefined, { signal }).catch(
    () => {},
  );
  await pool.stop();
  signal.throwIfAborted();
  const recovery = await recover(fleet, caller);
  const unread = recovery.violations.length > 0 ? [] : await pool.readAll();
  await monitor.stop();
  await recorder.close();
  violations.push(...recovery.violations, ...monitor.violations);
  violations.push(...faults.flatMap(({ violation }) => violation ?? []));
  if (unread.length > 0)
    violations.push(`after the recovery these keys could not be read: ${unread.join(', ')}`);
  const judged = await checkRun(recorder.events, join(directory, 'counterexample.svg'));
  if (judged.result === 'violation') violations.push(judged.sentence);
  const figures = figuresOf({
    recorder,
    pool,
    monitor,
    startedMs,
    durationMs,
    calmMs: calmMs(durationMs),
    recovery,
  });
  const empty = emptiness(figures, faults, groups);
  const verdict = verdictOf(violations, judged.result === 'unknown', empty);
  const reasons = [
    ...violations,
    ...(judged.result === 'unknown' ? ['the checker did not come to an end'] : []),
    ...empty,
  ];
  return { seed, directory, verdict, reasons, figures, faults, recoveryMs: recovery.tookMs };
}

function verdictOf(violations: readonly string[], isUnknown: boolean, empty: readonly string[]): Verdict {
  if (violations.length > 0) return 'violation';
  if (isUnknown) return 'unknown';
  return empty.length > 0 ? 'vacuous' : 'green';
}

const cutsLeaderOff = (kind: FaultKind): boolean =>
  kind.name === 'isolate-leader' || kind.name === 'leader-in-minority';

function timeIsUp(durationMs: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(Math.round(durationMs))]);
}

async function ready(monitor: Monitor, signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + READY_MS_MAX;
  while (monitor.leader === null || !monitor.leader.ready) {
    signal.throwIfAborted();
    if (performance.now() > endMs) throw new Error(`no leader within ${READY_MS_MAX} ms of the start`);
    await sleep(50);
  }
}

/** Small snapshots and small segments, so that the paths around them are taken all the time. */
function drawConfig(seed: number): {
  strategy: StrategyLetter;
  adjust: (config: NodeConfigInput) => NodeConfigInput;
} {
  const random = new Random(seed, CONFIG_STREAM);
  const strategy = random.nextFloat() < 0.25 ? 'A' : 'G';
  const entriesMax = [100, 300, 1_000][random.nextBelow(3)]!;
  const keepEntries = [0, 20, 90][random.nextBelow(3)]!;
  const segmentBytes = [65_536, 262_144][random.nextBelow(2)]!;
  return {
    strategy,
    adjust: (config) => ({
      ...config,
      log: { ...config.log, segmentBytes },
      snapshots: { entriesMax, keepEntries, logBytesMin: 32_768, sliceBytes: 4_096 },
    }),
  };
}
