import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeMessage } from '../../consensus/make-message.js';
import { type Message, MessageType, type NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { Transport } from '../../ports/transport.js';
import { Counts } from '../counts.js';
import type { NetworkPlan } from '../plan.js';
import { Random } from '../random.js';
import { LifeClock } from './life-clock.js';
import { SimNetwork } from './sim-network.js';
import { Timeline } from './timeline.js';

const MS = 1e6;
const CALM: NetworkPlan = {
  delayMsMin: 1,
  delayMsMean: 1,
  loss: 0,
  duplication: 0,
  reorders: false,
  clog: 0,
  clogMsMax: 1,
  encodes: true,
};

interface Peer {
  readonly id: NodeId;
  readonly transport: Transport;
  readonly clock: LifeClock;
  /** What reached it, in order. */
  readonly heard: string[];
  removed: ReadonlySet<NodeId>;
  storageIdOf: (peer: NodeId) => string;
  applied: number;
}

class Wires {
  readonly timeline = new Timeline();
  readonly counts = new Counts();
  readonly network: SimNetwork;

  constructor(plan: Partial<NetworkPlan> = {}) {
    this.network = new SimNetwork({
      timeline: this.timeline,
      random: new Random(1),
      plan: { ...CALM, ...plan },
      counts: this.counts,
      trace: () => {},
      requestTimeoutMs: 100,
    });
  }

  /** A process of this node whose members are these. */
  start(id: NodeId, members: readonly NodeId[], storageId = `disk-${id}`): Peer {
    const clock = new LifeClock(this.timeline, { zeroNs: 0, rate: 1 });
    const registry = {
      isRemoved: (other: NodeId) => peer.removed.has(other),
      storageIdOf: (other: NodeId) => peer.storageIdOf(other),
      appliedIndex: () => peer.applied,
    };
    const transport = this.network.transportOf(id, storageId, registry, clock);
    const heard: string[] = [];
    const peer: Peer = { id, transport, clock, heard, removed: new Set(), storageIdOf: () => '', applied: 0 };
    transport.updateMembers(
      members.map((member) => ({ id: member, host: 'h', peerPort: member, httpUrl: `http://${member}` })),
    );
    void transport.start({
      onMessages: (messages) => heard.push(...messages.map(({ from, term }) => `${from}:${term}`)),
      onRequest: (from, method, payload, reply) => {
        heard.push(`${from} asks ${method}`);
        reply(payload);
      },
      onUnreachable: (other) => heard.push(`${other} is down`),
      onPeer: (other, storage) => heard.push(`${other} has ${storage}`),
      onRefused: (other, code) => heard.push(`${other} refuses: ${code}`),
    });
    return peer;
  }

  pass(ms: number): void {
    this.timeline.advanceTo(this.timeline.nowNs() + ms * MS);
  }
}

const heartbeat = (from: NodeId, to: NodeId, term: number): Message =>
  makeMessage({ type: MessageType.Heartbeat, from, to, term });
const terms = ({ heard }: Peer): string[] => heard.filter((line) => /^\d+:/.test(line));

function pair(plan: Partial<NetworkPlan> = {}) {
  const wires = new Wires(plan);
  return { wires, one: wires.start(1, [1, 2]), two: wires.start(2, [1, 2]) };
}

describe('the simulated network', () => {
  it('lets two members greet each other once a life, then carries in order', () => {
    const { wires, one, two } = pair({ delayMsMean: 20 });
    for (let term = 1; term <= 30; term++) one.transport.send([heartbeat(1, 2, term)]);
    wires.pass(500);
    assert.deepEqual(
      terms(two),
      Array.from({ length: 30 }, (_, at) => `1:${at + 1}`),
    );
    assert.deepEqual(one.heard, ['2 has disk-2']);
    wires.network.detach(2);
    one.transport.send([heartbeat(1, 2, 99)]);
    wires.pass(500);
    assert.deepEqual(one.heard, ['2 has disk-2', '2 is down']);
    const reborn = wires.start(2, [1, 2]);
    one.transport.send([heartbeat(1, 2, 100)]);
    wires.pass(500);
    assert.deepEqual(reborn.heard, ['1 has disk-1', '1:100']);
  });

  it('cuts one direction or both, also for what is on its way', () => {
    const { wires, one, two } = pair();
    one.transport.send([heartbeat(1, 2, 1)]);
    wires.pass(10);
    wires.network.cut(1, 2, true);
    one.transport.send([heartbeat(1, 2, 2)]);
    two.transport.send([heartbeat(2, 1, 3)]);
    wires.pass(10);
    assert.deepEqual([terms(one), terms(two)], [['2:3'], ['1:1']]);
    wires.network.reconnect();
    one.transport.send([heartbeat(1, 2, 4)]);
    wires.network.cut(1, 2);
    wires.pass(10);
    assert.deepEqual(terms(two), ['1:1']);
    wires.network.reconnect();
    one.transport.send([heartbeat(1, 2, 5)]);
    wires.pass(10);
    assert.deepEqual(terms(two), ['1:1', '1:5']);
  });

  it('holds everything back on a clogged wire and then passes it on', () => {
    const { wires, one, two } = pair();
    wires.network.clog(1, 2, 50);
    for (let term = 1; term <= 3; term++) one.transport.send([heartbeat(1, 2, term)]);
    wires.pass(45);
    assert.deepEqual(terms(two), []);
    wires.pass(10);
    assert.deepEqual(terms(two), ['1:1', '1:2', '1:3']);
  });

  it('loses, doubles and reorders as much as the plan says', () => {
    const { wires, one, two } = pair({ loss: 0.2, duplication: 0.2, reorders: true, delayMsMean: 5 });
    for (let term = 1; term <= 1_000; term++) one.transport.send([heartbeat(1, 2, term)]);
    wires.pass(500);
    const heard = terms(two).map((line) => Number(line.slice(2)));
    assert.ok(heard.length > 900 && heard.length < 1_100, `${heard.length}`);
    assert.ok(wires.counts.of('messages lost') > 150 && wires.counts.of('messages doubled') > 150);
    assert.ok(heard.some((term, at) => at > 0 && term < heard[at - 1]!));
  });

  it('refuses as the gatekeeper does: the removed, strangers who know no more, other data directories', () => {
    const wires = new Wires();
    const one = wires.start(1, [1, 2, 4]);
    const [two, three, four] = [wires.start(2, [1, 2]), wires.start(3, [1]), wires.start(4, [1, 4])];
    one.removed = new Set([2]);
    one.storageIdOf = (peer) => (peer === 4 ? 'disk-of-another' : '');
    for (const { id, transport } of [two, three, four]) transport.send([heartbeat(id, 1, 1)]);
    wires.pass(10);
    assert.deepEqual(two.heard, ['1 refuses: STRATA_NODE_REMOVED']);
    assert.deepEqual(three.heard, ['1 refuses: STRATA_NODE_UNKNOWN']);
    assert.deepEqual(four.heard, ['1 refuses: STRATA_NODE_WIPED']);
    assert.deepEqual(one.heard, []);
    three.applied = 5;
    three.transport.send([heartbeat(3, 1, 2)]);
    wires.pass(10);
    assert.deepEqual(one.heard, ['3 has disk-3', '3:2'], 'who has applied more may be a member');
  });

  it('answers requests once: by the peer, or that it cannot be reached, is lost, or takes too long', () => {
    const { wires, one, two } = pair();
    const told: string[] = [];
    const ask = (to: NodeId): void =>
      one.transport.request(to, 'm', Uint8Array.of(7), (error, response) => {
        told.push(error instanceof StrataError ? error.code : String(response));
      });
    ask(2);
    assert.deepEqual(told, [], 'not before the call returned');
    wires.pass(10);
    ask(3);
    wires.network.cut(2, 1, true);
    ask(2);
    wires.pass(50);
    assert.deepEqual(told, ['7', 'STRATA_PEER_UNREACHABLE']);
    wires.pass(60);
    assert.deepEqual(told.splice(0), ['7', 'STRATA_PEER_UNREACHABLE', 'STRATA_TIMEOUT']);
    assert.equal(two.heard.filter((line) => line === '1 asks m').length, 2);
    wires.network.reconnect();
    ask(2);
    two.clock.kill();
    wires.network.detach(2);
    wires.pass(10);
    assert.deepEqual(told, ['STRATA_PEER_LOST']);
  });

  it('lets what reaches a process that stands still wait', () => {
    const { wires, one, two } = pair();
    two.clock.pause();
    one.transport.send([heartbeat(1, 2, 1)]);
    wires.pass(50);
    assert.deepEqual(two.heard, []);
    two.clock.resume();
    wires.pass(1);
    assert.deepEqual(two.heard, ['1 has disk-1', '1:1']);
  });
});
