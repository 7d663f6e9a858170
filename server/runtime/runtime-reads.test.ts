import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, readValue } from './testing/answers.js';
import { TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS, HEARTBEAT_MS } from './testing/test-nodes.js';

/** Kills the leader and lets time pass until node 2 leads. */
function replaceLeader(cluster: TestCluster): void {
  cluster.crash(1);
  advanceUntil(cluster, () => cluster.node(2).raw.role === 'leader');
}

function advanceUntil(cluster: TestCluster, holds: () => boolean): void {
  for (let waitedMs = 0; !holds(); waitedMs++) {
    assert.ok(waitedMs < 5 * ELECTION_MS, `still not: ${holds}`);
    cluster.clock.advance(1);
  }
}

describe('linearizable reads', () => {
  it('wait for a quorum to confirm the leadership', async () => {
    const cluster = await TestCluster.start();
    cluster.put(1, 'a', '1');
    cluster.clock.advance(10);
    const [present, absent] = [cluster.get(1, 'a'), cluster.get(1, 'b')];
    const items = cluster.query(1, { kind: 'many', keys: [new TextEncoder().encode('a')] });
    cluster.clock.advance(1.9);
    assert.equal(present.answered, false, 'the heartbeats of the round are still under way');
    cluster.clock.advance(0.2);
    assert.equal(readValue(present), '1');
    const { appliedIndex } = cluster.node(1).machine;
    assert.deepEqual(absent.result, { value: null, revision: 0, ttlMs: null, appliedIndex });
    assert.deepEqual([present.result!.revision, present.result!.ttlMs], [1, null]);
    assert.equal(items.result!.items[0]!.value, '1');
  });

  it('A2.2 are not served by a leader that is cut off, and ask anew when the round got lost', async () => {
    const cluster = await TestCluster.start();
    const rounds = cluster.counter(1, 'consensus_read_rounds_total');
    cluster.network.cut(1);
    const get = cluster.get(1, 'a');
    cluster.clock.advance(2.5 * HEARTBEAT_MS);
    assert.equal(get.answered, false);
    cluster.network.heal();
    cluster.clock.advance(2 * HEARTBEAT_MS);
    assert.equal(readValue(get), null);
    assert.equal(cluster.counter(1, 'consensus_read_rounds_total'), rounds + 2);

    cluster.network.cut(1);
    const stale = cluster.get(1, 'a');
    cluster.clock.advance(3 * ELECTION_MS);
    assert.equal(codeOf(stale), 'STRATA_NO_LEADER', 'a leader of the past refuses, before the deadline');
  });

  it('share a round with those of the same turn; those that come during it share the next', async () => {
    const cluster = await TestCluster.start();
    const rounds = cluster.counter(1, 'consensus_read_rounds_total');
    const gets = [cluster.get(1, 'a'), cluster.get(1, 'b')];
    cluster.clock.advance(0.5);
    gets.push(cluster.get(1, 'c'));
    cluster.clock.advance(0.5);
    gets.push(cluster.get(1, 'd'));
    cluster.clock.settle();
    assert.equal(cluster.counter(1, 'consensus_read_rounds_total'), rounds + 1);
    cluster.clock.advance(1.5);
    assert.deepEqual(
      gets.map(({ answered }) => answered),
      [true, true, false, false],
    );
    cluster.clock.advance(3);
    assert.ok(gets.every(({ result }) => result !== null));
    assert.equal(cluster.counter(1, 'consensus_read_rounds_total'), rounds + 2);
  });

  it('A2.8 at a new leader wait until it applied all that was answered before', async () => {
    const cluster = await TestCluster.start();
    const put = cluster.put(1, 'a', '1');
    cluster.clock.advance(3.1);
    assert.notEqual(put.result, null);
    assert.equal(
      cluster.stored(2, 'a'),
      null,
      'the follower holds it and does not know that it is committed',
    );
    replaceLeader(cluster);
    cluster.node(3).log.hold();
    const get = cluster.get(2, 'a');
    const leased = cluster.get(2, 'a', {}, 'lease');
    cluster.clock.advance(ELECTION_MS);
    assert.equal(get.answered, false, 'nothing of its own term is committed: what is, it does not know');
    assert.equal(leased.answered, false);
    cluster.node(3).log.release();
    cluster.clock.advance(3 * HEARTBEAT_MS);
    assert.equal(readValue(get), '1');
    assert.equal(readValue(leased), '1');
  });

  it('A2.7 are answered with a time-out, once, when no quorum lets them through', async () => {
    const cluster = await TestCluster.start({ operationTimeoutMs: 50 });
    replaceLeader(cluster);
    cluster.node(3).log.hold();
    const get = cluster.get(2, 'a');
    cluster.clock.advance(49);
    assert.equal(get.answered, false);
    cluster.clock.advance(2 * ELECTION_MS);
    assert.equal(codeOf(get), 'STRATA_TIMEOUT');
    cluster.node(3).log.release();
    const next = cluster.get(2, 'a');
    cluster.clock.advance(ELECTION_MS);
    assert.equal(readValue(next), null);
  });

  it('A2.9 that a leader had taken in before it stood still are not answered from its old state', async () => {
    for (const hearsOfIt of [false, true]) {
      const cluster = await TestCluster.start();
      const before = cluster.put(1, 'a', 'old');
      cluster.clock.advance(10);
      assert.notEqual(before.result, null);
      // One read under way in a round, one that came just before the stop.
      const asked = cluster.get(1, 'a');
      cluster.clock.settle();
      cluster.pause(1);
      const queued = cluster.get(1, 'a');
      const leased = cluster.get(1, 'a', {}, 'lease');
      advanceUntil(cluster, () => cluster.node(2).raw.role === 'leader');
      cluster.clock.advance(2 * HEARTBEAT_MS);
      const put = cluster.put(2, 'a', 'new');
      cluster.clock.advance(10);
      assert.notEqual(put.result, null, 'the others went on');
      if (!hearsOfIt) cluster.network.cut(1);
      cluster.resume(1);
      const late = cluster.get(1, 'a', {}, 'lease');
      cluster.clock.advance(3 * ELECTION_MS);
      // The round of the first read was answered before the stop: that answer may be old, since the put came later than the read.
      assert.ok(asked.answered);
      for (const read of [queued, leased, late]) {
        assert.ok(read.answered);
        if (read.result !== null) assert.notEqual(readValue(read), 'old');
      }
      cluster.network.heal();
      cluster.clock.advance(3 * ELECTION_MS);
      const get = cluster.get(1, 'a');
      cluster.clock.advance(2 * HEARTBEAT_MS);
      assert.equal(readValue(get), 'new');
    }
  });
});

