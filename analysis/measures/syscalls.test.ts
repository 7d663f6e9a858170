import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeUpSyscalls } from '../testing/made-up-parts.js';
import { syscallFacts } from './syscalls.js';

describe('syscallFacts', () => {
  it('leaves waiting calls out of the working time', () => {
    const capture = madeUpSyscalls(1, 'leader');
    const facts = syscallFacts(capture);
    const waiting = capture.rows.filter((row) => ['futex', 'epoll_pwait'].includes(row.syscall));
    const waitingSeconds = waiting.reduce((total, row) => total + row.seconds, 0);
    assert.ok(Math.abs(facts.totalSeconds - facts.workingSeconds - waitingSeconds) < 1e-9);
    assert.equal(facts.syncCalls, 900);
    assert.equal(facts.writeCalls, 1800 + 2500);
  });

  it('is zero, not a division by it, for a trace of nothing', () => {
    const facts = syscallFacts({ ...madeUpSyscalls(1, 'leader'), rows: [] });
    assert.deepEqual([facts.syncShare, facts.writeShare, facts.syncMeanUs], [0, 0, null]);
  });
});
