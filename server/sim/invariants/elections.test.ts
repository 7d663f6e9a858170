import { describe, it } from 'node:test';
import { makeMessage } from '../../consensus/make-message.js';
import { MessageType, Role } from '../../consensus/messages.js';
import { ClusterObserver } from './cluster-observer.js';
import { DurablePromises } from './durable-promises.js';
import { ElectionSafety } from './election-safety.js';
import { LeaderAppendOnly } from './leader-append-only.js';
import { LeaderCompleteness } from './leader-completeness.js';
import { OneVote } from './one-vote.js';
import { entries, entry, MadeUpWorld, snapshotAt } from './testing/made-up-world.js';
import { speaks } from './testing/speaks.js';

const vote = (from: number, to: number, term: number, reject = false) =>
  makeMessage({ type: MessageType.VoteResponse, from, to, term, reject });

describe('election safety', () => {
  const made = () => new MadeUpWorld([new ElectionSafety(new ClusterObserver())]);

  it('is silent about a leader a term, and about one that stays', () => {
    const world = made();
    const [first, second] = world.nodes;
    first.become({ term: 1, role: Role.Leader });
    first.become({ term: 1, role: Role.Leader });
    first.become({ term: 2, role: Role.Follower });
    second.become({ term: 2, role: Role.Leader });
    world.tick();
  });

  it('speaks of two leaders of a term, though the first has gone meanwhile', () => {
    const world = made();
    const [first, second] = world.nodes;
    first.become({ term: 1, role: Role.Leader });
    first.become({ term: 1, role: Role.Follower });
    second.become({ term: 1, role: Role.Leader });
    speaks(world, 'election safety', /node 1 \(life 1\) and node 2 \(life 1\) both lead term 1/);
  });

  it('speaks of a node that leads a term again in another life', () => {
    const world = made();
    const [first] = world.nodes;
    first.become({ term: 1, role: Role.Leader });
    first.end();
    world.tick();
    world.begin(first);
    first.become({ term: 1, role: Role.Leader });
    speaks(world, 'election safety', /life 1.*life 2/);
  });
});

describe('one vote a term', () => {
  const made = () => new MadeUpWorld([new OneVote(new ClusterObserver())]);

  it('is silent about a vote given twice to one candidate, refusals, and another term', () => {
    const world = made();
    const [, second] = world.nodes;
    second.turn({ messages: [vote(2, 1, 1), vote(2, 1, 1), vote(2, 3, 1, true), vote(2, 3, 2)] });
    world.tick();
  });

  it('speaks of two candidates in a term, the node itself among them', () => {
    for (const first of [vote(2, 1, 1), makeMessage({ type: MessageType.Vote, from: 2, to: 1, term: 1 })]) {
      const world = made();
      world.nodes[1].turn({ messages: [first, vote(2, 3, 1)] });
      speaks(world, 'one vote a term', /votes for 3 in term 1 after/);
    }
  });

  it('speaks of a vote that another life gave, and not of one that never left', () => {
    const world = made();
    const [, second] = world.nodes;
    second.turn({ hardState: { term: 1, vote: 1, commit: 0 }, responses: [vote(2, 1, 1)] });
    world.begin(second);
    second.turn({ messages: [vote(2, 3, 1)] });
    world.tick();
    world.begin(second);
    second.turn({ messages: [vote(2, 1, 1)] });
    speaks(world, 'one vote a term', /node 2 \(life 3\) votes for 1/);
  });
});

