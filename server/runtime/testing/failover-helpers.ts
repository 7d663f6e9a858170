import assert from 'node:assert/strict';
import { codeOf } from './answers.js';
import type { TestCluster } from './test-cluster.js';

/** The next write of this node finds its session open. */
export function warm(cluster: TestCluster, ...ids: readonly number[]): void {
  const answers = ids.map((id) => cluster.put(id, 'warm', '1'));
  cluster.clock.advance(20);
  for (const answer of answers) assert.equal(codeOf(answer), null);
}

/** No request is counted or kept any more. */
export function assertIdle(cluster: TestCluster): void {
  for (const { id } of cluster.nodes) {
    for (const name of ['requests_waiting', 'requests_waiting_bytes', 'forwarded_waiting'])
      assert.equal(cluster.gauge(id, `runtime_${name}`), 0, `node ${id}: ${name}`);
  }
}
