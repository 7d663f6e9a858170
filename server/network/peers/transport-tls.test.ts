import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { MessageType } from '../../consensus/messages.js';
import { peerTlsOf } from '../testing/certificates.js';
import { append, message } from '../testing/messages.js';
import { controlFrame, greetingOf, RawDialler, raftFrame } from '../testing/raw-peer.js';
import { until } from '../testing/real-clock.js';
import { introduce, TestNode } from '../testing/test-node.js';
import { FrameKind } from './frame.js';
import { encodeBytes } from './handshake.js';
import type { TransportOptions } from './transport.js';

/** Peers under mutual TLS. The certificates are those of `testing/certificates`. */

const secret = Buffer.from('the secret of the cluster');
const vote = message({ type: MessageType.Vote, from: 2, to: 1 });

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function node(id: number, options: Partial<TransportOptions> = {}): Promise<TestNode> {
  const one = new TestNode(id, [1, 2], { tls: peerTlsOf(), ...options });
  await one.start();
  cleanups.push(() => one.transport.close());
  return one;
}

const pairs: [string, Partial<TransportOptions>][] = [
  ['certificates alone', {}],
  ['certificates and a secret', { secret }],
  ['certificates under TLS 1.2', { tls: { ...peerTlsOf(), maxVersion: 'TLSv1.2' }, secret }],
];

describe('A2.17 mutual TLS between peers', () => {
  for (const [what, options] of pairs) {
    it(`${what}: messages of every size and requests travel`, async () => {
      const one = await node(1, options);
      const two = await node(2, options);
      introduce([one, two]);
      await until(() => one.state(2) === 'healthy' && two.state(1) === 'healthy', 'they connect');
      one.transport.send([
        append(1, 2, 500, 2_000),
        message({ type: MessageType.Heartbeat, from: 1, to: 2 }),
      ]);
      await until(() => two.received.length === 2, 'the messages arrive');
      const answer = await new Promise<string>((resolve, reject) => {
        one.transport.request(2, 'echo', Buffer.alloc(200_000, 'x'), (error, response) =>
          error === null ? resolve(Buffer.from(response!).toString()) : reject(error),
        );
      });
      assert.equal(answer.length, 200_000);
      assert.equal(one.metrics.reading('network_peer_strangers'), 0);
    });
  }

  it('who shows a certificate of another authority, or none, or speaks no TLS, is not heard', async () => {
    const one = await node(1);
    const { port } = one.transport;
    const files = peerTlsOf('stranger', 'ca');
    const cases = [
      () => tlsConnect({ host: '127.0.0.1', port, ...files }),
      () => tlsConnect({ host: '127.0.0.1', port, ca: files.ca! }),
    ];
    for (const [index, open] of cases.entries()) {
      const socket = open();
      let closed = false;
      socket.on('error', () => {});
      socket.on('close', () => {
        closed = true;
      });
      socket.on('secureConnect', () =>
        socket.write(controlFrame(FrameKind.Hello, encodeBytes(Buffer.alloc(1)))),
      );
      cleanups.push(() => void socket.destroy());
      await until(() => closed, 'it is closed');
      assert.equal(one.metrics.value('network_peer_unauthenticated_total'), index + 1);
    }
    const plain = new RawDialler(port).greet(greetingOf(2, 1), { after: raftFrame([vote]) });
    cleanups.push(() => void plain.socket.destroy());
    await until(() => plain.closed, 'it is closed');
    assert.equal(one.metrics.value('network_peer_unauthenticated_total'), 3);
    assert.equal(one.received.length, 0);
    assert.deepEqual(one.introduced, []);
    await until(() => one.metrics.reading('network_peer_strangers') === 0, 'nothing of them is kept');
  });

  it('the side that dials checks authority and name of the certificate', async () => {
    for (const tls of [peerTlsOf('stranger', 'ca'), peerTlsOf('elsewhere', 'ca')]) {
      const one = await node(1);
      const two = await node(2, {
        tls: { ...tls, ca: [peerTlsOf().ca as Buffer, peerTlsOf('node', 'other-ca').ca as Buffer] },
      });
      introduce([one, two]);
      await until(
        () => one.metrics.value('network_peer_closed_refused_total') > 1,
        'the certificate is refused',
      );
      assert.equal(one.state(2), 'disconnected');
      assert.ok(
        one.logged.some(({ level, message: text }) => level === 'warn' && /CERT|SIGNATURE/.test(text)),
      );
    }
  });

  it('a certificate does not stand in for the secret', async () => {
    const one = await node(1, { secret });
    const two = await node(2, { secret: null });
    introduce([one, two]);
    await until(() => one.metrics.value('network_peer_unauthenticated_total') > 1, 'the proof is refused');
    assert.equal(one.state(2), 'disconnected');
    assert.equal(two.state(1), 'disconnected');
  });

  it('who connects and does not even begin TLS is closed after the time for handshakes', async () => {
    const one = await node(1);
    const socket = connect({ host: '127.0.0.1', port: one.transport.port });
    let closed = false;
    socket.on('error', () => {});
    socket.on('close', () => {
      closed = true;
    });
    cleanups.push(() => void socket.destroy());
    await until(() => closed, 'it is closed');
    await until(() => one.metrics.reading('network_peer_strangers') === 0, 'nothing of it is kept');
  });
});
