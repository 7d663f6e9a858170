import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { MessageType } from '../../consensus/messages.js';
import { append, message } from '../testing/messages.js';
import { controlFrame, greetingOf, RawDialler, RawListener, raftFrame } from '../testing/raw-peer.js';
import { until } from '../testing/real-clock.js';
import { addressOf, introduce, TestNode } from '../testing/test-node.js';
import { encodeFrame, FrameKind } from './frame.js';
import { encodeGreeting } from './handshake.js';

/** Who comes to the peer port and is not who he should be, or sends what nobody should. */

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function node(id: number, clusterId = 'test'): Promise<TestNode> {
  const one = new TestNode(id, [1, 2, 3], { clusterId });
  await one.start();
  cleanups.push(() => one.transport.close());
  return one;
}

function dial(one: TestNode): RawDialler {
  const dialler = new RawDialler(one.transport.port);
  cleanups.push(() => void dialler.socket.destroy());
  return dialler;
}

const vote = message({ type: MessageType.Vote, from: 2, to: 1 });

test('a proper greeting is answered with who this node is', async () => {
  const one = await node(1);
  const peer = dial(one).greet(greetingOf(2, 1));
  await until(() => peer.welcome !== null, 'the welcome comes');
  assert.equal(peer.welcome!.nodeId, 1);
  assert.equal(peer.welcome!.clusterId, 'test');
  assert.notEqual(peer.welcome!.instanceId, '');
  peer.socket.write(raftFrame([vote]));
  await until(() => one.received.length === 1, 'the vote arrives');
});

test('A2.16 strangers get a typed answer, the connection is closed, and no Raft byte of theirs is read', async () => {
  const one = await node(1);
  const cases = [
    [greetingOf(2, 1, { clusterId: 'other' }), 'STRATA_CLUSTER_MISMATCH'],
    [greetingOf(9, 1), 'STRATA_NODE_UNKNOWN'],
    [greetingOf(2, 3), 'STRATA_NODE_UNKNOWN'],
    [greetingOf(1, 1), 'STRATA_NODE_DUPLICATE'],
    [greetingOf(2, 1, { protocolVersion: 99 }), 'STRATA_PROTOCOL_VERSION'],
  ] as const;
  for (const [greeting, code] of cases) {
    const stranger = dial(one).greet(greeting, { after: raftFrame([vote]) });
    await until(() => stranger.closed, `${code}: closed`);
    assert.equal(stranger.refusal?.code, code);
  }
  assert.equal(one.received.length, 0);
  assert.equal(one.metrics.value('network_peer_refused_total'), cases.length);
});

test('A2.16 two clusters that know each other by address never exchange a message', async () => {
  const one = await node(1, 'red');
  const two = await node(2, 'blue');
  introduce([one, two]);
  await until(() => one.metrics.value('network_peer_refused_total') > 5, 'greetings are refused');
  one.transport.send([message({ type: MessageType.Vote, from: 1, to: 2 })]);
  assert.equal(one.state(2), 'disconnected');
  assert.equal(two.received.length, 0);
  assert.equal(one.metrics.value('network_peer_connects_total'), 0);
});

test('the side that dials checks the answer too', async () => {
  const one = await node(1);
  for (const disguise of [{ clusterId: 'other' }, { nodeId: 3 }, { protocolVersion: 3 }, { toNodeId: 3 }]) {
    const liar = new RawListener(2);
    liar.disguise = disguise;
    const port = await liar.listen();
    cleanups.push(() => liar.close());
    const refusedBefore = one.metrics.value('network_peer_refused_total');
    one.transport.updateMembers([addressOf(2, port)]);
    await until(
      () => one.metrics.value('network_peer_refused_total') > refusedBefore,
      `${JSON.stringify(disguise)} is refused`,
    );
    assert.equal(one.state(2), 'disconnected');
  }
});

test('A2.16 a second process under the id of a living one is refused; under the id of a dead one it gets in', async () => {
  const one = await node(1);
  const first = dial(one).greet(greetingOf(2, 1, { instanceId: 'first' }));
  await until(() => first.welcome !== null, 'the first process is welcome');
  // The first answers the probe that the second one causes: it lives.
  first.socket.on('data', () => {
    const ping = first.frames.findLast(({ header }) => header.kind === FrameKind.Ping);
    if (ping !== undefined) {
      first.socket.write(controlFrame(FrameKind.Pong, undefined, ping.header.requestId));
    }
  });
  const second = dial(one).greet(greetingOf(2, 1, { instanceId: 'second' }));
  await until(() => second.closed, 'the second process is turned away');
  assert.equal(second.refusal?.code, 'STRATA_NODE_DUPLICATE');
  assert.equal(first.closed, false);
  // From now on the first is silent, as after the power of its machine was cut: no FIN, no answer.
  first.socket.removeAllListeners('data');
  first.socket.pause();
  let admitted: RawDialler | null = null;
  for (let attempt = 0; admitted === null && attempt < 100; attempt++) {
    const next = dial(one).greet(greetingOf(2, 1, { instanceId: 'second' }));
    await until(() => next.closed || next.welcome !== null, 'an answer comes');
    if (next.welcome !== null) admitted = next;
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.notEqual(admitted, null);
});

test('who connects and says nothing, or only a little, is closed after the time for greetings', async () => {
  const one = await node(1);
  const silent = dial(one);
  const slow = dial(one);
  slow.socket.write(controlFrame(FrameKind.Hello, encodeGreeting(greetingOf(2, 1))).subarray(0, 7));
  await until(() => silent.closed && slow.closed, 'both are closed');
});

test('A2.37 what is malformed after the greeting closes that connection, is counted, and the node lives on', async () => {
  const one = await node(1);
  const bad: [string, Buffer][] = [
    ['speaks for another node', raftFrame([{ ...vote, from: 3 }])],
    ['a message for another node', raftFrame([{ ...vote, to: 3 }])],
    ['an append with a gap', raftFrame([{ ...append(2, 1, 2, 4), index: 5 }])],
    ['an unknown service', encodeFrame({ service: 7, method: '', requestId: 0, kind: 1 })],
    ['a second greeting', controlFrame(FrameKind.Hello, encodeGreeting(greetingOf(2, 1)))],
    ['a raft request', encodeFrame({ service: 2, method: '', requestId: 1, kind: 2 })],
    ['a huge length', Buffer.from('000000040802200101ffffffff'.replace('01ff', 'ff'), 'hex')],
  ];
  for (const [index, [what, bytes]] of bad.entries()) {
    const peer = dial(one).greet(greetingOf(2, 1));
    await until(() => peer.welcome !== null, 'the welcome comes');
    peer.socket.write(bytes);
    await until(() => peer.closed, `${what}: closed`);
    assert.equal(one.metrics.value('network_peer_invalid_total'), index + 1, what);
  }
  assert.equal(one.received.length, 0);
});
