import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestCluster } from './testing/test-cluster.js';

describe('a follower whose disk stands still', () => {
  it('A2.10, A2.44 keeps a bounded number of answers behind it, however often the leader asks', async () => {
    const cluster = await TestCluster.start({ operationTimeoutMs: 60_000 });
    const { log } = cluster.node(2);
    log.hold();
    cluster.put(1, 'a', '1');
    // Each read is a round of heartbeats, each answer to it an empty append that asks again how far this log is durable.
    for (let read = 0; read < 2_000; read++) {
      cluster.get(1, 'a');
      cluster.clock.advance(3);
    }
    assert.ok(log.pendingAppends <= 200, `${log.pendingAppends} appends wait`);
    assert.ok(cluster.counter(2, 'runtime_answers_dropped_total') > 0);
    log.release();
    cluster.clock.advance(200);
    assert.equal(cluster.stored(2, 'a'), '1');
    assert.equal(log.pendingAppends, 0);
    const write = cluster.put(1, 'b', '1');
    cluster.clock.advance(200);
    assert.equal(write.error, null);
    assert.equal(cluster.stored(2, 'b'), '1');
  });
});
