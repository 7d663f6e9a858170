import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type RunData, readRunDirectory } from '../../results/run-directory.js';
import type { Capture } from '../../results/schema/index.js';
import { renderReport } from '../report/render-report.js';
import { adviceRules, DEFAULT_RULES } from '../rules/rule-book.js';
import {
  contendedLocks,
  healthySyscalls,
  quietLocks,
  slowSyncs,
  tooManySyncs,
} from '../rules/testing/document-tables.js';
import { EVIDENCE, type MakeEvidence } from '../rules/testing/evidence.js';
import { cpuTaken, futexTrace } from '../rules/testing/evidence-captures.js';
import {
  levelWith,
  withCounters,
  withInFlight,
  withLeader,
  withMainThread,
  withMeans,
  withStages,
} from '../rules/testing/evidence-runs.js';
import { madeUpLock } from '../testing/captures/locks.js';
import { factsOf, mapNodes, mapPoints } from '../testing/change-run.js';
import { madeUpCapturedRun } from '../testing/made-up-captured-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { type Advice, evaluateAdvice } from './advice-rule.js';

const RULES = adviceRules(DEFAULT_RULES);
const advise = (run: RunData): readonly Advice[] => evaluateAdvice(RULES, factsOf(run));
const causesOf = (run: RunData): string[] =>
  advise(run)
    .filter(({ rule }) => rule.kind === 'cause')
    .map(({ rule }) => rule.id);

/** A busy leader with symptoms of its own, on which a cause must come first all the same. */
function busy(run: RunData): RunData {
  const [profiled] = levelWith(cpuTaken({ layer: 'network', mechanism: 'socket-read' }, 0.6)).points;
  const withProfile = mapPoints(run, (point) => ({
    ...point,
    passes: [...point.passes, ...profiled!.passes],
  }));
  return withMainThread(withProfile, { busy: 0.95, waits: 0.4 });
}

/** As each cause shows in a run of a hundred or a thousand clients: beside its own evidence also what it does to the rest. */
const PROVOKED: Readonly<Record<string, RunData>> = {
  // 15 ms a sync: writes wait for it, and share it.
  'slow-disk': withMeans(withStages(levelWith(), { fsync: 0.7, batchWait: 0.2 }), {
    io_fsync_ns: 15.4,
    io_write_ns: 0.2,
  }),
  // One sync an entry, each as fast as the disk is, and a hundred in line, which stand at the log's slot.
  'fsync-too-often': withInFlight(
    withCounters(
      withMeans(
        withLeader(withStages(levelWith(), { batchWait: 0.6, fsync: 0.02 }), ({ seconds }) => ({
          locks: [madeUpLock(0.5 * 100 * seconds * 1e3, 'append_slot')],
        })),
        { io_fsync_ns: 0.35 },
      ),
      { log_entries_total: 3_400, io_fsyncs_total: 3_400 },
    ),
    100,
  ),
  // A lock held across the disk: one entry a sync as well, and the line is at the lock.
  'lock-contention': withInFlight(
    withCounters(
      withLeader(withStages(levelWith(), { proposeQueue: 0.9, fsync: 0.05 }), ({ seconds }) => ({
        locks: [madeUpLock(0.9 * 1_000 * seconds * 1e3, 'global_lock')],
      })),
      { log_entries_total: 3_000, io_fsyncs_total: 3_000 },
    ),
    1_000,
  ),
  'heartbeat-too-often': EVIDENCE['heartbeats-per-second']!(100),
  'applier-polls': withMeans(withStages(levelWith(), { applyWait: 0.45 }), { state_apply_wait_ns: 5.6 }),
};

describe('a provoked cause', () => {
  for (const [id, run] of Object.entries(PROVOKED)) {
    it(`${id} is the first of the advice and of the report, before the symptoms of a busy leader`, () => {
      const ill = busy(run);
      const [first, ...others] = advise(ill);
      assert.equal(first!.rule.id, id);
      assert.equal(first!.priority, 'P0');
      assert.ok(others.some(({ rule }) => rule.id === 'loop-busy'));
      const rule = first!.rule;
      for (const [language, heading] of [
        ['en', 'Findings'],
        ['zh', '关键发现'],
      ] as const) {
        const path = language === 'en' ? 'report.md' : 'report.zh.md';
        const report = renderReport(ill, language).get(path)!;
        const [, finding] = /^1\. ⚠️ (.+)$/m.exec(report.slice(report.indexOf(heading)))!;
        assert.ok(finding!.startsWith(`**${rule.title[language]}**`), finding);
        assert.ok(finding!.includes(rule.action[language]), 'with the advice of the document');
      }
    });
  }

  it('is none in a run that is well', () => {
    assert.deepEqual(causesOf(madeUpRun()), []);
    assert.deepEqual(causesOf(madeUpCapturedRun()), []);
    assert.deepEqual(causesOf(busy(levelWith())), []);
  });

  it('is none in the sample run, which was measured on a machine that is well', () => {
    assert.deepEqual(causesOf(readRunDirectory(join(process.cwd(), 'results', 'sample-sweep'))), []);
  });

  it('is named once, however many tools saw it', () => {
    const slow = PROVOKED['slow-disk']!;
    const [traced] = levelWith(slowSyncs()).points;
    const both = mapPoints(slow, (point) => ({ ...point, passes: traced!.passes }));
    assert.deepEqual(causesOf(both), ['slow-disk']);
  });
});

