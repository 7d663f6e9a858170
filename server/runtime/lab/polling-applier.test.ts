import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, readValue } from '../testing/answers.js';
import { assertIdle } from '../testing/failover-helpers.js';
import { TestCluster } from '../testing/test-cluster.js';

/** Mean wait of committed entries for their apply, in milliseconds. */
function applyWaitMs(cluster: TestCluster, id: number): number {
  const found = [...cluster.node(id).metrics.histograms()].find(({ name }) => name === 'state_apply_wait_ns');
  assert.ok(found && found.count > 0);
  return found.sum / found.count / 1e6;
}

async function writeApart(lab: 'notify' | 'poll-10ms' | 'poll-20ms'): Promise<TestCluster> {
  const cluster = await TestCluster.start({ lab: { applier: lab } });
  for (let at = 0; at < 20; at++) {
    const write = cluster.put(1, `k${at}`, `v${at}`);
    await cluster.pass(37);
    assert.equal(codeOf(write), null);
    assert.ok(write.answered);
  }
  return cluster;
}

describe('an applier that polls', () => {
  it('makes an entry wait for half of the interval, which the histogram of that wait shows', async () => {
    const [notified, ten, twenty] = [
      applyWaitMs(await writeApart('notify'), 1),
      applyWaitMs(await writeApart('poll-10ms'), 1),
      applyWaitMs(await writeApart('poll-20ms'), 1),
    ];
    assert.ok(notified < 0.1, `notified: ${notified} ms`);
    assert.ok(ten > 3 && ten < 7, `10 ms: ${ten} ms`);
    assert.ok(twenty > 7 && twenty < 13, `20 ms: ${twenty} ms`);
  });

  it('serves reads of what is applied only, and outlives the change of a leader', async () => {
    const cluster = await TestCluster.start({ lab: { applier: 'poll-20ms' } });
    const early = [1, 2, 3].map((id) => cluster.put(id, `early${id}`, 'x'));
    await cluster.pass(150);
    for (const consistency of ['linearizable', 'lease'] as const) {
      const reads = [1, 2, 3].map((id) => cluster.get(id, 'early2', {}, consistency));
      await cluster.pass(100);
      for (const read of reads) assert.equal(readValue(read), 'x');
    }
    const found = cluster.crash(1);
    await cluster.passUntil(
      () => cluster.nodes.some(({ raw }) => raw.role === 'leader'),
      'another node leads',
    );
    await cluster.boot(1, found);
    await cluster.pass(400);
    const late = [1, 2, 3].map((id) => cluster.put(id, `late${id}`, 'y'));
    await cluster.pass(300);
    for (const write of [...early, ...late]) assert.equal(codeOf(write), null);
    for (const { id } of cluster.nodes) assert.equal(cluster.stored(id, 'late3'), 'y');
    assertIdle(cluster);
  });

  it("takes in a leader's snapshot and drops what it held back", async () => {
    const cluster = await TestCluster.start({
      lab: { applier: 'poll-20ms' },
      snapshots: { entriesMax: 8, keepEntries: 1 },
    });
    const found = cluster.crash(3);
    for (let at = 0; at < 30; at++) {
      cluster.put(1, `k${at}`, 'v');
      await cluster.pass(25);
    }
    await cluster.boot(3, found);
    await cluster.passUntil(() => cluster.stored(3, 'k29') === 'v', 'node 3 has caught up');
    const write = cluster.put(3, 'after', 'v');
    await cluster.pass(300);
    assert.equal(codeOf(write), null);
    assert.equal(cluster.stored(3, 'after'), 'v');
    assertIdle(cluster);
  });
});
