import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from '../state/vocabulary.js';
import { codeOf, readValue } from './testing/answers.js';
import { bytes, TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS } from './testing/test-nodes.js';

const putOp = (key: string, value: string) =>
  ({
    kind: 'put',
    key: bytes(key),
    value: bytes(value),
    ttl: null,
    condition: null,
    returnPrevious: false,
  }) as const;
const batch = (...keys: readonly string[]): Command => ({
  kind: 'batch',
  ops: keys.map((key) => putOp(key, '1')),
  session: null,
});
const waiting = (cluster: TestCluster): number[] =>
  cluster.nodes.map(({ id }) => cluster.gauge(id, 'runtime_requests_waiting'));
const waitingBytes = (cluster: TestCluster): number[] =>
  cluster.nodes.map(({ id }) => cluster.gauge(id, 'runtime_requests_waiting_bytes'));

describe('requests that wait', () => {
  it('A2.44 are bounded: more are refused at once, at the node they came to and at the leader they were passed on to', async () => {
    const cluster = await TestCluster.start({ limits: { waitingRequestsMax: 3 } });
    for (const id of [2, 3]) cluster.node(id).log.hold();
    const puts = ['a', 'b', 'c', 'd'].map((key) => cluster.put(1, key, '1'));
    const read = cluster.get(1, 'a', {}, 'stale');
    cluster.clock.advance(1);
    assert.deepEqual(puts.map(codeOf), [null, null, null, 'STRATA_OVERLOADED']);
    assert.equal(codeOf(read), 'STRATA_OVERLOADED');
    const passedOn = cluster.put(2, 'e', '1');
    cluster.clock.advance(5);
    assert.equal(codeOf(passedOn), 'STRATA_OVERLOADED');
    assert.equal(cluster.counter(1, 'runtime_refused_total'), 3);
    for (const id of [2, 3]) cluster.node(id).log.release();
    cluster.clock.advance(10);
    const next = cluster.put(1, 'd', '1');
    cluster.clock.advance(10);
    assert.notEqual(next.result, null, 'let in again');
  });

  it('A2.44 are bounded in bytes too', async () => {
    const cluster = await TestCluster.start({ limits: { waitingBytesMax: 1_000 } });
    for (const id of [2, 3]) cluster.node(id).log.hold();
    const value = 'x'.repeat(600);
    const answers = [cluster.put(1, 'a', value), cluster.put(1, 'b', value)];
    cluster.clock.advance(1);
    assert.deepEqual(answers.map(codeOf), [null, 'STRATA_OVERLOADED']);
  });

  it('A2.45 leave nothing behind, however they end: answered, refused, too late, leader lost, node stopped', async () => {
    const cluster = await TestCluster.start({ operationTimeoutMs: 60, limits: { waitingRequestsMax: 50 } });
    const all = (id: number, at: number) => [
      cluster.put(id, `k${at}`, '1'),
      cluster.write(id, batch('a', 'b')),
      cluster.write(id, { ...batch('a'), session: { session: 999, sequence: 1 } } as Command),
      cluster.get(id, 'a'),
      cluster.get(id, 'a', {}, 'lease'),
      cluster.get(id, 'a', {}, 'stale'),
      cluster.query(id, { kind: 'many', keys: [bytes('a'), bytes('b')] }),
      cluster.query(id, { kind: 'size' }, 'lease'),
      cluster.put(id, 'a', '1', { forward: false }),
      cluster.get(id, 'a', { forward: false }),
    ];
    const answers = [...all(1, 1), ...all(2, 2), ...all(3, 3)];
    assert.ok(Math.max(...waiting(cluster)) > 0);
    cluster.clock.advance(30);
    assert.ok(answers.every(({ answered }) => answered));
    assert.deepEqual(
      [waiting(cluster), waitingBytes(cluster)],
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    );

    // Disks that do not answer: too late. Then the leader is cut off, with requests at all nodes.
    for (const { log } of cluster.nodes) log.hold();
    answers.push(...all(1, 4), ...all(2, 5), ...all(3, 6));
    cluster.clock.advance(200);
    for (const { log } of cluster.nodes) log.release();
    cluster.clock.advance(200);
    const leader = cluster.nodes.find(({ raw }) => raw.role === 'leader')!.id;
    answers.push(...all(leader, 7));
    cluster.clock.settle();
    cluster.network.cut(leader);
    for (const { id } of cluster.nodes) answers.push(...all(id, 8));
    cluster.clock.advance(4 * ELECTION_MS);
    cluster.network.heal();
    cluster.clock.advance(4 * ELECTION_MS);
    assert.ok(answers.every(({ answered }) => answered));
    assert.deepEqual(
      [waiting(cluster), waitingBytes(cluster)],
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    );
    assert.equal(
      Math.max(...cluster.nodes.map(({ id }) => cluster.gauge(id, 'runtime_forwarded_waiting'))),
      0,
    );

    const last = [...all(1, 9), ...all(2, 10)];
    const nodes = [cluster.node(1), cluster.node(2)];
    cluster.crash(1);
    cluster.crash(2);
    cluster.clock.advance(200);
    assert.ok(last.every(({ answered }) => answered));
    for (const { metrics } of nodes) {
      const left = [...metrics.gauges()].find(({ name }) => name === 'runtime_requests_waiting');
      assert.equal(left!.value, 0);
    }
  });
});

