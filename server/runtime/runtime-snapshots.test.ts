import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SnapshotMeta } from '../consensus/messages.js';
import type { SnapshotInfo } from '../ports/snapshot-storage.js';
import { encodeOffer, encodePiece, SNAPSHOT_OFFER, SNAPSHOT_PIECE } from './snapshot-wire.js';
import { codeOf, readValue } from './testing/answers.js';
import { bytes, TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS, HEARTBEAT_MS } from './testing/test-nodes.js';

const value = (length: number): string => 'v'.repeat(length);

/** Writes `count` keys through node `id`, a few at a time. */
async function fill(
  cluster: TestCluster,
  id: number,
  from: number,
  count: number,
  length = 40,
): Promise<void> {
  for (let key = from; key < from + count; key++) {
    cluster.put(id, `key-${key}`, value(length));
    if (key % 10 === 9) await cluster.pass(1);
  }
  await cluster.pass(2 * HEARTBEAT_MS);
}

function stateOf(cluster: TestCluster, id: number): readonly number[] {
  const { machine } = cluster.node(id);
  return [machine.appliedIndex, machine.revision, machine.keyCount];
}

function laterThan(info: SnapshotInfo): SnapshotInfo {
  return { ...info, meta: { ...info.meta, index: info.meta.index + 1_000 } };
}

describe('taking snapshots', () => {
  it('is due by entries, lets the log go up to what a follower may lack, and keeps two files', async () => {
    const cluster = await TestCluster.start({ snapshots: { entriesMax: 50, keepEntries: 10 } });
    await fill(cluster, 1, 0, 160);
    const { raw, snapshots, log } = cluster.node(1);
    const listed = snapshots.list().map(({ meta }) => meta.index);
    assert.equal(listed.length, 2, `${listed}`);
    assert.ok(listed[0]! > listed[1]! && listed[0]! > 100);
    assert.equal(raw.firstIndex, listed[0]! - 10 + 1, 'ten entries stay behind the newest snapshot');
    assert.ok(log.compacted.at(-1)! <= listed[1]!, 'the log reaches back to the snapshot before');
    assert.ok(cluster.counter(1, 'runtime_snapshots_taken_total') >= 3);
  });

  it('is due by bytes, and the larger the last one was the later', async () => {
    const cluster = await TestCluster.start({ snapshots: { logBytesMin: 4_000 } });
    await fill(cluster, 1, 0, 40, 1_000);
    const first = cluster.node(1).snapshots.list()[0]!;
    assert.ok(first.meta.index > 0);
    const taken = cluster.counter(1, 'runtime_snapshots_taken_total');
    await fill(cluster, 1, 0, 40, 1_000);
    const more = cluster.counter(1, 'runtime_snapshots_taken_total') - taken;
    assert.ok(more < 40 / 5, `${more} snapshots of a state that did not grow`);
  });

  it('goes in slices between which the loop turns: heartbeats and writes go on', async () => {
    const cluster = await TestCluster.start({ snapshots: { sliceBytes: 256 } });
    await fill(cluster, 1, 0, 100);
    const { snapshots } = cluster.node(1);
    snapshots.events.length = 0;
    snapshots.diskMs = 5;
    const heartbeats = cluster.counter(1, 'consensus_heartbeats_sent_total');
    const taken = cluster.ask<SnapshotMeta>((done) => cluster.admin(1).takeSnapshot(done));
    const second = cluster.ask<SnapshotMeta>((done) => cluster.admin(1).takeSnapshot(done));
    const before = cluster.node(1).machine.appliedIndex;
    let writes = 0;
    for (let ms = 0; !taken.answered; ms += 5) {
      const put = cluster.put(1, `during-${ms}`, '1');
      await cluster.pass(5);
      if (put.result !== null) writes += 1;
      assert.ok(ms < 5_000);
    }
    assert.equal(codeOf(second), 'STRATA_SNAPSHOT_BUSY');
    assert.equal(taken.result?.index, before, 'the state as of when it began');
    const slices = snapshots.events.filter((event) => event === 'write').length;
    assert.ok(slices > 20, `${slices} slices`);
    assert.ok(writes > 20, `${writes} writes answered meanwhile`);
    const beats = cluster.counter(1, 'consensus_heartbeats_sent_total') - heartbeats;
    assert.ok(beats >= 2 * Math.floor((slices * 5) / HEARTBEAT_MS) - 2, `${beats} heartbeats`);
  });

  it('lets everybody have a turn between two slices, however fast the disk is', async () => {
    const cluster = await TestCluster.start({ snapshots: { sliceBytes: 256 } });
    await fill(cluster, 1, 0, 100);
    const { events } = cluster.node(1).snapshots;
    const taken = cluster.ask<SnapshotMeta>((done) => cluster.admin(1).takeSnapshot(done));
    let most = 0;
    let slices = 0;
    while (!taken.answered) {
      const before = events.filter((event) => event === 'write').length;
      // One turn: what is deferred runs once, then promises that it kept.
      let isOver = false;
      cluster.clock.defer(() => {
        isOver = true;
      });
      for (let promise = 0; promise < 50; promise++) await null;
      slices = events.filter((event) => event === 'write').length;
      most = Math.max(most, slices - before);
      cluster.clock.settle();
      assert.equal(isOver, true);
    }
    assert.ok(slices > 20 && most === 1, `${slices} slices, up to ${most} in a turn`);
  });

  it('A2.30 disk full during a snapshot: given up, counted, tried again later; writes go on', async () => {
    const cluster = await TestCluster.start({ snapshots: { entriesMax: 20 } });
    const { snapshots } = cluster.node(1);
    snapshots.isFull = true;
    await fill(cluster, 1, 0, 30);
    assert.deepEqual(
      snapshots.list().map(({ meta }) => meta.index),
      [0],
      'the old snapshot stays',
    );
    assert.ok(snapshots.events.some((event) => event.startsWith('abort')));
    assert.equal(cluster.counter(1, 'runtime_snapshots_failed_total'), 1, 'not again at once');
    assert.equal(cluster.node(1).raw.firstIndex, 1, 'and the log too');
    assert.ok(cluster.warnings.includes('1 warn STRATA_DISK_FULL'));
    const put = cluster.put(1, 'a', '1');
    await cluster.pass(10);
    assert.notEqual(put.result, null);
    snapshots.isFull = false;
    await cluster.passUntil(() => snapshots.list()[0]!.meta.index > 0, 'a snapshot', 3_000);
  });

  it('a backup is the bytes of a snapshot that holds what was applied', async () => {
    const cluster = await TestCluster.start();
    await fill(cluster, 1, 0, 30);
    const read: Uint8Array[] = [];
    const reading = (async () => {
      for await (const piece of cluster.admin(2).backup()) read.push(piece);
    })();
    await cluster.pass(50);
    await reading;
    const info = cluster.node(2).snapshots.list()[0]!;
    assert.equal(info.meta.index, cluster.node(2).machine.appliedIndex);
    assert.equal(Buffer.concat(read).length, info.fileBytes);
    assert.ok(read.length > 1 && read.every((piece) => piece.length <= 256));
  });
});

