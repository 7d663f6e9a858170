import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeFrame, FrameKind, Service } from '../../../server/network/peers/frame.js';
import { encodeGreeting, protocolVersion } from '../../../server/network/peers/handshake.js';
import { freePorts } from '../../lib/ports.js';
import { LinkTable } from './link-table.js';
import { PeerProxy } from './peer-proxy.js';

const NODE = 2;
const TARGET_HOST = '127.0.0.2';
const WAIT_MS = 4_000;

/** What one end of a connection saw. */
class End {
  readonly socket: Socket;
  text = '';
  closed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.text += bytes.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
  }
}

interface Bench {
  readonly links: LinkTable;
  readonly accepted: End[];
  /** Dials as this node would, and says so. */
  dial(from: number, first?: Buffer): End;
}

async function bench(t: TestContext): Promise<Bench> {
  const [port] = (await freePorts(1)) as [number];
  const links = new LinkTable();
  const accepted: End[] = [];
  const dialled: End[] = [];
  const server: Server = createServer((socket) => accepted.push(new End(socket)));
  await new Promise<void>((resolve) => server.listen(port, TARGET_HOST, resolve));
  const proxy = new PeerProxy({
    links,
    seed: 1,
    node: NODE,
    host: '127.0.0.1',
    port,
    targetHost: TARGET_HOST,
  });
  await proxy.listen();
  t.after(async () => {
    for (const end of [...accepted, ...dialled]) end.socket.destroy();
    server.close();
    await proxy.close();
  });
  const dial = (from: number, first = helloOf(from)): End => {
    const end = new End(connect(port, '127.0.0.1'));
    dialled.push(end);
    end.socket.write(first);
    return end;
  };
  return { links, accepted, dial };
}

function helloOf(nodeId: number): Buffer {
  const text = { clusterId: 'c', instanceId: 'i', storageId: 's', host: 'h' };
  const numbers = { protocolVersion, nodeId, toNodeId: NODE, lane: 1, appliedIndex: 0, peerPort: 1 };
  const header = { service: Service.Control, method: '', requestId: 0, kind: FrameKind.Hello };
  return encodeFrame(header, encodeGreeting({ ...text, ...numbers, nonce: Buffer.alloc(16) }));
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 5) {
    assert.ok(waitedMs < WAIT_MS, `it did not happen that ${what}`);
    await sleep(5);
  }
}

/** Dials and waits until the node has the greeting. */
async function connected(b: Bench, from: number): Promise<{ client: End; node: End }> {
  const before = b.accepted.length;
  const client = b.dial(from);
  await until(() => (b.accepted[before]?.text.length ?? 0) > 0, 'the greeting arrives');
  return { client, node: b.accepted[before]! };
}

test('bytes pass in both directions, the greeting first and as it was', async (t) => {
  const b = await bench(t);
  const { client, node } = await connected(b, 1);
  assert.equal(node.text, helloOf(1).toString('latin1'));
  client.socket.write('question');
  await until(() => node.text.endsWith('question'), 'the question arrives');
  node.socket.write('answer');
  await until(() => client.text === 'answer', 'the answer arrives');
});

test('a cut of one direction leaves the other, and the links of other nodes, alone; what was held arrives afterwards', async (t) => {
  const b = await bench(t);
  const { client, node } = await connected(b, 1);
  const other = await connected(b, 3);
  const heal = b.links.impose(1, NODE, { blocked: 'hold' });
  client.socket.write('held');
  node.socket.write('back');
  other.client.socket.write('third');
  await until(() => client.text === 'back' && other.node.text.endsWith('third'), 'the rest passes');
  assert.ok(!node.text.endsWith('held'));
  heal();
  await until(() => node.text.endsWith('held'), 'what was held arrives');
  assert.equal(client.closed, false);
});

