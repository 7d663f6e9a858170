import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { MessageType } from '../../../consensus/messages.js';
import { append, message } from '../../testing/messages.js';
import { until } from '../../testing/real-clock.js';
import { testLimits } from '../../testing/test-limits.js';
import { introduce, TestNode } from '../../testing/test-node.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function pair(): Promise<[TestNode, TestNode]> {
  const make = async (id: number): Promise<TestNode> => {
    const node = new TestNode(id, [1, 2], {
      limits: testLimits({ operationTimeoutMs: 300 }),
      lab: { connections: 'pool', framing: 'fixed-1024' },
    });
    await node.start();
    cleanups.push(() => node.transport.close());
    return node;
  };
  const nodes: [TestNode, TestNode] = [await make(1), await make(2)];
  introduce(nodes);
  await until(() => nodes[0].state(2) === 'healthy' && nodes[1].state(1) === 'healthy', 'the pair connects');
  return nodes;
}

const heartbeat = message({ type: MessageType.Heartbeat, from: 1, to: 2, commit: 7 });
const truncated = (node: TestNode): number => node.metrics.value('network_peer_truncated_total');

test('what fits arrives as it is, what does not is dropped and counted, and the connection stays', async () => {
  const [one, two] = await pair();
  one.transport.send([append(1, 2, 1, 900)]);
  one.transport.send([append(1, 2, 1, 1_100)]);
  one.transport.send([append(1, 2, 3, 500)]);
  one.transport.send([append(1, 2, 2, 400)]);
  one.transport.send([heartbeat]);
  await until(() => two.received.length === 3, 'those that fit arrive');
  const appended = two.received.filter(({ type }) => type === MessageType.Append);
  assert.deepEqual(
    appended.map(({ entries }) => entries.map(({ data }) => data.length)),
    [[900], [400, 400]],
  );
  assert.deepEqual([...appended[1]!.entries[1]!.data], Array(400).fill(1));
  assert.equal(truncated(two), 2);
  assert.equal(two.metrics.value('network_peer_invalid_total'), 0);
  assert.equal(one.link(2).connections, 3);
});

test('of a frame of many messages those arrive that are whole before the cut, or none', async () => {
  const [one, two] = await pair();
  const small = Array.from({ length: 200 }, (_, at) => ({ ...heartbeat, commit: at }));
  one.transport.send(small);
  await until(() => truncated(two) === 1, 'the frame is cut');
  assert.deepEqual(
    two.received.map(({ commit }) => commit),
    two.received.map((_, at) => at),
  );
  assert.ok(two.received.length < 200);
});

test('a request or an answer that does not fit is never seen, and the asker hears a time-out', async () => {
  const [one, two] = await pair();
  const asked: string[] = [];
  const ask = (bytes: number): void =>
    one.transport.request(2, 'kv.x', Buffer.alloc(bytes), (error) =>
      asked.push(`${bytes} ${(error as { code?: string } | null)?.code ?? 'answered'}`),
    );
  two.answer = (payload, reply) =>
    reply(payload.length === 600 ? Buffer.concat([payload, payload]) : payload);
  ask(900);
  ask(1_100);
  ask(600);
  await until(() => asked.length === 3, 'all are settled');
  assert.deepEqual(asked.sort(), ['1100 STRATA_TIMEOUT', '600 STRATA_TIMEOUT', '900 answered']);
  assert.deepEqual(
    two.requests.map(({ payload }) => payload.length),
    [900, 600],
  );
});
