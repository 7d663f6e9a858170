import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfChangeType, encodeConfChange, initialMembership } from '../../consensus/confchange.js';
import { type Entry, EntryType, Role } from '../../consensus/messages.js';
import { encodePut } from '../../state/command-codec.js';
import { textBytes } from '../../state/value.js';
import { BoundedQueues } from './bounded-queues.js';
import { ClusterObserver } from './cluster-observer.js';
import { EqualStates } from './equal-states.js';
import { FreshRead } from './fresh-read.js';
import { createInvariants } from './index.js';
import { IndexOrder } from './index-order.js';
import { MembershipAgreement } from './membership-agreement.js';
import { Monotone } from './monotone.js';
import { SessionTableEquality } from './session-table.js';
import { SnapshotContent } from './snapshot-content.js';
import { entries, entry, MadeUpWorld, snapshotAt } from './testing/made-up-world.js';
import { speaks } from './testing/speaks.js';

const put = (index: number, value: string): Entry =>
  entry(index, 1, encodePut(textBytes('key'), textBytes(value)));

describe('fresh read', () => {
  const made = () => new MadeUpWorld([new FreshRead(new ClusterObserver())]);

  it('is silent about an index that is as far as the commits before the question, in another life too', () => {
    const world = made();
    const [first, second] = world.nodes;
    world.agree(entries(1, 3, 1), 1);
    second.ask(7);
    first.ask(8);
    second.turn({ reads: [{ context: 7, index: 3 }] });
    world.begin(first, { entries: entries(1, 3, 1), commit: 3, applied: 3 });
    first.turn({ reads: [{ context: 8, index: 4 }] });
    world.tick();
  });

  it('speaks of an older index, of a number used twice (etcd #20418) and of an answer to nobody', () => {
    const stale = made();
    stale.agree(entries(1, 3, 1), 1);
    stale.nodes[1].ask(7);
    stale.nodes[1].turn({ reads: [{ context: 7, index: 2 }] });
    speaks(stale, 'fresh read', /sees 2, committed before it was asked: 3/);
    const reused = made();
    reused.nodes[1].ask(7);
    reused.agree(entries(1, 3, 1), 1);
    reused.nodes[1].ask(7);
    reused.nodes[1].turn({ reads: [{ context: 7, index: 0 }] });
    speaks(reused, 'fresh read', /sees 0/);
    const nobody = made();
    nobody.nodes[1].turn({ reads: [{ context: 7, index: 9 }] });
    speaks(nobody, 'fresh read', /did not ask/);
  });
});

describe('membership', () => {
  const made = () => new MadeUpWorld([new MembershipAgreement(new ClusterObserver())]);
  const book = [1, 2, 3, 4].map((id) => {
    return { id, host: 'h', peerPort: 1, httpPort: 1, respPort: 0, storageId: '' };
  });
  const addition: Entry = {
    ...entry(1, 1),
    type: EntryType.ConfChange,
    data: encodeConfChange({
      transition: 'auto',
      changes: [{ type: ConfChangeType.AddLearner, node: 4 }],
      context: new Uint8Array(0),
    }),
  };
  const grown = { ...initialMembership([1, 2, 3], [4]) };

  it('is silent while every node has the members of its applied index', () => {
    const world = made();
    for (const node of world.nodes) node.machine.bootstrap(book);
    world.tick();
    world.agree([addition], 1);
    for (const node of world.nodes) node.core.membership = grown;
    world.tick();
  });

  it('speaks of a node that is behind its applied index or ahead of it, and of a snapshot with other members', () => {
    const ahead = made();
    for (const node of ahead.nodes) node.machine.bootstrap(book);
    ahead.nodes[1].core.membership = grown;
    speaks(ahead, 'membership', /at 0/);
    const wrong = made();
    for (const node of wrong.nodes) node.machine.bootstrap(book);
    wrong.tick();
    wrong.agree([addition], 1);
    wrong.nodes[1].core.membership = { ...initialMembership([1, 2, 3]) };
    speaks(wrong, 'membership', /at 1: 1,2,3/);
    const snapshot = made();
    for (const node of snapshot.nodes) node.machine.bootstrap(book);
    snapshot.tick();
    snapshot.nodes[1].turn({ snapshot: snapshotAt(1, 1, [1, 2]) });
    speaks(snapshot, 'membership', /at 1: 1,2/);
  });

  it('speaks of a member book that lacks a member', () => {
    const world = made();
    for (const node of world.nodes) node.machine.bootstrap(book.slice(1));
    speaks(world, 'membership', /the member book of node 1 lacks 1/);
  });
});

