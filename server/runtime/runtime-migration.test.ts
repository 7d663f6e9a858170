import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MembershipResult } from '../ports/cluster-admin.js';
import { codeOf } from './testing/answers.js';
import { TestCluster } from './testing/test-cluster.js';

describe('a cluster that moves to another machine', () => {
  it('A2.14 goes on alone there: nothing of the node that was replaced is needed, not even after the next start', async () => {
    const cluster = await TestCluster.start({ nodes: 1 });
    cluster.put(1, 'k', 'v');
    await cluster.pass(100);
    await cluster.join(2);
    const member = { id: 2, host: '127.0.0.1', peerPort: 7202, httpPort: 7002, respPort: 0 };
    const added = cluster.ask<MembershipResult>((done) => cluster.admin(1).addMember(member, done));
    await cluster.passUntil(() => cluster.node(2).machine.appliedIndex > 0, 'the newcomer has the log');
    assert.equal(codeOf(added), null);
    await cluster.pass(100);
    const moved = cluster.ask<MembershipResult>((done) => cluster.admin(1).replaceMember(1, 2, done));
    await cluster.passUntil(() => moved.answered, 'the old node is out');
    assert.equal(codeOf(moved), null);
    await cluster.pass(20);
    cluster.crash(1);
    const log = cluster.crash(2);
    await cluster.join(2, log);
    await cluster.passUntil(() => cluster.node(2).raw.role === 'leader', 'the new node leads');
    assert.equal(cluster.stored(2, 'k'), 'v');
  });
});
