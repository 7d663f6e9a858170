import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Message, MessageType } from './messages.js';
import { command, entry, logOf } from './testing/build.js';
import { Cluster } from './testing/cluster.js';
import { Driver } from './testing/driver.js';

const { Append, AppendResponse, Heartbeat, HeartbeatResponse } = MessageType;
const plain = { preVote: false, checkQuorum: false } as const;
const at = (term: number) => ({ hardState: { term, vote: 0, commit: 0 } });
const toTwo = (messages: readonly Message[]): Message[] => messages.filter(({ to }) => to === 2);
const progressOf = (node: Driver, id: number) =>
  node.raw.status().progress.find((progress) => progress.id === id);
const dropped = { code: 'STRATA_PROPOSAL_DROPPED' };

describe('bounds of what is under way', () => {
  it('the window in messages: no more appends until one is acknowledged', () => {
    const node = new Driver({ ...plain, inflightMessagesMax: 3 }).leadEstablished();
    for (let count = 0; count < 10; count++) {
      node.raw.propose(command('x'));
      node.settle();
    }
    const sent = toTwo(node.take(Append));
    assert.equal(sent.length, 3);
    assert.equal(progressOf(node, 2)?.inflightMessages, 3);
    const first = sent[0]!;
    const next = toTwo(node.acknowledge(2, first.index + first.entries.length).take(Append));
    assert.equal(next.length, 1);
    assert.equal(next[0]?.entries.length, 7, 'what waited shares one append');
  });

  it('the window in bytes: as many appends as fit', () => {
    const node = new Driver({ ...plain, appendBytesMax: 100, inflightBytesMax: 250 }).leadEstablished();
    for (let count = 0; count < 10; count++) node.raw.propose(command('x'.repeat(84)));
    const sent = toTwo(node.settle().take(Append));
    assert.deepEqual([sent.length, progressOf(node, 2)?.inflightBytes], [3, 300]);
  });

  it('a full window lets one empty append through when a heartbeat is answered, to find out about losses', () => {
    const node = new Driver({ ...plain, inflightMessagesMax: 1 }).leadEstablished();
    node.raw.propose(command('x'));
    node.settle();
    node.raw.propose(command('y'));
    node.settle().take();
    const sent = toTwo(node.step({ type: HeartbeatResponse, from: 2, term: 1 }).take(Append));
    assert.deepEqual([sent.length, sent[0]?.entries.length, sent[0]?.index], [1, 0, 2]);
    const again = toTwo(
      node
        .step({ type: AppendResponse, from: 2, term: 1, index: 2, reject: true, rejectHint: 1, logTerm: 1 })
        .take(Append),
    );
    assert.deepEqual(
      again[0]?.entries.map(({ index }) => index),
      [2, 3],
    );
  });

  it('an append carries at most appendBytesMax, but always one entry', () => {
    const node = new Driver({ ...plain, appendBytesMax: 100 }).leadEstablished();
    for (const size of [10, 10, 500, 10]) node.raw.propose(command('x'.repeat(size)));
    const counts = toTwo(node.settle().take(Append)).map(({ entries }) => entries.length);
    assert.deepEqual(counts, [2, 1, 1]);
  });

  it('A2.7 uncommittedBytesMax refuses proposals until some are committed; one alone always passes', () => {
    const node = new Driver({ ...plain, uncommittedBytesMax: 100 }).leadEstablished();
    const index = node.raw.propose(command('x'.repeat(500)));
    assert.throws(() => node.raw.propose(command('y')), dropped);
    assert.equal(node.raw.lastIndex, index, 'a refused proposal leaves nothing behind');
    node.settle().acknowledge(2, index);
    node.raw.propose(command('y'));
  });

  it('a probing follower gets one append at a time, the next after an answer or a heartbeat', () => {
    const node = new Driver(plain).lead();
    assert.equal(toTwo(node.take(Append)).length, 1);
    node.raw.propose(command('x'));
    assert.equal(toTwo(node.settle().take(Append)).length, 0);
    assert.equal(toTwo(node.step({ type: HeartbeatResponse, from: 2, term: 1 }).take(Append)).length, 1);
  });
});