test('the answers on a connection are under the link of the node that answers', async (t) => {
  const b = await bench(t);
  const { client, node } = await connected(b, 1);
  const heal = b.links.impose(NODE, 1, { blocked: 'hold' });
  node.socket.write('answer');
  client.socket.write('question');
  await until(() => node.text.endsWith('question'), 'the question passes');
  assert.equal(client.text, '');
  heal();
  await until(() => client.text === 'answer', 'the answer arrives');
});

test('what was dropped never arrives, and the connection with the hole in it breaks when the cut is over', async (t) => {
  const b = await bench(t);
  const { client, node } = await connected(b, 1);
  const heal = b.links.impose(1, NODE, { blocked: 'drop' });
  client.socket.write('lost');
  await sleep(50);
  assert.equal(client.closed, false);
  heal();
  await until(() => client.closed && node.closed, 'both ends see it');
  assert.ok(!node.text.endsWith('lost'));
  await connected(b, 1);
});

test('behind a cut nobody learns that the other side closed, and nobody gets through to connect', async (t) => {
  const b = await bench(t);
  const { client, node } = await connected(b, 1);
  const heal = b.links.impose(1, NODE, { blocked: 'hold' });
  client.socket.write('last words');
  client.socket.end();
  b.dial(1);
  await sleep(80);
  assert.equal(node.closed, false);
  assert.equal(b.accepted.length, 1);
  heal();
  await until(() => node.closed && node.text.endsWith('last words'), 'the end arrives behind the last byte');
  await until(() => b.accepted.length === 2, 'the other connection comes through');
});

test('reset breaks the connections of a link and no others', async (t) => {
  const b = await bench(t);
  const { client, node } = await connected(b, 1);
  const other = await connected(b, 3);
  b.links.reset(1, NODE);
  await until(() => client.closed && node.closed, 'both ends see it');
  assert.equal(other.client.closed, false);
});

test('a delay keeps the order, and a throttle lets no more through than it says', async (t) => {
  const b = await bench(t);
  const { client, node } = await connected(b, 1);
  const greeting = node.text.length;
  const heal = b.links.impose(1, NODE, { delayMs: 20, jitterMs: 40, bytesPerSecond: 20_000 });
  const startMs = performance.now();
  let sent = '';
  for (let at = 0; at < 10; at++) {
    const piece = String(at).repeat(500);
    sent += piece;
    client.socket.write(piece);
    await sleep(1);
  }
  await until(() => node.text.length === greeting + sent.length, 'all arrives');
  assert.equal(node.text.slice(greeting), sent);
  // 5,000 bytes at 20,000 a second. A lower bound only, below which no machine gets; timers may be a millisecond early.
  assert.ok(performance.now() - startMs >= 230);
  heal();
});

test('of several conditions on a link the worst counts, and each is taken back by itself', () => {
  const links = new LinkTable();
  const slow = links.impose(1, 2, { delayMs: 50, bytesPerSecond: 100 });
  const slower = links.impose(1, 2, { delayMs: 80, bytesPerSecond: 900, blocked: 'hold' });
  const lost = links.impose(1, 2, { blocked: 'drop' });
  assert.deepEqual(links.condition(1, 2), { blocked: 'drop', delayMs: 80, jitterMs: 0, bytesPerSecond: 100 });
  assert.equal(links.condition(2, 1).blocked, null);
  lost();
  lost();
  assert.equal(links.condition(1, 2).blocked, 'hold');
  slower();
  assert.deepEqual(links.condition(1, 2), { blocked: null, delayMs: 50, jitterMs: 0, bytesPerSecond: 100 });
  slow();
  assert.equal(links.condition(1, 2).bytesPerSecond, null);
});

test('who does not begin with a greeting, or begins with nonsense, is cut off', async (t) => {
  const b = await bench(t);
  const pong = { service: Service.Control, method: '', requestId: 0, kind: FrameKind.Pong };
  for (const bytes of [Buffer.alloc(64, 0xff), encodeFrame(pong)]) {
    const stranger = b.dial(1, bytes);
    await until(() => stranger.closed, 'it is cut off');
  }
  assert.equal(b.accepted.length, 0);
});
