import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvariantError } from '../errors.js';
import { ConfChangeType } from './confchange.js';
import { MessageType, Role } from './messages.js';
import { command, entry, logOf, textOf } from './testing/build.js';
import { Driver } from './testing/driver.js';

const { Append, AppendResponse, Vote, VoteResponse, PreVote, Heartbeat, HeartbeatResponse } = MessageType;
const plain = { preVote: false, checkQuorum: false } as const;
const at = (term: number) => ({ hardState: { term, vote: 0, commit: 0 } });

describe('asynchronous storage: what waits for the disk', () => {
  it('A2.34 no Vote leaves before term and vote are durable', () => {
    const node = new Driver(plain);
    node.raw.campaign();
    node.drain();
    assert.deepEqual(node.take(), []);
    const [append] = node.appends;
    assert.deepEqual(append?.hardState, { term: 1, vote: 1, commit: 0 });
    assert.equal(append?.mustSync, true);
    assert.equal(node.complete().drain().take(Vote).length, 2);
  });

  it('A2.34 the own vote counts only when it is durable', () => {
    const node = new Driver({ ...plain, voters: [1] });
    node.raw.campaign();
    node.drain();
    assert.equal(node.raw.role, Role.Candidate);
    node.complete();
    assert.equal(node.raw.role, Role.Leader);
  });

  it('A2.34 no VoteResponse leaves before the vote is durable', () => {
    const node = new Driver(plain).receive({ type: Vote, from: 2, term: 1 }).drain();
    assert.deepEqual(node.take(), []);
    assert.deepEqual(node.appends[0]?.hardState, { term: 1, vote: 2, commit: 0 });
    assert.equal(node.complete().take(VoteResponse).length, 1);
  });

  it('A2.34 no AppendResponse leaves before its entries are durable', () => {
    const node = new Driver(plain)
      .receive({ type: Append, from: 2, term: 1, entries: logOf([1, 1]) })
      .drain();
    assert.deepEqual(node.take(), []);
    assert.equal(node.complete().take(AppendResponse)[0]?.index, 2);
  });

  it('A2.34 entries that a later leader replaced in the same step are not acknowledged to the earlier one', () => {
    const node = new Driver(plain)
      .receive({ type: Append, from: 2, term: 1, entries: logOf([1, 1]) })
      .receive({ type: Append, from: 3, term: 2, index: 0, logTerm: 0, entries: logOf([2]) })
      .drain();
    assert.deepEqual(
      node
        .complete()
        .take(AppendResponse)
        .map(({ to, term, index }) => ({ to, term, index })),
      [{ to: 3, term: 2, index: 1 }],
    );
  });

  it('an answer with nothing to write waits behind the appends that are under way', () => {
    const append = { type: Append, from: 2, term: 1, entries: logOf([1]) } as const;
    const node = new Driver(plain).receive(append).drain().receive(append).drain();
    assert.equal(node.appends.length, 2);
    assert.deepEqual(node.appends[1]?.entries, []);
    assert.deepEqual(node.take(), [], 'the repeated entry is in memory, but not on the disk');
    node.complete();
    assert.equal(node.take(AppendResponse).length, 1);
    node.complete();
    assert.equal(node.take(AppendResponse).length, 1);
  });

  it('an answer to an append below the commit index waits for the entries that it claims', () => {
    const node = new Driver(plain);
    node.receive({ type: Append, from: 2, term: 1, entries: logOf([1, 1]), commit: 2 }).drain();
    node.receive({ type: Append, from: 2, term: 1 }).drain();
    assert.deepEqual(node.take(), []);
    node.complete().complete();
    assert.deepEqual(
      node.take(AppendResponse).map(({ index }) => index),
      [2, 2],
    );
  });

  it('further readies hold only what is new while an append is under way', () => {
    const node = new Driver(plain).leadEstablished();
    node.raw.propose(command('a'));
    node.drain();
    node.raw.propose(command('b'));
    node.raw.propose(command('c'));
    node.drain();
    assert.deepEqual(
      node.appends.map((append) => append.entries.map(textOf)),
      [['a'], ['b', 'c']],
    );
    assert.equal(node.raw.hasReady(), false);
  });

  it('thesis §10.2.1: the leader replicates while its own disk is busy, and counts itself only after', () => {
    const node = new Driver(plain).leadEstablished();
    const index = node.raw.propose(command('a'));
    node.drain();
    assert.equal(node.take(Append).length, 2);
    node.receive({ type: AppendResponse, from: 2, term: 1, index });
    assert.ok(node.raw.commitIndex < index, 'one of three');
    node.complete();
    assert.equal(node.raw.commitIndex, index);
  });

  it('a quorum of others may commit what the own disk has not finished', () => {
    const node = new Driver(plain).leadEstablished();
    const index = node.raw.propose(command('a'));
    node.drain();
    node.receive({ type: AppendResponse, from: 2, term: 1, index });
    node.receive({ type: AppendResponse, from: 3, term: 1, index });
    assert.deepEqual([node.raw.commitIndex, node.raw.status().stableIndex], [index, index - 1]);
  });

  it('A2.34 etcd #14370: a single voter commits only after its own append', () => {
    const node = new Driver({ ...plain, voters: [1] }).lead();
    const index = node.raw.propose(command('a'));
    node.drain();
    assert.ok(node.raw.commitIndex < index);
    assert.ok(node.committed.every((committed) => textOf(committed) !== 'a'));
    node.complete().drain();
    assert.equal(node.committed.at(-1)?.index, index);
  });

  it('heartbeats and answers to them do not wait for the disk', () => {
    const leader = new Driver(plain).leadEstablished();
    leader.raw.propose(command('a'));
    leader.drain().take();
    leader.raw.tick();
    assert.equal(leader.drain().take(Heartbeat).length, 2);
    const follower = new Driver({ ...plain, ...at(1) });
    follower.receive({ type: Append, from: 2, term: 1, entries: logOf([1]) });
    follower.drain().receive({ type: Heartbeat, from: 2, term: 1 }).drain();
    assert.equal(follower.take(HeartbeatResponse).length, 1);
    assert.equal(follower.appends.length, 1);
  });

  it('A2.34 the first heartbeat of a term is answered when the term is durable: after a restart it must be known', () => {
    const follower = new Driver({ ...plain, ...at(1) })
      .receive({ type: Heartbeat, from: 2, term: 2 })
      .drain();
    assert.deepEqual(follower.take(), []);
    assert.equal(follower.appends[0]?.hardState?.term, 2);
    assert.equal(follower.complete().take(HeartbeatResponse).length, 1);
    follower.receive({ type: Heartbeat, from: 2, term: 2 }).drain();
    assert.equal(follower.take(HeartbeatResponse).length, 1);
  });

  it('a pre-vote writes nothing', () => {
    const node = new Driver();
    node.receive({ type: PreVote, from: 2, term: 1 }).drain();
    node.raw.campaign();
    node.drain();
    assert.equal(node.appends.length, 0);
    assert.deepEqual([node.raw.term, node.raw.status().vote], [0, 0]);
  });

  it('a commit index alone is not written, and rides along with the next entries', () => {
    const node = new Driver(plain).step({ type: Append, from: 2, term: 1, entries: logOf([1]) });
    node.receive({ type: Heartbeat, from: 2, term: 1, commit: 1 }).drain();
    assert.equal(node.appends.length, 0);
    node.receive({ type: Append, from: 2, term: 1, index: 1, logTerm: 1, entries: [entry(2, 1)] }).drain();
    assert.deepEqual(node.appends[0]?.hardState, { term: 1, vote: 0, commit: 1 });
    assert.equal(node.appends[0]?.mustSync, false);
  });
});

