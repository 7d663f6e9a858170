import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { MessageType } from '../../consensus/messages.js';
import { Cable } from '../testing/cable.js';
import { append, message } from '../testing/messages.js';
import { controlFrame, greetingOf, RawDialler, RawListener } from '../testing/raw-peer.js';
import { until } from '../testing/real-clock.js';
import { testLimits } from '../testing/test-limits.js';
import { addressOf, introduce, TestNode } from '../testing/test-node.js';
import { encodeFrame, FrameKind, Service } from './frame.js';
import { Lane } from './handshake.js';
import { defaultPeerTimings } from './peer-timings.js';
import type { TransportOptions } from './transport.js';

/** How links live, die and come back, and what they tell of it (claim N9). */

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

describe('N9 the health of a link', () => {
  it('its times are those that were claimed: probed after 10 s, given up after 5 s more, tried again every second', () => {
    assert.equal(defaultPeerTimings.heartbeatMs, 10_000);
    assert.equal(defaultPeerTimings.probeTimeoutMs, 5_000);
    const { reconnectMsMax, handshakeTimeoutMs } = defaultPeerTimings;
    // Worst case after a cut heals: an attempt that began just before has to time out, then the longest wait, then the handshake.
    assert.ok(handshakeTimeoutMs + reconnectMsMax + handshakeTimeoutMs < 15_000);
  });

  it('a cut cable is seen, counted, timed, and the link comes back when it heals', async () => {
    const two = await node(2, [1, 2]);
    const cable = await new Cable(two.transport.port).open();
    cleanups.push(() => cable.close());
    const one = await node(1, [1, 2]);
    one.transport.updateMembers([addressOf(2, cable.port)]);
    await until(() => one.state(2) === 'healthy', 'the link is healthy');
    const before = one.link(2);
    assert.equal(before.lastRecoveryMs, null);
    cable.cut();
    const seen = new Set<string>();
    await until(() => {
      seen.add(one.state(2));
      return one.state(2) === 'disconnected';
    }, 'the link is given up');
    assert.deepEqual([...seen], ['healthy', 'probing', 'disconnected']);
    assert.equal(one.metrics.value('network_peer_closed_silent_total'), 3);
    cable.heal();
    await until(() => one.state(2) === 'healthy', 'the link is healthy again');
    const after = one.link(2);
    assert.ok(after.lastRecoveryMs! > 0);
    assert.ok(after.transitions >= before.transitions + 3);
    assert.equal(one.metrics.value('network_peer_reconnects_total'), 3);
    assert.equal(one.metrics.value('network_link_recovered_total'), 1);
    assert.equal(one.metrics.value('network_link_disconnected_total') >= 1, true);
    assert.equal(one.metrics.recorded('network_link_recovery_ns').length, 1);
    one.transport.send([message({ type: MessageType.Heartbeat, from: 1, to: 2 })]);
    await until(() => two.received.length === 1, 'and carries messages');
  });

  it('quiet lanes are asked for a sign of life before they are doubted: an idle link stays healthy', async () => {
    const one = await node(1, [1, 2]);
    const two = await node(2, [1, 2]);
    introduce([one, two]);
    await until(() => one.state(2) === 'healthy' && two.state(1) === 'healthy', 'the pair connects');
    const { transitions } = one.link(2);
    // Three times the time after which a silent lane is probed.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    assert.equal(one.link(2).transitions, transitions);
    assert.equal(two.metrics.value('network_link_probing_total'), 0);
  });

  it('why connections ended is counted by cause', async () => {
    const closedPort = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    });
    const one = await node(1, [1, 2]);
    one.transport.updateMembers([addressOf(2, closedPort)]);
    await until(() => one.metrics.value('network_peer_closed_unreachable_total') > 6, 'nobody is there');
    assert.equal(one.link(2).transitions, 0);
    assert.equal(one.metrics.value('network_peer_reconnects_total'), 0);
    const peer = new RawListener(2);
    await peer.listen(closedPort);
    await until(() => one.state(2) === 'healthy', 'somebody is there');
    peer.close();
    await until(() => one.metrics.value('network_peer_closed_broken_total') === 3, 'the connections break');
  });

  it('bytes are counted for the peer, over all its connections, those that are gone included', async () => {
    const one = await node(1, [1, 2]);
    const two = await node(2, [1, 2]);
    introduce([one, two]);
    await until(() => one.state(2) === 'healthy' && two.state(1) === 'healthy', 'the pair connects');
    const before = one.link(2);
    assert.ok(before.bytesSent > 0 && before.bytesReceived > 0, 'handshakes count');
    one.transport.send([append(1, 2, 1, 100_000)]);
    two.transport.send([append(2, 1, 1, 50_000)]);
    await until(() => two.received.length === 1 && one.received.length === 1, 'the messages arrive');
    const between = one.link(2);
    assert.ok(between.bytesSent - before.bytesSent > 100_000);
    assert.ok(between.bytesReceived - before.bytesReceived > 50_000);
    await two.transport.close();
    await until(() => one.state(2) === 'disconnected', 'the link is down');
    assert.ok(one.link(2).bytesSent >= between.bytesSent);
    assert.equal(one.metrics.reading('network_peer_links_healthy'), 0);
  });
});

