import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { MessageType } from '../../consensus/messages.js';
import { peerStrangersMax } from '../limits.js';
import { message } from '../testing/messages.js';
import { controlFrame, greetingOf, RawDialler, RawListener, raftFrame } from '../testing/raw-peer.js';
import { until } from '../testing/real-clock.js';
import { addressOf, introduce, shortTimings, TestNode } from '../testing/test-node.js';
import { FrameKind } from './frame.js';
import { encodeBytes, encodeGreeting } from './handshake.js';
import type { TransportOptions } from './transport.js';

/** A cluster whose members share a secret, and those who do not know it. */

const secret = Buffer.from('the secret of the cluster');
const otherSecret = Buffer.from('the secret of another one');
const vote = message({ type: MessageType.Vote, from: 2, to: 1 });

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function node(id: number, options: Partial<TransportOptions> = {}): Promise<TestNode> {
  const one = new TestNode(id, [1, 2, 3], { secret, ...options });
  await one.start();
  cleanups.push(() => one.transport.close());
  return one;
}

function dial(one: TestNode): RawDialler {
  const dialler = new RawDialler(one.transport.port);
  cleanups.push(() => void dialler.socket.destroy());
  return dialler;
}

describe('A2.17 a peer proves to know the secret before any Raft byte', () => {
  it('who knows it is heard, and hears which data directory the other has', async () => {
    const one = await node(1);
    const two = await node(2);
    introduce([one, two]);
    await until(() => one.state(2) === 'healthy' && two.state(1) === 'healthy', 'they connect');
    two.transport.send([vote]);
    await until(() => one.received.length === 1, 'the vote arrives');
    assert.ok(one.introduced.length >= 3);
    assert.deepEqual(
      [...new Set(one.introduced.map(({ peer, storageId }) => `${peer} ${storageId}`))],
      ['2 disk-2'],
    );
    assert.equal(one.metrics.value('network_peer_unauthenticated_total'), 0);
  });

  it('a wrong, short, empty or missing proof is dropped, counted and told; its Raft bytes are not read', async () => {
    const one = await node(1);
    const attempts = [
      { secret: otherSecret },
      { secret: null },
      { proof: Buffer.alloc(32) },
      { proof: Buffer.alloc(31) },
      { proof: Buffer.alloc(0) },
    ];
    for (const attempt of attempts) {
      const stranger = dial(one).greet(greetingOf(2, 1), { ...attempt, after: raftFrame([vote]) });
      await until(() => stranger.closed, 'it is closed');
      assert.equal(stranger.refusal?.code, 'STRATA_PEER_UNAUTHENTICATED');
      assert.equal(stranger.welcome, null);
    }
    assert.equal(one.metrics.value('network_peer_unauthenticated_total'), attempts.length);
    // Raft in place of a proof.
    const eager = dial(one).greet(greetingOf(2, 1), { proof: null, after: raftFrame([vote]) });
    await until(() => eager.closed, 'it is closed');
    assert.equal(one.metrics.value('network_peer_invalid_total'), 1);
    assert.equal(one.received.length, 0);
    assert.deepEqual(one.introduced, []);
    const told = one.logged.filter(({ fields }) => fields.code === 'STRATA_PEER_UNAUTHENTICATED');
    assert.equal(told.length, 1, 'one line a second, whatever comes');
    assert.equal(told[0]!.level, 'warn');
    assert.match(String(told[0]!.fields.from), /127\.0\.0\.1/);
  });

  it('who does not know it learns nothing of the cluster, whatever its greeting says', async () => {
    const one = await node(1);
    for (const fields of [{ clusterId: 'other' }, { nodeId: 9 }, { toNodeId: 3 }, { storageId: 'x' }]) {
      const stranger = dial(one).greet({ ...greetingOf(2, 1), ...fields }, { secret: otherSecret });
      await until(() => stranger.closed, 'it is closed');
      assert.equal(stranger.refusal?.code, 'STRATA_PEER_UNAUTHENTICATED');
    }
  });

  it('and cannot make this node doubt a living peer', async () => {
    const one = await node(1);
    const good = dial(one).greet(greetingOf(2, 1, { instanceId: 'first' }), { secret });
    await until(() => good.welcome !== null, 'the good one is in');
    const stranger = dial(one).greet(greetingOf(2, 1, { instanceId: 'second' }), { secret: otherSecret });
    await until(() => stranger.closed, 'the stranger is turned away');
    assert.equal(stranger.refusal?.code, 'STRATA_PEER_UNAUTHENTICATED');
    assert.ok(
      good.frames.every(({ header }) => header.kind !== FrameKind.Ping),
      'no probe was sent',
    );
  });

  it('a proof heard on one connection is worth nothing on the next', async () => {
    const one = await node(1);
    const good = dial(one).greet(greetingOf(2, 1), { secret });
    await until(() => good.welcome !== null, 'the good one is in');
    // The dialler's nonce is the same in every run of this test; the acceptor's is not.
    const replay = dial(one).greet(greetingOf(2, 1), { proof: good.mac! });
    await until(() => replay.closed, 'the replay is turned away');
    assert.equal(replay.refusal?.code, 'STRATA_PEER_UNAUTHENTICATED');
    assert.notDeepEqual(good.challenge, replay.challenge);
  });

  it('the side that dials asks for a proof too', async () => {
    const one = await node(1);
    const liars: ((liar: RawListener) => void)[] = [
      (liar) => {
        liar.secret = otherSecret;
      },
      (liar) => {
        liar.secret = null;
      },
      (liar) => {
        liar.secret = secret;
        liar.welcomesAtOnce = true;
      },
    ];
    for (const disguise of liars) {
      const liar = new RawListener(2);
      disguise(liar);
      const port = await liar.listen();
      cleanups.push(() => liar.close());
      const before = one.metrics.value('network_peer_closed_refused_total');
      const invalidBefore = one.metrics.value('network_peer_invalid_total');
      one.transport.updateMembers([addressOf(2, port)]);
      await until(
        () =>
          one.metrics.value('network_peer_closed_refused_total') > before ||
          one.metrics.value('network_peer_invalid_total') > invalidBefore,
        'the liar is refused',
      );
      assert.equal(one.state(2), 'disconnected');
      assert.deepEqual(one.introduced, []);
    }
  });
});

