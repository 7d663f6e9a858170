import { configWarnings, parseNodeConfigText } from '../../../server/config/config.js';
import { decodeIdentity, encodeIdentity } from '../../../server/log/identity-file.js';
import { mutateJson } from '../engine/mutate-json.js';
import { equal, holds, must } from '../engine/properties.js';
import type { Target } from '../engine/target.js';

const MEMBER = { id: 1, host: '127.0.0.1', peerPort: 7201, httpPort: 7001, respPort: 7301 };
const SMALL = { id: 1, clusterId: 'strata', dataDir: 'data', members: [MEMBER] };
const LARGE = {
  ...SMALL,
  members: [MEMBER, { ...MEMBER, id: 2, host: 'node-2' }, { ...MEMBER, id: 3, host: 'node-3' }],
  raft: {
    tickMs: 10,
    heartbeatMs: 50,
    electionTimeoutMsMin: 200,
    electionTimeoutMsMax: 300,
    gatherBehindAppends: 0,
  },
  log: { fsync: 'interval', primitive: 'dsync', segmentBytes: 65_536 },
  snapshots: { entriesMax: 100, keepEntries: 10 },
  security: {
    tokensFile: 'tokens',
    anonymousRole: 'read',
    peerTls: { certFile: 'c', keyFile: 'k', caFile: 'a' },
  },
  limits: { keyBytesMax: 100, valueBytesMax: 200, commandBytesMax: 300 },
};

/** What is accepted is complete, is accepted again as it is, and names a cluster that its own data directory will know again. */
export const target: Target = {
  name: 'config',
  about: 'configuration files',
  sources: ['server/config/config', 'server/config/schema'],
  dictionary: [
    '"id":',
    '"__proto__":{},',
    '{"toString":1}',
    '\\ud800',
    '"limits":{',
    '"raft":{',
    Buffer.of(0xc3),
  ],
  seeds: () => [
    { name: 'small', bytes: Buffer.from(JSON.stringify(SMALL)) },
    { name: 'large', bytes: Buffer.from(JSON.stringify(LARGE)) },
  ],
  mutate: mutateJson,
  run(input) {
    const config = parseNodeConfigText('config.json', input);
    configWarnings(config);
    const again = must('configuration', () =>
      parseNodeConfigText('config.json', Buffer.from(JSON.stringify(config))),
    );
    // As text: JSON knows no negative zero.
    equal('configuration again', JSON.stringify(again), JSON.stringify(config));
    holds(
      config.members.some(({ id }) => id === config.id),
      'a node that is no member was accepted',
    );
    const identity = { clusterId: config.clusterId, nodeId: config.id, storageId: 'disk' };
    equal(
      'identity',
      must('identity', () => decodeIdentity('identity.json', encodeIdentity(identity))),
      identity,
    );
  },
  steps: { base: 8_000_000, perByte: 5_000 },
  // A text of characters that JSON writes in six bytes each.
  allocation: { base: 16 * 2 ** 20, perByte: 4_096 },
};
