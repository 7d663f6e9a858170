import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InvariantError } from '../errors.js';
import {
  Changer,
  type ConfChange,
  ConfChangeError,
  type ConfChangeTransition,
  ConfChangeType,
  type ConfChangeV2,
  entersJoint,
  initialMembership,
  isJoint,
  leavesJoint,
  type Membership,
  restoreMembership,
} from './confchange.js';

const LETTERS = {
  v: ConfChangeType.AddNode,
  r: ConfChangeType.RemoveNode,
  l: ConfChangeType.AddLearner,
} as const;

/** 'v1 r2 l3': add voter 1, remove 2, add or demote to learner 3. */
function parse(text: string): ConfChange[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({ type: LETTERS[word[0] as keyof typeof LETTERS], node: Number(word.slice(1)) }));
}

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

type Step = [command: string, expected: string | RegExp];

/** Runs 'simple v1', 'enter r1 v2', 'enter-auto …' and 'leave' in turn; a refusal leaves the membership as it was. */
function follow(start: Membership, steps: readonly Step[]): void {
  let current = start;
  for (const [command, expected] of steps) {
    const [verb = '', ...words] = command.split(' ');
    const changes = parse(words.join(' '));
    const run = (): Membership => {
      const changer = new Changer(current);
      if (verb === 'simple') return changer.simple(changes);
      if (verb === 'leave') return changer.leaveJoint();
      return changer.enterJoint(verb === 'enter-auto', changes);
    };
    if (typeof expected === 'string') {
      current = run();
      assert.equal(show(current), expected, command);
    } else {
      const before = show(current);
      assert.throws(
        run,
        (error) => error instanceof ConfChangeError && expected.test(error.message),
        command,
      );
      assert.equal(show(current), before, command);
    }
  }
}

const EMPTY = initialMembership([]);

describe('simple changes', () => {
  test('promote, demote, promote again', () => {
    follow(EMPTY, [
      ['simple v1', '(1)'],
      ['simple v2', '(1 2)'],
      ['simple v3', '(1 2 3)'],
      ['simple l1', '(2 3) learners=(1)'],
      ['simple v1', '(1 2 3)'],
      // Several steps that cancel out: 2 ends where it was.
      ['simple l2 r2 v2', '(1 2 3)'],
      ['simple r2 l2', '(1 3) learners=(2)'],
    ]);
  });

  test('more than one voter, or the last one, is refused', () => {
    follow(EMPTY, [
      ['simple l1', /no voter at all/],
      ['simple v1 v2', /affects 2 voters/],
      ['simple v1', '(1)'],
      ['simple v2 l3', '(1 2) learners=(3)'],
      ['simple r1 v5', /affects 2 voters/],
      ['simple r1 r2', /no voter at all/],
      ['simple v3 v4', /affects 2 voters/],
      ['simple l1 v5', /affects 2 voters/],
      ['simple l2 l3 l4 l5', '(1) learners=(2 3 4 5)'],
      ['simple r1', /no voter at all/],
      ['simple l1', /no voter at all/],
      ['simple r2 r3 r4 r5', '(1)'],
    ]);
  });

  test('repeating what holds already changes nothing', () => {
    follow(initialMembership([1, 2], [3]), [
      ['simple v1', '(1 2) learners=(3)'],
      ['simple l3', '(1 2) learners=(3)'],
      ['simple r9', '(1 2) learners=(3)'],
      ['simple', '(1 2) learners=(3)'],
    ]);
  });

  test('node 0 is a voided change', () => {
    follow(EMPTY, [['simple v1 r0 v0 l0', '(1)']]);
  });

  test('ids and types that cannot be are refused', () => {
    const changer = new Changer(initialMembership([1, 2]));
    for (const node of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      assert.throws(() => changer.simple([{ type: ConfChangeType.AddNode, node }]), ConfChangeError);
    }
    assert.throws(() => changer.simple([{ type: 3 as ConfChangeType, node: 4 }]), /type 3 is unknown/);
  });
});

