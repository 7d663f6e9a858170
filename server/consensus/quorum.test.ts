import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { committedIndex, quorumSize, type VoteResult, voteResult } from './quorum.js';

const MAX = Number.MAX_SAFE_INTEGER;

/** Acknowledgements by position: the first value is node 1's; null has not answered. */
function acks(...values: (number | null)[]): Map<number, number> {
  const map = new Map<number, number>();
  values.forEach((value, i) => {
    if (value !== null) map.set(i + 1, value);
  });
  return map;
}

/** Votes by position: y granted, n refused, anything else missing. */
function ballots(text: string): Map<number, boolean> {
  const map = new Map<number, boolean>();
  [...text].forEach((vote, i) => {
    if (vote === 'y' || vote === 'n') map.set(i + 1, vote === 'y');
  });
  return map;
}

test('a quorum is the smallest majority', () => {
  const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(quorumSize);
  assert.deepEqual(sizes, [1, 2, 2, 3, 3, 4, 4, 5, 5]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (voters) => {
      const size = quorumSize(voters);
      // Two quorums overlap, two groups one smaller need not.
      assert.ok(size <= voters && 2 * size > voters && 2 * (size - 1) <= voters);
    }),
  );
});

describe('committed index', () => {
  const majority: [voters: number[], acked: Map<number, number>, expected: number][] = [
    [[], acks(), MAX],
    [[], acks(12, 13), MAX],
    [[1], acks(null), 0],
    [[1], acks(12), 12],
    [[1, 2], acks(null, null), 0],
    [[1, 2], acks(12, null), 0],
    [[1, 2], acks(12, 5), 5],
    [[1, 2, 3], acks(12, null, null), 0],
    [[1, 2, 3], acks(12, 5, null), 5],
    [[1, 2, 3], acks(12, 5, 6), 6],
    [[1, 2, 3], acks(12, 5, 5), 5],
    [[1, 2, 3], acks(12, 12, 5), 12],
    [[1, 2, 3, 4], acks(9, 8, null, null), 0],
    [[1, 2, 3, 4], acks(9, 8, 7, null), 7],
    [[1, 2, 3, 4], acks(9, 8, 7, 6), 7],
    [[1, 2, 3, 4, 5], acks(101, 104, 103, 103, null), 103],
    [[1, 2, 3, 4, 5], acks(101, 102, 103, 103, 104), 103],
    [[1, 2, 3, 4, 5, 6, 7], acks(7, 6, 5, 4, 3, 2, 1), 4],
    [[1, 2, 3, 4, 5, 6, 7, 8], acks(8, 7, 6, 5, 4, 3, 2, 1), 4],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9], acks(2, 10, 9, 100, 1, 20, 11, 3, 30), 10],
  ];

  const joint: [incoming: number[], outgoing: number[], acked: Map<number, number>, expected: number][] = [
    [[1], [2], acks(null, null), 0],
    [[1], [2], acks(100, null), 0],
    [[1], [2], acks(13, 100), 13],
    [[1, 3], [2], acks(100, null, 50), 0],
    [[1, 3], [2], acks(100, 45, 50), 45],
    [[1, 2], [2], acks(50, 100), 50],
    [[1, 2], [3, 4], acks(50, 48, 49, null), 0],
    [[1, 2], [3, 4], acks(50, 48, 49, 47), 47],
    [[1, 2], [2, 3], acks(101, 100, 99), 99],
    // The first half allows 90, the second 95.
    [[1, 2, 3], [4, 5, 6], acks(null, 99, 90, 97, 95, null), 90],
    [[1, 2, 3], [4, 5, 6], acks(92, 99, 90, 97, 95, 77), 92],
    [[1, 2, 3], [1, 4, 5], acks(null, 100, 99, 99, 98), 98],
    // A majority of all six is not enough when one half lacks its own.
    [[1, 2, 3, 4], [5, 6], acks(70, 70, 70, 70, null, null), 0],
  ];

  test('known values of one configuration, as array, Set and generator, as Map and look-up', () => {
    for (const [voters, acked, expected] of majority) {
      const label = `${JSON.stringify(voters)} ${JSON.stringify([...acked])}`;
      assert.equal(committedIndex(voters, [], acked), expected, label);
      assert.equal(committedIndex([], voters, acked), expected, label);
      assert.equal(committedIndex(new Set(voters), new Set(), acked), expected, label);
      assert.equal(
        committedIndex(voters.values(), [], (id) => acked.get(id)),
        expected,
        label,
      );
    }
  });

  test('known values of joint configurations', () => {
    for (const [incoming, outgoing, acked, expected] of joint) {
      const label = `${JSON.stringify(incoming)} ${JSON.stringify(outgoing)} ${JSON.stringify([...acked])}`;
      assert.equal(committedIndex(incoming, outgoing, acked), expected, label);
      assert.equal(committedIndex(outgoing, incoming, acked), expected, label);
    }
  });

  test('an id listed twice counts once', () => {
    assert.equal(committedIndex([1, 1, 1, 2, 3], [], acks(50, null, null)), 0);
    assert.equal(committedIndex([1, 1, 1, 1, 1, 1, 1, 2, 3], [], acks(50, null, null)), 0);
  });

  test('a look-up that throws leaves nothing behind for the next call', () => {
    let calls = 0;
    const failing = (): number => {
      calls += 1;
      if (calls === 2) throw new Error('broken look-up');
      return 99;
    };
    assert.throws(() => committedIndex([1, 2, 3], [], failing), /broken look-up/);
    assert.equal(committedIndex([1, 2, 3], [], acks(4, 3, 2)), 3);
  });

  test('large configurations do not disturb small ones after them', () => {
    const many = Array.from({ length: 100 }, (_, i) => i + 1);
    assert.equal(
      committedIndex(many, [], (id) => id),
      50,
    );
    assert.equal(committedIndex([1, 2, 3], [], acks(1, 2, 3)), 2);
  });
});