describe('A2.10 a peer that does not keep up costs a bounded amount', () => {
  it('who asks and does not read the answers loses the connection', async () => {
    const one = await node(1, [1, 2], { limits: testLimits({ peerQueueBytesMax: 1_000_000 }) });
    one.answer = (_payload, reply) => reply(Buffer.alloc(100_000));
    const greedy = new RawDialler(one.transport.port).greet(greetingOf(2, 1, { lane: Lane.Requests }));
    cleanups.push(() => void greedy.socket.destroy());
    await until(() => greedy.welcome !== null, 'it is in');
    greedy.socket.pause();
    const question = { service: Service.Node, method: 'm', kind: FrameKind.Request };
    for (let requestId = 1; requestId <= 400; requestId++) {
      greedy.socket.write(encodeFrame({ ...question, requestId }));
    }
    await until(() => one.metrics.value('network_peer_closed_overrun_total') === 1, 'it is closed');
  });

  it('a new connection for a lane takes the place of the old one of the same process', async () => {
    const one = await node(1, [1, 2]);
    const first = new RawDialler(one.transport.port).greet(greetingOf(2, 1));
    const other = new RawDialler(one.transport.port).greet(greetingOf(2, 1, { lane: Lane.Urgent }));
    await until(() => first.welcome !== null && other.welcome !== null, 'both are in');
    const second = new RawDialler(one.transport.port).greet(greetingOf(2, 1));
    await until(() => second.welcome !== null && first.closed, 'the old one is closed');
    assert.equal(other.closed, false);
    assert.equal(one.metrics.reading('network_peer_connections_incoming'), 2);
    for (const { socket } of [other, second]) socket.destroy();
  });
});

describe('pieces of a snapshot', () => {
  const piece = Buffer.alloc(1_048_576 + 64, 's');

  function ask(one: TestNode, method: string, payload: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      one.transport.request(2, method, payload, (error, response) =>
        error === null ? resolve(response!.length) : reject(error),
      );
    });
  }

  it('of the largest size pass, and travel where appends do', async () => {
    const peer = new RawListener(2);
    const port = await peer.listen();
    cleanups.push(() => peer.close());
    const one = await node(1, [], { members: [addressOf(2, port)] });
    await until(() => one.state(2) === 'healthy', 'the link is healthy');
    assert.equal(await ask(one, 'snapshot.piece', piece), piece.length);
    assert.equal(await ask(one, 'kv.command', Buffer.from('x')), 1);
    assert.deepEqual(peer.requests, [
      { method: 'snapshot.piece', lane: Lane.Bulk },
      { method: 'kv.command', lane: Lane.Requests },
    ]);
  });

  it('that the peer does not read hold up neither heartbeats nor forwarded writes', async () => {
    const peer = new RawListener(2);
    peer.deafLanes.add(Lane.Bulk);
    const port = await peer.listen();
    cleanups.push(() => peer.close());
    const one = await node(1, [], { members: [addressOf(2, port)] });
    await until(() => one.state(2) === 'healthy', 'the link is healthy');
    for (let i = 0; i < 12; i++) ask(one, 'snapshot.piece', piece).catch(() => {});
    assert.ok(one.link(2).queuedBytes > 1_000_000, 'the pieces wait');
    one.transport.send([message({ type: MessageType.Heartbeat, from: 1, to: 2 })]);
    await until(() => peer.lanes.get(Lane.Urgent)!.messages.length === 1, 'the heartbeat arrives');
    assert.equal(await ask(one, 'kv.command', Buffer.from('x')), 1);
    assert.ok(one.link(2).queuedBytes > 1_000_000, 'the pieces were read meanwhile');
  });
});

