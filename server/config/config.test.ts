import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StrataError } from '../errors.js';
import { configWarnings, parseNodeConfig, readNodeConfig } from './config.js';
import { configFacts } from './config-facts.js';

const members = [
  { id: 1, host: '127.0.0.1', peerPort: 7201, httpPort: 7001 },
  { id: 2, host: '127.0.0.1', peerPort: 7202, httpPort: 7002 },
];
const minimal = { id: 1, clusterId: 'test', dataDir: '/data', members };

function refusal(document: unknown): StrataError {
  try {
    parseNodeConfig(document);
  } catch (error) {
    assert.ok(error instanceof StrataError);
    assert.equal(error.code, 'STRATA_CONFIG_INVALID');
    return error;
  }
  throw new assert.AssertionError({ message: 'the configuration was accepted' });
}

describe('node configuration', () => {
  it('fills in every default', () => {
    const config = parseNodeConfig(minimal);
    assert.equal(config.log.fsync, 'group');
    assert.equal(config.log.primitive, 'fdatasync');
    assert.equal(config.raft.heartbeatMs, 100);
    assert.equal(config.limits.keyBytesMax, 1024);
  });

  it('what only tests may switch on is refused beyond the loopback, and warned about on it', () => {
    assert.deepEqual(parseNodeConfig(minimal).testing, {
      disk: 'real',
      instrumentation: 'on',
      lab: {
        lock: 'none',
        applier: 'notify',
        io: 'async',
        connections: 'pool',
        framing: 'dynamic',
        store: 'ordered-map',
        batching: 'on',
        codec: 'protobuf',
      },
    });
    const three = [...members, { id: 3, host: 'localhost', peerPort: 7203, httpPort: 7003 }];
    const outside = members.map((member) => ({ ...member, host: '10.0.0.1' }));
    for (const testing of [
      { disk: 'power-cut' },
      { failpoint: 'log-entries-sync:before:1' },
      { instrumentation: 'off' },
      { lab: { lock: 'global' } },
      { lab: { lock: 'split' } },
      { lab: { lock: 'state' } },
      { lab: { applier: 'poll-10ms' } },
      { lab: { io: 'blocking' } },
      { lab: { io: 'worker' } },
      { lab: { connections: 'per-call' } },
      { lab: { framing: 'fixed-1024' } },
      { lab: { store: 'skip-list' } },
      { lab: { batching: 'off' } },
      { lab: { codec: 'json' } },
    ]) {
      const config = parseNodeConfig({ ...minimal, members: three, testing });
      const warnings = configWarnings(config);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, /^TEST MODE: testing\./);
      const [name, value] = Object.entries(testing)[0]!;
      const field =
        typeof value === 'object' ? `testing.${name}.${Object.keys(value)[0]}` : `testing.${name}`;
      for (const change of [{ host: '0.0.0.0' }, { peerHost: '10.0.0.1' }, { members: outside }])
        assert.equal(refusal({ ...minimal, testing, ...change }).details.field, field);
    }
    assert.equal(refusal({ ...minimal, testing: { disk: 'fast' } }).details.field, 'testing.disk');
    assert.equal(refusal({ ...minimal, testing: { lab: { pace: 1 } } }).details.field, 'testing.lab.pace');
  });

  it('A2.48 bad configuration: names field, value and rule of what it refuses', () => {
    const cases: [unknown, string, RegExp][] = [
      [{ ...minimal, log: { fsync: 'sometimes' } }, 'log.fsync', /"sometimes"/],
      [{ ...minimal, colour: 'red' }, 'colour', /nrecognized/],
      [{ ...minimal, raft: { heartbeatMs: 300 } }, 'raft.electionTimeoutMsMin', /three times/],
      [
        { ...minimal, raft: { electionTimeoutMsMin: 500, electionTimeoutMsMax: 500 } },
        'raft.electionTimeoutMsMax',
        /above/,
      ],
      [{ ...minimal, raft: { heartbeatMs: 105 } }, 'raft.heartbeatMs', /multiple/],
      [{ ...minimal, id: 3 }, 'id', /one of the members \(1, 2\)/],
      [{ ...minimal, members: [members[0], { ...members[1], id: 1 }] }, 'members', /twice/],
      [{ ...minimal, members: [members[0], { ...members[1], peerPort: 7001 }] }, 'members', /port twice/],
      [{ ...minimal, log: { segmentBytes: 10 } }, 'log.segmentBytes', /65536/],
      [{ ...minimal, id: 0 }, 'id', /positive/],
      [{ ...minimal, snapshots: { keepEntries: 10, entriesMax: 10 } }, 'snapshots.keepEntries', /entriesMax/],
      [{ ...minimal, limits: { valueBytesMax: 16_777_216 } }, 'limits.commandBytesMax', /at least/],
      [{ ...minimal, limits: { peerFrameBytesMax: 1_000_000 } }, 'limits.peerFrameBytesMax', /twice/],
      [{ ...minimal, limits: { keyBytesMax: 65_536 } }, 'limits.keyBytesMax', /65535/],
      [
        { ...minimal, security: { peerTls: { certFile: 'c', keyFile: 'k' } } },
        'security.peerTls.caFile',
        /./,
      ],
      ['text', '(root)', /./],
    ];
    for (const [document, field, rule] of cases) {
      const error = refusal(document);
      assert.equal(error.details.field, field);
      assert.match(error.message, rule);
    }
  });

  it('A2.48 warns of an even number of voters, which survives no more failures than one less', () => {
    const warned = (count: number): string[] =>
      configWarnings(
        parseNodeConfig({
          ...minimal,
          members: Array.from({ length: count }, (_, at) => ({
            ...members[0],
            id: at + 1,
            peerPort: 1 + at,
            httpPort: 101 + at,
          })),
        }),
      );
    assert.deepEqual(
      [1, 3, 5].map((count) => warned(count).length),
      [0, 0, 0],
    );
    assert.match(warned(4)[0]!, /4 voters survive 1 failure, as many as 3/);
  });

  it('is told as flat facts: ports for whoever has to tell sockets apart, and no path of the machine', () => {
    const facts = configFacts(parseNodeConfig({ ...minimal, dataDir: '/home/ann/strata/node-1' }));
    const { httpPort, respPort, peerPort, peerPorts, dataDirectory, fsync } = facts;
    assert.deepEqual(
      { httpPort, respPort, peerPort, peerPorts, dataDirectory, fsync },
      {
        httpPort: 7001,
        respPort: 0,
        peerPort: 7201,
        peerPorts: '7202',
        dataDirectory: 'node-1',
        fsync: 'group',
      },
    );
    assert.ok(Object.values(facts).every((fact) => typeof fact !== 'object' && !String(fact).includes('/')));
  });

  it('says which file cannot be read', () => {
    assert.throws(() => readNodeConfig('/nowhere/node.json'), {
      code: 'STRATA_CONFIG_UNREADABLE',
      message: /\/nowhere\/node\.json/,
    });
  });
});
