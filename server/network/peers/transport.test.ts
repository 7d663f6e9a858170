import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { MessageType } from '../../consensus/messages.js';
import { append, message } from '../testing/messages.js';
import { RawListener } from '../testing/raw-peer.js';
import { until } from '../testing/real-clock.js';
import { testLimits } from '../testing/test-limits.js';
import { addressOf, introduce, TestNode } from '../testing/test-node.js';
import { Lane } from './handshake.js';
import type { TransportOptions } from './transport.js';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function node(
  id: number,
  members: number[],
  options: Partial<TransportOptions> = {},
): Promise<TestNode> {
  const one = new TestNode(id, members, options);
  await one.start();
  cleanups.push(() => one.transport.close());
  return one;
}

async function pair(options: Partial<TransportOptions> = {}): Promise<[TestNode, TestNode]> {
  const nodes: [TestNode, TestNode] = [await node(1, [1, 2], options), await node(2, [1, 2], options)];
  introduce(nodes);
  await until(() => nodes[0].state(2) === 'healthy' && nodes[1].state(1) === 'healthy', 'the pair connects');
  return nodes;
}

async function beforeRawPeer(
  options: Partial<TransportOptions>,
  prepare: (peer: RawListener) => void,
): Promise<[TestNode, RawListener]> {
  const peer = new RawListener(2);
  prepare(peer);
  const port = await peer.listen();
  cleanups.push(() => peer.close());
  return [await node(1, [], { members: [addressOf(2, port)], ...options }), peer];
}

const heartbeat = message({ type: MessageType.Heartbeat, from: 1, to: 2, commit: 7 });

test('connections stand before anybody sends: three lanes to each peer, round trip measured', async () => {
  const [one, two] = await pair();
  await until(() => one.transport.links()[0]!.rttNs !== null, 'a round trip is measured');
  assert.equal(one.transport.links()[0]!.connections, 3);
  assert.equal(one.metrics.value('network_peer_connects_total'), 3);
  assert.equal(two.metrics.value('network_peer_connects_total'), 3);
  assert.ok(one.metrics.recorded('network_peer_rtt_ns')[0]! > 0);
});

test('all messages of one send to one lane are one frame, delivered as one batch in order', async () => {
  const [one, two] = await pair();
  const appends = [append(1, 2, 3, 100), append(1, 2, 0, 0), append(1, 2, 500, 1_000)];
  one.transport.send(appends);
  await until(() => two.received.length === 3, 'the appends arrive');
  assert.equal(two.batches.length, 1);
  assert.deepEqual(
    two.received.map(({ entries }) => entries.length),
    [3, 0, 500],
  );
  assert.deepEqual([...two.received[2]!.entries[499]!.data], Array(1_000).fill(499 % 256));
  assert.deepEqual(one.metrics.recorded('network_peer_batch_messages'), [3]);
  assert.equal(one.metrics.value('network_peer_messages_sent_total'), 3);
  assert.equal(two.metrics.value('network_peer_messages_received_total'), 3);
});

test('a send to several peers reaches each with its own messages', async () => {
  const nodes = [await node(1, [1, 2, 3]), await node(2, [1, 2, 3]), await node(3, [1, 2, 3])] as const;
  introduce(nodes);
  await until(() => nodes[0].state(2) === 'healthy' && nodes[0].state(3) === 'healthy', 'the three connect');
  nodes[0].transport.send([heartbeat, { ...heartbeat, to: 3 }, append(1, 3, 1, 8)]);
  await until(() => nodes[1].received.length === 1 && nodes[2].received.length === 2, 'all arrive');
  assert.ok(nodes[1].received.every(({ to }) => to === 2));
  assert.ok(nodes[2].received.every(({ to }) => to === 3));
});

