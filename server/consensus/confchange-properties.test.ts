import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  Changer,
  ConfChangeError,
  ConfChangeType,
  initialMembership,
  isJoint,
  type Membership,
} from './confchange.js';

function ids(set: ReadonlySet<number>): string {
  return [...set].sort((a, b) => a - b).join(' ');
}

/** '(1 2)&&(1 3) learners=(4) next=(3) autoleave', leaving out what is empty. */
function show(m: Membership): string {
  let text = `(${ids(m.voters)})`;
  if (m.votersOutgoing.size > 0) text += `&&(${ids(m.votersOutgoing)})`;
  if (m.learners.size > 0) text += ` learners=(${ids(m.learners)})`;
  if (m.learnersNext.size > 0) text += ` next=(${ids(m.learnersNext)})`;
  return m.autoLeave ? `${text} autoleave` : text;
}

const nodeId = fc.integer({ min: 1, max: 7 });
const type = fc.constantFrom(ConfChangeType.AddNode, ConfChangeType.RemoveNode, ConfChangeType.AddLearner);
const changeList = fc.array(fc.record({ type, node: nodeId }), { maxLength: 6 });
const startMembership = fc
  .tuple(fc.uniqueArray(nodeId, { minLength: 1, maxLength: 5 }), fc.uniqueArray(nodeId, { maxLength: 3 }))
  .map(([voters, learners]) =>
    initialMembership(
      voters,
      learners.filter((id) => !voters.includes(id)),
    ),
  );

/** The invariants of `Membership`, written again and apart from the code under test. */
function assertInvariants(m: Membership): void {
  const disjoint = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean =>
    ![...a].some((id) => b.has(id));
  assert.ok(m.voters.size > 0, show(m));
  assert.ok(disjoint(m.learners, m.voters) && disjoint(m.learners, m.votersOutgoing), show(m));
  assert.ok(
    [...m.learnersNext].every((id) => m.votersOutgoing.has(id)),
    show(m),
  );
  assert.ok(disjoint(m.learnersNext, m.voters), show(m));
  if (m.votersOutgoing.size === 0) assert.ok(m.learnersNext.size === 0 && !m.autoLeave, show(m));
}

function attempt(run: () => Membership): Membership | undefined {
  try {
    return run();
  } catch (error) {
    // Only refusals are expected: a broken invariant has to fail the property.
    if (error instanceof ConfChangeError) return undefined;
    throw error;
  }
}

describe('properties of changes', () => {
  const operation = fc.record({
    verb: fc.constantFrom('simple', 'enter', 'enter-auto', 'leave'),
    changes: changeList,
  });

  test('random sequences keep the invariants and never touch what they start from', () => {
    fc.assert(
      fc.property(startMembership, fc.array(operation, { maxLength: 25 }), (start, operations) => {
        let current = start;
        for (const { verb, changes } of operations) {
          const before = show(current);
          const changer = new Changer(current);
          const next = attempt(() => {
            if (verb === 'simple') return changer.simple(changes);
            if (verb === 'leave') return changer.leaveJoint();
            return changer.enterJoint(verb === 'enter-auto', changes);
          });
          assert.equal(show(current), before);
          if (next === undefined) continue;
          assertInvariants(next);
          assert.equal(isJoint(next), verb.startsWith('enter'));
          if (verb.startsWith('enter')) assert.equal(ids(next.votersOutgoing), ids(current.voters));
          current = next;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the quorums of a simple change overlap', () => {
    fc.assert(
      fc.property(startMembership, changeList, (start, changes) => {
        const next = attempt(() => new Changer(start).simple(changes));
        fc.pre(next !== undefined);
        const common = [...start.voters].filter((id) => next.voters.has(id)).length;
        // Worst case: both majorities take every voter outside the common ones first.
        const outsideOld = start.voters.size - common;
        const outsideNew = next.voters.size - common;
        const majority = (n: number): number => Math.floor(n / 2) + 1;
        const fromCommon = majority(start.voters.size) - outsideOld + majority(next.voters.size) - outsideNew;
        assert.ok(fromCommon > common, `${show(start)} -> ${show(next)}`);
      }),
    );
  });

  test('a joint change that is left equals its steps one at a time, where those are legal', () => {
    let compared = 0;
    fc.assert(
      fc.property(startMembership, changeList, fc.boolean(), (start, changes, autoLeave) => {
        const oneByOne = attempt(() => changes.reduce((m, change) => new Changer(m).simple([change]), start));
        // Without voters half-way the steps are illegal, while the joint change may still be legal.
        if (oneByOne === undefined) return;
        compared += 1;
        const joint = new Changer(start).enterJoint(autoLeave, changes);
        assert.equal(show(new Changer(joint).leaveJoint()), show(oneByOne));
      }),
      { numRuns: 500 },
    );
    assert.ok(compared > 100, `only ${compared} sequences were legal: the property says nothing`);
  });
});
