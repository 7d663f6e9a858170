import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { Limits } from '../limits.js';
import { until } from '../testing/real-clock.js';
import type { RespServerOptions } from './resp-server.js';
import { encode, plain } from './testing/resp-client.js';
import { RespFixture } from './testing/resp-fixture.js';

describe('RESP limits and bad input', () => {
  let fixture: RespFixture;
  afterEach(() => fixture.stop());

  const start = async (
    limits: Partial<Limits> = {},
    options: Partial<RespServerOptions> = {},
  ): Promise<void> => {
    fixture = await new RespFixture(limits, options).start();
  };
  const inFlight = (): number => fixture.metrics.reading('network_resp_in_flight');

  for (const [bytes, line] of [
    ['*x\r\n', '-ERR Protocol error: invalid multibulk length'],
    ['*1\r\n:1\r\n', "-ERR Protocol error: expected '$', got ':'"],
    ['*2\r\n$3\r\nGET\r\n$999999999\r\n', '-ERR Protocol error: invalid bulk length'],
    [`*${'1'.repeat(100)}`, '-ERR Protocol error: too big mbulk count string'],
    ['SET "a\r\n', '-ERR Protocol error: unbalanced quotes in request'],
  ] as const) {
    it(`A2.37 malformed ${JSON.stringify(bytes.slice(0, 30))}: answers what came before, says why, closes, stays up`, async () => {
      await start();
      const client = await fixture.client();
      client.send(Buffer.concat([encode('SET', 'a', '1'), Buffer.from(bytes), encode('SET', 'a', '2')]));
      assert.equal(await client.answer(), 'OK');
      assert.equal(plain(await client.answer()), line);
      client.socket.end();
      await client.closed;
      assert.equal(fixture.metrics.value('network_resp_protocol_errors_total'), 1);
      const next = await fixture.client();
      assert.equal(await next.call('GET', 'a'), '1');
    });
  }

  it('A2.37 half a command, then silence: is closed after the time of a request', async () => {
    await start({ requestTimeoutMs: 50 });
    const client = await fixture.client();
    client.send('*2\r\n$3\r\nGET\r\n$10\r\nab');
    assert.match(String(plain(await client.answer())), /^-STRATA_REQUEST_TIMEOUT /);
    await client.closed;
    assert.equal(fixture.metrics.value('network_resp_timeouts_total'), 1);
    assert.equal(fixture.metrics.reading('network_resp_in_flight_bytes'), 0);
  });

  it('A2.36 idle between commands is left alone', async () => {
    await start({ requestTimeoutMs: 50, headersTimeoutMs: 50, keepAliveTimeoutMs: 50 });
    const client = await fixture.client();
    assert.equal(await client.call('PING'), 'PONG');
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(await client.call('PING'), 'PONG');
  });

  it('an HTTP request gets no answer: what follows its headers is a stranger’s choice', async () => {
    await start();
    const client = await fixture.client();
    client.send('POST / HTTP/1.1\r\nHost: x\r\n\r\nSET a 1\r\n');
    await client.closed;
    assert.deepEqual(client.unread, []);
    assert.deepEqual(fixture.service.asked, []);
  });

  it('refuses connections over the limit with the words of Redis', async () => {
    await start({ connectionsMax: 2 });
    const [first] = [await fixture.client(), await fixture.client()];
    await first!.call('PING');
    const third = await fixture.client();
    assert.equal(plain(await third.answer()), '-ERR max number of clients reached');
    await third.closed;
    assert.equal(fixture.metrics.value('network_resp_connections_rejected_total'), 1);
    first!.destroy();
    await until(() => fixture.metrics.reading('network_resp_connections') === 1, 'one connection');
    const fourth = await fixture.client();
    assert.equal(await fourth.call('PING'), 'PONG');
  });

  it('A2.44 refuses early with BUSY above the requests in flight, and local commands never', async () => {
    await start({ requestsInFlightMax: 3 });
    fixture.service.isHeld = true;
    const client = await fixture.client();
    client.send(Buffer.concat(Array.from({ length: 5 }, (_, i) => encode('SET', 'a', i))));
    await until(() => fixture.service.waiting === 3, 'three under way');
    const second = await fixture.client();
    assert.match(String(plain(await second.call('GET', 'a'))), /^-BUSY STRATA_OVERLOADED /);
    assert.equal(await second.call('PING'), 'PONG');
    fixture.service.release();
    const answers: string[] = [];
    for (let i = 0; i < 5; i++) answers.push(String(plain(await client.answer())).slice(0, 5));
    assert.deepEqual(answers, ['OK', 'OK', 'OK', '-BUSY', '-BUSY']);
    await until(() => inFlight() === 0, 'nothing in flight');
    assert.equal(await client.call('GET', 'a'), '2');
  });

  it('A2.44 reads no more of a connection than its pipeline may hold, and loses nothing', async () => {
    await start({ pipelineMax: 10 });
    fixture.service.isHeld = true;
    const client = await fixture.client();
    const total = 3_000;
    const value = 'x'.repeat(1_000);
    client.send(
      Buffer.concat(Array.from({ length: total }, (_, i) => encode('SET', `k${i % 7}`, `${i}${value}`))),
    );
    await until(() => inFlight() === 10, 'a full pipeline');
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(inFlight(), 10);
    assert.ok(
      fixture.metrics.value('network_resp_bytes_in_total') < 1_500_000,
      'the socket is not read to its end',
    );
    fixture.service.release();
    for (let i = 0; i < total; i++) assert.equal(await client.answer(), 'OK');
    assert.equal(await client.call('GET', `k${(total - 1) % 7}`), `${total - 1}${value}`);
  });

  it('A2.44 begins no more reads for a client that does not read its answers, and goes on when it does', async () => {
    await start({ pipelineMax: 10_000 });
    const client = await fixture.client();
    await client.call('SET', 'a', 'v'.repeat(60_000));
    client.socket.pause();
    const total = 3_000;
    client.send(Buffer.concat(Array.from({ length: total }, () => encode('GET', 'a'))));
    let before = -1;
    // Until nothing moves: what is written stays far below all there is to write.
    while (before !== fixture.metrics.value('network_resp_bytes_out_total')) {
      before = fixture.metrics.value('network_resp_bytes_out_total');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(before < (total * 60_000) / 2, `${before} bytes were written to a client that does not read`);
    client.socket.resume();
    for (let i = 0; i < total; i++) assert.equal(String(await client.answer()).length, 60_000);
  });

  it('A2.36 closes a client that reads nothing for long', async () => {
    await start({ keepAliveTimeoutMs: 100, pipelineMax: 10_000 });
    const client = await fixture.client();
    await client.call('SET', 'a', 'v'.repeat(60_000));
    client.socket.pause();
    client.send(Buffer.concat(Array.from({ length: 1_000 }, () => encode('GET', 'a'))));
    await until(() => fixture.metrics.reading('network_resp_connections') === 0, 'the connection closed');
    assert.equal(fixture.metrics.value('network_resp_timeouts_total'), 1);
  });

  it('refuses an unfinished command when all connections together hold too many bytes', async () => {
    await start({ waitingBytesMax: 150_000, commandBytesMax: 400_000, valueBytesMax: 200_000 });
    const [first, second] = [await fixture.client(), await fixture.client()];
    first!.send(encode('SET', 'a', Buffer.alloc(100_000)).subarray(0, 99_000));
    await until(() => fixture.metrics.reading('network_resp_in_flight_bytes') > 90_000, 'the first is read');
    second!.send(encode('SET', 'a', Buffer.alloc(100_000)).subarray(0, 99_000));
    assert.match(String(plain(await second!.answer())), /^-BUSY STRATA_OVERLOADED_BYTES /);
    first!.send(encode('SET', 'a', Buffer.alloc(100_000)).subarray(99_000));
    assert.equal(await first!.answer(), 'OK');
  });

  it('A2.44 counts what MULTI and WATCH keep between commands, and lets go of it', async () => {
    await start({ waitingBytesMax: 100_000, commandBytesMax: 1_000_000 });
    const held = (): number => fixture.metrics.reading('network_resp_in_flight_bytes');
    const client = await fixture.client();
    await client.pipeline([['WATCH', 'key'], ['MULTI'], ['SET', 'a', 'x'.repeat(60_000)]]);
    assert.equal(held(), 60_004);
    assert.match(
      String(plain(await client.call('SET', 'a', 'x'.repeat(60_000)))),
      /^-BUSY STRATA_OVERLOADED_BYTES /,
    );
    assert.match(String(plain(await client.call('EXEC'))), /^-EXECABORT /);
    assert.equal(held(), 0);
    await client.pipeline([['WATCH', 'key'], ['MULTI'], ['SET', 'a', 'x'.repeat(60_000)]]);
    client.destroy();
    await until(() => held() === 0, 'nothing held');
  });

  it('writes all answers of a turn at once', async () => {
    await start();
    const client = await fixture.client();
    await client.pipeline(Array.from({ length: 500 }, () => ['PING']));
    const writes = fixture.metrics.value('network_resp_writes_total');
    assert.ok(writes < 50, `${writes} writes for 500 answers`);
  });

  it('QUIT answers what came before it and nothing behind it', async () => {
    await start();
    const client = await fixture.client();
    client.send(
      Buffer.concat([encode('SET', 'a', '1'), encode('QUIT'), encode('SET', 'a', '2'), encode('PING')]),
    );
    assert.equal(await client.answer(), 'OK');
    assert.equal(await client.answer(), 'OK');
    client.socket.end();
    await client.closed;
    assert.deepEqual(client.unread, []);
    const second = await fixture.client();
    assert.equal(await second.call('GET', 'a'), '1');
  });

  it('a client that ends its side gets the answers to all it sent', async () => {
    await start({ pipelineMax: 5 });
    const client = await fixture.client();
    client.send(Buffer.concat(Array.from({ length: 40 }, () => encode('INCR', 'n'))));
    client.socket.end();
    for (let i = 1; i <= 40; i++) assert.equal(await client.answer(), i);
    await client.closed;
  });

  it('A2.46 drain answers what was accepted, begins nothing new, and ends the connections', async () => {
    await start();
    fixture.service.isHeld = true;
    const [busy, idle] = [await fixture.client(), await fixture.client()];
    await idle!.call('PING');
    busy!.send(encode('SET', 'a', '1'));
    await until(() => fixture.service.waiting === 1, 'a write under way');
    let drained = false;
    const draining = fixture.server.drain(5_000).then(() => {
      drained = true;
    });
    busy!.send(encode('SET', 'a', '2'));
    idle!.socket.on('end', () => idle!.socket.end());
    await idle!.closed;
    assert.equal(drained, false);
    fixture.service.release();
    assert.equal(await busy!.answer(), 'OK');
    await draining;
    await busy!.closed;
    assert.deepEqual(busy!.unread, []);
    assert.equal(fixture.service.asked.length, 1);
    await assert.rejects(fixture.client(), /ECONNREFUSED/);
  });

  it('drain gives up at its time', async () => {
    await start();
    fixture.service.isHeld = true;
    const client = await fixture.client();
    client.send(encode('SET', 'a', '1'));
    await until(() => fixture.service.waiting === 1, 'a write under way');
    await fixture.server.drain(30);
    await fixture.server.close();
    await client.closed;
  });
});