describe('a peer that this node does not know yet', () => {
  it('is heard and answered, and stays when the membership that names it is applied', async () => {
    const behind = await node(1, [1, 2]);
    const leader = await node(4, [1, 4]);
    leader.registry.applied = 50;
    behind.registry.applied = 10;
    leader.transport.updateMembers([
      addressOf(4, leader.transport.port),
      addressOf(1, behind.transport.port),
    ]);
    await until(() => behind.transport.links().some(({ peer }) => peer === 4), 'the leader is a guest');
    await until(
      () => behind.state(4) === 'healthy' && leader.state(1) === 'healthy',
      'both directions stand',
    );
    leader.transport.send([message({ type: MessageType.Heartbeat, from: 4, to: 1 })]);
    await until(() => behind.received.length === 1, 'the leader is heard');
    behind.transport.send([message({ type: MessageType.HeartbeatResponse, from: 1, to: 4 })]);
    await until(() => leader.received.length === 1, 'and answered');
    const { connects } = { connects: behind.metrics.value('network_peer_connects_total') };
    behind.transport.updateMembers([addressOf(2, 0), addressOf(4, leader.transport.port)]);
    behind.registry.applied = 50;
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(behind.state(4), 'healthy');
    assert.equal(behind.metrics.value('network_peer_connects_total'), connects, 'the connections were kept');
  });

  it('is cut off when this node has applied as much and was told of no such member', async () => {
    const one = await node(1, [1, 2]);
    const stranger = await node(4, [1, 4]);
    stranger.registry.applied = 50;
    stranger.transport.updateMembers([
      addressOf(4, stranger.transport.port),
      addressOf(1, one.transport.port),
    ]);
    await until(() => stranger.state(1) === 'healthy', 'it is a guest');
    one.registry.applied = 50;
    await until(() => stranger.state(1) === 'disconnected', 'it is cut off');
    assert.deepEqual(
      one.transport.links().map(({ peer }) => peer),
      [2],
    );
    const refused = one.metrics.value('network_peer_refused_total');
    await until(() => one.metrics.value('network_peer_refused_total') > refused, 'and refused from then on');
  });

  it('that leaves is not looked for', async () => {
    const one = await node(1, [1, 2]);
    const guest = new RawDialler(one.transport.port).greet(
      greetingOf(4, 1, { appliedIndex: 9, peerPort: 1 }),
    );
    await until(() => guest.welcome !== null, 'it is a guest');
    guest.socket.destroy();
    await until(() => one.transport.links().length === 1, 'it is forgotten');
  });
});

it('A2.16 a removed member is told so, and one with another data directory too', async () => {
  const one = await node(1, [1, 2, 3]);
  one.registry.removed.add(2);
  one.registry.storageIds.set(3, 'disk-3');
  const removed = new RawDialler(one.transport.port).greet(greetingOf(2, 1));
  const wiped = new RawDialler(one.transport.port).greet(greetingOf(3, 1, { storageId: 'new' }));
  const good = new RawDialler(one.transport.port).greet(greetingOf(3, 1));
  await until(() => removed.closed && wiped.closed && good.welcome !== null, 'all have their answer');
  assert.equal(removed.refusal?.code, 'STRATA_NODE_REMOVED');
  assert.equal(wiped.refusal?.code, 'STRATA_NODE_WIPED');
  assert.deepEqual(one.introduced, [{ peer: 3, storageId: 'disk-3' }]);
  good.socket.write(controlFrame(FrameKind.Ping, Buffer.alloc(0), 1));
  good.socket.destroy();
});