test('a heartbeat passes megabytes of entries that the peer does not read', async () => {
  const [one, peer] = await beforeRawPeer({}, (raw) => raw.deafLanes.add(Lane.Bulk));
  await until(() => one.transport.links()[0]!.connections === 3, 'the lanes connect');
  for (let i = 0; i < 12; i++) one.transport.send([append(1, 2, 1, 1_000_000)]);
  assert.ok(one.transport.links()[0]!.queuedBytes > 1_000_000, 'the bulk lane is not backed up');
  one.transport.send([heartbeat]);
  await until(() => peer.lanes.get(Lane.Urgent)!.messages.length === 1, 'the heartbeat arrives');
  assert.equal(peer.lanes.get(Lane.Urgent)!.messages[0]!.commit, 7);
  assert.equal(peer.lanes.get(Lane.Bulk)!.messages.length, 0);
  assert.ok(one.transport.links()[0]!.queuedBytes > 1_000_000, 'the bulk lane was drained meanwhile');
});

test('A2.10 over the limit of the queue messages are dropped, counted and reported; the queue stays below it', async () => {
  const limits = testLimits({ peerQueueBytesMax: 1_000_000 });
  const [one] = await beforeRawPeer({ limits }, (raw) => raw.deafLanes.add(Lane.Bulk));
  await until(() => one.transport.links()[0]!.connections === 3, 'the lanes connect');
  for (let i = 0; i < 200; i++) one.transport.send([append(1, 2, 1, 100_000)]);
  assert.ok(one.metrics.value('network_peer_dropped_total') > 100);
  assert.ok(one.transport.links()[0]!.queuedBytes <= 1_000_000);
  assert.deepEqual(one.unreachable, [], 'reported on a turn of its own, not inside send');
  await until(() => one.unreachable.length > 0, 'the loss is reported');
  assert.equal(one.unreachable[0], 2);
});

test('messages to a peer that is not connected, or that is no member, are dropped and counted', async () => {
  const one = await node(1, [1, 2]);
  one.transport.send([heartbeat, { ...heartbeat, to: 77 }, { ...heartbeat, to: 1 }]);
  assert.equal(one.metrics.value('network_peer_dropped_total'), 3);
  await until(() => one.unreachable.length === 1, 'the member is reported');
});

test('a batch above the limit of a frame goes as several frames, in order', async () => {
  const limits = testLimits({ peerFrameBytesMax: 4_000 });
  const [one, two] = await pair({ limits });
  const batch = Array.from({ length: 9 }, (_, i) => ({ ...append(1, 2, 1, 1_000), commit: i }));
  one.transport.send(batch);
  await until(() => two.received.length === 9, 'all arrive');
  assert.deepEqual(
    two.received.map(({ commit }) => commit),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.ok(two.batches.length >= 3);
  one.transport.send([append(1, 2, 1, 5_000)]);
  assert.equal(one.metrics.value('network_peer_dropped_total'), 1);
});

test('a peer that goes away is reported and, when it is back on its port, reached again', async () => {
  const [one, two] = await pair();
  const port = two.transport.port;
  await two.transport.close();
  await until(() => one.state(2) === 'disconnected', 'the loss is seen');
  // The report comes on a turn of its own, after the connection's end.
  await until(() => one.unreachable.includes(2), 'the loss is reported');
  const reborn = await node(2, [], { peerPort: port, members: [addressOf(1, one.transport.port)] });
  await until(() => one.state(2) === 'healthy', 'the peer is reached again');
  one.transport.send([heartbeat]);
  await until(() => reborn.received.length === 1, 'a message arrives');
});

test('silence makes a link healthy, probing, disconnected, in this order', async () => {
  const [one, peer] = await beforeRawPeer({}, () => {});
  await until(() => one.state(2) === 'healthy', 'the link is healthy');
  const seen = new Set<string>();
  peer.answerPings = false;
  peer.disguise = { clusterId: 'elsewhere' };
  await until(() => {
    seen.add(one.state(2));
    return one.state(2) === 'disconnected';
  }, 'the link is given up');
  assert.deepEqual([...seen], ['healthy', 'probing', 'disconnected']);
});

test('a probed link that answers is healthy again and keeps its connections', async () => {
  const [one, peer] = await beforeRawPeer({}, () => {});
  await until(() => one.state(2) === 'healthy', 'the link is healthy');
  peer.answerPings = false;
  await until(() => one.state(2) === 'probing', 'the link is probed');
  peer.answerPings = true;
  await until(() => one.state(2) === 'healthy', 'the link is healthy again');
  assert.equal(one.metrics.value('network_peer_connects_total'), 3);
});

test('requests are answered over the same connection, many at a time', async () => {
  const [one, two] = await pair();
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => {
      return new Promise<string>((resolve, reject) => {
        one.transport.request(2, 'echo', Buffer.from(`payload ${i}`), (error, response) =>
          error === null ? resolve(Buffer.from(response!).toString()) : reject(error),
        );
      });
    }),
  );
  assert.deepEqual(
    answers,
    answers.map((_, i) => `payload ${i}`),
  );
  assert.equal(two.requests[0]!.from, 1);
  assert.equal(two.requests[0]!.method, 'echo');
});