describe('a store that is full', () => {
  it('refuses what adds, wherever it was asked, and takes deletes, which make room', async () => {
    const cluster = await TestCluster.start({ limits: { keysMax: 2 } });
    const first = cluster.write(1, batch('a', 'b'));
    cluster.clock.advance(20);
    assert.notEqual(first.result, null);
    const answers = [cluster.put(1, 'c', '1'), cluster.put(2, 'c', '1'), cluster.write(3, batch('a', 'c'))];
    const overwrite = cluster.put(1, 'a', '2');
    assert.deepEqual(cluster.node(1).runtime.status().alarms, ['state-full']);
    cluster.clock.advance(20);
    assert.deepEqual(new Set(answers.map(codeOf)), new Set(['STRATA_STATE_FULL']));
    assert.notEqual(overwrite.result, null);
    const removed = cluster.write(2, {
      kind: 'batch',
      ops: [{ kind: 'delete', key: bytes('a'), condition: null, returnPrevious: false }],
      session: null,
    });
    cluster.clock.advance(20);
    assert.equal(removed.result!.results[0]!.changed, true);
    assert.deepEqual(cluster.node(1).runtime.status().alarms, []);
    const put = cluster.put(2, 'c', '1');
    cluster.clock.advance(20);
    assert.notEqual(put.result, null);
  });
});

describe('a quorum that is lost', () => {
  it('A2.7 costs every request a bounded time and no acknowledgement, and comes back', async () => {
    const cluster = await TestCluster.start({ operationTimeoutMs: 80 });
    cluster.pause(2);
    cluster.pause(3);
    const answers = [cluster.put(1, 'a', '1'), cluster.write(1, batch('b')), cluster.get(1, 'a')];
    cluster.clock.advance(80 + 2 * ELECTION_MS);
    for (const answer of answers) assert.ok(answer.answered && answer.result === null);
    const later = [cluster.put(1, 'c', '1'), cluster.get(1, 'c')];
    cluster.clock.advance(200);
    for (const answer of later) assert.ok(answer.answered && answer.result === null);
    cluster.resume(2);
    cluster.resume(3);
    cluster.clock.advance(10 * ELECTION_MS);
    const put = cluster.put(1, 'a', '2');
    cluster.clock.advance(20);
    assert.notEqual(put.result, null, put.error?.message);
    const get = cluster.get(2, 'a');
    cluster.clock.advance(100);
    assert.equal(readValue(get), '2');
  });
});

describe('a full disk', () => {
  it('A2.29 at the leader refuses writes with a code and goes on reading', async () => {
    const cluster = await TestCluster.start({ nodes: 1 });
    const { log } = cluster.node(1);
    Object.defineProperty(log, 'health', {
      get: () => ({ isFull: true, busySinceNs: 0, segmentBytes: 0 }),
      configurable: true,
    });
    const put = cluster.put(1, 'a', '1');
    const get = cluster.get(1, 'a');
    cluster.clock.advance(5);
    assert.equal(codeOf(put), 'STRATA_DISK_FULL');
    assert.equal(readValue(get), null);
  });
});
