import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import type { NodeWindow } from '../../results/schema/index.js';
import { adviceRules, DEFAULT_RULES } from '../rules/rule-book.js';
import { factsOf, mapNodes, mapPoints } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { type Advice, evaluateAdvice, stake } from './advice-rule.js';

const ADVICE_RULES = adviceRules(DEFAULT_RULES);

const advise = (run: RunData): readonly Advice[] => evaluateAdvice(ADVICE_RULES, factsOf(run));
const find = (run: RunData, id: string): Advice | undefined =>
  advise(run).find((advice) => advice.rule.id === id);

function busyLeader(node: NodeWindow): NodeWindow {
  const proc = node.proc!;
  const threads = proc.threads.map((thread) =>
    thread.kind === 'main'
      ? { ...thread, cpuMs: node.seconds * 950, runqueueWaitMs: node.seconds * 300 }
      : thread,
  );
  return node.role === 'leader' ? { ...node, proc: { ...proc, threads } } : node;
}

function waitingLeader(node: NodeWindow, share: number): NodeWindow {
  const proc = node.proc!;
  const threads = proc.threads.map((thread) =>
    thread.kind === 'main' ? { ...thread, runqueueWaitMs: share * node.seconds * 1e3 } : thread,
  );
  return { ...node, proc: { ...proc, threads } };
}