function requestError(one: TestNode, to: number, method: string, payload: Buffer): Promise<unknown> {
  let inside = true;
  const result = new Promise((resolve) => {
    one.transport.request(to, method, payload, (error) => {
      assert.equal(inside, false, 'answered before the call returned');
      resolve((error as { code?: string } | null)?.code);
    });
  });
  inside = false;
  return result;
}

test('a request that cannot leave, is not answered or loses its connection ends with its own code', async () => {
  const [one, two] = await pair({ limits: testLimits({ operationTimeoutMs: 60 }) });
  const payload = Buffer.from('x');
  assert.equal(await requestError(one, 9, 'echo', payload), 'STRATA_PEER_UNREACHABLE');
  assert.equal(await requestError(one, 2, 'm'.repeat(65), payload), 'STRATA_PEER_UNREACHABLE');
  assert.equal(await requestError(one, 2, 'echo', Buffer.alloc(3_000_000)), 'STRATA_PEER_UNREACHABLE');
  two.answer = () => {};
  assert.equal(await requestError(one, 2, 'echo', payload), 'STRATA_TIMEOUT');
  two.answer = (_payload, reply) => reply(Buffer.alloc(3_000_000));
  assert.equal(await requestError(one, 2, 'echo', payload), 'STRATA_INTERNAL');
});

test('a request whose connection breaks is lost, not refused: its outcome is unknown', async () => {
  const [one, two] = await pair();
  two.answer = () => {};
  const result = requestError(one, 2, 'put', Buffer.from('x'));
  await until(() => two.requests.length === 1, 'the request arrives');
  await two.transport.close();
  assert.equal(await result, 'STRATA_PEER_LOST');
  await until(() => one.state(2) === 'disconnected', 'the link is down');
  assert.equal(await requestError(one, 2, 'put', Buffer.from('x')), 'STRATA_PEER_UNREACHABLE');
});

test('a reply given twice, or after the connection is gone, does no harm', async () => {
  const [one, two] = await pair();
  let late = (_response: Uint8Array): void => {};
  two.answer = (payload, reply) => {
    late = reply;
    reply(payload);
    reply(payload);
  };
  const done: (string | null)[] = [];
  one.transport.request(2, 'echo', Buffer.from('x'), (error) => done.push(error?.message ?? null));
  await until(() => done.length > 0, 'the answer arrives');
  await one.transport.close();
  late(Buffer.from('late'));
  assert.deepEqual(done, [null]);
});

test('members can be added and removed while it runs', async () => {
  const [one, two] = await pair();
  const three = await node(3, [1, 2, 3]);
  const members = [one, two, three].map((each) => addressOf(each.id, each.transport.port));
  three.transport.updateMembers(members);
  one.transport.updateMembers(members);
  await until(() => one.state(3) === 'healthy' && three.state(1) === 'healthy', 'the new member connects');
  one.transport.updateMembers(members.filter(({ id }) => id !== 2));
  assert.deepEqual(
    one.transport.links().map(({ peer }) => peer),
    [3],
  );
  await until(() => two.state(1) === 'disconnected', 'the removed member is cut off');
});

test('a port in use is told as such', async () => {
  const one = await node(1, [1]);
  const rival = new TestNode(1, [1], { peerPort: one.transport.port });
  await assert.rejects(rival.start(), { code: 'STRATA_PORT_IN_USE' });
});
