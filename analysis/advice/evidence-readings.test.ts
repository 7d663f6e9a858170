import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import type { Capture, NodeWindow } from '../../results/schema/index.js';
import { adviceRules, DEFAULT_RULES } from '../rules/rule-book.js';
import { levelWith, withLeader, withPoolUse } from '../rules/testing/evidence-runs.js';
import { madeUpEventLoop } from '../testing/captures/event-loop.js';
import { madeUpGc } from '../testing/captures/gc.js';
import { madeUpLock, madeUpLocks } from '../testing/captures/locks.js';
import { madeUpPerf } from '../testing/captures/perf.js';
import { madeUpPool } from '../testing/captures/pool.js';
import { type MadeUpClocks, madeUpSyncCalls } from '../testing/captures/sync-calls.js';
import { factsOf, mapNodes } from '../testing/change-run.js';
import { withCaptures } from '../testing/made-up-captured-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { type Advice, evaluateAdvice } from './advice-rule.js';
import { EVIDENCE_READINGS } from './evidence-readings.js';

const ADVICE_RULES = adviceRules(DEFAULT_RULES);

const find = (run: RunData, id: string): Advice | undefined =>
  evaluateAdvice(ADVICE_RULES, factsOf(run)).find((advice) => advice.rule.id === id);

const findIn = (capture: Capture, id: string): Advice | undefined => find(withCaptures(capture), id);

