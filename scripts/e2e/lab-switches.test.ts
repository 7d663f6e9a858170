import assert from 'node:assert/strict';
import test from 'node:test';
import type { NodeConfigInput } from '../../server/config/config.js';
import { ask, startCluster } from './fixture.js';

type Lab = NonNullable<NonNullable<NodeConfigInput['testing']>['lab']>;

const KEYS = 50;
/** Each switch at least once; the last value of each is tried together with others. */
const LABS: readonly Lab[] = [
  { lock: 'global', applier: 'poll-10ms', io: 'blocking', store: 'skip-list' },
  {
    lock: 'split',
    io: 'worker',
    connections: 'per-call',
    framing: 'fixed-1024',
    batching: 'off',
    codec: 'json',
  },
  { lock: 'state', store: 'skip-list' },
];

for (const lab of LABS) {
  test(`real processes with ${JSON.stringify(lab)} keep what they acknowledged, and say what they are`, async (t) => {
    const cluster = await startCluster(t, {
      // A fixed buffer has room for a few small entries.
      adjust: (config) => ({ ...config, raft: { appendBytesMax: 300 }, testing: { lab } }),
    });
    await cluster.waitForLeader();
    const urls = cluster.urls;
    const keys = Array.from({ length: KEYS }, (_, at) => at);
    const put = async (at: number): Promise<void> => {
      const { body, status } = await ask(urls[at % urls.length]!, 'PUT', `/kv/k${at}`, { body: `v${at}` });
      assert.ok(status < 300, `key ${at}: ${status} ${body}`);
    };
    await Promise.all(keys.map(put));
    const read = async (at: number): Promise<string> =>
      (await ask(urls[(at + 1) % urls.length]!, 'GET', `/kv/k${at}`)).body;
    assert.deepEqual(
      await Promise.all(keys.map(read)),
      keys.map((at) => `v${at}`),
    );
    const { config } = JSON.parse((await ask(urls[0]!, 'GET', '/debug/layers')).body);
    for (const [field, value] of Object.entries(lab))
      assert.equal(config[`lab${field[0]!.toUpperCase()}${field.slice(1)}`], value);
  });
}