describe('snapshot is of what was committed', () => {
  const made = () => new MadeUpWorld([new SnapshotContent(new ClusterObserver())]);

  it('is silent about committed entries, and speaks of another term or an index that is not committed', () => {
    for (const [meta, says] of [
      [snapshotAt(3, 1), null],
      [snapshotAt(3, 2), /committed there is term 1/],
      [snapshotAt(4, 1), /committed there is term 0/],
    ] as const) {
      const world = made();
      world.agree(entries(1, 3, 1), 1);
      world.nodes[1].snapshots = [{ meta }, { meta: snapshotAt(0, 0) }];
      world.nodes[1].core.snapshotIndex = meta.index;
      if (says === null) world.tick();
      else speaks(world, 'snapshot is of what was committed', says);
    }
  });
});

describe('monotone', () => {
  const made = () => new MadeUpWorld([new Monotone(new ClusterObserver())]);

  it('is silent about what grows, and begins anew with a life', () => {
    const world = made();
    const [first] = world.nodes;
    first.become({ term: 3, commitIndex: 3, appliedIndex: 2, snapshotIndex: 1 });
    world.tick();
    world.begin(first, { term: 2 });
    first.core.snapshotIndex = 0;
    world.tick();
  });

  it('speaks of each that goes back', () => {
    for (const change of [{ term: 1 }, { commitIndex: 1 }, { appliedIndex: 1 }, { snapshotIndex: 0 }]) {
      const world = made();
      world.nodes[0].become({ term: 3, commitIndex: 3, appliedIndex: 2, snapshotIndex: 1 });
      world.tick();
      world.nodes[0].become(change);
      speaks(world, 'monotone', /node 1: .* after/);
    }
  });
});

describe('applied <= committed', () => {
  const made = () => new MadeUpWorld([new IndexOrder(new ClusterObserver())]);
  const good = { firstIndex: 3, snapshotIndex: 2, appliedIndex: 3, commitIndex: 4, lastIndex: 5 };

  it('is silent about first - 1 <= snapshot <= applied <= commit <= last', () => {
    const world = made();
    world.nodes[0].become(good);
    world.tick();
  });

  it('speaks of each that is out of order', () => {
    for (const change of [{ firstIndex: 4 }, { snapshotIndex: 4 }, { appliedIndex: 5 }, { commitIndex: 6 }]) {
      const world = made();
      world.nodes[0].become({ ...good, ...change });
      speaks(world, 'applied <= committed', /node 1: first/);
    }
  });
});

describe('equal states', () => {
  it('is silent about equal states and has compared them; speaks of one byte', () => {
    const invariant = new EqualStates(new ClusterObserver());
    const world = new MadeUpWorld([invariant]);
    world.agree([put(1, 'a')], 1);
    world.tick(256);
    assert.equal(invariant.compared, 2);
    const other = new MadeUpWorld([new EqualStates(new ClusterObserver())]);
    for (const node of other.nodes) node.machine.apply(1, put(1, node.id === 3 ? 'b' : 'a').data);
    other.tick(255);
    speaks(other, 'equal states', /nodes 1 and 3 hold different states after entry 1/);
  });
});

describe('session table', () => {
  const made = () => new MadeUpWorld([new SessionTableEquality(new ClusterObserver())]);

  it('is silent about equal sums, though the nodes come there at different times', () => {
    const world = made();
    for (const node of world.nodes) {
      node.machine.apply(1, put(1, 'a').data);
      world.tick();
    }
  });

  it('speaks of a node that lost a session, and of other sums', () => {
    const world = made();
    world.nodes[0].machine.apply(1, put(1, 'a').data);
    world.tick();
    world.nodes[1].machine.apply(1, put(1, 'ab').data);
    speaks(world, 'session table', /after entry 1 node 1 holds .* node 2 holds/);
  });
});

describe('bounded queues', () => {
  const made = () => new MadeUpWorld([new BoundedQueues(new ClusterObserver())]);

  it('is silent below the limits and speaks above', () => {
    const calm = made();
    calm.nodes[0].pendingAppends = 40;
    calm.tick(16);
    const stuck = made();
    stuck.nodes[0].pendingAppends = 100_000;
    stuck.tick(15);
    speaks(stuck, 'bounded queues', /100000 appends wait/);
    const flooded = made();
    flooded.nodes[0].become({
      term: 1,
      role: Role.Leader,
      progress: [{ id: 2, match: 0, next: 1, inflightMessages: 5_000 }],
    });
    flooded.tick(15);
    speaks(flooded, 'bounded queues', /5000 appends of node 1/);
  });
});

describe('all invariants', () => {
  it('have names of their own and say where they are promised', () => {
    const all = createInvariants();
    assert.ok(all.length >= 18);
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
    assert.ok(all.every(({ source }) => source.length > 5));
  });

  it('are silent together about a cluster in which all is well', () => {
    const world = new MadeUpWorld(createInvariants());
    const book = [1, 2, 3].map((id) => ({
      id,
      host: 'h',
      peerPort: 1,
      httpPort: 1,
      respPort: 0,
      storageId: '',
    }));
    for (const node of world.nodes) node.machine.bootstrap(book);
    world.tick();
    world.agree(entries(1, 3, 1), 1);
    world.tick(300);
  });
});
