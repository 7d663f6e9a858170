import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MembershipResult, NewMember } from '../ports/cluster-admin.js';
import { type Answer, codeOf } from './testing/answers.js';
import { bytes, type Settings, TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS, HEARTBEAT_MS } from './testing/test-nodes.js';

const member = (id: number): NewMember => ({
  id,
  host: '127.0.0.1',
  peerPort: 7200 + id,
  httpPort: 7000 + id,
  respPort: 7100 + id,
});

type Change = (
  admin: ReturnType<TestCluster['admin']>,
  done: (error: Error | null, result: MembershipResult | null) => void,
) => void;

/** Asks node `id` for a change and waits for its answer. */
async function change(cluster: TestCluster, id: number, ask: Change): Promise<Answer<MembershipResult>> {
  const answer = cluster.ask<MembershipResult>((done) => ask(cluster.admin(id), done));
  await cluster.passUntil(() => answer.answered, 'the change is answered');
  return answer;
}

/** Four nodes: three voters and node 4, added and caught up. */
async function withLearner(settings: Settings = {}): Promise<TestCluster> {
  const cluster = await TestCluster.start(settings);
  for (let key = 0; key < 20; key++) cluster.put(1, `key-${key}`, 'v');
  await cluster.pass(HEARTBEAT_MS);
  await cluster.join(4);
  const added = await change(cluster, 1, (admin, done) => admin.addMember(member(4), done));
  assert.equal(added.error, null);
  const isCaughtUp = (): boolean =>
    cluster.node(4).machine.appliedIndex === cluster.node(1).machine.appliedIndex;
  await cluster.passUntil(isCaughtUp, 'the learner has caught up');
  await cluster.pass(HEARTBEAT_MS);
  return cluster;
}

const voters = (result: MembershipResult | null): readonly number[] =>
  result!.members.filter(({ voter }) => voter).map(({ id }) => id);

