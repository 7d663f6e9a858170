import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeMessage } from './make-message.js';
import { EntryType, type Message, MessageType } from './messages.js';
import { command, entry, logOf, textOf } from './testing/build.js';
import { Cluster } from './testing/cluster.js';
import { Driver } from './testing/driver.js';

// One test a sentence of the paper: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm
// (Extended Version)", 2014, from §5.3 on. §5.1 and §5.2: raft-paper-election.test.ts; figures: raft-figures.test.ts.

const { Append, AppendResponse, Vote, VoteResponse, Heartbeat, HeartbeatResponse } = MessageType;
const plain = { preVote: false, checkQuorum: false } as const;
const at = (term: number) => ({ hardState: { term, vote: 0, commit: 0 } });
const toOthers = (messages: readonly Message[]): number[] => messages.map((message) => message.to);
const voters = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('Reference: §5.3 log replication', () => {
  it('"the leader appends the command to its log [...] then issues AppendEntries RPCs in parallel"', () => {
    const node = new Driver(plain).leadEstablished();
    const index = node.raw.propose(command('x'));
    const appends = node.settle().take(Append);
    assert.deepEqual(toOthers(appends), [2, 3]);
    for (const append of appends) {
      assert.deepEqual([append.index, append.logTerm, append.commit], [index - 1, 1, index - 1]);
      assert.deepEqual(append.entries.map(textOf), ['x']);
    }
  });

  it('"a log entry is committed once the leader [...] has replicated it on a majority of the servers"', () => {
    for (const servers of [1, 2, 3, 4, 5, 6, 7]) {
      const node = new Driver({ ...plain, voters: voters(servers) }).leadEstablished();
      const index = node.raw.propose(command('x'));
      node.settle();
      for (let holding = 1; holding < servers; holding++) {
        assert.equal(node.raw.commitIndex >= index, holding > servers / 2, `${holding} of ${servers}`);
        node.acknowledge(holding + 1, index);
      }
      assert.equal(node.raw.commitIndex, index);
      assert.equal(node.committed.filter((committed) => textOf(committed) === 'x').length, 1);
    }
  });

  it('"this also commits all preceding entries in the leader\'s log, including entries created by previous leaders"', () => {
    const node = new Driver({ ...plain, ...at(2), entries: logOf([1, 2, 2]) }).lead();
    assert.equal(node.raw.commitIndex, 0);
    node.acknowledge(2, 4);
    assert.equal(node.raw.commitIndex, 4);
    assert.deepEqual(
      node.committed.map(({ index, term }) => [index, term]),
      [
        [1, 1],
        [2, 2],
        [3, 2],
        [4, 3],
      ],
    );
  });

  it('"once a follower learns that a log entry is committed, it applies the entry [...] (in log order)"', () => {
    const node = new Driver(plain);
    node.step({ type: Append, from: 2, term: 1, entries: [entry(1, 1), entry(2, 1), entry(3, 1)] });
    assert.deepEqual(node.committed, []);
    node.step({ type: Append, from: 2, term: 1, index: 3, logTerm: 1, commit: 2 });
    node.step({ type: Heartbeat, from: 2, term: 1, commit: 3 });
    assert.deepEqual(
      node.committed.map(({ index }) => index),
      [1, 2, 3],
    );
  });

  it('"if the follower does not find an entry [...] with the same index and term, then it refuses the new entries"', () => {
    const cases: readonly [index: number, logTerm: number, reject: boolean][] = [
      [0, 0, false],
      [1, 1, false],
      [2, 2, false],
      [1, 2, true],
      [2, 1, true],
      [3, 2, true],
      [9, 9, true],
    ];
    for (const [index, logTerm, reject] of cases) {
      const node = new Driver({ ...plain, ...at(2), entries: logOf([1, 2]) });
      const [answer] = node.step({ type: Append, from: 2, term: 2, index, logTerm }).take(AppendResponse);
      assert.equal(answer?.reject, reject, `entry ${index} of term ${logTerm}`);
      assert.equal(node.raw.lastIndex, 2);
    }
  });

  it('"if an existing entry conflicts with a new one, delete the existing entry and all that follow it"', () => {
    const cases: readonly [prev: number, prevTerm: number, terms: number[], after: number[]][] = [
      [2, 2, [3], [1, 2, 3]],
      [1, 1, [3, 4], [1, 3, 4]],
      [0, 0, [1], [1, 2]],
      [0, 0, [3], [3]],
    ];
    for (const [prev, prevTerm, terms, after] of cases) {
      const cluster = new Cluster({
        ids: [1],
        config: { ...plain, voters: [1, 2, 3] },
        disks: new Map([[1, { ...at(2), entries: logOf([1, 2]) }]]),
      });
      const entries = terms.map((term, position) => entry(prev + 1 + position, term));
      const append = { type: Append, from: 2, to: 1, term: 4, index: prev, logTerm: prevTerm, entries };
      cluster.hand(makeMessage(append));
      cluster.run(1);
      assert.deepEqual(
        cluster.node(1).storage.log.entries.map(({ term }) => term),
        after,
      );
    }
  });

  it('"if leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)"', () => {
    const node = new Driver({ ...plain, ...at(1), entries: logOf([1, 1, 1]) });
    node.step({ type: Append, from: 2, term: 1, index: 1, logTerm: 1, commit: 3 });
    assert.equal(node.raw.commitIndex, 1, 'what lies behind may still be replaced');
  });
});