describe('durable before answering', () => {
  const made = () => new MadeUpWorld([new DurablePromises(new ClusterObserver())]);
  const holds = (index: number) =>
    makeMessage({ type: MessageType.AppendResponse, from: 2, to: 1, term: 1, index });

  it('is silent when votes and answers wait for the disk', () => {
    const world = made();
    const [, second] = world.nodes;
    second.turn({ hardState: { term: 1, vote: 1, commit: 0 }, responses: [vote(2, 1, 1)] });
    second.sync();
    second.turn({ entries: entries(1, 2, 1), responses: [holds(2)] });
    second.sync();
    world.tick();
    world.begin(second, { term: 1, vote: 1, entries: entries(1, 2, 1) });
    world.tick();
  });

  it('speaks of a vote, of an answer to an append and of one to a heartbeat that leave too early', () => {
    const heartbeat = makeMessage({ type: MessageType.HeartbeatResponse, from: 2, to: 1, term: 1 });
    for (const message of [vote(2, 1, 1), holds(1), heartbeat]) {
      const world = made();
      world.nodes[1].turn({
        entries: entries(1, 1, 1),
        hardState: { term: 1, vote: 1, commit: 0 },
        messages: [message],
      });
      speaks(world, 'durable before answering', /durable is/);
    }
  });

  it('speaks of a life that begins without what was durable', () => {
    for (const on of [
      { term: 0 },
      { term: 1, vote: 3, entries: entries(1, 2, 1) },
      { term: 1, vote: 1, entries: entries(1, 1, 1) },
    ]) {
      const world = made();
      const [, second] = world.nodes;
      second.turn({ entries: entries(1, 2, 1), hardState: { term: 1, vote: 1, commit: 0 } });
      second.sync();
      world.begin(second, on);
      speaks(world, 'durable before answering', /begins/);
    }
  });

  it('is silent about a life that begins without what was under way, and what that replaced', () => {
    const world = made();
    const [, second] = world.nodes;
    second.turn({ entries: entries(1, 3, 1) });
    second.sync();
    second.turn({ entries: [entry(2, 2)], hardState: { term: 2, vote: 0, commit: 0 } });
    world.begin(second, { entries: entries(1, 1, 1) });
    world.tick();
  });
});

describe('leader append-only', () => {
  const made = () => new MadeUpWorld([new LeaderAppendOnly(new ClusterObserver())]);

  it('is silent about a leader that appends and a follower that replaces', () => {
    const world = made();
    const [first, second] = world.nodes;
    first.become({ term: 1, role: Role.Leader });
    first.turn({ entries: entries(1, 2, 1) });
    first.turn({ entries: entries(3, 3, 1) });
    second.turn({ entries: entries(1, 3, 1) });
    second.turn({ entries: entries(2, 2, 2) });
    world.tick();
  });

  it('speaks of a leader that replaces, leaves a gap or installs a snapshot', () => {
    for (const turn of [
      { entries: entries(2, 2, 1) },
      { entries: entries(4, 4, 1) },
      { snapshot: snapshotAt(9, 1) },
    ]) {
      const world = made();
      const [first] = world.nodes;
      first.become({ term: 1, role: Role.Leader });
      first.turn({ entries: entries(1, 2, 1) });
      first.turn(turn);
      speaks(world, 'leader append-only', /leads term 1 and/);
    }
  });
});

describe('leader completeness', () => {
  const made = () => new MadeUpWorld([new LeaderCompleteness(new ClusterObserver())]);

  it('is silent about a leader that holds all that is committed, in its log or in a snapshot', () => {
    const world = made();
    world.agree(entries(1, 3, 1), 1);
    const [first, second, third] = world.nodes;
    second.become({ term: 2, role: Role.Leader });
    third.turn({ snapshot: snapshotAt(3, 1) });
    third.become({ term: 3, role: Role.Leader });
    first.become({ term: 3, role: Role.Follower });
    world.tick();
  });

  it('speaks of a leader without an entry that is committed, or with another one in its place', () => {
    for (const on of [entries(1, 2, 1), [...entries(1, 2, 1), entry(3, 2)]]) {
      const world = made();
      world.agree(entries(1, 3, 1), 1);
      const [, , third] = world.nodes;
      world.begin(third, { entries: on });
      third.become({ term: 3, role: Role.Leader });
      speaks(world, 'leader completeness', /without entry 3 of term 1/);
    }
  });
});