describe('asynchronous storage: completions that come late', () => {
  it('ABA: a completion from before the entry was replaced and put back says nothing', () => {
    const node = new Driver({ ...plain, ...at(1), entries: logOf([1]) });
    const put = (term: number, entryTerm: number): void => {
      const entries = [entry(2, entryTerm)];
      node.receive({ type: Append, from: term, term, index: 1, logTerm: 1, entries }).drain();
    };
    put(2, 2); // A
    put(3, 3); // B replaces it
    node.receive({ type: Append, from: 2, term: 4, index: 1, logTerm: 1, entries: [entry(2, 2)] }).drain();
    assert.equal(node.appends.length, 3);
    node.complete();
    assert.equal(node.raw.status().stableIndex, 1, 'A was on the disk, but B is about to take its place');
    node.complete();
    assert.equal(node.raw.status().stableIndex, 1);
    node.complete();
    assert.equal(node.raw.status().stableIndex, 2);
  });

  it('a leader counts what was written in earlier terms once its own term is durable', () => {
    const node = new Driver(plain);
    node.receive({ type: Append, from: 2, term: 1, entries: logOf([1, 1]) }).drain();
    node.raw.campaign();
    node.drain();
    node.complete();
    assert.equal(node.raw.status().stableIndex, 0, 'a completion of an earlier term');
    node.complete();
    assert.equal(node.raw.status().stableIndex, 2);
  });

  it('a truncated suffix stops counting as durable at once', () => {
    const node = new Driver({ ...plain, ...at(1), entries: logOf([1, 1, 1]) });
    node.receive({ type: Append, from: 2, term: 2, index: 1, logTerm: 1, entries: [entry(2, 2)] });
    assert.deepEqual([node.raw.lastIndex, node.raw.status().stableIndex], [2, 1]);
  });

  it('a completion that is stepped twice changes nothing', () => {
    const node = new Driver(plain).leadEstablished();
    node.raw.propose(command('a'));
    node.drain();
    const own = node.appends[0]!.responses.filter((message) => message.to === 1);
    node.complete();
    const before = node.raw.status();
    for (const message of own) node.raw.step(message);
    assert.deepEqual(node.raw.status(), before);
  });
});

