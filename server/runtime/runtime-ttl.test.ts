import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command, Op } from '../state/vocabulary.js';
import { bytes, TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS, TICK_MS } from './testing/test-nodes.js';

const put = (key: string, ttl: number | null): Op => ({
  kind: 'put',
  key: bytes(key),
  value: bytes('1'),
  ttl,
  condition: null,
  returnPrevious: false,
});
const batch = (...ops: readonly Op[]): Command => ({ kind: 'batch', ops, session: null });
const stored = (cluster: TestCluster, key: string): (string | null)[] =>
  cluster.nodes.map(({ id }) => cluster.stored(id, key));

describe('keys with a time to live', () => {
  it('end on every node a tick or two after their time, and say how long they have left until then', async () => {
    const cluster = await TestCluster.start();
    cluster.write(2, batch(put('a', 500), put('b', null)));
    cluster.clock.advance(20);
    for (const id of [1, 2, 3]) {
      const get = cluster.get(id, 'a');
      cluster.clock.advance(10);
      const { ttlMs } = get.result!;
      assert.ok(ttlMs !== null && ttlMs > 400 && ttlMs <= 500, `node ${id}: ${ttlMs} ms left`);
      const query = cluster.query(id, { kind: 'many', keys: [bytes('a'), bytes('b')] });
      cluster.clock.advance(10);
      assert.deepEqual(
        query.result!.items.map((item) => item.ttlMs !== null),
        [true, false],
      );
    }
    cluster.clock.advance(370);
    assert.deepEqual(stored(cluster, 'a'), ['1', '1', '1'], 'not before their time');
    cluster.clock.advance(60 + 4 * TICK_MS);
    assert.deepEqual(stored(cluster, 'a'), [null, null, null]);
    assert.deepEqual(stored(cluster, 'b'), ['1', '1', '1']);
    const { appliedIndex } = cluster.node(1).machine;
    cluster.clock.advance(5_000);
    assert.equal(cluster.node(1).machine.appliedIndex, appliedIndex, 'nothing is proposed while none is due');
    assert.equal(cluster.counter(1, 'state_expiry_proposals_total'), 1);
  });

  it('end in their time although the leader changes: time goes on at the next one', async () => {
    const cluster = await TestCluster.start();
    cluster.write(1, batch(put('a', 1_000)));
    cluster.clock.advance(700);
    cluster.crash(1);
    cluster.clock.advance(250);
    assert.deepEqual(stored(cluster, 'a'), ['1', '1'], 'not before their time');
    cluster.clock.advance(150 + 2 * ELECTION_MS);
    assert.deepEqual(stored(cluster, 'a'), [null, null]);
  });

  it('live as long as they should although their leader was started anew and the next one counted through an idle hour', async () => {
    const cluster = await TestCluster.start();
    cluster.clock.advance(60_000);
    const log = cluster.crash(1);
    cluster.clock.advance(500);
    await cluster.boot(1, log);
    cluster.clock.advance(500);
    cluster.admin(2).transferLeader(1, () => {});
    cluster.clock.advance(200);
    assert.equal(cluster.node(1).raw.role, 'leader');
    cluster.write(1, batch(put('a', 10_000)));
    cluster.clock.advance(100);
    cluster.admin(1).transferLeader(2, () => {});
    cluster.clock.advance(300);
    assert.equal(cluster.node(2).raw.role, 'leader');
    cluster.clock.advance(9_000);
    assert.deepEqual(stored(cluster, 'a'), ['1', '1', '1']);
    cluster.clock.advance(1_000);
    assert.deepEqual(stored(cluster, 'a'), [null, null, null]);
  });

  it('end by the thousand in a burst, an entry after the other', async () => {
    for (const nodes of [1, 3]) {
      const cluster = await TestCluster.start({ nodes });
      for (let group = 0; group < 6; group++)
        cluster.write(1, batch(...Array.from({ length: 1_000 }, (_, at) => put(`k${group}-${at}`, 200))));
      cluster.clock.advance(100);
      assert.equal(cluster.node(1).machine.keyCount, 6_000);
      // Six entries of 3 ms each after the tick that finds them due; a tick for each would take 60.
      cluster.clock.advance(100 + TICK_MS + 25);
      assert.equal(cluster.node(1).machine.keyCount, 0);
      cluster.clock.advance(2 * TICK_MS);
      assert.ok(cluster.nodes.every(({ machine }) => machine.keyCount === 0));
      assert.equal(cluster.counter(1, 'state_expiry_proposals_total'), 6);
    }
  });

  it('do not end early under a leader that was cut off while nobody led: it counts from the stamps of the leader before', async () => {
    const cluster = await TestCluster.start();
    cluster.write(2, batch(put('a', null)));
    cluster.clock.advance(50);
    cluster.network.cut(2);
    const found = [1, 3].map((id) => ({ id, log: cluster.crash(id) }));
    // Nobody leads, and node 2 alone counts these seconds.
    cluster.clock.advance(3_000);
    for (const { id, log } of found) await cluster.boot(id, log);
    cluster.clock.advance(4 * ELECTION_MS);
    cluster.write(1, batch(put('lock', 2_000)));
    cluster.clock.advance(100);
    cluster.network.heal();
    cluster.clock.advance(6 * ELECTION_MS);
    const answer = cluster.ask((done) => cluster.admin(1).transferLeader(2, done));
    cluster.clock.advance(300);
    assert.equal(answer.error, null);
    assert.equal(cluster.node(2).raw.role, 'leader');
    assert.deepEqual(stored(cluster, 'lock'), ['1', '1', '1'], 'half its time is over');
    cluster.clock.advance(2_000);
    assert.deepEqual(stored(cluster, 'lock'), [null, null, null]);
  });

  it('do not end early under a leader that applies the stamps of the one before only after its election', async () => {
    const cluster = await TestCluster.start();
    cluster.write(2, batch(put('a', null)));
    cluster.clock.advance(50);
    cluster.network.cut(2);
    const found = [1, 3].map((id) => ({ id, log: cluster.crash(id) }));
    cluster.clock.advance(3_000);
    for (const { id, log } of found) await cluster.boot(id, log);
    cluster.clock.advance(4 * ELECTION_MS);
    cluster.network.heal();
    cluster.clock.advance(6 * ELECTION_MS);
    // Node 2 has the entry when node 1 falls, and does not know that it is committed.
    cluster.write(1, batch(put('lock', 2_000)));
    cluster.clock.advance(4);
    cluster.crash(1);
    cluster.network.cut(3);
    assert.equal(cluster.stored(2, 'lock'), null);
    cluster.clock.advance(10);
    cluster.network.heal();
    let waited = 0;
    for (; cluster.node(2).raw.role !== 'leader' && waited < 1_000; waited++) cluster.clock.advance(1);
    assert.equal(cluster.node(2).raw.role, 'leader', 'node 2 is the first to campaign');
    const other = cluster.write(2, batch(put('other', 2_000)));
    cluster.clock.advance(100);
    assert.equal(other.error, null);
    assert.deepEqual(stored(cluster, 'lock'), ['1', '1']);
    cluster.clock.advance(1_500 - waited);
    assert.deepEqual(stored(cluster, 'lock'), ['1', '1'], 'not before its time');
    assert.deepEqual(stored(cluster, 'other'), ['1', '1'], 'not before its time');
  });

  it('A2.11 do not care for the wall clock: a leader that stood still does not end them early', async () => {
    const cluster = await TestCluster.start();
    cluster.write(1, batch(put('a', 2_000)));
    cluster.clock.advance(50);
    cluster.pause(1);
    cluster.clock.advance(6 * ELECTION_MS);
    cluster.resume(1);
    cluster.clock.advance(6 * ELECTION_MS);
    assert.deepEqual(stored(cluster, 'a'), ['1', '1', '1']);
    cluster.clock.advance(1_000);
    assert.deepEqual(stored(cluster, 'a'), [null, null, null]);
  });
});
