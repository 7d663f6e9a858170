import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReadRounds } from './read-index.js';

const VOTERS = [1, 2, 3];
const confirmedBy = (rounds: ReadRounds, peer: number, round: number, voters = VOTERS): number[] =>
  rounds.acknowledge(1, peer, round, voters, []).map((read) => read.context);

describe('ReadRounds', () => {
  it('a read waits for a majority that counts the leader itself', () => {
    const rounds = new ReadRounds();
    const round = rounds.add(1, 70, 5);
    const five = [1, 2, 3, 4, 5];
    assert.deepEqual(confirmedBy(rounds, 2, round, five), []);
    assert.deepEqual(confirmedBy(rounds, 2, round, five), [], 'the same peer twice is one peer');
    assert.deepEqual(confirmedBy(rounds, 3, round, five), [70]);
    assert.deepEqual(confirmedBy(rounds, 4, round, five), [], 'and no read comes out twice');
  });

  it('an answer to a round confirms the rounds before it and none after it', () => {
    const rounds = new ReadRounds();
    rounds.add(1, 70, 5);
    const second = rounds.add(1, 71, 6);
    rounds.add(1, 72, 7);
    assert.deepEqual(confirmedBy(rounds, 2, second), [70, 71]);
  });

  it('an acknowledgement from before a read was asked does not confirm it', () => {
    const rounds = new ReadRounds();
    const old = rounds.add(1, 70, 5);
    confirmedBy(rounds, 2, old);
    rounds.add(1, 71, 5);
    assert.deepEqual(confirmedBy(rounds, 2, old), []);
    assert.deepEqual(confirmedBy(rounds, 3, old), []);
  });

  it('after a change of leadership answers to the rounds before confirm nothing', () => {
    const rounds = new ReadRounds();
    const old = rounds.add(1, 70, 5);
    rounds.clear();
    const fresh = rounds.add(1, 71, 9);
    assert.ok(fresh > old, 'round numbers are never used again');
    assert.deepEqual(confirmedBy(rounds, 2, old), []);
    assert.deepEqual(confirmedBy(rounds, 2, fresh), [71]);
  });

  it('a round that was never given out confirms nothing', () => {
    const rounds = new ReadRounds();
    rounds.add(1, 70, 5);
    assert.deepEqual(confirmedBy(rounds, 2, 99), []);
  });

  it('learners and strangers do not count', () => {
    const rounds = new ReadRounds();
    const round = rounds.add(1, 70, 5);
    assert.deepEqual(confirmedBy(rounds, 9, round), []);
  });

  it('a joint configuration needs both halves', () => {
    const rounds = new ReadRounds();
    const round = rounds.add(1, 70, 5);
    assert.deepEqual(rounds.acknowledge(1, 2, round, [1, 2, 3], [1, 4, 5]), []);
    assert.deepEqual(
      rounds.acknowledge(1, 4, round, [1, 2, 3], [1, 4, 5]).map((read) => read.context),
      [70],
    );
  });

  it('heartbeats carry a round only while a read waits', () => {
    const rounds = new ReadRounds();
    assert.equal(rounds.lastRound, 0);
    const round = rounds.add(1, 70, 5);
    assert.equal(rounds.lastRound, round);
    confirmedBy(rounds, 2, round);
    assert.equal(rounds.lastRound, 0);
  });
});
