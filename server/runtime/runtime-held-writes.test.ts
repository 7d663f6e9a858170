import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command, Op } from '../state/vocabulary.js';
import { FORWARD_COMMAND } from './forward-codec.js';
import { codeOf } from './testing/answers.js';
import { assertIdle, warm } from './testing/failover-helpers.js';
import { bytes, TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS } from './testing/test-nodes.js';

const increment = (key: string): Op => ({ kind: 'increment', key: bytes(key), delta: 1n });
const batch = (...ops: readonly Op[]): Command => ({ kind: 'batch', ops, session: null });

describe('the session of a node', () => {
  const limits = { sessionsMax: 1 };

  it('A2.41 that has ended is replaced for a write that certainly had no effect', async () => {
    const cluster = await TestCluster.start({ limits });
    warm(cluster, 2);
    const other = cluster.write(3, { kind: 'open-session' });
    cluster.clock.advance(20);
    assert.equal(codeOf(other), null);
    const write = cluster.write(2, batch(increment('n')));
    cluster.clock.advance(60);
    assert.equal(write.result?.results[0]?.value, '1');
    assert.equal(cluster.counter(2, 'runtime_forward_sessions_total'), 2);
    assert.equal(cluster.stored(1, 'n'), '1');
  });

  it('A2.41 that has ended leaves a write which may have taken effect with an unknown outcome', async () => {
    const cluster = await TestCluster.start({ limits });
    warm(cluster, 2);
    const write = cluster.write(2, batch(increment('n')));
    cluster.clock.advance(1.5);
    cluster.network.cut(2);
    cluster.clock.advance(5);
    cluster.write(3, { kind: 'open-session' });
    cluster.clock.advance(10);
    assert.deepEqual([cluster.stored(1, 'n'), write.answered], ['1', false]);
    cluster.network.heal();
    cluster.clock.advance(2 * ELECTION_MS);
    assert.equal(codeOf(write), 'STRATA_PEER_LOST');
    assert.equal(cluster.stored(1, 'n'), '1');
    const next = cluster.write(2, batch(increment('n')));
    cluster.clock.advance(60);
    assert.equal(next.result?.results[0]?.value, '2');
    assertIdle(cluster);
  });

  it('A2.41 is opened once, and those that wait for it leave in their order', async () => {
    const cluster = await TestCluster.start();
    const puts = ['1', '2', '3', '4'].map((value) => cluster.put(2, 'a', value));
    cluster.clock.advance(1);
    puts.push(cluster.put(2, 'a', '5'));
    cluster.clock.advance(30);
    assert.deepEqual(
      puts.map(({ result }) => result?.revision),
      [1, 2, 3, 4, 5],
    );
    assert.equal(cluster.stored(3, 'a'), '5');
    const commands = cluster.network.requests.filter(({ method }) => method === FORWARD_COMMAND);
    assert.equal(commands.length, 6);
  });
});

describe('writes that are held', () => {
  it('are answered when the node stops: what was not proposed as not done, the rest as of unknown outcome', async () => {
    const cluster = await TestCluster.start({ operationTimeoutMs: 10_000 });
    warm(cluster, 2);
    const sent = cluster.put(2, 'a', '1');
    cluster.clock.advance(1.5);
    cluster.network.cut(1, 2, 3);
    cluster.clock.advance(2 * ELECTION_MS);
    const held = cluster.put(2, 'b', '1');
    cluster.clock.advance(ELECTION_MS);
    assert.deepEqual([sent.answered, held.answered], [false, false]);
    assert.equal(cluster.gauge(2, 'runtime_forwarded_waiting'), 2);
    const { metrics } = cluster.node(2);
    cluster.crash(2);
    assert.deepEqual([codeOf(sent), codeOf(held)], ['STRATA_PEER_LOST', 'STRATA_SHUTTING_DOWN']);
    const waiting = [...metrics.gauges()].filter(({ name }) => /waiting/.test(name));
    assert.ok(waiting.length > 3 && waiting.every(({ value }) => value === 0));
    cluster.network.heal();
    cluster.clock.advance(3 * ELECTION_MS);
  });

  it('are counted: no more than the limit wait for a leader, and all are answered at their deadline', async () => {
    const limits = { waitingRequestsMax: 20 };
    const cluster = await TestCluster.start({ operationTimeoutMs: 300, limits });
    cluster.network.cut(1, 2, 3);
    cluster.clock.advance(3 * ELECTION_MS);
    const puts = Array.from({ length: 30 }, (_, at) => cluster.put(2, `key ${at}`, '1'));
    cluster.clock.advance(5);
    assert.equal(puts.filter((put) => codeOf(put) === 'STRATA_OVERLOADED').length, 10);
    cluster.clock.advance(450);
    assert.equal(puts.filter((put) => codeOf(put) === 'STRATA_NO_LEADER').length, 20);
    assertIdle(cluster);
  });
});