describe('adding a node', () => {
  it('A2.14 it joins as a learner: gets a snapshot and the log, and counts for no quorum', async () => {
    const cluster = await withLearner();
    const { machine, raw, runtime } = cluster.node(4);
    assert.equal(raw.role, 'learner');
    assert.equal(cluster.stored(4, 'key-19'), 'v');
    assert.deepEqual(
      machine.members().map(({ id }) => id),
      [1, 2, 3, 4],
    );
    assert.deepEqual(
      runtime.status().members.map(({ voter }) => voter),
      [true, true, true, false],
    );
    assert.equal(runtime.status().members[3]!.respUrl, 'redis://127.0.0.1:7104');
    assert.equal(runtime.status().ready, true);

    cluster.network.cut(2, 3);
    const put = cluster.put(1, 'a', '1');
    await cluster.pass(50);
    assert.equal(put.answered, false, 'leader and learner are no majority of three voters');
  });

  it('is asked of any node, and travels to the leader once', async () => {
    const cluster = await TestCluster.start();
    await cluster.join(4);
    const added = await change(cluster, 3, (admin, done) => admin.addMember(member(4), done));
    assert.deepEqual(
      added.result?.members.map(({ id }) => id),
      [1, 2, 3, 4],
    );
    assert.deepEqual(
      cluster.network.requests
        .filter(({ method }) => method === 'cluster.change')
        .map(({ from, to }) => [from, to]),
      [[3, 1]],
    );
    const again = await change(cluster, 2, (admin, done) => admin.addMember(member(4), done));
    assert.equal(codeOf(again), 'STRATA_MEMBER_EXISTS', 'errors travel back with their code');
  });

  it('A2.13 a second change while one is pending is rejected', async () => {
    const cluster = await TestCluster.start();
    const first = cluster.ask<MembershipResult>((done) => cluster.admin(1).addMember(member(4), done));
    const second = cluster.ask<MembershipResult>((done) => cluster.admin(1).addMember(member(5), done));
    await cluster.pass(20);
    assert.equal(first.error, null);
    assert.equal(codeOf(second), 'STRATA_CHANGE_PENDING');
    const third = await change(cluster, 1, (admin, done) => admin.addMember(member(5), done));
    assert.equal(third.error, null, 'one after the other is fine');
  });

  it('A2.13 a change that is under way when the leader is lost has an unknown outcome', async () => {
    const cluster = await TestCluster.start();
    cluster.network.cut(1);
    const added = cluster.ask<MembershipResult>((done) => cluster.admin(1).addMember(member(4), done));
    await cluster.pass(5 * ELECTION_MS);
    assert.equal(codeOf(added), 'STRATA_LEADERSHIP_LOST');
  });

  it('refuses what no cluster could reach, and what is no member', async () => {
    const cluster = await TestCluster.start();
    const codes: (string | null)[] = [];
    const ask = async (question: Change): Promise<void> => {
      codes.push(codeOf(await change(cluster, 1, question)));
    };
    await ask((admin, done) => admin.addMember({ ...member(4), host: '' }, done));
    await ask((admin, done) => admin.addMember({ ...member(4), peerPort: 0 }, done));
    await ask((admin, done) => admin.addMember({ ...member(4), id: 1.5 }, done));
    await ask((admin, done) => admin.addMember({ ...member(4), peerPort: 7201 }, done));
    assert.deepEqual(codes.splice(0), Array(4).fill('STRATA_MEMBER_INVALID'));
    await ask((admin, done) => admin.promoteMember(9, done));
    await ask((admin, done) => admin.removeMember(9, done));
    await ask((admin, done) => admin.replaceMember(1, 9, done));
    assert.deepEqual(codes.splice(0), Array(3).fill('STRATA_MEMBER_UNKNOWN'));
    await ask((admin, done) => admin.promoteMember(2, done));
    await ask((admin, done) => admin.replaceMember(1, 2, done));
    assert.deepEqual(codes.splice(0), Array(2).fill('STRATA_MEMBER_NOT_LEARNER'));
  });

  it('refuses requests of peers that are none', async () => {
    const cluster = await TestCluster.start();
    const codes: string[] = [];
    for (const [method, text] of [
      ['cluster.change', 'x'],
      ['cluster.change', '{"kind":"explode","id":1}'],
      ['cluster.change', '{"kind":"add","member":{"id":"4"}}'],
      ['cluster.transfer', '{"to":-1}'],
      ['cluster.unknown', '{}'],
    ] as const) {
      cluster.network.request(2, 1, method, bytes(text), (_, response) =>
        codes.push(JSON.parse(new TextDecoder().decode(response!)).error.code),
      );
    }
    await cluster.pass(10);
    assert.deepEqual(codes, Array(5).fill('STRATA_FRAME_INVALID'));
  });
});

describe('promoting a learner', () => {
  it('gives it a vote once it has caught up', async () => {
    const cluster = await withLearner();
    const promoted = await change(cluster, 1, (admin, done) => admin.promoteMember(4, done));
    assert.deepEqual(voters(promoted.result), [1, 2, 3, 4]);
    cluster.network.cut(3);
    const put = cluster.put(1, 'a', '1');
    await cluster.pass(20);
    assert.notEqual(put.result, null, 'three of four');
  });

  it('refuses one that is behind', async () => {
    const cluster = await TestCluster.start();
    const added = await change(cluster, 1, (admin, done) => admin.addMember(member(4), done));
    assert.equal(added.error, null, 'node 4 need not run to be added');
    await cluster.pass(HEARTBEAT_MS);
    const promoted = await change(cluster, 1, (admin, done) => admin.promoteMember(4, done));
    assert.equal(codeOf(promoted), 'STRATA_MEMBER_BEHIND');
  });
});