describe('losses, repeats and disorder', () => {
  it('A2.6 answers that arrive in reverse order never lower match or the commit index', () => {
    const node = new Driver(plain).leadEstablished();
    for (let count = 0; count < 4; count++) node.raw.propose(command('x'));
    node.settle();
    for (const index of [5, 2, 4, 1, 3, 5]) {
      node.acknowledge(2, index);
      assert.deepEqual([progressOf(node, 2)?.match, node.raw.commitIndex], [5, 5]);
    }
  });

  it('A2.6 a rejection from before the follower caught up changes nothing', () => {
    const node = new Driver(plain).leadEstablished();
    for (let count = 0; count < 4; count++) node.raw.propose(command('x'));
    node.settle().acknowledge(2, 5);
    const before = progressOf(node, 2);
    node.step({ type: AppendResponse, from: 2, term: 1, index: 3, reject: true, rejectHint: 0 });
    assert.deepEqual(progressOf(node, 2), before);
  });

  it('A2.6 a stale append never removes what matches and came after it', () => {
    const node = new Driver(plain);
    node.step({ type: Append, from: 2, term: 1, entries: logOf([1, 1, 1, 1]) });
    node.step({ type: Append, from: 2, term: 1, index: 1, logTerm: 1, entries: [entry(2, 1)] });
    node.step({ type: Append, from: 2, term: 1, entries: [] });
    assert.deepEqual([node.raw.lastIndex, node.raw.status().stableIndex], [4, 4]);
  });

  it('an append from before the commit index is answered with the commit index', () => {
    const node = new Driver(plain);
    node.step({ type: Append, from: 2, term: 1, entries: logOf([1, 1, 1]), commit: 3 }).take();
    const [answer] = node.step({ type: Append, from: 2, term: 1, index: 1, logTerm: 1 }).take(AppendResponse);
    assert.deepEqual([answer?.reject, answer?.index], [false, 3]);
  });

  it('an acknowledgement beyond the log is not believed', () => {
    const node = new Driver(plain).leadEstablished();
    node.acknowledge(2, 99);
    assert.deepEqual([progressOf(node, 2)?.match, node.raw.commitIndex], [1, 1]);
  });

  it('an answer of a stranger is ignored', () => {
    const node = new Driver(plain).leadEstablished();
    const before = node.raw.status();
    for (const type of [AppendResponse, HeartbeatResponse]) node.step({ type, from: 9, term: 1, index: 1 });
    assert.deepEqual(node.raw.status(), before);
  });

  it('a lost append is found by the next heartbeat and sent again', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.isolate(2);
    for (const text of ['a', 'b', 'c']) cluster.propose(1, text);
    cluster.settle();
    cluster.heal();
    cluster.settle();
    assert.equal(cluster.raw(2).lastIndex, 1);
    cluster.pass(1);
    assert.deepEqual([cluster.raw(2).lastIndex, cluster.node(2).applied.length], [4, 4]);
  });

  it('a lost commit index comes with the next heartbeat, never beyond what the follower holds', () => {
    const node = new Driver(plain).leadEstablished();
    const index = node.raw.propose(command('x'));
    node.settle().acknowledge(2, index).take();
    const commits = node
      .tick(1)
      .take(Heartbeat)
      .map(({ to, commit }) => [to, commit]);
    assert.deepEqual(commits, [
      [2, index],
      [3, index - 1],
    ]);
  });

  it('reportUnreachable sends again from where the logs are known to agree', () => {
    const node = new Driver(plain).leadEstablished();
    for (let count = 0; count < 3; count++) {
      node.raw.propose(command('x'));
      node.settle();
    }
    node.take();
    node.raw.reportUnreachable(2);
    const [again] = toTwo(node.settle().take(Append));
    assert.deepEqual([again?.index, again?.entries.length], [1, 3]);
  });
});

describe('conflicts', () => {
  it('a long divergent suffix is skipped a term at a time, not an entry at a time', () => {
    const stretch = (term: number, count: number): number[] => new Array<number>(count).fill(term);
    const leaderLog = [...stretch(1, 100), ...stretch(4, 300), ...stretch(6, 300)];
    const followerLog = [...stretch(1, 100), ...stretch(2, 200), ...stretch(3, 200), ...stretch(5, 200)];
    const cluster = new Cluster({
      ids: [1, 2, 3],
      config: { ...plain, appendBytesMax: 1 << 20, inflightBytesMax: 1 << 20 },
      disks: new Map([
        [1, { ...at(6), entries: logOf(leaderLog) }],
        [2, { ...at(6), entries: logOf(followerLog) }],
      ]),
    });
    cluster.campaign(1);
    let refused = 0;
    for (let round = 0; round < 30; round++) {
      for (const { id } of cluster.nodes) cluster.run(id);
      for (const message of cluster.network.take(() => true)) {
        if (message.type === AppendResponse && message.from === 2 && message.reject) refused += 1;
        cluster.hand(message);
      }
    }
    assert.equal(cluster.raw(2).lastIndex, leaderLog.length + 1);
    assert.ok(refused <= 4, `${refused} refusals for 600 entries of three terms`);
  });

  it('a follower with a short log is found with one refusal', () => {
    const node = new Driver({ ...plain, ...at(1) });
    const fields = { type: Append, from: 2, term: 2, index: 5000, logTerm: 2 } as const;
    const [answer] = node.step(fields).take(AppendResponse);
    assert.deepEqual(
      [answer?.reject, answer?.index, answer?.rejectHint, answer?.logTerm],
      [true, 5000, 0, 0],
    );
    const leader = new Driver({ ...plain, ...at(1), entries: logOf(new Array<number>(50).fill(1)) }).lead();
    leader.take();
    leader.step({
      type: AppendResponse,
      from: 2,
      term: 2,
      index: 50,
      reject: true,
      rejectHint: 3,
      logTerm: 1,
    });
    assert.equal(toTwo(leader.take(Append))[0]?.index, 3);
  });
});
