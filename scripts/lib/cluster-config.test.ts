import assert from 'node:assert/strict';
import test from 'node:test';
import { parseNodeConfig } from '../../server/config/config.js';
import { planNodes } from './cluster-config.js';

test('every node of a planned cluster has a configuration that the server takes', () => {
  const planned = planNodes({
    clusterId: 'c1',
    directory: '/d',
    host: '127.0.0.1',
    httpPorts: [7001, 7002, 7003],
    peerPorts: [7201, 7202, 7203],
    respPorts: [7101, 7102, 7103],
    strategy: 'B',
    primitive: 'fsync',
    fsyncIntervalMs: 50,
  });
  assert.deepEqual(
    planned.map(({ id, configPath }) => [id, configPath]),
    [1, 2, 3].map((id) => [id, `/d/node-${id}/config.json`]),
  );
  for (const { id, config } of planned) {
    const parsed = parseNodeConfig(config);
    assert.equal(parsed.id, id);
    assert.deepEqual(
      [parsed.log.fsync, parsed.log.primitive, parsed.log.fsyncIntervalMs],
      ['interval', 'fsync', 50],
    );
  }
});
