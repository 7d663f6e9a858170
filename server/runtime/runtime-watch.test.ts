import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StrataError } from '../errors.js';
import type { WatchObserver } from '../ports/key-value-service.js';
import type { ChangeEvent } from '../state/vocabulary.js';
import { bytes, TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS } from './testing/test-nodes.js';

class Listener implements WatchObserver {
  readonly told: string[] = [];
  readonly progress: number[] = [];
  code: string | null = null;

  onEvents(events: readonly ChangeEvent[]): boolean {
    for (const { type, key, revision } of events)
      this.told.push(`${type} ${new TextDecoder().decode(key)}@${revision}`);
    return true;
  }

  onProgress(revision: number): void {
    this.progress.push(revision);
  }

  onClose(error: Error): void {
    assert.ok(error instanceof StrataError);
    this.code = error.code;
  }
}

function watch(cluster: TestCluster, id: number, fromRevision = 0): Listener {
  const listener = new Listener();
  cluster.node(id).runtime.watch({ start: bytes('a'), end: bytes('n'), fromRevision }, listener);
  return listener;
}

describe('watches of a cluster', () => {
  it('tell the same on every node, through a change of leader, and go on with another node', async () => {
    const cluster = await TestCluster.start({ limits: { watchHistory: 'always' } });
    const listeners = [1, 2, 3].map((id) => watch(cluster, id));
    cluster.put(1, 'a', '1');
    cluster.put(2, 'x', '1');
    cluster.clock.advance(50);
    cluster.put(3, 'b', '1');
    cluster.clock.advance(50);
    for (const { told } of listeners) assert.deepEqual(told, ['put a@1', 'put b@3']);
    cluster.crash(1);
    assert.equal(listeners[0]!.code, 'STRATA_SHUTTING_DOWN');
    cluster.clock.advance(4 * ELECTION_MS);
    const put = cluster.put(2, 'c', '1');
    cluster.clock.advance(50);
    assert.notEqual(put.result, null);
    const resumed = watch(cluster, 3, 2);
    cluster.clock.advance(5);
    assert.deepEqual(resumed.told, ['put b@3', 'put c@4']);
    assert.deepEqual(listeners[1]!.told, ['put a@1', 'put b@3', 'put c@4']);
  });

  it('tell what expired, and how far they are while nothing happens', async () => {
    const cluster = await TestCluster.start();
    const listener = watch(cluster, 2);
    cluster.write(1, {
      kind: 'batch',
      ops: [
        { kind: 'put', key: bytes('a'), value: bytes('1'), ttl: 200, condition: null, returnPrevious: false },
      ],
      session: null,
    });
    cluster.clock.advance(300);
    assert.deepEqual(listener.told, ['put a@1', 'expire a@2']);
    listener.progress.length = 0;
    cluster.clock.advance(4_000);
    assert.ok(
      listener.progress.length >= 3 && listener.progress.length <= 5,
      `${listener.progress.length} times`,
    );
    assert.deepEqual(new Set(listener.progress), new Set([2]));
  });

  it('end where a snapshot of the leader replaced the history', async () => {
    const cluster = await TestCluster.start();
    const listener = watch(cluster, 3);
    cluster.put(1, 'a', '1');
    cluster.clock.advance(50);
    assert.deepEqual(listener.told, ['put a@1']);
    cluster.network.cut(3);
    for (let count = 0; count < 20; count++) cluster.put(1, 'b', String(count));
    cluster.clock.advance(50);
    const taken = cluster.ask((done) => cluster.admin(1).takeSnapshot(done));
    await cluster.passUntil(() => taken.answered, 'a snapshot was taken');
    await cluster.passUntil(() => cluster.node(1).raw.firstIndex > 10, 'the log was compacted');
    cluster.network.heal();
    await cluster.passUntil(() => cluster.stored(3, 'b') === '19', 'node 3 has the snapshot');
    assert.equal(listener.code, 'STRATA_REVISION_COMPACTED');
    assert.deepEqual(listener.told, ['put a@1'], 'a part of the history is not told');
    const next = watch(cluster, 3);
    cluster.put(1, 'c', '1');
    await cluster.passUntil(() => next.told.length === 1, 'the next change is told');
    assert.deepEqual(next.told, ['put c@22']);
  });
});
