import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, readValue } from './testing/answers.js';
import { TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS, HEARTBEAT_MS, TICK_MS } from './testing/test-nodes.js';

/** How long a lease lasts here: 100 - 2 ticks of 10 - a tenth. */
const LEASE_MS = 70;

/** A cluster whose leader holds a lease that began just now, and `a` = `1`. */
async function leasing(): Promise<TestCluster> {
  const cluster = await TestCluster.start();
  cluster.put(1, 'a', '1');
  cluster.clock.advance(3 * HEARTBEAT_MS);
  const get = cluster.get(1, 'a');
  cluster.clock.advance(3);
  assert.equal(readValue(get), '1');
  return cluster;
}

/** Asks under the lease and says whether the leader answered alone, without time for a round. */
function isLeased(cluster: TestCluster, id = 1): boolean {
  const before = cluster.counter(id, 'consensus_lease_served_total');
  const get = cluster.get(id, 'a', {}, 'lease');
  cluster.clock.settle();
  const served = cluster.counter(id, 'consensus_lease_served_total') - before;
  assert.equal(get.result !== null, served === 1);
  return served === 1;
}

describe('lease reads', () => {
  it('are answered by the leader alone while a confirmed round is young enough, then take a round', async () => {
    const cluster = await leasing();
    const rounds = cluster.counter(1, 'consensus_read_rounds_total');
    assert.equal(isLeased(cluster), true);
    const query = cluster.query(1, { kind: 'size' }, 'lease');
    cluster.clock.settle();
    assert.equal(query.result!.count, 1);
    assert.equal(cluster.counter(1, 'consensus_read_rounds_total'), rounds, 'no round for these');
    assert.equal(cluster.counter(1, 'consensus_lease_fallback_total'), 0);

    const idle = await leasing();
    idle.clock.advance(LEASE_MS);
    const late = idle.get(1, 'a', {}, 'lease');
    idle.clock.settle();
    assert.equal(late.answered, false);
    idle.clock.advance(3);
    assert.equal(readValue(late), '1', 'as a linearizable read');
    assert.equal(idle.counter(1, 'consensus_lease_fallback_total'), 1);
    assert.equal(isLeased(idle), true, 'that round gave a new lease');
  });

  it('keep the lease alive by rounds of their own as long as they come', async () => {
    const cluster = await leasing();
    for (let passed = 0; passed < 10 * LEASE_MS; passed += 5) {
      assert.equal(isLeased(cluster), true, `after ${passed} ms`);
      cluster.clock.advance(5);
    }
    assert.equal(cluster.counter(1, 'consensus_lease_fallback_total'), 0);
    const rounds = cluster.counter(1, 'consensus_read_rounds_total');
    cluster.clock.advance(10 * LEASE_MS);
    assert.ok(cluster.counter(1, 'consensus_read_rounds_total') <= rounds + 1, 'and no longer');
  });

  it('A2.2 of a leader that is cut off end before another can be elected', async () => {
    const cluster = await leasing();
    cluster.network.cut(1);
    let leasedMs = 0;
    let electedMs = 0;
    for (let ms = 1; electedMs === 0; ms++) {
      assert.ok(ms < 5 * ELECTION_MS);
      cluster.clock.advance(1);
      if (isLeased(cluster)) leasedMs = ms;
      if (cluster.nodes.some(({ id, raw }) => id !== 1 && raw.role === 'leader')) electedMs = ms;
    }
    assert.ok(
      leasedMs > 0 && leasedMs < electedMs - TICK_MS,
      `leased ${leasedMs} ms, elected ${electedMs} ms`,
    );
  });

  it('A2.12 fall back when the loop stood still, however good the lease looks', async () => {
    const cluster = await leasing();
    cluster.pause(1);
    // Longer than half the margin, shorter than the lease.
    cluster.clock.advance(40);
    cluster.resume(1);
    const get = cluster.get(1, 'a', {}, 'lease');
    cluster.clock.settle();
    assert.equal(get.answered, false);
    cluster.clock.advance(3);
    assert.equal(readValue(get), '1');
    assert.equal(cluster.counter(1, 'consensus_lease_fallback_total'), 1);
  });

  it('A2.9 taken in before a stop are not served under the lease of before', async () => {
    const cluster = await leasing();
    cluster.pause(1);
    cluster.network.cut(1);
    const taken = cluster.get(1, 'a', {}, 'lease');
    for (let ms = 0; cluster.node(2).raw.role !== 'leader'; ms++) {
      assert.ok(ms < 5 * ELECTION_MS);
      cluster.clock.advance(1);
    }
    cluster.clock.advance(HEARTBEAT_MS);
    const put = cluster.put(2, 'a', '2');
    cluster.clock.advance(10);
    assert.notEqual(put.result, null);
    cluster.resume(1);
    const late = cluster.get(1, 'a', {}, 'lease');
    cluster.clock.settle();
    assert.deepEqual([taken.answered, late.answered], [false, false]);
    cluster.clock.advance(3 * ELECTION_MS);
    assert.deepEqual([taken, late].map(codeOf), ['STRATA_NO_LEADER', 'STRATA_NO_LEADER']);
  });

  it('are not answered alone in a term in which the lead was on offer', async () => {
    const cluster = await leasing();
    assert.equal(isLeased(cluster), true);
    cluster.network.cut(2);
    cluster.ask((done) => cluster.admin(1).transferLeader(2, done));
    assert.equal(isLeased(cluster), false, 'the successor is elected by force, whatever the votes promised');
    cluster.network.heal();
    // The transfer is given up, rounds are confirmed again, and still there is no lease in this term.
    cluster.clock.advance(5 * ELECTION_MS);
    const { raw } = cluster.node(1);
    if (raw.role === 'leader' && raw.term === 1) {
      const get = cluster.get(1, 'a');
      cluster.clock.advance(5);
      assert.equal(readValue(get), '1');
      assert.equal(isLeased(cluster), false);
    } else assert.notEqual(raw.leader, 0);
  });

  it('are not answered alone right after a change of membership: another quorum decides from then on', async () => {
    const cluster = await leasing();
    assert.equal(isLeased(cluster), true);
    const member = { id: 4, host: '127.0.0.1', peerPort: 7204, httpPort: 7004, respPort: 0 };
    const added = cluster.ask((done) => cluster.admin(1).addMember(member, done));
    cluster.clock.advance(10);
    assert.notEqual(added.result, null, added.error?.message);
    assert.equal(isLeased(cluster), false);
    cluster.clock.advance(5);
    assert.equal(isLeased(cluster), true, 'after a round of the new quorum');
  });

  it('never show less than a follower has shown: all that is committed is applied first', async () => {
    const cluster = await leasing();
    const { machine, raw } = cluster.node(1);
    const commitIndex = raw.commitIndex + 1;
    Object.defineProperty(raw, 'commitIndex', { get: () => commitIndex, configurable: true });
    assert.ok(machine.appliedIndex < commitIndex);
    const get = cluster.get(1, 'a', {}, 'lease');
    cluster.clock.settle();
    assert.equal(get.answered, false);
    assert.equal(cluster.counter(1, 'consensus_lease_fallback_total'), 1);
  });

  it('begin anew with every term: a new leader answers alone only after a round of its own', async () => {
    const cluster = await leasing();
    cluster.crash(1);
    for (let ms = 0; cluster.node(2).raw.role !== 'leader'; ms++) {
      assert.ok(ms < 5 * ELECTION_MS);
      cluster.clock.advance(1);
    }
    assert.equal(isLeased(cluster, 2), false);
    cluster.clock.advance(2 * HEARTBEAT_MS);
    assert.equal(isLeased(cluster, 2), true);
    assert.equal(cluster.counter(2, 'consensus_lease_fallback_total'), 1);
  });
});
