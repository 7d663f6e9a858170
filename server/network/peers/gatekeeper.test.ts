import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { greetingOf } from '../testing/raw-peer.js';
import { TestRegistry } from '../testing/test-node.js';
import { Gatekeeper, type Visitor } from './gatekeeper.js';
import type { Greeting } from './handshake.js';

/** Node 1 of cluster `test`, whose members are 1, 2 and 3. */

class TestVisitor implements Visitor {
  readonly dialled: boolean;
  readonly peer: number;
  readonly open: boolean;
  readonly instanceId: string;
  probes = 0;

  constructor(fields: Partial<Visitor> = {}) {
    this.dialled = fields.dialled ?? false;
    this.peer = fields.peer ?? 0;
    this.open = fields.open ?? false;
    this.instanceId = fields.instanceId ?? '';
  }

  probe(): void {
    this.probes += 1;
  }
}

let registry: TestRegistry;
let connections: TestVisitor[];
let room: boolean;
beforeEach(() => {
  registry = new TestRegistry();
  connections = [];
  room = true;
});

function keeper(): Gatekeeper {
  return new Gatekeeper({
    self: 1,
    clusterId: 'test',
    instanceId: 'here',
    storageId: 'disk-1',
    registry,
    ownAddress: () => ({ host: '10.0.0.1', peerPort: 7201 }),
    peers: new Set([2, 3]),
    connectionsOf: () => connections,
    hasRoomForGuest: () => room,
    rivalProbeMs: 10,
  });
}

function code(fields: Partial<Greeting>, visitor = new TestVisitor()): string | null {
  return keeper().admit({ ...greetingOf(2, 1), ...fields }, visitor)?.code ?? null;
}

describe('A2.16 identity of a peer', () => {
  it('every way in which a greeting can be wrong has its own answer', () => {
    const cases: [Partial<Greeting>, string | null][] = [
      [{}, null],
      [{ clusterId: 'west' }, 'STRATA_CLUSTER_MISMATCH'],
      [{ nodeId: 9 }, 'STRATA_NODE_UNKNOWN'],
      [{ nodeId: 1 }, 'STRATA_NODE_DUPLICATE'],
      [{ toNodeId: 3 }, 'STRATA_NODE_UNKNOWN'],
      // The cluster first: what an id means in another one nobody knows.
      [{ clusterId: 'west', nodeId: 9 }, 'STRATA_CLUSTER_MISMATCH'],
    ];
    for (const [fields, expected] of cases) assert.equal(code(fields), expected);
  });

  it('a dialled peer has to be the one that was dialled', () => {
    assert.equal(code({}, new TestVisitor({ dialled: true, peer: 2 })), null);
    assert.equal(code({}, new TestVisitor({ dialled: true, peer: 3 })), 'STRATA_NODE_UNKNOWN');
  });

  it('a removed id is refused as removed, also when it is no member any more', () => {
    registry.removed.add(2);
    registry.removed.add(9);
    registry.applied = 10;
    assert.equal(code({}), 'STRATA_NODE_REMOVED');
    assert.equal(code({ nodeId: 9, appliedIndex: 99, peerPort: 7209 }), 'STRATA_NODE_REMOVED');
  });

  it('a lane that does not exist is a malformed greeting', () => {
    for (const lane of [0, 4]) assert.throws(() => code({ lane }), { code: 'STRATA_FRAME_INVALID' });
  });

  it('another process under a living id is refused, and the living one is asked for a sign of life', () => {
    const rival = new TestVisitor({ open: true, instanceId: 'first' });
    const own = new TestVisitor({ open: true, instanceId: 'second' });
    connections = [rival, own];
    assert.equal(code({ instanceId: 'second' }), 'STRATA_NODE_DUPLICATE');
    assert.equal(rival.probes, 1);
    assert.equal(own.probes, 0);
    connections = [new TestVisitor({ open: false, instanceId: 'first' })];
    assert.equal(code({ instanceId: 'second' }), null);
  });
});

describe('A2.15 a wiped data directory', () => {
  it('is refused under the id of the old one, whichever side dialled', () => {
    registry.storageIds.set(2, 'disk-2');
    assert.equal(code({}), null);
    assert.equal(code({ storageId: 'another' }), 'STRATA_NODE_WIPED');
    assert.equal(code({ storageId: '' }), 'STRATA_NODE_WIPED');
    const dialled = new TestVisitor({ dialled: true, peer: 2 });
    assert.equal(code({ storageId: 'another' }, dialled), 'STRATA_NODE_WIPED');
  });

  it('is not known before the leader registered the first one', () => {
    assert.equal(code({ storageId: 'whatever' }), null);
  });
});

describe('a peer that this node does not know yet', () => {
  const newcomer = { nodeId: 4, appliedIndex: 50, host: '10.0.0.4', peerPort: 7204 };

  it('is served when it has applied more of the log, for it may be a member by a change yet to come', () => {
    registry.applied = 49;
    assert.equal(code(newcomer), null);
  });

  it('is a stranger when this node has applied as much, cannot answer it, or has guests enough', () => {
    registry.applied = 50;
    assert.equal(code(newcomer), 'STRATA_NODE_UNKNOWN');
    registry.applied = 49;
    assert.equal(code({ ...newcomer, peerPort: 0 }), 'STRATA_NODE_UNKNOWN');
    assert.equal(code({ ...newcomer, peerPort: 70_000 }), 'STRATA_NODE_UNKNOWN');
    assert.equal(code({ ...newcomer, host: 'a\nb' }), 'STRATA_NODE_UNKNOWN');
    room = false;
    assert.equal(code(newcomer), 'STRATA_NODE_UNKNOWN');
  });

  it('is never one that this node dialled', () => {
    registry.applied = 49;
    assert.equal(code(newcomer, new TestVisitor({ dialled: true, peer: 3 })), 'STRATA_NODE_UNKNOWN');
  });
});

it('a greeting says who, where, which disk and how far', () => {
  registry.applied = 77;
  const greeting = keeper().greeting(2, 3, Buffer.from('n'));
  assert.equal(greeting.nodeId, 1);
  assert.equal(greeting.toNodeId, 2);
  assert.equal(greeting.lane, 3);
  assert.equal(greeting.storageId, 'disk-1');
  assert.equal(greeting.appliedIndex, 77);
  assert.equal(greeting.host, '10.0.0.1');
  assert.equal(greeting.peerPort, 7201);
});
