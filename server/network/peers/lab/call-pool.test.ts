import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { MessageType } from '../../../consensus/messages.js';
import { append, message } from '../../testing/messages.js';
import { until } from '../../testing/real-clock.js';
import { testLimits } from '../../testing/test-limits.js';
import { addressOf, introduce, TestNode } from '../../testing/test-node.js';
import type { TransportOptions } from '../transport.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function pair(options: Partial<TransportOptions> = {}): Promise<[TestNode, TestNode]> {
  const make = async (id: number): Promise<TestNode> => {
    const node = new TestNode(id, [1, 2], { lab: { connections: 'per-call' }, ...options });
    await node.start();
    cleanups.push(() => node.transport.close());
    return node;
  };
  const nodes: [TestNode, TestNode] = [await make(1), await make(2)];
  introduce(nodes);
  return nodes;
}

const heartbeat = message({ type: MessageType.Heartbeat, from: 1, to: 2 });
const read = (node: TestNode, name: string): number => node.metrics.value(`network_peer_${name}_total`);

test('every frame has a connection of its own, in the order of its lane, and none stays', async () => {
  const [one, two] = await pair();
  assert.equal(one.link(2).connections, 0, 'nothing stands before it is needed');
  for (let at = 1; at <= 12; at++) one.transport.send([append(1, 2, at, 10), { ...heartbeat, commit: at }]);
  await until(() => two.received.length === 24, 'all messages arrive');
  const appended = two.received.filter(({ type }) => type === MessageType.Append);
  assert.deepEqual(
    appended.map(({ entries }) => entries.length),
    Array.from({ length: 12 }, (_, at) => at + 1),
  );
  assert.equal(read(one, 'connects'), 24);
  assert.equal(one.link(2).state, 'healthy');
  await until(() => one.link(2).connections === 0, 'they are closed');
  assert.deepEqual(one.unreachable, []);
});

test('requests go side by side, each answered over its own connection; beyond 32 there is no way', async () => {
  const [one, two] = await pair();
  const replies: (() => void)[] = [];
  two.answer = (payload, reply) => void replies.push(() => reply(payload));
  const outcomes: string[] = [];
  for (let at = 0; at < 33; at++)
    one.transport.request(2, 'kv.x', Buffer.from(`q${at}`), (error, response) =>
      outcomes.push(error === null ? Buffer.from(response!).toString() : (error as { code?: string }).code!),
    );
  await until(() => replies.length === 32, 'the questions arrive');
  assert.deepEqual(outcomes, ['STRATA_PEER_UNREACHABLE']);
  for (const reply of replies) reply();
  await until(() => outcomes.length === 33, 'all are answered');
  assert.deepEqual(outcomes.slice(1).sort(), Array.from({ length: 32 }, (_, at) => `q${at}`).sort());
  await until(() => one.link(2).connections === 0, 'no connection stays');
  assert.equal(read(one, 'connects'), 32);
});

test('a peer that is not there: what was to go is dropped and told, and the next call tries again', async () => {
  const [one, two] = await pair();
  const { port } = two.transport;
  await two.transport.close();
  for (let at = 0; at < 3; at++) one.transport.send([heartbeat]);
  await until(() => one.unreachable.length > 0, 'the peer is reported unreachable');
  assert.equal(one.link(2).state, 'disconnected');
  assert.equal(read(one, 'dropped'), 3);
  const again = new TestNode(2, [], {
    members: [addressOf(1, one.transport.port), addressOf(2, port)],
    peerPort: port,
    lab: { connections: 'per-call' },
  });
  await again.start();
  cleanups.push(() => again.transport.close());
  one.transport.send([heartbeat]);
  await until(() => again.received.length === 1, 'it arrives');
  assert.equal(one.link(2).state, 'healthy');
});

test('what waits for its turn is bounded as everywhere else', async () => {
  const [one, two] = await pair({ limits: testLimits({ peerQueueBytesMax: 50_000 }) });
  for (let at = 0; at < 100; at++) one.transport.send([append(1, 2, 1, 10_000)]);
  assert.ok(read(one, 'dropped') >= 90, `${read(one, 'dropped')} were dropped`);
  await until(() => two.received.length === 100 - read(one, 'dropped'), 'the others arrive');
  assert.deepEqual(one.unreachable, [2]);
});