describe('restart', () => {
  it('begins with the newest snapshot and replays the entries behind it', async () => {
    const cluster = await TestCluster.start({ snapshots: { entriesMax: 30, keepEntries: 5 } });
    await fill(cluster, 1, 0, 75);
    const before = stateOf(cluster, 2);
    const found = cluster.crash(2);
    assert.ok(found.base.index > 0, 'the log does not begin at 1 any more');
    await cluster.boot(2, found);
    assert.ok(cluster.node(2).machine.appliedIndex > 0, 'the state does not begin empty');
    await cluster.pass(3 * HEARTBEAT_MS);
    assert.deepEqual(stateOf(cluster, 2), before);
    assert.equal(cluster.stored(2, 'key-3'), value(40));
  });
});

describe('a follower that the log does not reach any more', () => {
  /** Node 3 is down while the others go on, and back without what they wrote. */
  async function withLaggard(sliceBytes = 256): Promise<TestCluster> {
    const cluster = await TestCluster.start({ snapshots: { entriesMax: 40, keepEntries: 0, sliceBytes } });
    const found = cluster.crash(3);
    await fill(cluster, 1, 0, 100);
    assert.ok(cluster.node(1).raw.firstIndex > 2);
    await cluster.boot(3, found);
    return cluster;
  }

  it('A2.10 gets a snapshot and then the entries behind it, while writes go on', async () => {
    const cluster = await withLaggard();
    let key = 1_000;
    await cluster.passUntil(() => {
      cluster.put(1, `key-${key++}`, value(10));
      return cluster.node(3).machine.appliedIndex > 90;
    }, 'node 3 has caught up');
    await cluster.pass(3 * HEARTBEAT_MS);
    assert.deepEqual(stateOf(cluster, 3), stateOf(cluster, 1));
    await cluster.passUntil(
      () => cluster.counter(1, 'runtime_snapshots_sent_total') === 1,
      'told of its end',
    );
    const snapshot = cluster.node(3).snapshots.list()[0]!.meta.index;
    assert.ok(snapshot > 0 && cluster.node(3).raw.firstIndex === snapshot + 1);
    const get = cluster.get(3, 'key-50');
    await cluster.pass(20);
    assert.equal(readValue(get), value(40));
  });

  it('A2.32 a piece lost, doubled, out of place or damaged: none of it is installed, the whole file is', async () => {
    const cluster = await withLaggard();
    const faults = new Map<number, (payload: Uint8Array) => Uint8Array | null>([
      [3, () => null],
      [7, (payload) => payload.map((byte, at) => (at === payload.length - 1 ? byte ^ 1 : byte))],
      [11, (payload) => payload.subarray(0, payload.length - 10)],
    ]);
    let pieces = 0;
    let last: Uint8Array | null = null;
    cluster.network.onRequest = ({ method }, payload) => {
      if (method !== SNAPSHOT_PIECE) return payload;
      const before = last;
      last = payload;
      pieces += 1;
      // Every 13th is the one before once more.
      if (pieces % 13 === 0 && before !== null) return before;
      return faults.get(pieces)?.(payload) ?? (faults.has(pieces) ? null : payload);
    };
    await cluster.passUntil(() => cluster.node(3).machine.appliedIndex > 90, 'node 3 has caught up');
    await cluster.pass(3 * HEARTBEAT_MS);
    assert.deepEqual(stateOf(cluster, 3), stateOf(cluster, 1));
    assert.ok(cluster.counter(3, 'runtime_snapshot_pieces_refused_total') >= 3);
    assert.equal(cluster.node(3).snapshots.events.filter((event) => event.startsWith('commit')).length, 1);
  });

  it('A2.32 crash while receiving: the next life goes on where the file ends', async () => {
    const cluster = await withLaggard();
    let pieces = 0;
    cluster.network.onRequest = ({ method }, payload) => {
      if (method === SNAPSHOT_PIECE) pieces += 1;
      return payload;
    };
    await cluster.passUntil(() => pieces >= 8, 'some pieces');
    const found = cluster.crash(3);
    await cluster.pass(5);
    await cluster.boot(3, found);
    await cluster.passUntil(() => cluster.node(3).machine.appliedIndex > 90, 'node 3 has caught up');
    const resumed = cluster
      .node(3)
      .snapshots.events.filter((event) => event.startsWith('receive'))
      .at(-1)!;
    assert.ok(Number(resumed.split('@ ')[1]) > 0, resumed);
    await cluster.pass(3 * HEARTBEAT_MS);
    assert.deepEqual(stateOf(cluster, 3), stateOf(cluster, 1));
  });

  it('A2.32 the leader changes midway: the new one sends its own, and no acknowledged write is lost', async () => {
    const cluster = await withLaggard();
    let pieces = 0;
    cluster.network.onRequest = ({ method }, payload) => {
      if (method === SNAPSHOT_PIECE) pieces += 1;
      return payload;
    };
    await cluster.passUntil(() => pieces >= 5, 'some pieces');
    cluster.crash(1);
    await cluster.passUntil(() => cluster.node(2).raw.role === 'leader', 'node 2 leads');
    const put = cluster.put(2, 'after', '1');
    await cluster.passUntil(() => put.answered, 'the write is answered');
    assert.equal(put.error, null, 'two of three are enough once node 3 has the snapshot');
    await cluster.pass(3 * HEARTBEAT_MS);
    assert.deepEqual(stateOf(cluster, 3), stateOf(cluster, 2));
    assert.equal(cluster.stored(3, 'key-99'), value(40));
    await cluster.passUntil(
      () => cluster.counter(2, 'runtime_snapshots_sent_total') === 1,
      'told of its end',
    );
  });

  it('A2.32 a snapshot older than what is applied is not taken in', async () => {
    const cluster = await TestCluster.start({ snapshots: { entriesMax: 40 } });
    await fill(cluster, 1, 0, 60);
    const [info] = cluster.node(1).snapshots.list();
    const applied = cluster.node(3).machine.appliedIndex;
    assert.ok(info!.meta.index <= applied);
    let answer = '';
    const offer = bytes(JSON.stringify({ term: cluster.node(1).raw.term, ...info }));
    cluster.network.request(1, 3, SNAPSHOT_OFFER, offer, (_, response) => {
      answer = new TextDecoder().decode(response!);
    });
    await cluster.pass(10);
    assert.match(answer, /"state":"installed"/);
    assert.equal(cluster.node(3).machine.appliedIndex, applied);
    assert.equal(
      cluster.node(3).snapshots.events.some((event) => event.startsWith('receive')),
      false,
    );
  });

  it('A2.32 a snapshot that is overtaken by the log while it comes in is dropped, and the next one is taken in', async () => {
    const cluster = await TestCluster.start({ snapshots: { keepEntries: 1_000 } });
    await fill(cluster, 1, 0, 30);
    cluster.network.cut(3);
    await fill(cluster, 1, 30, 30);
    const taken = cluster.ask<SnapshotMeta>((done) => cluster.admin(1).takeSnapshot(done));
    await cluster.pass(30);
    const { snapshots, raw } = cluster.node(1);
    const info = snapshots.list()[0]!;
    assert.equal(info.meta.index, taken.result?.index);
    const file = await (await snapshots.openFile(info)).readAt(0, info.fileBytes);
    const offer = encodeOffer({ term: raw.term, info });
    const { runtime, machine } = cluster.node(3);
    const replies: string[] = [];
    const reply = (response: Uint8Array): void => {
      replies.push(new TextDecoder().decode(response));
    };
    // By hand, because a leader whose log reaches so far would not send one.
    runtime.onRequest(1, SNAPSHOT_OFFER, offer, reply);
    await cluster.pass(1);
    cluster.network.heal();
    await cluster.pass(3 * HEARTBEAT_MS);
    assert.deepEqual(stateOf(cluster, 3), stateOf(cluster, 1), 'the log was faster');
    const piece = { index: info.meta.index, checksum: info.checksum, offset: 0, bytes: file };
    runtime.onRequest(1, SNAPSHOT_PIECE, encodePiece(piece), reply);
    await cluster.pass(3 * HEARTBEAT_MS);
    assert.match(replies.join(), /"receiving".*"offset":\d+/);
    assert.ok(cluster.node(3).snapshots.events.includes(`commit ${info.meta.index}`), 'it came in whole');
    assert.equal(cluster.node(3).machine === machine, true, 'the state was not swapped');

    runtime.onRequest(1, SNAPSHOT_OFFER, encodeOffer({ term: raw.term, info: laterThan(info) }), reply);
    await cluster.pass(1);
    assert.match(replies.at(-1)!, /"receiving","offset":0/, 'nothing of the one before is in the way');
  });

  it('A2.32 an offer of a deposed leader, and bytes that are none, are refused with a code', async () => {
    const cluster = await TestCluster.start();
    const info = cluster.node(1).snapshots.list()[0]!;
    const meta = { ...info.meta, index: 1_000 };
    const answers: string[] = [];
    const send = (method: string, payload: Uint8Array): void =>
      cluster.network.request(1, 3, method, payload, (_, response) => {
        answers.push(JSON.parse(new TextDecoder().decode(response!)).error.code);
      });
    send(SNAPSHOT_OFFER, bytes(JSON.stringify({ term: 0, meta, fileBytes: 10, checksum: 1 })));
    send(SNAPSHOT_OFFER, bytes('{"term":1}'));
    send(SNAPSHOT_OFFER, bytes('nonsense'));
    send(SNAPSHOT_PIECE, new Uint8Array(7));
    send(SNAPSHOT_PIECE, new Uint8Array(100));
    send('snapshot.unknown', new Uint8Array(0));
    await cluster.pass(10);
    assert.deepEqual(answers, ['STRATA_NOT_LEADER', ...Array(5).fill('STRATA_FRAME_INVALID')]);
  });

  it('is not held up by a full disk there for ever, and the leader keeps serving meanwhile', async () => {
    const cluster = await withLaggard();
    cluster.node(3).snapshots.isFull = true;
    await cluster.pass(20 * ELECTION_MS);
    assert.equal(cluster.node(3).machine.appliedIndex < 10, true);
    const put = cluster.put(1, 'a', '1');
    await cluster.pass(10);
    assert.notEqual(put.result, null);
    cluster.node(3).snapshots.isFull = false;
    await cluster.passUntil(() => cluster.node(3).machine.appliedIndex > 90, 'node 3 has caught up', 20_000);
  });
});