describe('vote result', () => {
  const majority: [voters: number[], votes: string, expected: VoteResult][] = [
    [[], '', 'won'],
    [[], 'nn', 'won'],
    [[1], '_', 'pending'],
    [[1], 'n', 'lost'],
    [[1], 'y', 'won'],
    // Two voters: one refusal decides, both are needed to win.
    [[1, 2], 'n_', 'lost'],
    [[1, 2], 'y_', 'pending'],
    [[1, 2], 'yn', 'lost'],
    [[1, 2], 'yy', 'won'],
    [[1, 2, 3], '___', 'pending'],
    [[1, 2, 3], 'n__', 'pending'],
    [[1, 2, 3], 'y__', 'pending'],
    [[1, 2, 3], 'yn_', 'pending'],
    [[1, 2, 3], 'yy_', 'won'],
    [[1, 2, 3], 'nn_', 'lost'],
    [[1, 2, 3], 'nny', 'lost'],
    [[1, 2, 3, 4], 'yy__', 'pending'],
    [[1, 2, 3, 4], 'yynn', 'lost'],
    [[1, 2, 3, 4], 'nn__', 'lost'],
    [[1, 2, 3, 4], 'yyyn', 'won'],
    [[1, 2, 3, 4, 5], 'ny_ny', 'pending'],
    [[1, 2, 3, 4, 5], 'nynyn', 'lost'],
    [[1, 2, 3, 4, 5], 'yy__y', 'won'],
    [[1, 2, 3, 4, 5, 6, 7, 8], 'yyyy____', 'pending'],
    [[1, 2, 3, 4, 5, 6, 7, 8], 'yyyyy___', 'won'],
    [[1, 2, 3, 4, 5, 6, 7, 8], 'nnnn____', 'lost'],
  ];

  const joint: [incoming: number[], outgoing: number[], votes: string, expected: VoteResult][] = [
    [[1], [2], '__', 'pending'],
    [[1], [2], 'y_', 'pending'],
    [[1], [2], 'n_', 'lost'],
    [[1], [2], 'yy', 'won'],
    [[1], [2], 'yn', 'lost'],
    [[1, 2], [3, 4], 'yyy_', 'pending'],
    [[1, 2], [3, 4], 'yyyn', 'lost'],
    [[1, 2, 3], [4, 5, 6], 'yyy___', 'pending'],
    [[1, 2, 3], [4, 5, 6], 'yyynn_', 'lost'],
    [[1, 2, 3], [4, 5, 6], 'yy_yy_', 'won'],
    [[1, 2, 3], [1, 4, 5], 'yy_n_', 'pending'],
    [[1, 2, 3], [1, 4, 5], 'yy_nn', 'lost'],
    [[1, 2, 3], [1, 2, 3], 'yy_', 'won'],
    // Lost although the other half has nothing yet.
    [[1, 2, 3], [4, 5, 6], 'nn____', 'lost'],
  ];

  test('known values of one configuration, as array, Set and generator', () => {
    for (const [voters, votes, expected] of majority) {
      const label = `${JSON.stringify(voters)} ${votes}`;
      assert.equal(voteResult(voters, [], ballots(votes)), expected, label);
      assert.equal(voteResult(new Set<number>(), new Set(voters), ballots(votes)), expected, label);
      assert.equal(voteResult(voters.values(), [], ballots(votes)), expected, label);
    }
  });

  test('known values of joint configurations', () => {
    for (const [incoming, outgoing, votes, expected] of joint) {
      const label = `${JSON.stringify(incoming)} ${JSON.stringify(outgoing)} ${votes}`;
      assert.equal(voteResult(incoming, outgoing, ballots(votes)), expected, label);
      assert.equal(voteResult(outgoing, incoming, ballots(votes)), expected, label);
    }
  });

  test('neither outsiders nor repeated ids add votes', () => {
    assert.equal(voteResult([1, 2, 3], [], ballots('y__yyy')), 'pending');
    assert.equal(voteResult([1, 1, 1, 2, 3], [], ballots('y__')), 'pending');
  });
});
