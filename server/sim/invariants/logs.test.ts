import { describe, it } from 'node:test';
import { initialMembership } from '../../consensus/confchange.js';
import { type Entry, EntryType, Role } from '../../consensus/messages.js';
import { ClusterObserver } from './cluster-observer.js';
import { CommitDurable } from './commit-durable.js';
import { CommitKnown } from './commit-known.js';
import { LogMatching } from './log-matching.js';
import { OneChange } from './one-change.js';
import { StateMachineSafety } from './state-machine-safety.js';
import { entries, entry, MadeUpWorld, snapshotAt } from './testing/made-up-world.js';
import { speaks } from './testing/speaks.js';

describe('log matching', () => {
  const made = () => new MadeUpWorld([new LogMatching(new ClusterObserver())]);

  it('is silent about logs that part and agree before', () => {
    const world = made();
    const [first, second] = world.nodes;
    first.turn({ entries: entries(1, 3, 1) });
    second.turn({ entries: entries(1, 2, 1) });
    second.turn({ entries: [entry(3, 2)] });
    world.begin(first, { entries: [...entries(1, 2, 1), entry(3, 2)] });
    world.tick();
  });

  it('speaks of other bytes, another term before, a gap and a term that goes back', () => {
    const one = [entry(1, 1, Buffer.from('a'))];
    const cases: readonly (readonly [readonly Entry[], readonly Entry[]])[] = [
      [one, [entry(1, 1, Buffer.from('b'))]],
      [
        [...one, entry(2, 3)],
        [entry(1, 2), entry(2, 3)],
      ],
      [one, [entry(1, 1, Buffer.from('a')), entry(3, 1)]],
      [one, [entry(1, 2), entry(2, 1)]],
    ];
    for (const [held, other] of cases) {
      const world = made();
      world.nodes[0].turn({ entries: held });
      world.nodes[1].turn({ entries: other });
      speaks(world, 'log matching', /node 2/);
    }
  });

  it('speaks of a disk that gives back other bytes than were written', () => {
    const world = made();
    world.nodes[0].turn({ entries: [entry(1, 1, Buffer.from('a'))] });
    world.begin(world.nodes[0], { entries: [entry(1, 1, Buffer.from('b'))] });
    speaks(world, 'log matching', /61 after term 0 and 62 after term 0/);
  });
});

describe('commit is known', () => {
  const made = () => new MadeUpWorld([new CommitKnown(new ClusterObserver())]);

  it('is silent about followers behind what leaders committed', () => {
    const world = made();
    world.agree(entries(1, 3, 1), 1);
    world.begin(world.nodes[2], { entries: entries(1, 3, 1), commit: 2 });
    world.tick();
  });

  it('speaks of a follower that commits what no leader has, and of another entry than the one committed', () => {
    const ahead = made();
    ahead.agree(entries(1, 3, 1), 1);
    ahead.nodes[1].turn({ entries: [entry(4, 1)] });
    ahead.nodes[1].become({ commitIndex: 4 });
    speaks(ahead, 'commit is known', /commits 4, leaders have committed 3/);
    const other = made();
    other.agree(entries(1, 3, 1), 1);
    other.begin(other.nodes[1], { entries: [...entries(1, 2, 1), entry(3, 2)], commit: 3 });
    speaks(other, 'commit is known', /commits entry 3 of term 2, committed is that of term 1/);
  });
});

