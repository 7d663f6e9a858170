import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageType } from '../../../consensus/messages.js';
import { append, message } from '../../testing/messages.js';
import { until } from '../../testing/real-clock.js';
import { introduce, TestNode } from '../../testing/test-node.js';

test('without batching every message of one send is a frame of its own, in order', async (t) => {
  const nodes = [1, 2].map((id) => new TestNode(id, [1, 2], { lab: { batching: 'off' } }));
  const [one, two] = nodes as [TestNode, TestNode];
  for (const node of nodes) {
    await node.start();
    t.after(() => node.transport.close());
  }
  introduce(nodes);
  await until(() => one.state(2) === 'healthy', 'the pair connects');
  const heartbeat = message({ type: MessageType.Heartbeat, from: 1, to: 2, commit: 7 });
  one.transport.send([append(1, 2, 3, 10), append(1, 2, 0, 0), heartbeat, append(1, 2, 5, 10)]);
  await until(() => two.received.length === 4, 'all arrive');
  assert.deepEqual(
    two.batches.map(({ length }) => length),
    [1, 1, 1, 1],
  );
  const appended = two.received.filter(({ type }) => type === MessageType.Append);
  assert.deepEqual(
    appended.map(({ entries }) => entries.length),
    [3, 0, 5],
  );
});
