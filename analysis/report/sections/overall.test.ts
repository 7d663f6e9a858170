import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { factsOf, mapNodes, mapPoints } from '../../testing/change-run.js';
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

  it('judges the CPU of the leader at every level against the range of the document', () => {
    const cpuOf = (ratio: number) =>
      mapNodes(madeUpRun(), (node) => ({
        ...node,
        proc: { ...node.proc!, cpuUserMs: node.role === 'leader' ? ratio * 1_000 : 1_000, cpuSystemMs: 0 },
      }));
    const verdicts = (ratio: number) =>
      [
        ...overallSection(factsOf(cpuOf(ratio))).text.matchAll(
          /^\| C1 \| CPU leader \/ follower, (\w+).*\| (\w+) \|$/gm,
        ),
      ].map(([, level, verdict]) => `${level} ${verdict}`);
    for (const [ratio, verdict] of [
      [1.49, 'below'],
      [1.5, 'inside'],
      [2, 'inside'],
      [2.01, 'above'],
    ] as const)
      assert.deepEqual(verdicts(ratio), [`low ${verdict}`, `mid ${verdict}`, `high ${verdict}`]);
  });

  it('has the result of section 7 for its thresholds, and names the level that decided it', () => {
    const withSync = (ms: number) =>
      mapPoints(madeUpRun(), (point) => ({
        ...point,
        nodes: point.nodes.map((node) => ({
          ...node,
          histograms: {
            ...node.histograms,
            io_fsync_ns: {
              count: 100,
              sum: (point.ref.id === 'high' ? ms : 0.5) * 1e8,
              buckets: [[64, 100] as [number, number]],
            },
          },
        })),
      }));
    const rowAt = (ms: number) =>
      /^\| L4 \| mean fsync.*$/m.exec(overallSection(factsOf(withSync(ms))).text)![0];
    assert.match(
      rowAt(9.7),
      /worst at high \(1,000 clients\) \| < 2 ms \| 9\.70 ms \|.*\| not reached \(⚠️ warn\) \|$/,
    );
    assert.match(rowAt(15.1), /15\.1 ms \|.*\| not reached \(❌ fail\) \|$/);
    assert.match(rowAt(1.9), /worst at high .*1\.90 ms \|.*\| reached \(✅ pass\) \|$/);
  });
});
