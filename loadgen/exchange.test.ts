import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Client } from 'undici';
import { Exchange, type ExchangeOwner } from './exchange.js';
import { TestServer } from './test-server.js';

const server = await TestServer.start();
after(() => server.stop());

class Owner implements ExchangeOwner {
  resends = 0;
  readonly ended: Exchange[] = [];
  readonly defects: unknown[] = [];
  onEnd: (exchange: Exchange) => void = () => {};

  exchangeEnded(exchange: Exchange): void {
    this.ended.push(exchange);
    this.onEnd(exchange);
  }
  exchangeResent(): void {
    this.resends++;
  }
  exchangeBroke(error: unknown): void {
    this.defects.push(error);
  }
}

test('requests that the HTTP client sends twice by itself are noticed', async () => {
  // Pipelined requests behind one that is aborted are written again on a new connection, and every one of them
  // ends as if nothing had been: the second call of onRequestStart is the only trace.
  const owner = new Owner();
  const client = new Client(server.url, { pipelining: 5 });
  const exchanges = Array.from({ length: 5 }, () => new Exchange(owner));
  server.delayMs = 80;
  const putsBefore = server.puts;
  const allEnded = new Promise<void>((resolve) => {
    owner.onEnd = () => {
      if (owner.ended.length === exchanges.length) resolve();
    };
  });
  for (const [index, exchange] of exchanges.entries()) {
    exchange.begin(1);
    client.dispatch(
      { path: `/kv/resend-${index}`, method: 'PUT', body: 'x', idempotent: true, blocking: false },
      exchange,
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(exchanges[1]!.abort(new Error('enough')), true);
  await allEnded;
  await client.destroy();
  server.delayMs = 0;
  assert.equal(exchanges.filter((exchange) => exchange.error === null).length, 4);
  assert.ok(owner.resends > 0, 'no resend was noticed');
  assert.equal(owner.resends, server.puts - putsBefore - exchanges.length);
});

test('an exchange can be started again from inside the call that ends it', async () => {
  const owner = new Owner();
  const client = new Client(server.url, { pipelining: 1 });
  const exchange = new Exchange(owner);
  const send = () => {
    exchange.begin(1);
    client.dispatch({ path: '/kv/again', method: 'GET', blocking: false }, exchange);
  };
  await new Promise<void>((resolve) => {
    owner.onEnd = () => {
      if (owner.ended.length === 50) resolve();
      else send();
    };
    send();
  });
  await client.destroy();
  assert.equal(exchange.status, 404);
  assert.deepEqual(owner.defects, []);
});

test('a defect in the owner is reported as one, not taken for an error of the request', async () => {
  const owner = new Owner();
  const client = new Client(server.url);
  const exchange = new Exchange(owner);
  const defect = new Error('defect');
  const reported = new Promise<void>((resolve) => {
    owner.exchangeBroke = (error) => {
      owner.defects.push(error);
      resolve();
    };
  });
  owner.onEnd = () => {
    throw defect;
  };
  exchange.begin(1);
  client.dispatch({ path: '/kv/defect', method: 'GET' }, exchange);
  await reported;
  await client.destroy();
  assert.deepEqual(owner.defects, [defect]);
  assert.equal(owner.ended.length, 1);
});