describe("the document's tables", () => {
  const bare = (capture: Capture): RunData =>
    mapPoints({ ...levelWith(capture), baseline: null }, (point) => ({ ...point, nodes: [], stages: null }));
  const cases = [
    ['the healthy table of system calls', healthySyscalls(), []],
    ['syncs too often', tooManySyncs(), ['fsync-too-often-syscalls']],
    ['a slow disk', slowSyncs(), ['slow-disk-syscalls']],
    ['the healthy functions', quietLocks(), []],
    ['a contended lock, by its functions', contendedLocks(), ['lock-contention-threads']],
    ['a contended lock, by waits of threads', futexTrace(2, 1), ['lock-contention-futex']],
    ['a pool whose threads sleep', futexTrace(0.01, 1), []],
  ] as const;
  for (const [what, capture, ids] of cases) {
    it(`are recognised by themselves: ${what}`, () => assert.deepEqual(causesOf(bare(capture)), ids));
  }
});

describe('what only looks like a cause', () => {
  const fires = (id: string, run: RunData): boolean => causesOf(run).includes(id);

  it('is no slow disk: a busy loop makes writes into the page cache as slow as syncs', () => {
    const run = withStages(levelWith(), { fsync: 0.5 });
    assert.ok(!fires('slow-disk', withMeans(run, { io_fsync_ns: 9.68, io_write_ns: 9.15 })));
    assert.ok(fires('slow-disk', withMeans(run, { io_fsync_ns: 9.68, io_write_ns: 0.15 })));
  });

  it('is no slow disk where no write waits for a sync, nor by a handful of syncs', () => {
    const slow = { io_fsync_ns: 20, io_write_ns: 0.1 };
    assert.ok(!fires('slow-disk', withMeans(withStages(levelWith(), { fsync: 0.1 }), slow)));
    const few = withLeader(withMeans(withStages(levelWith(), { fsync: 0.5 }), slow), ({ histograms }) => ({
      histograms: { ...histograms, io_fsync_ns: { count: 19, sum: 19 * 20e6, buckets: [[20e6, 19]] } },
    }));
    assert.ok(!fires('slow-disk', few));
  });

  it('is no want of batching: few clients share few syncs, and large batches may have a long line', () => {
    const run = (entries: number, inFlight: number): RunData =>
      withInFlight(
        withCounters(levelWith(), { log_entries_total: entries * 1_000, io_fsyncs_total: 1_000 }),
        inFlight,
      );
    assert.ok(!fires('fsync-too-often', run(1, 2)));
    assert.ok(!fires('fsync-too-often', run(10, 1_000)));
    assert.ok(fires('fsync-too-often', run(9.9, 1_000)));
  });

  it('is no heartbeat by the clock: a round of reads asks every follower by one, whichever node it is for', () => {
    const beats = (byClock: number, rounds: readonly [leader: number, follower: number]): RunData =>
      mapNodes(levelWith(), (node) => {
        const leads = node.role === 'leader';
        const sent = leads ? 2 * (byClock + rounds[0] + 2 * rounds[1]) * node.seconds : 0;
        const counters = {
          ...node.counters,
          consensus_heartbeats_sent_total: sent,
          consensus_read_rounds_total: rounds[leads ? 0 : 1] * node.seconds,
        };
        return { ...node, counters };
      });
    assert.ok(!fires('heartbeat-too-often', beats(10, [400, 0])));
    assert.ok(!fires('heartbeat-too-often', beats(10, [0, 150])));
    assert.ok(fires('heartbeat-too-often', beats(100, [400, 0])));
    const { evidence } = advise(beats(100, [400, 0]))[0]!;
    assert.match(evidence.text, /^the leader sent 100 heartbeats.*those of 400 rounds of reads a second/);
    // As often as the document recommends at most, and as a clock beats that is a little early.
    assert.ok(!fires('heartbeat-too-often', beats(20, [0, 0])));
    assert.ok(!fires('heartbeat-too-often', beats(20.5, [0, 0])));
  });

  it('is no polling: a busy loop lets few commits wait long, and a short wait is no share of a long write', () => {
    const make: MakeEvidence = EVIDENCE['apply-poll-wait']!;
    assert.ok(fires('applier-polls', make(6)));
    const longTail = withLeader(make(6), ({ histograms }) => {
      const wait = histograms.state_apply_wait_ns!;
      return {
        histograms: { ...histograms, state_apply_wait_ns: { ...wait, sum: 2.1 * wait.sum } },
      };
    });
    assert.ok(!fires('applier-polls', longTail));
    assert.ok(!fires('applier-polls', withStages(make(6), { applyWait: 0.04 })));
  });
});
