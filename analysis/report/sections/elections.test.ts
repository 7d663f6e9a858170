import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../../results/run-directory.js';
import type { NodeEvents } from '../../../results/schema/index.js';
import { lostLeader, madeUpJournal } from '../../elections/testing/made-up-journal.js';
import { madeUpRun } from '../../testing/made-up-run.js';
import { collectFacts } from '../facts.js';
import { renderReport } from '../render-report.js';
import { electionsPart } from './elections.js';

/** The made-up run with these journals at its levels, and what else differs. */
function run(
  journals: Readonly<Record<string, readonly NodeEvents[]>>,
  change: (data: RunData) => RunData = (data) => data,
): RunData {
  const data = madeUpRun();
  return change({
    ...data,
    points: data.points.map((point) => ({ ...point, events: journals[point.ref.id] ?? [] })),
  });
}

const part = (data: RunData): string => electionsPart(collectFacts(data));
const quiet = (): NodeEvents[] => [1, 2, 3].map((node) => madeUpJournal(node, []));
const everywhere = (journals: () => readonly NodeEvents[]) =>
  Object.fromEntries(madeUpRun().points.map(({ ref }) => [ref.id, journals()]));

describe('3.5 elections and missed heartbeats', () => {
  it('stands in the report', () => {
    const report = renderReport(run(everywhere(quiet))).get('report.md')!;
    assert.match(report, /### 3\.5 Elections and missed heartbeats\n\nEvery node keeps a journal/);
  });

  it('none is an answer, and of how many windows', () => {
    const text = part(run(everywhere(quiet)));
    assert.match(text, /over the 11 measured windows\./);
    assert.match(text, /None in the measured windows: no election/);
    assert.doesNotMatch(text, /Not everything|not measured/i);
  });

  it('no journals at all are not measured, with the reason that the run gives', () => {
    assert.equal(part(run({})), '_Not measured, because no journal of a node was written._');
    const refused = run({}, (data) => ({
      ...data,
      run: {
        ...data.run,
        notMeasured: [{ what: 'the journal of http://x at mid', because: 'http://x cannot be read: 404.' }],
      },
    }));
    assert.match(
      part(refused),
      /^_Not measured, because .* could be read: http:\/\/x cannot be read: 404\._$/,
    );
  });

  it('nodes of several machines have no common clock', () => {
    const external = (sharedClock: boolean) =>
      run(everywhere(quiet), (data) => ({
        run: { ...data.run, cluster: { ...data.run.cluster, external: true } },
        baseline: null,
        points: data.points.map((point) => ({
          ...point,
          stages: point.stages === null ? null : { ...point.stages, sharedClock },
        })),
      }));
    assert.match(part(external(false)), /^_Not measured, because .* clocks differ\._$/);
    assert.match(part(external(true)), /None in the measured windows/);
  });

  it('an election is a row and a sentence, at its level', () => {
    const journals = lostLeader({
      1: [{ kind: 'loop-delay', at: 1_040, ms: 3_000, term: 7, detail: 'not running', cpuMs: 2 }],
    });
    const text = part(run({ ...everywhere(quiet), mid: journals }));
    assert.match(
      text,
      /\| mid \(100 clients\) \| +7 \| node 2 \| node 2 \| node 1's process did not run for 3\.00 s .*\| +510 ms \|/,
    );
    assert.match(text, /^- mid \(100 clients\), term 7: node 2 stood because .* did not run/m);
    assert.doesNotMatch(text, /None in the measured windows/);
  });

  it('a missing journal and overwritten events are said', () => {
    const data = run({ mid: [madeUpJournal(1, []), madeUpJournal(2, [], { dropped: 9 })] }, (made) => ({
      ...made,
      run: {
        ...made.run,
        notMeasured: [
          { what: 'the journal of http://n3 at mid', because: 'http://n3 cannot be read: refused.' },
          { what: 'the journal of http://n3 at high', because: 'of another point.' },
        ],
      },
    }));
    const text = part(data);
    assert.match(text, /over 1 of the 11 measured windows/);
    assert.match(
      text,
      /_Not everything was recorded\. mid \(100 clients\): 1 of 3 journals are missing: http:\/\/n3 cannot be read: refused\. mid .*: the oldest events of node 2 were overwritten before they were read\._/,
    );
    assert.doesNotMatch(text, /another point/);
  });

  it('many silences are counted; only the longest are told', () => {
    const many = Array.from({ length: 40 }, (_, index) => ({
      ...{ kind: 'heartbeat-missed' as const, at: index * 1_000, ms: 210 + index },
      ...{ peer: 1, detail: 'heard again' },
    }));
    const busy = { kind: 'loop-delay' as const, at: 39_000, ms: 230, detail: 'busy', cpuMs: 230 };
    const text = part(run({ mid: [madeUpJournal(1, [busy]), madeUpJournal(2, many), madeUpJournal(3, [])] }));
    assert.match(text, /\| node 2 \| node 1 \| 40 \| 249 ms \| 1 \| node 1 was busy \|/);
    assert.equal(text.match(/^- mid .*: node 2 heard nothing of node 1 for/gm)?.length, 5);
    assert.match(text, /^- mid .* for 249 ms in term 6; node 1's loop was busy/m);
    assert.match(text, /^- … and 35 silences more\.$/m);
  });
});