describe('Reference: §5.4 safety', () => {
  it('§5.4.1 "the voter denies its vote if its own log is more up-to-date than that of the candidate"', () => {
    const cases: readonly [own: number[], index: number, term: number, reject: boolean][] = [
      [[1], 1, 1, false],
      [[1], 2, 1, false],
      [[1, 1], 1, 1, true],
      [[1], 1, 2, false],
      [[1, 1], 1, 2, false],
      [[2], 1, 1, true],
      [[2], 9, 1, true],
      [[], 0, 0, false],
    ];
    for (const [own, index, logTerm, reject] of cases) {
      const node = new Driver({ ...plain, ...at(3), entries: logOf(own) });
      const [answer] = node.step({ type: Vote, from: 2, term: 4, index, logTerm }).take(VoteResponse);
      assert.equal(answer?.reject, reject, `log ${own} against last entry ${index} of term ${logTerm}`);
    }
  });

  it('§5.4.2 "Raft never commits log entries from previous terms by counting replicas"', () => {
    const node = new Driver({ ...plain, ...at(2), entries: logOf([1, 2]) }).lead();
    for (const index of [1, 2]) {
      node.acknowledge(2, index).acknowledge(3, index);
      assert.equal(node.raw.commitIndex, 0, `entry ${index} is on all servers and of an earlier term`);
    }
    node.acknowledge(2, 3);
    assert.equal(node.raw.commitIndex, 3);
  });
});

describe('Reference: §5.5 follower and candidate crashes', () => {
  it('"Raft RPCs are idempotent": an append received again changes nothing and is answered again', () => {
    const node = new Driver(plain);
    const append = { type: Append, from: 2, term: 1, entries: [entry(1, 1), entry(2, 1)] };
    const [first] = node.step(append).take(AppendResponse);
    const before = node.raw.status();
    const [again] = node.step(append).take(AppendResponse);
    assert.deepEqual(again, first);
    assert.deepEqual(node.raw.status(), before);
  });
});

describe('Reference: §8 client interaction', () => {
  it('"each leader [commits] a blank no-op entry into the log at the start of its term"', () => {
    const node = new Driver({ ...plain, ...at(1), entries: logOf([1]) }).lead();
    const [append] = node.take(Append);
    assert.deepEqual(append?.entries, [
      { index: 2, term: 2, type: EntryType.Normal, data: new Uint8Array(0) },
    ]);
  });

  it('"a leader must check whether it has been deposed before processing a read-only request"', () => {
    const node = new Driver(plain).leadEstablished();
    node.raw.readIndex(7);
    const heartbeats = node.settle().take(Heartbeat);
    assert.deepEqual(node.readStates, []);
    const context = heartbeats[0]!.context;
    node.step({ type: HeartbeatResponse, from: 2, term: 1, context });
    assert.deepEqual(node.readStates, [{ context: 7, index: 1 }]);
  });

  it('a read that comes before the no-op is committed waits for it', () => {
    const node = new Driver({ ...plain, ...at(1), entries: logOf([1]) }).lead();
    node.raw.readIndex(7);
    assert.deepEqual(node.settle().take(Heartbeat), []);
    node.acknowledge(2, 2);
    const [heartbeat] = node.take(Heartbeat);
    node.step({ type: HeartbeatResponse, from: 2, term: 2, context: heartbeat!.context });
    assert.deepEqual(node.readStates, [{ context: 7, index: 2 }]);
  });
});
