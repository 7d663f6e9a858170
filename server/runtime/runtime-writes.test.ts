import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf } from './testing/answers.js';
import { TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS } from './testing/test-nodes.js';

/** Index 1 is the no-op of the first leader. */
const FIRST = 2;

describe('writes', () => {
  it('answers a put only after a quorum holds it', async () => {
    const cluster = await TestCluster.start();
    const [leader, ...followers] = cluster.nodes;
    for (const { log } of followers) log.hold();
    const put = cluster.put(1, 'a', '1');
    cluster.clock.advance(50);
    assert.equal(leader!.log.pendingAppends, 0, 'durable on the leader alone');
    assert.equal(put.answered, false, 'with the followers late nothing is answered');
    assert.equal(cluster.stored(1, 'a'), null, 'nor applied');

    followers[1]!.log.release();
    cluster.clock.advance(2);
    assert.deepEqual(put.result, { revision: 1, changed: true });
    assert.equal(cluster.stored(1, 'a'), '1');
    assert.notEqual(followers[0]!.log.pendingAppends, 0, 'the third disk was not waited for');
  });

  it('sends to the followers before it hands the entries to its own disk', async () => {
    const cluster = await TestCluster.start();
    cluster.put(1, 'a', '1');
    cluster.put(1, 'b', '2');
    cluster.clock.settle();
    const entries = `${FIRST},${FIRST + 1}`;
    assert.deepEqual(cluster.events, [
      `send 1>2: ${entries}`,
      `send 1>3: ${entries}`,
      `append 1: ${entries}`,
    ]);
  });

  it('applies the writes of one turn together and answers them in their order', async () => {
    const cluster = await TestCluster.start();
    const puts = ['1', '2', '3'].map((value) => cluster.put(1, 'a', value));
    cluster.clock.advance(5);
    assert.deepEqual(
      puts.map(({ result }) => result),
      [
        { revision: 1, changed: true },
        { revision: 2, changed: false },
        { revision: 3, changed: false },
      ],
    );
    assert.equal(cluster.stored(1, 'a'), '3');
  });

  it('own disk late: two followers commit without it', async () => {
    const cluster = await TestCluster.start();
    const won = cluster.counter(1, 'consensus_replicate_won_total');
    cluster.node(1).log.hold();
    const put = cluster.put(1, 'a', '1');
    cluster.clock.advance(10);
    assert.deepEqual(put.result, { revision: 1, changed: true });
    assert.equal(cluster.node(1).log.pendingAppends, 1);
    assert.equal(cluster.counter(1, 'consensus_replicate_won_total'), won + 1);

    // One follower alone is no quorum without the leader's disk.
    cluster.node(2).log.hold();
    const second = cluster.put(1, 'b', '2');
    cluster.clock.advance(10);
    assert.equal(second.answered, false);
    cluster.node(1).log.release();
    cluster.clock.advance(1);
    assert.equal(second.answered, true);
  });

  it('gathers behind the append at the disk and shares the next entry batch', async () => {
    const cluster = await TestCluster.start({ gatherBehindAppends: 1, diskMs: 2, gatherMsMax: 50 });
    cluster.put(1, 'a', '1');
    cluster.clock.advance(0.5);
    cluster.events.length = 0;
    const gathered = [cluster.put(1, 'b', '2')];
    cluster.clock.advance(1);
    gathered.push(cluster.put(1, 'c', '3'));
    cluster.clock.advance(0.2);
    assert.equal(cluster.node(1).raw.lastIndex, FIRST, 'not proposed while the append is at the disk');

    cluster.clock.advance(0.4);
    const entries = `${FIRST + 1},${FIRST + 2}`;
    assert.deepEqual(
      cluster.events.filter((event) => event.includes(entries)),
      [`send 1>2: ${entries}`, `send 1>3: ${entries}`, `append 1: ${entries}`],
    );
    cluster.clock.advance(10);
    assert.ok(gathered.every(({ result }) => result !== null));
  });

  it('ends the gathering at its limit when the disk stalls, and heartbeats go on meanwhile', async () => {
    const cluster = await TestCluster.start({ gatherBehindAppends: 1, gatherMsMax: 40 });
    const { raw, log } = cluster.node(1);
    log.hold();
    cluster.put(1, 'a', '1');
    cluster.clock.settle();
    const heartbeats = cluster.counter(1, 'consensus_heartbeats_sent_total');
    const gathering = cluster.put(1, 'b', '2');
    cluster.clock.advance(30);
    cluster.put(1, 'c', '3');
    cluster.clock.advance(9);
    assert.equal(raw.lastIndex, FIRST, 'before the limit they gather');
    cluster.clock.advance(15);
    assert.equal(raw.lastIndex, FIRST + 2, 'a tick after the limit of the first they do not');
    assert.equal(gathering.answered, true, 'the followers are a quorum');

    cluster.clock.advance(3 * ELECTION_MS);
    assert.ok(cluster.counter(1, 'consensus_heartbeats_sent_total') >= heartbeats + 2 * 10);
    assert.deepEqual([raw.role, raw.term], ['leader', 1], 'a slow disk costs no leadership');
  });

  it('answers what the core refuses, and takes writes again afterwards', async () => {
    const cluster = await TestCluster.start();
    for (const id of [2, 3]) cluster.node(id).log.hold();
    const half = 'x'.repeat(600_000);
    const [first, second] = [cluster.put(1, 'a', half), cluster.put(1, 'b', half)];
    cluster.clock.advance(5);
    assert.equal(first.answered, false);
    assert.equal(codeOf(second), 'STRATA_PROPOSAL_DROPPED');
    for (const id of [2, 3]) cluster.node(id).log.release();
    cluster.clock.advance(5);
    assert.notEqual(first.result, null);
    const third = cluster.put(1, 'b', half);
    cluster.clock.advance(10);
    assert.notEqual(third.result, null);
  });
});