describe('joint changes', () => {
  test('what may follow what', () => {
    follow(EMPTY, [
      ['leave', /not joint/],
      ['enter', /without voters/],
      ['enter v1', /without voters/],
      ['simple v1', '(1)'],
      ['enter', '(1)&&(1)'],
      ['enter', /joint already/],
      ['leave', '(1)'],
      ['leave', /not joint/],
      ['enter r1 v2 v3 l4', '(2 3)&&(1) learners=(4)'],
      ['enter v12', /joint already/],
      ['simple l15', /not possible in a joint/],
      ['leave', '(2 3) learners=(4)'],
      ['simple l9', '(2 3) learners=(4 9)'],
      ['enter r2 r3', /no voter at all/],
    ]);
  });

  test('leaving automatically is remembered until it happened', () => {
    follow(initialMembership([1]), [
      ['enter-auto v2 v3', '(1 2 3)&&(1) autoleave'],
      ['leave', '(1 2 3)'],
    ]);
  });

  test('a demoted voter waits in learnersNext while its old half still counts its vote', () => {
    follow(initialMembership([1, 2, 3], [4]), [
      ['enter l1 l2 v4', '(3 4)&&(1 2 3) next=(1 2)'],
      ['leave', '(3 4) learners=(1 2)'],
    ]);
  });

  test('a learner that was never an outgoing voter is one at once', () => {
    follow(initialMembership([1]), [
      ['enter v2 l2 l3', '(1)&&(1) learners=(2 3)'],
      ['leave', '(1) learners=(2 3)'],
    ]);
  });

  test('changing one mind within the change: the last word counts', () => {
    follow(initialMembership([1]), [
      ['enter r1 r2 r9 v2 v3 v4 v2 v3 v4 l2 l2 r4 r4 l1 l1', '(3)&&(1) learners=(2) next=(1)'],
      ['leave', '(3) learners=(1 2)'],
      ['enter l3 v3 l3 r3 v1', '(1)&&(3) learners=(2)'],
      ['leave', '(1) learners=(2)'],
      ['enter l1 v1', '(1)&&(1) learners=(2)'],
    ]);
  });
});

describe('transition of an entry', () => {
  const change = (text: string, transition: ConfChangeTransition): ConfChangeV2 => ({
    changes: parse(text),
    transition,
  });

  test('one change with auto is simple, everything else joint, none at all leaves', () => {
    const cases: [text: string, transition: ConfChangeTransition, enters: boolean, result: string][] = [
      ['v4', 'auto', false, '(1 2 3 4)'],
      ['v4 r1', 'auto', true, '(2 3 4)&&(1 2 3) autoleave'],
      ['v4', 'implicit', true, '(1 2 3 4)&&(1 2 3) autoleave'],
      ['v4', 'explicit', true, '(1 2 3 4)&&(1 2 3)'],
      ['v4 v5', 'explicit', true, '(1 2 3 4 5)&&(1 2 3)'],
    ];
    for (const [text, transition, enters, result] of cases) {
      const cc = change(text, transition);
      assert.equal(entersJoint(cc), enters, `${text} ${transition}`);
      assert.equal(leavesJoint(cc), false);
      assert.equal(
        show(new Changer(initialMembership([1, 2, 3])).apply(cc)),
        result,
        `${text} ${transition}`,
      );
    }
    for (const transition of ['auto', 'implicit', 'explicit'] as const) {
      const leave = change('', transition);
      assert.ok(leavesJoint(leave) && !entersJoint(leave));
      const joint = restoreMembership({ voters: [1, 2], votersOutgoing: [3] });
      assert.equal(show(new Changer(joint).apply(leave)), '(1 2)');
      assert.throws(() => new Changer(initialMembership([1])).apply(leave), /not joint/);
    }
  });
});

describe('membership', () => {
  test('starts from lists, and is joint only with an outgoing half', () => {
    const m = initialMembership([3, 1, 2, 1], [5]);
    assert.equal(show(m), '(1 2 3) learners=(5)');
    assert.equal(isJoint(m), false);
    assert.equal(isJoint(restoreMembership({ voters: [1], votersOutgoing: [1] })), true);
  });

  test('a membership that cannot be is a broken invariant, wherever it comes from', () => {
    const none = new Set<number>();
    const good = { voters: new Set([1]), votersOutgoing: none, learners: none, learnersNext: none };
    const broken: Membership[] = [
      { ...good, learners: new Set([1]), autoLeave: false },
      { ...good, votersOutgoing: new Set([2]), learners: new Set([2]), autoLeave: false },
      { ...good, learnersNext: new Set([2]), autoLeave: false },
      { ...good, votersOutgoing: new Set([2]), learnersNext: new Set([3]), autoLeave: false },
      { ...good, votersOutgoing: new Set([1, 2]), learnersNext: new Set([1]), autoLeave: false },
      { ...good, voters: none, votersOutgoing: new Set([2]), autoLeave: false },
      { ...good, autoLeave: true },
      { ...good, voters: new Set([0]), autoLeave: false },
      { ...good, learners: new Set([1.5]), autoLeave: false },
    ];
    for (const m of broken) {
      assert.throws(() => new Changer(m), InvariantError, show(m));
      assert.throws(() => restoreMembership(m), InvariantError, show(m));
    }
  });
});