describe('advice', () => {
  it('is ranked by what is at stake, with a bound between nothing and all, and evidence in numbers', () => {
    const list = advise(madeUpRun());
    assert.ok(list.length >= 3);
    list.forEach((advice, index) => {
      assert.match(advice.evidence.text, /\d/);
      assert.match(advice.command, /^strata /);
      const { bound } = advice.evidence;
      assert.ok(bound === null || (bound > 0 && bound <= 1), advice.rule.id);
      assert.equal(advice.rule.kind, 'symptom');
      assert.equal(advice.priority, stake(advice.rule, advice.evidence) >= 0.2 ? 'P0' : 'P1');
      if (index > 0) {
        const before = list[index - 1]!;
        assert.ok(stake(before.rule, before.evidence) >= stake(advice.rule, advice.evidence));
      }
    });
  });

  it('keeps the priority that its rule has, before any stake and however small it is', () => {
    const run = madeUpRun();
    const ours = advise(run);
    const small = mapNodes(run, (node) => (node.role === 'leader' ? waitingLeader(node, 0.02) : node));
    const waits = { ...ADVICE_RULES.find(({ id }) => id === 'runqueue')!, good: 0.01, bad: 0.01 };
    const others = ADVICE_RULES.filter(({ id }) => id !== 'runqueue');
    const withWaits = (severity: 'P0' | 'by-stake') =>
      evaluateAdvice([...others, { ...waits, severity }], factsOf(small));
    assert.equal(withWaits('by-stake').length, ours.length);
    const list = withWaits('P0');
    const at = list.findIndex(({ rule }) => rule.id === 'runqueue');
    assert.equal(list[at]?.priority, 'P0');
    assert.ok(Math.abs(list[at].evidence.bound! - 0.02) < 1e-9);
    assert.ok(ours.some(({ priority }) => priority === 'P1'));
    const priorities = list.map(({ priority }) => priority);
    assert.deepEqual(priorities, [...priorities].sort());
  });

  it('says nothing from a run that failed its audit', () => {
    const run = mapPoints(madeUpRun(), (point) => ({
      ...point,
      summary: {
        ...point.summary,
        audit: { ...point.summary.audit, verdict: 'suspect', reasons: ['made up'] },
      },
    }));
    assert.deepEqual(advise(run), []);
  });

  it('says nothing without evidence', () => {
    const run = mapPoints(madeUpRun(), (point) => ({ ...point, nodes: [], stages: null, passes: [] }));
    assert.deepEqual(advise({ ...run, baseline: null }), []);
  });

  it('speaks of a busy loop and of a missing CPU only when there is one', () => {
    assert.equal(find(madeUpRun(), 'loop-busy'), undefined);
    assert.equal(find(madeUpRun(), 'runqueue'), undefined);
    const busy = mapNodes(madeUpRun(), busyLeader);
    assert.match(find(busy, 'loop-busy')!.evidence.text, /95\.0 %.*network/);
    const waits = find(busy, 'runqueue')!;
    assert.equal(waits.evidence.bound, 0.3);
    assert.equal(waits.rule.of, "time of the leader's main thread");
  });

  it('concludes from time of the main thread on the throughput only where the thread has no room left', () => {
    const wants = (busy: number, waits: number) =>
      find(
        mapNodes(madeUpRun(), (node) => {
          const ms = node.seconds * 1e3;
          const proc = node.proc!;
          const threads = proc.threads.map((thread) =>
            thread.kind === 'main' ? { ...thread, cpuMs: busy * ms, runqueueWaitMs: waits * ms } : thread,
          );
          return { ...node, proc: { ...proc, threads } };
        }),
        'runqueue',
      )!;
    assert.equal(wants(0.5, 0.34).growth, null);
    const full = wants(0.52, 0.34).growth!;
    assert.ok(Math.abs(full.factor - 1 / (1 - 0.34)) < 1e-9);
    assert.equal(full.cappedBy, null);
  });

  it('promises no more throughput than an empty HTTP server has with as many clients', () => {
    const made = madeUpRun();
    const mid = { ...made, points: made.points.filter(({ ref }) => ref.id === 'mid') };
    const rate = mid.points[0]!.summary.throughputPerSecond;
    const withEcho = (throughputPerSecond: number) => {
      const [echo] = mid.baseline!.httpEcho;
      const httpEcho = [{ ...echo!, throughputPerSecond }];
      return find({ ...mid, baseline: { ...mid.baseline!, httpEcho } }, 'loop-wait')!;
    };
    const free = withEcho(rate * 100);
    const { bound } = free.evidence;
    assert.equal(free.evidence.uncapped, bound);
    assert.equal(free.growth!.cappedBy, null);
    const capped = withEcho(rate * 1.1);
    assert.ok(Math.abs(capped.evidence.bound! - (1 - 1 / 1.1)) < 1e-9);
    assert.equal(capped.evidence.uncapped, bound);
    assert.ok(Math.abs(capped.growth!.factor - 1.1) < 1e-9);
    assert.ok(Math.abs(capped.growth!.cappedBy!.throughputPerSecond - rate * 1.1) < 1e-6);
    // What the run itself has passed is no ceiling.
    assert.equal(withEcho(rate * 0.9).evidence.bound, bound);
  });

  it('speaks of a full machine only when nodes and generator fill it', () => {
    const run = madeUpRun();
    assert.equal(find(run, 'machine-full'), undefined);
    const small = { ...run, run: { ...run.run, machine: { ...run.run.machine, cpuCount: 2 } } };
    assert.match(find(small, 'machine-full')!.evidence.text, /of 2/);
    const outside = { ...small, run: { ...small.run, cluster: { ...small.run.cluster, external: true } } };
    assert.equal(find(outside, 'machine-full'), undefined);
  });

  it('compares strategies within the run', () => {
    assert.equal(find(madeUpRun(), 'better-strategy'), undefined);
    const slowBy = (share: number): RunData =>
      mapPoints(madeUpRun(), (point) => {
        if (point.ref.series !== 'sweep') return point;
        const throughputPerSecond = Math.round(point.summary.throughputPerSecond * share);
        return {
          ...point,
          ref: { ...point.ref, strategy: 'A' },
          summary: { ...point.summary, throughputPerSecond },
          passes: [],
        };
      });
    // The other pass of A is as fast as that of G: then nothing is shown.
    assert.equal(find(slowBy(1), 'better-strategy'), undefined);
    const advice = find(slowBy(0.08), 'better-strategy')!;
    assert.match(advice.evidence.text, /^G [\d,]+\/s against A [\d,]+\/s/);
    assert.ok(advice.evidence.bound! > 0.9);
    assert.equal(advice.rule.of, 'mean latency of a write');
  });

  it('checks heartbeat and election against the recommended range, both sides', () => {
    const withTimes = (
      heartbeatMs: number,
      electionTimeoutMsMin: number,
      electionTimeoutMsMax: number,
    ): RunData => {
      const run = madeUpRun();
      const cluster = { ...run.run.cluster, heartbeatMs, electionTimeoutMsMin, electionTimeoutMsMax };
      return { ...run, run: { ...run.run, cluster } };
    };
    assert.equal(find(withTimes(100, 300, 600), 'heartbeat-ratio'), undefined);
    assert.equal(find(withTimes(50, 150, 300), 'heartbeat-ratio'), undefined);
    for (const times of [
      [10, 300, 600],
      [200, 600, 1200],
      [100, 200, 400],
      [100, 300, 1000],
    ] as const) {
      assert.ok(find(withTimes(times[0], times[1], times[2]), 'heartbeat-ratio') !== undefined, times.join());
    }
  });
});
