import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RequestContext } from '../ports/key-value-service.js';
import { ReadQueue, type WaitingRead } from './read-queue.js';
import { SampleRing } from './sample-ring.js';
import { WaitingWrites } from './waiting-writes.js';

const context = (): RequestContext => ({
  receivedNs: 0,
  parsedNs: 0,
  traceId: null,
  forward: true,
  onReplied: null,
});
const write = (deadlineNs = 100) => ({
  context: context(),
  done: () => {},
  bytes: 1,
  session: null,
  data: null,
  deadlineNs,
  sample: null,
});
const read = (name: string, deadlineNs = 100): WaitingRead => ({
  key: new TextEncoder().encode(name),
  query: null,
  bytes: 1,
  context: context(),
  done: () => {},
  deadlineNs,
  roundStartedNs: 0,
  waitsSinceNs: -1,
});
const names = (reads: Iterable<WaitingRead>): string[] =>
  [...reads].map((entry) => new TextDecoder().decode(entry.key!));
const served = (queue: ReadQueue, appliedIndex: number): string[] =>
  names(queue.takeServable(appliedIndex)?.reads ?? []);

describe('waiting writes', () => {
  it('gives each write back at its index, with holes for entries that nobody waits for', () => {
    const writes = new WaitingWrites();
    const [a, b] = [write(), write()];
    writes.add(7, a);
    writes.add(9, b);
    assert.equal(writes.take(6), null);
    assert.equal(writes.take(7), a);
    assert.equal(writes.take(7), null, 'only once');
    assert.equal(writes.take(8), null);
    assert.equal(writes.take(9), b);
    assert.equal(writes.size, 0);
  });

  it('starts afresh at any index once empty, and refuses to go back while it is not', () => {
    const writes = new WaitingWrites();
    writes.add(50, write());
    assert.throws(() => writes.add(50, write()), /index 50/);
    writes.take(50);
    writes.add(3, write());
    assert.notEqual(writes.take(3), null);
  });

  it('keeps its order over many thousand writes', () => {
    const writes = new WaitingWrites();
    for (let index = 1; index <= 20_000; index++) {
      writes.add(index, write(index));
      if (index > 10) assert.equal(writes.take(index - 10)?.deadlineNs, index - 10);
    }
    assert.equal(writes.size, 10);
    assert.equal(writes.takeAll().length, 10);
  });

  it('hands out those past their deadline once', () => {
    const writes = new WaitingWrites();
    for (const [index, deadline] of [10, 20, 30].entries()) writes.add(index + 1, write(deadline));
    assert.equal(writes.expired(20).length, 2);
    assert.equal(writes.expired(20).length, 0);
    assert.equal(writes.take(1), null, 'an expired write is answered already');
    assert.notEqual(writes.take(3), null);
  });
});

describe('read queue', () => {
  it('lets reads that arrive together share a round, and gathers the next while one is under way', () => {
    const queue = new ReadQueue(100, 200);
    queue.add(read('a'));
    queue.add(read('b'));
    const round = queue.nextRound(0);
    assert.equal(round, 101);
    queue.add(read('c'));
    assert.equal(queue.nextRound(1), 0, 'one round at a time');
    queue.confirm(round, 5, 2);
    assert.deepEqual(served(queue, 4), []);
    assert.deepEqual(served(queue, 5), ['a', 'b']);
    assert.equal(queue.nextRound(3), 102);
    assert.equal(queue.size, 1);
  });

  it('repeats an unanswered round under a fresh id and ignores the answer to the old one', () => {
    const queue = new ReadQueue(0, 1);
    queue.add(read('a'));
    const first = queue.nextRound(0);
    queue.add(read('b'));
    const second = queue.nextRound(2e6);
    assert.ok(second > first);
    assert.equal(queue.confirm(first, 1, 3e6), null);
    assert.deepEqual(served(queue, 10), [], 'the stale answer confirms nothing');
    assert.equal(queue.confirm(second, 1, 3e6), 2e6, 'a lease counts from the attempt that was answered');
    assert.deepEqual(served(queue, 10), ['a', 'b']);
  });

  it('starts a round for no read at all when one is wanted', () => {
    const queue = new ReadQueue(0, 1000);
    assert.equal(queue.nextRound(0), 0);
    const round = queue.nextRound(5, true);
    assert.equal(round, 1);
    assert.equal(queue.confirm(round, 7, 6), 5);
    assert.equal(queue.isIdle, true);
  });

  it('gives back what was confirmed long ago and still waits, once', () => {
    const queue = new ReadQueue(0, 1000);
    queue.add(read('a'));
    queue.confirm(queue.nextRound(0), 9, 1);
    queue.add(read('b'));
    queue.confirm(queue.nextRound(2), 9, 20);
    assert.deepEqual(names(queue.takeStuck(1)), []);
    assert.deepEqual(names(queue.takeStuck(10)), ['a']);
    assert.deepEqual(served(queue, 9), ['b']);
    assert.equal(queue.takeServable(9), null);
  });

  it('expires reads wherever they wait, and takes all when leadership ends', () => {
    const queue = new ReadQueue(0, 1000);
    queue.add(read('a', 10));
    queue.nextRound(0);
    queue.add(read('b', 10));
    queue.add(read('c', 99));
    assert.deepEqual(names(queue.expired(10)).sort(), ['a', 'b']);
    assert.deepEqual(names(queue.takeAll()), ['c']);
    assert.equal(queue.size, 0);
  });
});

describe('sample ring', () => {
  const sample = {
    traceId: null,
    op: 'get',
    index: 0,
    receivedNs: 0,
    parsedNs: 0,
    proposedNs: 0,
    appendStartedNs: null,
  } as const;
  const rest = {
    appendedNs: null,
    fsyncSubmittedNs: null,
    fsyncDoneNs: null,
    firstSentNs: null,
    quorumAckedNs: 0,
    committedNs: 0,
  };
  const full = {
    ...sample,
    ...rest,
    applyStartNs: 0,
    appliedNs: 0,
    repliedNs: 0,
    winner: null,
    closer: 0,
    remote: null,
  };

  it('numbers samples, gives those after a number, and counts those overwritten unread', () => {
    const ring = new SampleRing();
    assert.deepEqual(ring.after(0), { next: 0, dropped: 0, samples: [] });
    for (let count = 0; count < 3; count++) ring.add(full);
    assert.deepEqual(
      ring.after(1).samples.map((entry) => entry.sequence),
      [2, 3],
    );
    for (let count = 0; count < 20_000; count++) ring.add(full);
    const late = ring.after(3);
    assert.equal(late.next, 20_003);
    assert.equal(late.dropped + late.samples.length, 20_000);
    assert.ok(late.dropped > 0);
  });
});
