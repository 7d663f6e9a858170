import assert from 'node:assert/strict';
import test from 'node:test';
import { ownClusterFacts } from './own-cluster.js';

test('a run says of its own cluster what the server would use', () => {
  const facts = ownClusterFacts(5, 'A', 'dsync');
  assert.deepEqual([facts.nodes, facts.strategy, facts.primitive, facts.external], [5, 'A', 'dsync', false]);
  assert.ok(facts.electionTimeoutMsMin >= 3 * facts.heartbeatMs);
});
