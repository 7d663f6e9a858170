import assert from 'node:assert/strict';
import test from 'node:test';
import type { RunData } from '../../../results/run-directory.js';
import { madeUpRun } from '../../testing/made-up-run.js';
import { collectFacts } from '../facts.js';
import { networkSection } from './network.js';

const textOf = (run: RunData): string => networkSection(collectFacts(run)).text;

/** The cells of a column, by its head, in the table that holds it. */
function column(text: string, head: string): string[] {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith('|') && line.includes(`| ${head} |`));
  const cellsOf = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const index = cellsOf(lines[at]!).indexOf(head);
  const end = lines.findIndex((line, number) => number > at && !line.startsWith('|'));
  return lines.slice(at + 2, end).map((line) => cellsOf(line)[index]!);
}

test("Little's law stands under the name of the ratio that the audit gives", () => {
  const run = madeUpRun();
  const points = run.points.map((point) => {
    const audit = {
      ...point.summary.audit,
      littlesLaw: { clients: 100, product: 80, ratio: 0.8, ok: false },
    };
    return { ...point, summary: { ...point.summary, audit } };
  });
  assert.deepEqual(
    column(textOf({ ...run, points }), "Little's law: X·R / N"),
    Array(3).fill('0.800 **off**'),
  );
});

test('bytes of HTTP are called what they are: those of bodies', () => {
  const text = textOf(madeUpRun());
  assert.deepEqual(column(text, 'Body in / request'), Array(3).fill('310 B'));
  assert.deepEqual(column(text, 'Body out / request'), Array(3).fill('160 B'));
  assert.match(text, /the heads of HTTP are not counted/);
});

test('messages a frame are counted over the frames that carry messages, whatever pings went between them', () => {
  const run = madeUpRun();
  const points = run.points.map((point) => ({
    ...point,
    nodes: point.nodes.map((node) => ({
      ...node,
      counters: {
        ...node.counters,
        network_peer_messages_sent_total: 300,
        network_peer_frames_sent_total: 900,
      },
      histograms: { ...node.histograms, network_peer_batch_messages: { count: 100, sum: 300, buckets: [] } },
    })),
  }));
  assert.deepEqual(new Set(column(textOf({ ...run, points }), 'Messages / frame')), new Set(['3.00']));
  const none = run.points.map((point) => ({
    ...point,
    nodes: point.nodes.map((node) => {
      const { network_peer_batch_messages: _, ...histograms } = node.histograms;
      return { ...node, histograms };
    }),
  }));
  assert.match(column(textOf({ ...run, points: none }), 'Messages / frame')[0]!, /^not measured \[\d\]$/);
});

test('the CPU test of the document is told, and what its two figures say of one another', () => {
  const text = textOf(madeUpRun());
  assert.match(text, /11,594\/s at 86\.0 µs, is a CPU test of 4 threads × 1,000 operations/);
  assert.match(text, /it had 1\.00 operations under way, of 4 threads/);
  assert.match(text, /\(N11\): 4 bytes length of the header/);
});