describe('writes that are not answered in time', () => {
  it('are answered with a time-out, once: a late commit takes effect and does not answer again', async () => {
    const cluster = await TestCluster.start({ operationTimeoutMs: 50 });
    for (const id of [2, 3]) cluster.node(id).log.hold();
    const late = cluster.put(1, 'a', '1');
    cluster.clock.advance(49);
    assert.equal(late.answered, false);
    cluster.clock.advance(200);
    assert.equal(codeOf(late), 'STRATA_TIMEOUT');
    assert.equal(cluster.counter(1, 'consensus_expired_total'), 1);

    for (const id of [2, 3]) cluster.node(id).log.release();
    const next = cluster.put(1, 'a', '2');
    cluster.clock.advance(200);
    assert.deepEqual(next.result, { revision: 2, changed: false }, 'the late one took effect before');
    assert.equal(codeOf(late), 'STRATA_TIMEOUT');
  });

  it('are answered with lost leadership when the leader is cut off, and what nobody else holds is gone', async () => {
    const cluster = await TestCluster.start();
    cluster.network.cut(1);
    const puts = ['a', 'b', 'c'].map((key) => cluster.put(1, key, '1'));
    cluster.clock.advance(3 * ELECTION_MS);
    assert.deepEqual(puts.map(codeOf), Array(3).fill('STRATA_LEADERSHIP_LOST'));
    assert.equal(cluster.node(2).raw.role, 'leader');

    cluster.network.heal();
    const after = cluster.put(2, 'd', '1');
    cluster.clock.advance(3 * ELECTION_MS);
    assert.deepEqual(after.result, { revision: 1, changed: true });
    for (const { id } of cluster.nodes)
      assert.deepEqual([cluster.stored(id, 'a'), cluster.stored(id, 'd')], [null, '1'], `node ${id}`);
  });

  it('may take effect under the next leader: lost leadership means an unknown outcome, told once', async () => {
    const cluster = await TestCluster.start();
    const put = cluster.put(1, 'a', '1');
    cluster.clock.advance(1.5);
    cluster.network.cut(1);
    cluster.clock.advance(3 * ELECTION_MS);
    assert.equal(codeOf(put), 'STRATA_LEADERSHIP_LOST');
    cluster.network.heal();
    cluster.clock.advance(3 * ELECTION_MS);
    for (const { id } of cluster.nodes) assert.equal(cluster.stored(id, 'a'), '1', `node ${id}`);
  });

  it('that gather while leadership is lost are not proposed here: the next leader takes them', async () => {
    const cluster = await TestCluster.start({ gatherBehindAppends: 1, gatherMsMax: 10_000 });
    const { raw, log } = cluster.node(1);
    log.hold();
    cluster.network.cut(1);
    const proposed = cluster.put(1, 'a', '1');
    cluster.clock.settle();
    const gathering = cluster.put(1, 'b', '1');
    cluster.clock.advance(3 * ELECTION_MS);
    assert.equal(raw.lastIndex, FIRST);
    assert.equal(codeOf(proposed), 'STRATA_LEADERSHIP_LOST');
    assert.equal(codeOf(gathering), null);
    log.release();
    cluster.network.heal();
    cluster.clock.advance(3 * ELECTION_MS);
    assert.deepEqual(gathering.result, { revision: 1, changed: true });
    assert.deepEqual([cluster.stored(2, 'a'), cluster.stored(2, 'b')], [null, '1']);
  });
});
