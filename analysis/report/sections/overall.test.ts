import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { factsOf, mapNodes } from '../../testing/change-run.js';
import { madeUpRun } from '../../testing/made-up-run.js';
import { overallSection } from './overall.js';

describe('the table beside the document', () => {
  it('compares the traffic of the leader in both directions, not entries with acknowledgements', () => {
    const run = mapNodes(madeUpRun(), (node) => {
      const [sent, received] = node.role === 'leader' ? [14_800_000, 84_000] : [42_000, 7_400_000];
      return {
        ...node,
        counters: {
          ...node.counters,
          network_peer_bytes_sent_total: sent,
          network_peer_bytes_received_total: received,
        },
      };
    });
    const { text } = overallSection(factsOf(run));
    assert.match(
      text,
      /\| C1 \| bytes to and from peers, leader \/ follower, [^|]+\| 2x \(N − 1\) \| 2\.0\dx \|/,
    );
  });
});
