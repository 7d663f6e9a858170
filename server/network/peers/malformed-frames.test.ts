import assert from 'node:assert/strict';
import { afterEach, it } from 'node:test';
import fc from 'fast-check';
import { MessageType } from '../../consensus/messages.js';
import { append, message } from '../testing/messages.js';
import { controlFrame, greetingOf, RawDialler, raftFrame } from '../testing/raw-peer.js';
import { until } from '../testing/real-clock.js';
import { addressOf, TestNode } from '../testing/test-node.js';
import { encodeFrame, FrameKind, Service } from './frame.js';
import { encodeGreeting } from './handshake.js';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Whole frames of every kind, as a peer that means well sends them. */
const wellFormed = [
  raftFrame([message({ type: MessageType.Vote, from: 3, to: 1 }), append(3, 1, 3, 20)]),
  encodeFrame(
    { service: Service.Node, method: 'm', requestId: 7, kind: FrameKind.Request },
    Buffer.from('x'),
  ),
  encodeFrame({ service: Service.Node, method: '', requestId: 7, kind: FrameKind.Error }, Buffer.from('x')),
  controlFrame(FrameKind.Ping, Buffer.alloc(0), 1),
  controlFrame(FrameKind.Hello, encodeGreeting(greetingOf(3, 1))),
];
const random = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes));
const damaged = fc
  .tuple(fc.constantFrom(...wellFormed), fc.nat(), fc.integer({ min: 1, max: 255 }))
  .map(([frame, at, flip]) => {
    const copy = Buffer.from(frame);
    copy[at % copy.length]! ^= flip;
    return copy;
  });
/** A frame around random bytes: they reach the decoders behind the framing. */
const framed = fc
  .tuple(fc.nat(4), fc.nat(12), fc.uint8Array({ maxLength: 60 }))
  .map(([service, kind, payload]) => encodeFrame({ service, method: '', requestId: 1, kind }, payload));

it('A2.37 more than 5,000 random and damaged frames close their connections and nothing else', async () => {
  const one = new TestNode(1, [1, 2, 3]);
  const two = new TestNode(2, [1, 2, 3]);
  for (const node of [one, two]) {
    await node.start();
    cleanups.push(() => node.transport.close());
  }
  two.transport.updateMembers([addressOf(1, one.transport.port)]);
  await until(() => two.state(1) === 'healthy', 'a good peer is connected');
  const streams = fc.sample(
    fc.record({
      greets: fc.boolean(),
      frames: fc.array(fc.oneof(damaged, random, framed), { minLength: 1, maxLength: 8 }),
    }),
    { numRuns: 1_200, seed: 37 },
  );
  let frames = 0;
  for (let from = 0; from < streams.length; from += 50) {
    const diallers = streams.slice(from, from + 50).map((stream) => {
      frames += stream.frames.length;
      const dialler = new RawDialler(one.transport.port);
      cleanups.push(() => void dialler.socket.destroy());
      const noise = Buffer.concat(stream.frames);
      if (stream.greets) dialler.greet(greetingOf(3, 1), { after: noise, ends: true });
      else dialler.socket.end(noise);
      return dialler;
    });
    await until(() => diallers.every(({ closed }) => closed), 'the connections are closed');
  }
  assert.ok(frames > 5_000, `only ${frames} frames were sent`);
  assert.ok(one.metrics.value('network_peer_invalid_total') > 600);
  assert.equal(two.state(1), 'healthy');
  const before = one.received.length;
  two.transport.send([message({ type: MessageType.Vote, from: 2, to: 1 })]);
  await until(() => one.received.length > before, 'the good peer is heard');
});
