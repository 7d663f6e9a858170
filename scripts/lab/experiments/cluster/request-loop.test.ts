import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { quantile, requestLoop } from './request-loop.js';

async function startServer(t: TestContext, status: number): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume();
    response.writeHead(status).end('x');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

test('every client asks again when it has its answer, and every answer is counted', async (t) => {
  const { url, seen } = await startServer(t, 200);
  let at = 0;
  const next = () => ({ method: 'POST' as const, path: `/batch?at=${at++}`, body: '{}' });
  const result = await requestLoop({
    url,
    clients: 4,
    seconds: 0.2,
    signal: new AbortController().signal,
    next,
  });
  assert.equal(result.failed, 0);
  assert.equal(result.answered, seen.length);
  assert.equal(result.answered, at);
  assert.ok(result.answered > 4, `${result.answered} answers`);
  assert.equal(seen[0], 'POST /batch?at=0');
});

test('a loop that has the answers it was told to get ends before its time', async (t) => {
  const { url } = await startServer(t, 200);
  const { signal } = new AbortController();
  const next = () => ({ method: 'GET' as const, path: '/' });
  const loop = { url, clients: 3, signal, next };
  const enough = await requestLoop({ ...loop, seconds: 60, answers: 50 });
  // Those of the other clients were under way.
  assert.ok(enough.answered >= 50 && enough.answered <= 52, `${enough.answered} answers`);
  const late = await requestLoop({ ...loop, seconds: 0.1, answers: 1e9 });
  assert.ok(late.answered > 0 && late.answered < 1e9);
});

test('a refusal is a failure, and so is a node that is not there', async (t) => {
  const { url } = await startServer(t, 503);
  const { signal } = new AbortController();
  const next = () => ({ method: 'GET' as const, path: '/' });
  const refused = await requestLoop({ url, clients: 2, seconds: 0.1, signal, next });
  assert.equal(refused.answered, 0);
  assert.ok(refused.failed > 0);
  const nobody = await requestLoop({ url: 'http://127.0.0.1:1', clients: 2, seconds: 0.1, signal, next });
  assert.equal(nobody.answered, 0);
  assert.ok(nobody.failed > 0);
});

test('an interruption ends the loop', async (t) => {
  const { url } = await startServer(t, 200);
  const controller = new AbortController();
  const next = () => ({ method: 'GET' as const, path: '/' });
  const loop = requestLoop({ url, clients: 2, seconds: 60, signal: controller.signal, next });
  setTimeout(() => controller.abort(new Error('stopped')), 50);
  await assert.rejects(loop, /stopped/);
});

test('a quantile needs ten values beyond it', () => {
  const values = Array.from({ length: 1_000 }, (_, at) => at + 1);
  assert.equal(quantile(values, 0.5), 500);
  assert.equal(quantile(values, 0.99), 990);
  assert.equal(quantile(values.slice(0, 900), 0.99), null);
});
