import assert from 'node:assert/strict';
import test from 'node:test';
import type { FaultRecord } from './fault-runner.js';
import { FAULT_GROUPS } from './faults/fault.js';
import { emptiness, type RunFigures } from './verdict.js';

const GOOD: RunFigures = {
  ...{ ok: 5_000, fail: 100, info: 20, okPerKeyMin: 40, calmRate: 300 },
  ...{ elections: 3, leaders: 2, longestGapMs: 900, compacted: true },
};

function fault(kind: string, changes: Partial<FaultRecord> = {}): FaultRecord {
  const times = { plannedMs: 0, startMs: 0, endMs: 1 };
  const good = { happened: true, leaderInMinority: false, detail: '', violation: null, nemesisFailure: null };
  return { kind, ...times, ...good, ...changes };
}

const FAULTS = [fault('isolate-leader', { leaderInMinority: true }), fault('kill-one')];

test('a run that tested something is not empty', () => {
  assert.deepEqual(emptiness(GOOD, FAULTS, FAULT_GROUPS), []);
});

test('every way to test nothing is found', () => {
  const of = (figures: Partial<RunFigures>, faults: readonly FaultRecord[] = FAULTS) =>
    emptiness({ ...GOOD, ...figures }, faults, FAULT_GROUPS).join('; ');
  assert.match(of({ okPerKeyMin: 9 }), /only 9 operations/);
  assert.match(of({ calmRate: 24 }), /24 operations\/s/);
  assert.match(of({ elections: 0 }), /no leader was elected/);
  assert.match(of({ compacted: false }), /snapshot/);
  assert.match(of({}, []), /no fault was planned/);
  assert.match(of({}, [...FAULTS, fault('ring', { happened: false })]), /ring was drawn and never happened/);
  assert.match(of({}, [fault('isolate-leader')]), /never in the minority/);
  assert.match(
    of({}, [...FAULTS, fault('ring', { nemesisFailure: 'ring could not be made' })]),
    /could not be made/,
  );
});

test('one success of several attempts is enough, and nothing is asked for that the faults chosen do not bring', () => {
  const faults = [fault('kill-one', { happened: false }), fault('kill-one')];
  assert.deepEqual(emptiness(GOOD, faults, ['kill']), []);
  assert.deepEqual(emptiness({ ...GOOD, elections: 0 }, [fault('slow-disk')], ['disk']), []);
});
