import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SyscallCapture } from '../../results/schema/index.js';
import { evaluateAdvice } from '../advice/advice-rule.js';
import { adviceRules, DEFAULT_RULES } from '../rules/rule-book.js';
import { cpuTaken, syscallTable } from '../rules/testing/evidence-captures.js';
import { changePoint, levelWith } from '../rules/testing/evidence-runs.js';
import { factsOf } from '../testing/change-run.js';

type Rows = NonNullable<SyscallCapture['byDescriptor']>;

const RULES = adviceRules(DEFAULT_RULES).filter(({ claims }) => claims.includes('N2'));

/** A leader whose profile shows this mechanism, and a trace of its calls. */
function adviceOf(mechanism: 'socket-read' | 'socket-write', byDescriptor?: Rows) {
  const profiled = levelWith(cpuTaken({ layer: 'network', mechanism }, 0.42));
  const traced = levelWith(
    syscallTable([['writev', 4_785, 0.5]], byDescriptor === undefined ? {} : { byDescriptor }),
  );
  const passes = [...profiled.points[0]!.passes, ...traced.points[0]!.passes];
  return evaluateAdvice(RULES, factsOf(changePoint(profiled, () => ({ passes }))));
}

const row = (syscall: string, descriptor: 'client' | 'peer', calls: number): Rows[number] => ({
  syscall,
  descriptor,
  layer: 'network',
  calls,
  errors: 0,
  bytes: 0,
  seconds: 0.1,
});

describe('what sockets cost the main thread', () => {
  it('is named by what there is: writes alone, or reads alone', () => {
    const idsOf = (mechanism: 'socket-read' | 'socket-write') =>
      adviceOf(mechanism).map(({ rule }) => rule.id);
    assert.deepEqual(idsOf('socket-write'), ['socket-cpu']);
    assert.deepEqual(idsOf('socket-read'), ['socket-read-cpu']);
  });

  it('says what it is a share of, and that no hook has failed', () => {
    const [advice] = adviceOf('socket-write');
    assert.match(
      advice!.evidence.text,
      /^42\.0 % of the samples of the leader's main thread that are not idle/,
    );
    assert.doesNotMatch(advice!.evidence.text, /counted/);
    assert.equal(advice!.rule.of, "non-idle time of the leader's main thread");
    assert.match(advice!.action, /pipeline.*fewer and larger frames.*does not apply/);
  });

  it('counts writes for each read of clients where a trace tells descriptors apart', () => {
    const rows = [row('writev', 'client', 4_785), row('read', 'client', 4_836), row('write', 'peer', 9_999)];
    assert.match(
      adviceOf('socket-write', rows)[0]!.evidence.text,
      /; `strace` counted 0\.99 writes to clients for each read from them$/,
    );
    assert.doesNotMatch(adviceOf('socket-write', [row('write', 'peer', 5)])[0]!.evidence.text, /counted/);
    assert.doesNotMatch(adviceOf('socket-read', rows)[0]!.evidence.text, /counted/);
  });
});