describe('committed is durable', () => {
  const made = () => new MadeUpWorld([new CommitDurable(new ClusterObserver())]);

  it('is silent about an entry that a majority has on disk, the leader among them or not', () => {
    const world = made();
    const [leader, second, third] = world.nodes;
    leader.become({ term: 1, role: Role.Leader });
    for (const node of world.nodes) node.turn({ entries: entries(1, 2, 1) });
    second.sync();
    third.sync();
    leader.become({ commitIndex: 2 });
    world.tick();
  });

  it('speaks when too few have it on disk, though all were handed it', () => {
    const world = made();
    const [leader, second] = world.nodes;
    leader.become({ term: 1, role: Role.Leader });
    for (const node of world.nodes) node.turn({ entries: entries(1, 2, 1) });
    second.sync();
    leader.become({ commitIndex: 2 });
    speaks(world, 'committed is durable', /durable on 1 of 3 voters/);
  });

  it('speaks when one half of a joint configuration has too few', () => {
    const world = made();
    const [leader, second] = world.nodes;
    const joint = { ...initialMembership([1, 2]), votersOutgoing: new Set([2, 3, 4]) };
    leader.become({ term: 1, role: Role.Leader, membership: joint });
    for (const node of world.nodes) node.turn({ entries: entries(1, 1, 1) });
    leader.sync();
    second.sync();
    leader.become({ commitIndex: 1 });
    speaks(world, 'committed is durable', /durable on 1 of 3 voters/);
  });

  it('speaks of an entry of an earlier term that is committed by counting (figure 8), and of one never written', () => {
    const figure8 = made();
    const [leader] = figure8.nodes;
    for (const node of figure8.nodes) {
      node.turn({ entries: entries(1, 1, 1) });
      node.sync();
    }
    leader.become({ term: 3, role: Role.Leader });
    leader.become({ commitIndex: 1 });
    speaks(figure8, 'committed is durable', /commits entry 1 of term 1 by counting/);
    const unwritten = made();
    unwritten.nodes[0].become({ term: 1, role: Role.Leader });
    unwritten.nodes[0].become({ commitIndex: 1 });
    speaks(unwritten, 'committed is durable', /never handed to a disk/);
  });

  it('speaks of a follower that is counted with what its disk does not hold', () => {
    const progress = (match: number) => [{ id: 2, match, next: match + 1, inflightMessages: 0 }];
    const world = made();
    const [leader, second] = world.nodes;
    leader.become({ term: 1, role: Role.Leader });
    leader.turn({ entries: entries(1, 2, 1) });
    second.turn({ entries: entries(1, 2, 1) });
    leader.become({ progress: progress(0) });
    world.tick(15);
    world.tick();
    leader.become({ progress: progress(2) });
    world.tick(15);
    speaks(world, 'committed is durable', /counts 2 on node 2, whose disk holds 0/);
  });
});

describe('state machine safety', () => {
  const made = () => new MadeUpWorld([new StateMachineSafety(new ClusterObserver())]);

  it('is silent when all apply what was committed, one by a snapshot', () => {
    const world = made();
    world.agree(entries(1, 3, 1), 1);
    world.tick();
  });

  it('speaks of another entry, one too early, one twice, one left out', () => {
    const cases: readonly (readonly Entry[])[] = [[entry(4, 2)], [entry(5, 1)], [entry(3, 1)], [entry(4, 1)]];
    for (const committed of cases) {
      const world = made();
      world.agree(entries(1, 3, 1), 1);
      if (committed[0]!.term === 2) {
        world.nodes[0].turn({ entries: [entry(4, 1)] });
        world.nodes[0].become({ commitIndex: 4 });
      }
      world.nodes[1].turn({ committed });
      speaks(world, 'state machine safety', /node 2 \(life 1\) applies/);
    }
  });

  it('speaks of a snapshot of something else, and of a state machine that is not where its core is', () => {
    const world = made();
    world.agree(entries(1, 3, 1), 1);
    world.nodes[1].turn({ snapshot: snapshotAt(3, 2) });
    speaks(world, 'state machine safety', /installs snapshot 3 of term 2/);
    const apart = made();
    apart.agree(entries(1, 3, 1), 1);
    apart.nodes[1].core.appliedIndex = 2;
    speaks(apart, 'state machine safety', /has applied 3, its core says 2/);
  });
});

describe('one change at a time', () => {
  const made = () => new MadeUpWorld([new OneChange(new ClusterObserver())]);
  const change = (index: number, term = 1): Entry => ({ ...entry(index, term), type: EntryType.ConfChange });

  it('is silent about one behind the commit index, replaced or followed by another once it is committed', () => {
    const world = made();
    const [leader, second] = world.nodes;
    leader.become({ term: 1, role: Role.Leader });
    leader.turn({ entries: [change(1)] });
    leader.become({ commitIndex: 1 });
    leader.turn({ entries: [entry(2, 1), change(3)] });
    second.turn({ entries: [change(1)] });
    second.turn({ entries: [change(1, 2)] });
    world.tick();
  });

  it('speaks of two, in one append, in two, or found on disk', () => {
    for (const turns of [[[change(1), change(2)]], [[change(1)], [change(2)]]]) {
      const world = made();
      for (const turn of turns) world.nodes[1].turn({ entries: turn });
      speaks(world, 'one change at a time', /holds changes 1, 2 behind commit 0/);
    }
    const world = made();
    world.begin(world.nodes[2], { entries: [change(1), change(2)] });
    speaks(world, 'one change at a time', /node 3/);
  });
});