describe('A2.19 another version of the protocol', () => {
  it('is refused with both versions named, before any proof', async () => {
    const one = await node(1);
    for (const protocolVersion of [1, 3]) {
      const other = dial(one).greet(greetingOf(2, 1, { protocolVersion }), { secret });
      await until(() => other.closed, 'it is closed');
      assert.equal(other.refusal?.code, 'STRATA_PROTOCOL_VERSION');
      assert.match(other.refusal!.message, new RegExp(`version ${protocolVersion}, this node 2`));
      assert.equal(other.challenge, null);
    }
  });
});

describe('who does not prove anything', () => {
  it('holds its connection for the time of a handshake, at whatever step it stops', async () => {
    const one = await node(1);
    const silent = dial(one);
    const half = dial(one);
    half.socket.write(controlFrame(FrameKind.Hello, encodeGreeting(greetingOf(2, 1))).subarray(0, 7));
    const hello = dial(one).greet(greetingOf(2, 1), { proof: null });
    await until(() => silent.closed && half.closed && hello.closed, 'all are closed');
    assert.equal(one.metrics.value('network_peer_closed_slow_total'), 3);
    assert.equal(one.metrics.reading('network_peer_strangers'), 0);
  });

  it('makes room for the next when there are too many, so that it keeps no member out', async () => {
    const one = await node(1, { timings: { ...shortTimings, handshakeTimeoutMs: 60_000 } });
    const crowd = Array.from({ length: peerStrangersMax + 20 }, () => {
      const socket = connect({ host: '127.0.0.1', port: one.transport.port });
      socket.on('error', () => {});
      cleanups.push(() => void socket.destroy());
      return socket;
    });
    await until(() => one.metrics.value('network_peer_turned_away_total') === 20, 'the oldest make room');
    assert.equal(one.metrics.reading('network_peer_strangers'), peerStrangersMax);
    const two = await node(2);
    two.transport.updateMembers([addressOf(1, one.transport.port)]);
    await until(() => two.state(1) === 'healthy', 'a member gets in');
    assert.equal(crowd.filter((socket) => !socket.destroyed).length <= peerStrangersMax, true);
  });

  it('cannot have megabytes kept before its greeting', async () => {
    const one = await node(1);
    const large = dial(one);
    large.socket.write(controlFrame(FrameKind.Hello, encodeBytes(Buffer.alloc(5_000))));
    await until(() => large.closed, 'it is closed');
    assert.equal(one.metrics.value('network_peer_invalid_total'), 1);
  });
});
