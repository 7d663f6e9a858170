import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { Backpressure, SendStall } from './send-stall.js';
import { MemoryMetrics } from './testing/memory-metrics.js';
import { until } from './testing/real-clock.js';

class CountedClock {
  time = 1_000;
  readings = 0;

  nowNs(): number {
    this.readings += 1;
    return this.time;
  }
}

function rig(stream: Writable) {
  const metrics = new MemoryMetrics();
  const clock = new CountedClock();
  const stall = new SendStall(stream, new Backpressure(metrics, clock, 'peer'));
  const figures = () => ({
    stalls: metrics.value('network_peer_stalls_total'),
    stalledNs: metrics.value('network_peer_stalled_ns_total'),
  });
  return { clock, stall, figures };
}

/** A stream whose end takes something only when the test says so. */
function slowStream() {
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: 4,
    write: (_chunk, _encoding, done) => void waiting.push(done),
  });
  return { stream, take: () => waiting.shift()!() };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a stall lasts from the write that was enough to the moment when all is taken, once however many writes come', async () => {
  const { stream, take } = slowStream();
  const { clock, stall, figures } = rig(stream);
  for (const text of ['abcd', 'efgh']) if (!stream.write(text)) stall.note();
  clock.time += 500;
  take();
  await settle();
  assert.deepEqual(figures(), { stalls: 1, stalledNs: 0 }, 'the second write still waits');
  clock.time += 200;
  take();
  await settle();
  assert.deepEqual(figures(), { stalls: 1, stalledNs: 700 });
  assert.equal(stall.sinceNs, 0);
});

test('a large write that is taken at once is no stall, and reads no clock', async () => {
  const stream = new Writable({ highWaterMark: 4, write: (_chunk, _encoding, done) => done() });
  const { clock, stall, figures } = rig(stream);
  stream.write('much more than four bytes');
  stall.note();
  await settle();
  assert.deepEqual(figures(), { stalls: 0, stalledNs: 0 });
  assert.equal(clock.readings, 0);
});

test('a connection that ends while it stalls is counted to its end', async () => {
  const { stream } = slowStream();
  const { clock, stall, figures } = rig(stream);
  if (!stream.write('abcdef')) stall.note();
  clock.time += 90;
  stream.destroy();
  await settle();
  assert.deepEqual(figures(), { stalls: 1, stalledNs: 90 });
});

test('a real socket whose other end does not read stalls until it does', async () => {
  let other: Socket | null = null;
  const server = createServer((socket) => {
    other = socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  const { clock, stall, figures } = rig(socket);
  try {
    await until(() => other !== null, 'the connection is accepted');
    const megabyte = Buffer.alloc(1 << 20);
    // More than any socket buffer holds: the kernel has to leave some of it here.
    for (let count = 0; count < 32; count++) if (!socket.write(megabyte)) stall.note();
    await settle();
    assert.equal(figures().stalls, 1);
    assert.ok(stall.sinceNs > 0);
    clock.time += 30;
    other!.resume();
    await until(() => stall.sinceNs === 0, 'the other end reads');
    assert.deepEqual(figures(), { stalls: 1, stalledNs: 30 });
  } finally {
    socket.destroy();
    server.close();
  }
});
