import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TransferResult } from '../../ports/cluster-admin.js';
import { type Node, TestCluster } from '../testing/test-cluster.js';
import { ELECTION_MS, HEARTBEAT_MS } from '../testing/test-nodes.js';
import type { JournalEvent } from './event-journal.js';

const ELECTION_KINDS = new Set([
  'heartbeat-missed',
  'election-timeout',
  'campaign',
  'leader',
  'step-down',
  'leader-changed',
]);

const journalOf = (node: Node): JournalEvent[] => node.runtime.journal.after(0).events;

/** `kind peer detail @term` of what the nodes tell of elections from `since` on. */
function told(node: Node, since = 0): string[] {
  const { events } = node.runtime.journal.after(since);
  return events
    .filter(({ kind }) => ELECTION_KINDS.has(kind))
    .map(({ kind, peer, detail, term }) => `${kind} ${peer} ${detail} @${term}`);
}

const mark = (node: Node): number => node.runtime.journal.after(0).next;

describe('elections in the journals', () => {
  it('the first one: nobody missed a leader, node 1 asked, stood and won', async () => {
    const cluster = await TestCluster.start();
    assert.deepEqual(told(cluster.node(1)), [
      'election-timeout 0 pre-vote @0',
      'campaign 0 pre-vote won @1',
      'leader 0 elected @1',
    ]);
    for (const id of [2, 3]) assert.deepEqual(told(cluster.node(id)), ['leader-changed 1 known @1']);
    assert.deepEqual(
      journalOf(cluster.node(3))
        .filter(({ kind }) => kind === 'started')
        .map(({ sequence, detail }) => [sequence, detail]),
      [[1, 'serves']],
    );
  });

  it('a leader that crashed: its followers missed it, one asked, stood and won in the next term', async () => {
    const cluster = await TestCluster.start();
    const since = [2, 3].map((id) => mark(cluster.node(id)));
    const crashedNs = cluster.clock.nowNs();
    cluster.crash(1);
    await cluster.pass(4 * ELECTION_MS);
    assert.deepEqual(told(cluster.node(2), since[0]), [
      'heartbeat-missed 1 given up @1',
      'election-timeout 1 pre-vote @1',
      'leader-changed 0 none @1',
      'campaign 0 pre-vote won @2',
      'leader 0 elected @2',
    ]);
    assert.deepEqual(told(cluster.node(3), since[1]), [
      'heartbeat-missed 1 higher term @2',
      'leader-changed 0 none @2',
      'leader-changed 2 known @2',
    ]);
    const [missed, timeout] = journalOf(cluster.node(2)).filter(({ sequence }) => sequence > since[0]!);
    assert.ok(missed!.atNs <= crashedNs, 'the silence began with the last sign of life');
    assert.equal(missed!.atNs + missed!.durationNs, timeout!.atNs, 'and ended with the time-out');
    assert.ok(missed!.durationNs > 2 * HEARTBEAT_MS * 1e6);
  });

  it('a leader that stood still: the journals tell why it stepped down and that its loop was late', async () => {
    const cluster = await TestCluster.start();
    const since = mark(cluster.node(1));
    const pausedNs = cluster.clock.nowNs();
    cluster.pause(1);
    await cluster.pass(4 * ELECTION_MS);
    const resumedNs = cluster.clock.nowNs();
    cluster.resume(1);
    await cluster.pass(ELECTION_MS);
    const events = journalOf(cluster.node(1)).filter(({ sequence }) => sequence > since);
    const delay = events.find(({ kind }) => kind === 'loop-delay')!;
    assert.ok(delay.atNs <= pausedNs + 20e6 && delay.atNs + delay.durationNs >= resumedNs);
    assert.deepEqual(told(cluster.node(1), since), [
      'step-down 2 higher term @2',
      'leader-changed 2 known @2',
    ]);
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'disk-stall'),
      [],
    );
  });

  it('a follower that stood still longer than two heartbeats missed some, one that did for less did not', async () => {
    const cluster = await TestCluster.start();
    const since = mark(cluster.node(3));
    cluster.pause(3);
    await cluster.pass(HEARTBEAT_MS);
    cluster.resume(3);
    await cluster.pass(ELECTION_MS);
    assert.deepEqual(told(cluster.node(3), since), []);
    cluster.pause(3);
    await cluster.pass(4 * HEARTBEAT_MS);
    cluster.resume(3);
    await cluster.pass(ELECTION_MS);
    assert.deepEqual(told(cluster.node(3), since), ['heartbeat-missed 1 heard again @1']);
  });

  it('a leader cut off from all steps down by itself', async () => {
    const cluster = await TestCluster.start();
    const since = mark(cluster.node(1));
    cluster.network.cut(1);
    await cluster.pass(4 * ELECTION_MS);
    assert.equal(told(cluster.node(1), since)[0], 'step-down 0 check-quorum @1');
  });

  it('a transfer: the old leader stepped down for it, the new one was handed the lead, nobody missed anything', async () => {
    const cluster = await TestCluster.start();
    const since = cluster.nodes.map(mark);
    const moved = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(3, done));
    await cluster.passUntil(() => moved.answered, 'answered', ELECTION_MS);
    await cluster.pass(ELECTION_MS);
    assert.deepEqual(told(cluster.node(1), since[0]), [
      'step-down 0 transfer @2',
      'leader-changed 0 none @2',
      'leader-changed 3 known @2',
    ]);
    assert.deepEqual(told(cluster.node(3), since[2]), [
      'campaign 0 handed over @2',
      'leader-changed 0 none @2',
      'leader 0 elected @2',
    ]);
    assert.ok(!told(cluster.node(2), since[1]).some((line) => line.startsWith('heartbeat-missed')));
  });

  it('a transfer that was given up is no reason for what comes later in its term', async () => {
    const cluster = await TestCluster.start();
    cluster.network.cut(3);
    const moved = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(3, done));
    await cluster.passUntil(() => moved.answered, 'answered', 5 * ELECTION_MS);
    const since = mark(cluster.node(1));
    cluster.network.cut(1, 2);
    await cluster.pass(4 * ELECTION_MS);
    assert.equal(told(cluster.node(1), since)[0], 'step-down 0 check-quorum @1');
  });

  it('a leader that was removed says so', async () => {
    const cluster = await TestCluster.start();
    const gone = cluster.ask((done) => cluster.admin(1).removeMember(1, done));
    await cluster.passUntil(() => gone.answered, 'answered');
    await cluster.pass(ELECTION_MS);
    assert.ok(
      told(cluster.node(1)).some((line) => line.startsWith('step-down') && line.includes('removed')),
      told(cluster.node(1)).join('\n'),
    );
  });

  it('a node alone needs nobody', async () => {
    const cluster = await TestCluster.start({ nodes: 1 });
    assert.deepEqual(told(cluster.node(1)), ['campaign 0 alone @1', 'leader 0 elected @1']);
  });

  it('snapshots have a begin and an end', async () => {
    const cluster = await TestCluster.start();
    for (let i = 0; i < 30; i++) cluster.put(1, `key-${i}`, 'x'.repeat(100));
    await cluster.pass(50);
    cluster.node(1).snapshots.diskMs = 5;
    const taken = cluster.ask((done) => cluster.admin(1).takeSnapshot(done));
    await cluster.passUntil(() => taken.answered, 'answered');
    const [snapshot] = journalOf(cluster.node(1)).filter(({ kind }) => kind === 'snapshot');
    assert.equal(snapshot?.detail, 'taken');
    assert.ok(snapshot.durationNs >= 10e6, `${snapshot.durationNs}`);
  });
});