describe('synchronous storage', () => {
  it('ready() comes again only after advance(), and advance() completes what was persisted', () => {
    const node = new Driver({ ...plain, voters: [1], asyncStorageWrites: false });
    node.raw.campaign();
    const first = node.raw.ready();
    assert.deepEqual(first.append?.hardState, { term: 1, vote: 1, commit: 0 });
    assert.deepEqual(first.append?.responses, []);
    assert.equal(node.raw.hasReady(), false);
    assert.throws(() => node.raw.ready(), InvariantError);
    assert.equal(node.raw.role, Role.Candidate);
    node.raw.advance();
    assert.equal(node.raw.role, Role.Leader);
    const index = node.raw.propose(command('a'));
    const second = node.raw.ready();
    assert.deepEqual(second.committedEntries, [], 'not in the ready that has yet to be persisted');
    node.raw.advance();
    const third = node.raw.ready();
    assert.deepEqual(
      third.committedEntries.map(({ index: committed }) => committed),
      [1, index],
    );
    node.raw.advance();
    assert.deepEqual([node.raw.appliedIndex, node.raw.hasReady()], [index, false]);
  });

  it('messages that promise durability come with the ready, to be sent after it is persisted', () => {
    const node = new Driver({ ...plain, asyncStorageWrites: false });
    node.receive({ type: Vote, from: 2, term: 1 });
    const { messages, append } = node.raw.ready();
    assert.equal(append?.mustSync, true);
    assert.deepEqual(
      messages.map(({ type, to }) => [type, to]),
      [[VoteResponse, 2]],
    );
  });

  it('advance() belongs to this mode only', () => {
    assert.throws(() => new Driver().raw.advance(), InvariantError);
  });

  it('steps taken between ready() and advance() are not lost and not completed early', () => {
    const node = new Driver({ ...plain, asyncStorageWrites: false });
    node.receive({ type: Append, from: 2, term: 1, entries: logOf([1]) });
    node.raw.ready();
    node.receive({ type: Append, from: 3, term: 2, entries: [entry(1, 2), entry(2, 2)] });
    node.raw.advance();
    assert.equal(node.raw.status().stableIndex, 0, 'the persisted entry was replaced meanwhile');
    const { append } = node.raw.ready();
    assert.deepEqual(append?.entries, [entry(1, 2), entry(2, 2)]);
    node.raw.advance();
    assert.equal(node.raw.status().stableIndex, 2);
  });
});

describe('a new membership', () => {
  it('A2.14 is written as committed at once: started again, a node must not need the votes of those that were removed', () => {
    const node = new Driver({ voters: [1, 2], commitNotice: 'tick' }).leadEstablished();
    const changes = [{ type: ConfChangeType.RemoveNode, node: 2 }];
    const index = node.raw.proposeConfChange({ changes, transition: 'auto' });
    node.settle().acknowledge(2, index);
    node.raw.applyConfChange(node.committed.at(-1)!.data);
    node.drain();
    const [append, ...more] = node.appends;
    assert.deepEqual(more, []);
    assert.deepEqual([append?.mustSync, append?.hardState?.commit, append?.entries], [true, index, []]);
    node.settle();
    assert.equal(node.raw.hasReady(), false, 'once');
  });
});
