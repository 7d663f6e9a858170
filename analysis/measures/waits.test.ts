import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import type { Capture, NodeWindow } from '../../results/schema/index.js';
import { madeUpLock, madeUpLocks } from '../testing/captures/locks.js';
import { madeUpDescriptors } from '../testing/captures/syscalls.js';
import { factsOf, levelOf, mapNodes, mapPoints } from '../testing/change-run.js';
import { withCaptures } from '../testing/made-up-captured-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { backpressureWaits } from './backpressure.js';
import { leaderLocks, meanWaitNs, worstHolder } from './locks.js';
import type { Wait } from './wait.js';
import { leaderWaits } from './waits.js';

function waitsOf(run = madeUpRun()): readonly Wait[] {
  const waits = leaderWaits(levelOf(factsOf(run), 'mid'));
  assert.ok(waits.ok);
  return waits.value;
}

const named = (waits: readonly Wait[], name: string): Wait => {
  const found = waits.find((wait) => wait.name === name);
  assert.ok(found !== undefined, `no wait ${name}`);
  return found;
};

const withLocks = (locks: NodeWindow['locks']) => mapNodes(madeUpRun(), (node) => ({ ...node, locks }));

describe('waits of the leader', () => {
  it('weigh a wait by those who stand there', () => {
    const histograms = (node: NodeWindow): NodeWindow => ({
      ...node,
      seconds: 2,
      counters: {
        ...node.counters,
        log_entries_total: 1_000,
        consensus_persist_won_total: 2,
        consensus_replicate_won_total: 6,
      },
      histograms: {
        ...node.histograms,
        log_batch_wait_ns: { count: 10, sum: 40_000, buckets: [[4_000, 10]] },
      },
    });
    const wait = named(waitsOf(mapNodes(madeUpRun(), histograms)), 'batch wait');
    // Ten batches of a hundred entries wait 4 µs each, in two seconds; the own disk decides a quarter of the commits.
    assert.deepEqual(wait.waiters, { ok: true, value: 25 });
    assert.deepEqual(wait.lostNsPerSecond, { ok: true, value: (10 * 25 * 4_000) / 2 });
  });

  it("call what gathers behind the leader's own append no lock", () => {
    const waits = waitsOf(withLocks([madeUpLock(900, 'proposal_slot'), madeUpLock(500, 'global_lock')]));
    assert.match(
      named(waits, 'lock proposal_slot').what,
      /^writes that gather .*no lock, at most 40 at once$/,
    );
    assert.match(named(waits, 'lock global_lock').what, /^an asynchronous lock, at most 40 /);
  });

  it('at the own disk count those writes alone that it decided', () => {
    const decided = (persist: number, replicate: number) =>
      mapNodes(madeUpRun(), (node) => ({
        ...node,
        counters: {
          ...node.counters,
          consensus_persist_won_total: persist,
          consensus_replicate_won_total: replicate,
        },
      }));
    const lost = (run: RunData, name: string): number => {
      const { lostNsPerSecond } = named(waitsOf(run), name);
      assert.ok(lostNsPerSecond.ok);
      return lostNsPerSecond.value;
    };
    for (const name of ['fsync', 'batch wait']) {
      const whole = lost(decided(1_000, 0), name);
      assert.ok(whole > 0);
      assert.equal(lost(decided(0, 1_000), name), 0);
      assert.ok(Math.abs(lost(decided(300, 700), name) / whole - 0.3) < 1e-9, name);
    }
    // The loop is waited for whoever decides.
    assert.equal(lost(decided(0, 1_000), 'propose queue'), lost(decided(1_000, 0), 'propose queue'));
  });

  it('at the own disk are not summed where nobody counted which branch decided', () => {
    const run = mapNodes(madeUpRun(), (node) => {
      const { consensus_persist_won_total: _, ...counters } = node.counters;
      return { ...node, counters };
    });
    for (const name of ['fsync', 'batch wait']) {
      const { waiters, lostNsPerSecond } = named(waitsOf(run), name);
      assert.deepEqual([waiters.ok, lostNsPerSecond.ok], [false, false], name);
    }
  });

  it('are none at a sync of a strategy that answers before it', () => {
    const relaxed = mapPoints(madeUpRun(), (point) => ({ ...point, ref: { ...point.ref, strategy: 'B' } }));
    assert.deepEqual(named(waitsOf(relaxed), 'fsync').waiters, { ok: true, value: 0 });
    assert.ok(named(waitsOf(relaxed), 'fsync').meanNs.ok);
  });

  it('charge a request nothing for the branch of commit that was done first', () => {
    assert.equal(named(waitsOf(), 'slack').lostNsPerSecond.ok, false);
  });

  it('take locks from the measured pass, and from a probe only what it lacks', () => {
    const own = madeUpLock(60);
    const seen = madeUpLocks(1, 'leader', 999);
    const run = withCaptures(seen);
    const both = mapNodes(run, (node) => ({ ...node, locks: [own] }));
    const locks = leaderLocks(levelOf(factsOf(both), 'mid'));
    assert.ok(locks.ok);
    assert.deepEqual(
      locks.value.map((view) => [view.reading.name, view.from, view.reading.waitNs]),
      [
        ['append_slot', 'measured pass', 60e6],
        ['snapshot_turn', 'locks', 0],
      ],
    );
    const wait = named(waitsOf(both), 'lock append_slot');
    // 60 ms of waiting in a window of six seconds.
    assert.deepEqual(wait.lostNsPerSecond, { ok: true, value: 10e6 });
  });

  it('know the mean wait by waits that ended with the lock', () => {
    assert.deepEqual(meanWaitNs(madeUpLock(300)), { ok: true, value: 1e6 });
    assert.equal(meanWaitNs({ ...madeUpLock(0), contended: 0, waiters: [] }).ok, false);
    assert.equal(worstHolder(madeUpLock(300))!.who, 'snapshot');
    assert.equal(worstHolder({ ...madeUpLock(300), holders: [] }), null);
  });

  it('are without rows of locks, never wrong, when nobody looked', () => {
    assert.ok(!waitsOf().some((wait) => wait.name.startsWith('lock ') || wait.name.includes('Atomics')));
    assert.ok(waitsOf(withLocks([madeUpLock(1)])).some((wait) => wait.name === 'lock append_slot'));
  });

  it('leave parked threads out of futex', () => {
    const capture: Capture = { ...madeUpDescriptors(1, 'leader'), probe: 'strace-more' };
    const futex = waitsOf(withCaptures(capture)).filter((wait) => wait.name.startsWith('futex'));
    assert.deepEqual(
      futex.map((wait) => wait.name),
      ['futex, main threads', 'futex, pool threads'],
    );
    assert.ok(futex.every((wait) => wait.lostNsPerSecond.ok && wait.lostNsPerSecond.value < 0.1e9));
  });
});

describe('full sockets', () => {
  const node = (counters: NodeWindow['counters']): NodeWindow => ({
    ...madeUpRun().points[0]!.nodes[0]!,
    seconds: 2,
    counters,
    histograms: {},
  });

  it('are counted and timed for peers and for the clients of either protocol', () => {
    assert.deepEqual(backpressureWaits(node({ network_http_requests_total: 1 })), []);
    const [wait] = backpressureWaits(
      node({ network_peer_stalls_total: 4, network_peer_stalled_ns_total: 2_000 }),
    );
    assert.equal(wait!.name, 'peers that do not read');
    assert.deepEqual(wait!.count, { ok: true, value: 4 });
    assert.deepEqual(wait!.meanNs, { ok: true, value: 500 });
    assert.deepEqual(wait!.lostNsPerSecond, { ok: true, value: 1_000 });
    const [none] = backpressureWaits(
      node({ network_resp_stalls_total: 0, network_resp_stalled_ns_total: 0 }),
    );
    assert.equal(none!.meanNs.ok, false);
  });
});