describe('removing a node', () => {
  it('A2.14 a removed leader steps down once the change is committed, and another one is elected', async () => {
    const cluster = await TestCluster.start();
    const removed = await change(cluster, 1, (admin, done) => admin.removeMember(1, done));
    assert.deepEqual(
      removed.result?.members.map(({ id }) => id),
      [2, 3],
    );
    await cluster.passUntil(() => cluster.node(2).raw.role === 'leader', 'node 2 leads');
    await cluster.pass(5 * ELECTION_MS);
    assert.notEqual(cluster.node(1).raw.role, 'leader');
    const put = cluster.put(2, 'a', '1');
    await cluster.pass(20);
    assert.notEqual(put.result, null);
  });

  it('A2.14 a removed node says so once, is not ready, and disturbs nobody', async () => {
    const cluster = await TestCluster.start();
    await change(cluster, 1, (admin, done) => admin.removeMember(3, done));
    await cluster.pass(20 * ELECTION_MS);
    assert.equal(cluster.node(3).runtime.status().ready, false);
    const refused = [
      cluster.put(3, 'a', '1'),
      cluster.get(3, 'a'),
      cluster.get(3, 'a', {}, 'lease'),
      cluster.get(3, 'a', {}, 'stale'),
    ];
    await cluster.pass(1);
    assert.deepEqual(refused.map(codeOf), Array(4).fill('STRATA_NODE_REMOVED'), 'at once');
    assert.deepEqual(
      cluster.warnings.filter((line) => line.startsWith('3')),
      ['3 error STRATA_NODE_REMOVED'],
    );
    assert.equal(cluster.counter(3, 'consensus_elections_total'), 0);
    assert.equal(cluster.node(1).raw.term, 1, 'the same leader in the same term');
    assert.deepEqual(
      cluster
        .node(1)
        .runtime.status()
        .members.map(({ id }) => id),
      [1, 2],
    );
  });

  it('A2.14 a node that was removed while it slept learns it from the others', async () => {
    const cluster = await TestCluster.start();
    const found = cluster.crash(3);
    await change(cluster, 1, (admin, done) => admin.removeMember(3, done));
    await cluster.boot(3, found);
    await cluster.pass(10 * ELECTION_MS);
    assert.equal(cluster.node(3).machine.isRemoved(3), false, 'its own state does not know');
    assert.equal(cluster.node(3).runtime.status().ready, false);
    assert.deepEqual(
      cluster.warnings.filter((line) => line.startsWith('3')),
      ['3 error STRATA_NODE_REMOVED'],
    );
    assert.equal(cluster.node(1).raw.term, 1);
  });

  it('a voter that is needed for a majority stays, one that is down may go', async () => {
    const cluster = await TestCluster.start();
    cluster.crash(3);
    await cluster.pass(HEARTBEAT_MS);
    const needed = await change(cluster, 1, (admin, done) => admin.removeMember(2, done));
    assert.equal(codeOf(needed), 'STRATA_MEMBER_NEEDED');
    assert.match(String(needed.error), /only 1 of 2 voters/);
    const dead = await change(cluster, 1, (admin, done) => admin.removeMember(3, done));
    assert.equal(dead.error, null);
    assert.deepEqual(voters(dead.result), [1, 2]);
  });

  it('ids of removed nodes are never used again, and the last voter stays', async () => {
    const cluster = await TestCluster.start();
    await change(cluster, 1, (admin, done) => admin.removeMember(3, done));
    const again = await change(cluster, 1, (admin, done) => admin.addMember(member(3), done));
    assert.equal(codeOf(again), 'STRATA_MEMBER_ID_USED');
    await change(cluster, 1, (admin, done) => admin.removeMember(2, done));
    const last = await change(cluster, 1, (admin, done) => admin.removeMember(1, done));
    assert.equal(codeOf(last), 'STRATA_MEMBER_LAST');
  });

  it('ids of removed nodes are remembered in snapshots', async () => {
    const cluster = await TestCluster.start({ snapshots: { entriesMax: 5 } });
    await change(cluster, 1, (admin, done) => admin.removeMember(3, done));
    for (let key = 0; key < 20; key++) cluster.put(1, `key-${key}`, 'v');
    await cluster.pass(4 * HEARTBEAT_MS);
    assert.ok(cluster.node(2).snapshots.list()[0]!.meta.index > 10);
    const found = cluster.crash(2);
    await cluster.boot(2, found);
    assert.equal(cluster.node(2).runtime.isRemoved(3), true);
  });
});

