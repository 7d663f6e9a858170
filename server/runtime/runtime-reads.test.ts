import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, ELECTION_MS, HEARTBEAT_MS, readValue, TestCluster } from './testing/test-cluster.js';

/** Kills the leader and lets time pass until node 2 leads. */
function replaceLeader(cluster: TestCluster): void {
  cluster.crash(1);
  for (let waitedMs = 0; cluster.node(2).raw.role !== 'leader'; waitedMs++) {
    assert.ok(waitedMs < 5 * ELECTION_MS, 'node 2 never leads');
    cluster.clock.advance(1);
  }
}

describe('linearizable reads', () => {
  it('wait for a quorum to confirm the leadership', async () => {
    const cluster = await TestCluster.start();
    cluster.put(1, 'a', '1');
    cluster.clock.advance(10);
    const [present, absent] = [cluster.get(1, 'a'), cluster.get(1, 'b')];
    cluster.clock.advance(1.9);
    assert.equal(present.answered, false, 'the heartbeats of the round are still under way');
    cluster.clock.advance(0.2);
    assert.equal(readValue(present), '1');
    assert.deepEqual(absent.result, { value: null, revision: 0 });
    assert.equal(present.result!.revision, 1);
  });

  it('are not served by a leader that is cut off, and ask anew when the round got lost', async () => {
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
    assert.equal(stale.result, null);
    assert.notEqual(codeOf(stale), null, 'a leader of the past refuses');
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

  it('at a new leader wait until it applied all that was answered before', async () => {
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
    cluster.clock.advance(ELECTION_MS);
    assert.equal(get.answered, false, 'nothing of its own term is committed: what is, it does not know');
    cluster.node(3).log.release();
    cluster.clock.advance(3 * HEARTBEAT_MS);
    assert.equal(readValue(get), '1');
  });

  it('are answered with a time-out, once, when no quorum lets them through', async () => {
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
});