describe('linearizable reads at a follower', () => {
  it('ask the leader for the index only and are served there, with what was written before', async () => {
    const cluster = await TestCluster.start();
    const put = cluster.put(1, 'a', '1');
    cluster.clock.advance(3.1);
    assert.notEqual(put.result, null);
    assert.equal(cluster.stored(3, 'a'), null, 'not applied there yet');
    const get = cluster.get(3, 'a');
    cluster.clock.advance(4.5);
    assert.equal(readValue(get), '1', 'the heartbeats of the round bring what the follower lacks');
    assert.deepEqual(cluster.network.requests, []);
    assert.equal(get.result!.appliedIndex, cluster.node(3).machine.appliedIndex);
  });

  it('are refused at once when the leader is lost, and asked of the next one afterwards', async () => {
    const cluster = await TestCluster.start();
    cluster.network.cut(1);
    const get = cluster.get(2, 'a');
    advanceUntil(cluster, () => get.answered);
    assert.equal(codeOf(get), 'STRATA_NO_LEADER');
    advanceUntil(cluster, () => cluster.node(3).raw.leader === 2);
    const next = cluster.get(3, 'a');
    cluster.clock.advance(2 * HEARTBEAT_MS);
    assert.equal(readValue(next), null);
  });

  it('are passed on to the leader by one that stays behind', async () => {
    const cluster = await TestCluster.start();
    // Its log is cut off from the entries, not from the leader: nothing new is applied there.
    const { raw } = cluster.node(3);
    const put = cluster.put(1, 'a', '1');
    cluster.node(3).log.hold();
    cluster.clock.advance(5);
    assert.notEqual(put.result, null);
    const step = raw.step.bind(raw);
    raw.step = (message) => {
      if (message.entries.length === 0 && message.commit === 0) step(message);
    };
    const second = cluster.put(1, 'a', '2');
    cluster.clock.advance(5);
    assert.notEqual(second.result, null);
    const get = cluster.get(3, 'a');
    cluster.clock.advance(HEARTBEAT_MS);
    const waited = get.answered;
    cluster.clock.advance(4 * HEARTBEAT_MS);
    assert.equal(waited, false);
    assert.ok(get.result !== null, `not served: ${get.error?.message}`);
    assert.equal(new TextDecoder().decode(get.result.value as Uint8Array), '2');
    assert.equal(cluster.network.requests.length, 1);
  });
});

describe('stale reads', () => {
  it('A2.43 are served by any node from what it holds, with the index it holds, and only when asked for', async () => {
    const cluster = await TestCluster.start();
    cluster.put(1, 'a', '1');
    cluster.clock.advance(50);
    cluster.network.cut(3);
    const put = cluster.put(1, 'a', '2');
    cluster.clock.advance(50);
    assert.notEqual(put.result, null);
    const stale = cluster.get(3, 'a', { forward: false }, 'stale');
    const query = cluster.query(3, { kind: 'size' }, 'stale');
    cluster.clock.settle();
    assert.equal(readValue(stale), '1');
    const { appliedIndex } = cluster.node(3).machine;
    assert.deepEqual([stale.result!.appliedIndex, query.result!.appliedIndex], [appliedIndex, appliedIndex]);
    assert.ok(appliedIndex < cluster.node(1).machine.appliedIndex);
    assert.equal(cluster.counter(3, 'consensus_stale_served_total'), 2);
    cluster.clock.advance(5 * ELECTION_MS);
    const orphaned = cluster.get(3, 'a', {}, 'stale');
    const asked = cluster.get(3, 'a');
    cluster.clock.advance(1);
    assert.equal(readValue(orphaned), '1', 'without a leader too');
    assert.equal(codeOf(asked), 'STRATA_NO_LEADER');
  });
});
