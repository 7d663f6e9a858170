import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { committedIndex, type VoteResult, voteResult } from './quorum.js';

const MAX = Number.MAX_SAFE_INTEGER;

/** By definition instead of by sorting: try every acknowledged index and count who reaches it. */
function naiveIndex(voters: ReadonlySet<number>, acked: ReadonlyMap<number, number>): number {
  if (voters.size === 0) return MAX;
  let best = 0;
  for (const candidate of acked.values()) {
    const reached = [...voters].filter((id) => (acked.get(id) ?? 0) >= candidate).length;
    if (reached > voters.size / 2) best = Math.max(best, candidate);
  }
  return best;
}

/** By definition: could the missing votes, all granted or all refused, still change the outcome? */
function naiveVote(
  incoming: ReadonlySet<number>,
  outgoing: ReadonlySet<number>,
  votes: ReadonlyMap<number, boolean>,
): VoteResult {
  const wins = (missingVote: boolean): boolean =>
    [incoming, outgoing].every((half) => {
      const granted = [...half].filter((id) => votes.get(id) ?? missingVote).length;
      return half.size === 0 || granted > half.size / 2;
    });
  if (wins(false)) return 'won';
  return wins(true) ? 'pending' : 'lost';
}

const voterSet = (maxLength: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max: 24 }), { maxLength }).map((ids) => new Set(ids));
// Few distinct values make ties likely; the last arm goes beyond 32 bits.
const index = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.nat(), fc.integer({ min: 2 ** 32, max: MAX }));
const ackMap = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 24 }), index), { maxLength: 40 })
  .map((pairs) => new Map(pairs));
const voteMap = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 24 }), fc.boolean()), { maxLength: 40 })
  .map((pairs) => new Map(pairs));

describe('committed index', () => {
  test('agrees with the definition, whatever form the voters have', () => {
    fc.assert(
      fc.property(voterSet(12), voterSet(12), ackMap, (incoming, outgoing, acked) => {
        const expected = Math.min(naiveIndex(incoming, acked), naiveIndex(outgoing, acked));
        assert.equal(committedIndex(incoming, outgoing, acked), expected);
        assert.equal(
          committedIndex([...incoming], [...outgoing], (id) => acked.get(id)),
          expected,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('never goes back when an acknowledgement grows', () => {
    fc.assert(
      fc.property(
        voterSet(9),
        voterSet(9),
        ackMap,
        fc.integer({ min: 1, max: 24 }),
        fc.nat(),
        (a, b, acked, id, more) => {
          const before = committedIndex(a, b, acked);
          const grown = Math.min((acked.get(id) ?? 0) + more, MAX);
          assert.ok(committedIndex(a, b, new Map(acked).set(id, grown)) >= before);
        },
      ),
    );
  });

  test('a joint configuration of two equal halves is the plain one', () => {
    fc.assert(
      fc.property(voterSet(9), ackMap, (voters, acked) => {
        assert.equal(committedIndex(voters, voters, acked), committedIndex(voters, [], acked));
      }),
    );
  });
});

describe('vote result', () => {
  test('agrees with the definition', () => {
    fc.assert(
      fc.property(voterSet(10), voterSet(10), voteMap, (incoming, outgoing, votes) => {
        const expected = naiveVote(incoming, outgoing, votes);
        assert.equal(voteResult(incoming, outgoing, votes), expected);
        assert.equal(voteResult([...incoming], [...outgoing], votes), expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('two candidates never both win', () => {
    fc.assert(
      fc.property(voterSet(9), voterSet(9), voteMap, (incoming, outgoing, votes) => {
        fc.pre(incoming.size + outgoing.size > 0);
        // Whoever granted its vote to the first refuses the second, and the other way round.
        const others = new Map([...votes].map(([id, granted]) => [id, !granted]));
        const both = [voteResult(incoming, outgoing, votes), voteResult(incoming, outgoing, others)];
        assert.notDeepEqual(both, ['won', 'won']);
      }),
    );
  });

  test('won means that the voters who said yes form a committing quorum', () => {
    fc.assert(
      fc.property(voterSet(9), voterSet(9), voteMap, (incoming, outgoing, votes) => {
        const won = voteResult(incoming, outgoing, votes) === 'won';
        const commits = committedIndex(incoming, outgoing, (id) => (votes.get(id) ? 1 : 0)) >= 1;
        assert.equal(won, commits);
      }),
    );
  });
});
