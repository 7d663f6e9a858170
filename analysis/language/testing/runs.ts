import { join } from 'node:path';
import { type PointData, type RunData, readRunDirectory } from '../../../results/run-directory.js';
import type { HistoryCheck } from '../../../results/schema/index.js';
import { lostLeader, madeUpJournal } from '../../elections/testing/made-up-journal.js';
import { mapNodes, mapPoints } from '../../testing/change-run.js';
import { madeUpCapturedRun } from '../../testing/made-up-captured-run.js';
import { madeUpRun } from '../../testing/made-up-run.js';
import { projectRoot } from './sources.js';

/** A run that was measured. */
export function sampleRun(): RunData {
  return readRunDirectory(join(projectRoot(), 'results', 'sample-sweep'));
}

/** Runs that were not, one for each kind of sentence that only some runs need. */
export const MADE_UP_RUNS: Readonly<Record<string, () => RunData>> = {
  'a made-up run': madeUpRun,
  'a run with every capture': madeUpCapturedRun,
  'a run with elections': () =>
    mapPoints(madeUpRun(), (point) => ({
      ...point,
      events: point.ref.level === 'mid' ? disturbed() : quiet(),
    })),
  'a run with histories, one of them broken': () => mapPoints(madeUpRun(), withHistory),
  'a run that may not be believed': () => mapPoints(madeUpRun(), suspect),
  'a run whose nodes told nothing': () =>
    mapNodes(madeUpRun(), (node) => ({ ...node, counters: {}, histograms: {}, gauges: {} })),
  'a run with its loads and nothing else': () => ({ ...mapPoints(madeUpRun(), bare), baseline: null }),
  'a run without a point': () => ({ ...madeUpRun(), points: [], baseline: null }),
};

const quiet = () => [1, 2, 3].map((node) => madeUpJournal(node, []));

/** The leader did not run, then two of its heartbeats were late; the journal of node 3 lost its begin. */
function disturbed() {
  const [one, two] = lostLeader({
    1: [
      { kind: 'loop-delay', at: 980, ms: 480, cpuMs: 2 },
      { kind: 'gc', at: 3_000, ms: 240, detail: 'major' },
    ],
    2: [{ kind: 'heartbeat-missed', at: 3_000, ms: 250, term: 7, peer: 1, detail: 'heard again' }],
    3: null,
  });
  return [one!, two!, madeUpJournal(3, [], { dropped: 7 })];
}

const PASSED: HistoryCheck = {
  file: 'history.jsonl',
  model: 'register',
  keys: 10,
  operations: 4_321,
  reads: 2_000,
  writes: 2_321,
  ok: 4_310,
  failed: 8,
  unknown: 3,
  operationsMax: 20_000,
  limitReached: false,
  verdict: 'linearizable',
  because: null,
  counterexample: null,
  checkSeconds: 0.5,
};

function withHistory(point: PointData): PointData {
  if (point.ref.series !== 'sweep') return point;
  const broken: Partial<HistoryCheck> = {
    verdict: 'not-linearizable',
    because: 'key history-a-3 was read stale',
    counterexample: 'history.counterexample.txt',
  };
  const history = { ...PASSED, ...(point.ref.level === 'high' ? broken : {}) };
  return { ...point, summary: { ...point.summary, history } };
}

function suspect(point: PointData): PointData {
  const { audit, operations } = point.summary;
  return {
    ...point,
    summary: {
      ...point.summary,
      operations: { ...operations, ok: Math.floor(operations.total * 0.98) },
      errors: [{ kind: 'STRATA_TIMEOUT', count: operations.total - Math.floor(operations.total * 0.98) }],
      audit: {
        ...audit,
        saturated: true,
        verdict: 'suspect',
        reasons: ['2.0 % of the requests were errors (12 of 600).'],
      },
    },
  };
}

function bare(point: PointData): PointData {
  return { ...point, stages: null, nodes: [], passes: [], durability: null, disk: null, powerCut: null };
}