describe('advice from single probes', () => {
  it('is silent without their captures', () => {
    const found = evaluateAdvice(
      ADVICE_RULES.filter((rule) => Object.hasOwn(EVIDENCE_READINGS, rule.reading)),
      factsOf(madeUpRun()),
    );
    assert.deepEqual(
      found.map((advice) => advice.rule.id),
      [],
    );
  });

  it('names the pass that shows the evidence again', () => {
    const advice = find(
      withCaptures(madeUpGc(1, 'leader', 50), madeUpEventLoop(1, 'leader', 50)),
      'loop-stalls',
    )!;
    assert.equal(advice.command, 'strata sweep --levels 100 --probes event-loop --seed 7 --quick');
  });

  it('speaks of the pool queue and of the wake-up when they are most of a sync, and 40 % at least', () => {
    const syncs = (clocks: MadeUpClocks, count?: number) => madeUpSyncCalls(1, 'leader', clocks, count);
    const queued = { queue: 600, kernel: 250, flush: 100, wake: 100 };
    const advice = findIn(syncs(queued), 'pool-queue')!;
    assert.match(advice.evidence.text, /between the call and its entry.*1,200 syncs by `fsync-clocks`/);
    assert.ok(advice.evidence.bound! > 0 && advice.evidence.bound! < 1);
    assert.equal(findIn(syncs(queued), 'sync-wakeup'), undefined);
    const late = { queue: 60, kernel: 250, flush: 100, wake: 600 };
    assert.ok(findIn(syncs(late), 'sync-wakeup') !== undefined);
    assert.equal(findIn(syncs(late), 'pool-queue'), undefined);
    // The largest, but less than 40 %.
    const even = { queue: 380, kernel: 600, flush: 300, wake: 300 };
    assert.equal(findIn(syncs(even), 'pool-queue'), undefined);
    const slowDisk = { queue: 60, kernel: 900, flush: 800, wake: 60 };
    assert.equal(findIn(syncs(slowDisk), 'pool-queue'), undefined);
    assert.equal(findIn(syncs(queued, 49), 'pool-queue'), undefined);
    assert.ok(findIn(syncs(queued, 50), 'pool-queue') !== undefined);
  });

  it('speaks of a saturated pool from a tenth of the tasks on, where threads do not wait for a CPU', () => {
    const pool = (share: number, use: Parameters<typeof withPoolUse>[1]) =>
      find(withPoolUse(levelWith(madeUpPool(1, 'leader', share)), use), 'pool-saturated');
    assert.equal(pool(0.099, { busy: 0.8 }), undefined);
    const advice = pool(0.1, { busy: 0.8 })!;
    assert.match(advice.evidence.text, /10\.0 %.*4 threads/);
    assert.match(advice.evidence.text, /syncs of the log take 80\.0 % of the threads/);
    assert.equal(advice.command, 'strata sweep --levels 100 --probes pool --seed 7 --quick');
    // The log has one write or sync under way: it fills no pool alone.
    assert.ok(pool(0.5, { busy: 0.2 }) !== undefined);
    assert.match(pool(0.5, { busy: 1.8 })!.evidence.text, /take 100 % of the threads/);
    // Idle threads that get no CPU make tasks wait just as long.
    const meanUs = madeUpPool(1, 'leader').wait.mean;
    assert.ok(pool(0.5, { busy: 0.8, cpuWaitUs: meanUs * 0.49 }) !== undefined);
    assert.equal(pool(0.5, { busy: 0.8, cpuWaitUs: meanUs * 0.51 }), undefined);
    const unseen = withLeader(levelWith(madeUpPool(1, 'leader', 0.5)), () => ({ proc: null }));
    assert.equal(find(unseen, 'pool-saturated'), undefined);
  });

  it('speaks of a lock from 5 % of the time in flight on, and names its holder', () => {
    const inFlight = 100.4;
    const locked = (share: number) => {
      const lock = (node: NodeWindow): NodeWindow => ({
        ...node,
        locks: [
          madeUpLock(2 * share * inFlight * node.seconds * 1e3, 'append_slot'),
          madeUpLock(share * inFlight * node.seconds * 1e3, 'global_lock'),
        ],
      });
      return mapNodes(madeUpRun(), lock);
    };
    // The level with the fewest clients has the fewest in flight, so it is the first to cross the border.
    const atMid = (share: number) =>
      find(
        { ...locked(share), points: locked(share).points.filter((point) => point.ref.id === 'mid') },
        'lock-waits',
      );
    assert.equal(atMid(0.0499), undefined);
    const advice = atMid(0.0501)!;
    assert.match(
      advice.evidence.text,
      /at `global_lock` \(log\).*5\.0 %.*90\.0 % of it while `snapshot` held it/,
    );
    assert.ok(Math.abs(advice.evidence.bound! - 0.0501) < 1e-6);
    assert.equal(advice.command, 'strata sweep --levels 100 --probes none --seed 7 --quick');
    // More than all of it is no share.
    assert.ok(atMid(30)!.evidence.bound! <= 1);
    const seen = madeUpLocks(1, 'leader');
    const held = { ...seen, locks: [madeUpLock(120_000), madeUpLock(60_000, 'global_lock')] };
    const probed = findIn(held, 'lock-waits')!;
    assert.equal(probed.command, 'strata sweep --levels 100 --probes locks --seed 7 --quick');
  });

  it('takes a line before the disk for no lock: what gathers there has a finding of its own', () => {
    for (const name of ['append_slot', 'proposal_slot']) {
      const lock = (node: NodeWindow): NodeWindow => ({ ...node, locks: [madeUpLock(1e9, name)] });
      assert.equal(find(mapNodes(madeUpRun(), lock), 'lock-waits'), undefined);
      assert.equal(find(mapNodes(madeUpRun(), lock), 'lock-contention'), undefined);
    }
  });

  it('speaks of native locks above 15 % of the CPU, and of CPU without an owner above 5 %', () => {
    // One second in all, 20 ms of it in locks already: 150 ms more are 170 of 1,150, 160 more 180 of 1,160.
    assert.equal(findIn(madeUpPerf(1, 'leader', 150_000), 'native-locks'), undefined);
    assert.match(findIn(madeUpPerf(1, 'leader', 160_000), 'native-locks')!.evidence.text, /^15\.5 %/);
    assert.equal(findIn(madeUpPerf(1, 'leader', 0, 52_000), 'unattributed-threads'), undefined);
    assert.match(
      findIn(madeUpPerf(1, 'leader', 0, 53_000), 'unattributed-threads')!.evidence.text,
      /^5\.1 %/,
    );
  });

  it('speaks of a collection and of a stall from half a heartbeat on', () => {
    assert.equal(findIn(madeUpGc(1, 'leader', 49.9), 'gc-pauses'), undefined);
    assert.match(findIn(madeUpGc(1, 'leader', 50), 'gc-pauses')!.evidence.text, /50\.0 ms \(major\).*100 ms/);
    assert.equal(findIn(madeUpEventLoop(1, 'leader', 49.9), 'loop-stalls'), undefined);
    const stalled = findIn(madeUpEventLoop(1, 'leader', 50), 'loop-stalls')!;
    assert.match(stalled.evidence.text, /^1 turn of at least.*50\.0 ms in `encodeSnapshot/);
    assert.match(findIn(madeUpEventLoop(1, 'leader', 100), 'loop-stalls')!.evidence.text, /^2 turns/);
  });

  it("reads a pause from the node's own histogram when no probe recorded it", () => {
    const paused = (ns: number) =>
      mapNodes(madeUpRun(), (node) => ({
        ...node,
        histograms: { ...node.histograms, runtime_gc_ns: { count: 1, sum: ns, buckets: [[ns, 1]] } },
      }));
    assert.equal(find(paused(40e6), 'gc-pauses'), undefined);
    assert.ok(find(paused(60e6), 'gc-pauses') !== undefined);
  });

  it('says nothing of a cluster whose heartbeat is not known', () => {
    const run = withCaptures(madeUpGc(1, 'leader', 500), madeUpEventLoop(1, 'leader', 500));
    const cluster = { ...run.run.cluster, heartbeatMs: 0 };
    const unknown = { ...run, run: { ...run.run, cluster } };
    assert.equal(find(unknown, 'gc-pauses'), undefined);
    assert.equal(find(unknown, 'loop-stalls'), undefined);
  });

  it('speaks of the run queue from a tenth of the window on', () => {
    const waiting = (share: number) =>
      mapNodes(madeUpRun(), (node) => ({
        ...node,
        proc: {
          ...node.proc!,
          threads: node.proc!.threads.map((thread) => ({
            ...thread,
            runqueueWaitMs: thread.kind === 'main' ? share * node.seconds * 1e3 : 0,
          })),
        },
      }));
    assert.equal(find(waiting(0.0999), 'runqueue'), undefined);
    assert.equal(find(waiting(0.1001), 'runqueue')!.evidence.bound?.toFixed(4), '0.1001');
  });
});