describe('replacing a node', () => {
  it('goes through a joint configuration and answers when that is left', async () => {
    const cluster = await withLearner();
    let wasJoint = false;
    const replaced = cluster.ask<MembershipResult>((done) => cluster.admin(1).replaceMember(3, 4, done));
    await cluster.passUntil(() => {
      const { votersOutgoing } = cluster.node(1).raw.membership;
      if (votersOutgoing.size > 0) {
        wasJoint = true;
        assert.equal(replaced.answered, false);
        assert.equal(cluster.node(1).runtime.isRemoved(3), false, 'its vote is needed until the end');
      }
      return replaced.answered;
    }, 'the change is answered');
    assert.equal(wasJoint, true);
    assert.deepEqual(voters(replaced.result), [1, 2, 4]);
    assert.equal(cluster.node(1).runtime.isRemoved(3), true);
    await cluster.pass(5 * ELECTION_MS);
    assert.equal(cluster.node(3).runtime.status().ready, false);
    assert.equal(cluster.node(1).raw.term, 1);
    cluster.crash(2);
    const put = cluster.put(1, 'a', '1');
    await cluster.pass(20);
    assert.notEqual(put.result, null, 'nodes 1 and 4 are two of three');
  });

  it('the leader itself: it leads to the end of the change and steps down', async () => {
    const cluster = await withLearner();
    const replaced = await change(cluster, 1, (admin, done) => admin.replaceMember(1, 4, done));
    assert.deepEqual(voters(replaced.result), [2, 3, 4]);
    await cluster.passUntil(
      () => cluster.nodes.some(({ id, raw }) => id !== 1 && raw.role === 'leader'),
      'another one leads',
    );
    const leader = cluster.nodes.find(({ id, raw }) => id !== 1 && raw.role === 'leader')!;
    const put = cluster.put(leader.id, 'a', '1');
    await cluster.pass(20);
    assert.notEqual(put.result, null);
  });
});

describe('identity of data directories', () => {
  it('the leader registers each directory once', async () => {
    const cluster = await TestCluster.start({ unregistered: true });
    await cluster.pass(HEARTBEAT_MS);
    assert.deepEqual(
      cluster
        .node(3)
        .machine.members()
        .map(({ storageId }) => storageId),
      ['disk-1', 'disk-2', 'disk-3'],
    );
    assert.equal(cluster.node(1).raw.lastIndex, 4, 'the no-op and one entry each');
    assert.equal(cluster.node(1).machine.revision, 0, 'which changes no key');
    await cluster.pass(10 * HEARTBEAT_MS);
    assert.equal(cluster.node(1).raw.lastIndex, 4);
  });

  it('A2.15 a node whose directory was wiped is not let in under its old id, and may come back under a new one', async () => {
    const cluster = await TestCluster.start({ unregistered: true });
    const put = cluster.put(1, 'a', '1');
    await cluster.pass(2 * HEARTBEAT_MS);
    assert.notEqual(put.result, null);
    cluster.crash(3);
    cluster.wipe(3);
    await cluster.boot(3);
    await cluster.pass(10 * ELECTION_MS);
    assert.equal(cluster.node(3).raw.term, 0, 'not even a vote is asked of it');
    assert.equal(cluster.stored(3, 'a'), null);
    assert.equal(cluster.node(1).machine.storageIdOf(3), 'disk-3');

    await cluster.join(4);
    await change(cluster, 1, (admin, done) => admin.addMember(member(4), done));
    await cluster.passUntil(() => cluster.stored(4, 'a') === '1', 'node 4 has caught up');
    await cluster.pass(HEARTBEAT_MS);
    const replaced = await change(cluster, 1, (admin, done) => admin.replaceMember(3, 4, done));
    assert.deepEqual(voters(replaced.result), [1, 2, 4]);
  });

  it('a node that slept through a change of all it knew is led back by those that know more', async () => {
    const cluster = await withLearner();
    const found = cluster.crash(3);
    await change(cluster, 1, (admin, done) => admin.promoteMember(4, done));
    const moved = cluster.ask((done) => cluster.admin(1).transferLeader(4, done));
    await cluster.passUntil(() => moved.answered, 'node 4 leads');
    await cluster.boot(3, found);
    await cluster.passUntil(
      () => cluster.node(3).machine.appliedIndex === cluster.node(4).machine.appliedIndex,
      'node 3 has caught up',
    );
    assert.equal(cluster.node(3).raw.leader, 4);
  });
});
