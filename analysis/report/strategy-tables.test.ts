import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { factsOf, mapPoints } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { strategyParagraphs } from './strategy-tables.js';

/** What is said of the middle level, where arm A takes 500 µs a sync and its leader logs and commits so many entries a second. */
function paragraphOf(logged: number, committed: number): string {
  const run = mapPoints(madeUpRun(), (point) =>
    point.ref.id !== 'A-mid'
      ? point
      : {
          ...point,
          nodes: point.nodes.map((node) => ({
            ...node,
            counters: {
              ...node.counters,
              log_entries_total: logged * node.seconds,
              consensus_commits_total: committed * node.seconds,
            },
            histograms: {
              ...node.histograms,
              io_fsync_ns: {
                count: logged * node.seconds,
                sum: logged * node.seconds * 500_000,
                buckets: [[491_520, logged * node.seconds]],
              },
            },
          })),
        },
  );
  return strategyParagraphs(factsOf(run)).split('**100 clients.**')[1]!;
}

describe('what bounds strategy A', () => {
  it('is the mean sync, against what its leader logged: the same share as the time with a sync under way', () => {
    const text = paragraphOf(1_250, 1_250);
    assert.match(
      text,
      /the leader's disk takes no more of A than 1 \/ mean sync = 1 \/ 500 µs = 2,000\/s; .*Commits kept pace with it, though/,
    );
    assert.match(text, /it logged 1,250\/s, 62\.5 % of that\./);
    assert.match(text, /sync under way: A 62\.5 %/);
  });

  it('lets the log fall behind where followers commit what the leader has not logged: no steady state', () => {
    const text = paragraphOf(1_250, 1_900);
    assert.match(
      text,
      /it logged 1,250\/s, 62\.5 % of that\. Its log fell behind by 650\/s, .* not a steady state, and the rate of A is overstated/,
    );
    assert.doesNotMatch(text, /no ceiling|kept pace/);
  });

  it('forgives a few entries at the ends of the window', () => {
    assert.match(paragraphOf(1_250, 1_260), /Commits kept pace/);
  });

  it('overlaps its syncs where it logs more than one after another allows', () => {
    assert.match(
      paragraphOf(2_500, 2_500),
      /it logged 2,500\/s, which passes that \(125 %\), so its syncs overlap/,
    );
  });
});
