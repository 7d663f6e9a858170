import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { after, before, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { type Authenticator, type Role, TokenAuthenticator } from '../security/authenticator.js';
import { certificatePath, peerTlsOf } from '../testing/certificates.js';
import { errorOf, HttpFixture } from '../testing/http-fixture.js';
import { exchange, open } from '../testing/raw-http.js';
import { until } from '../testing/real-clock.js';
import { Authorizer } from './authorizer.js';

const tokens = new TokenAuthenticator(
  [
    { role: 'read', token: 'reader-token-0123456789' },
    { role: 'write', token: 'writer-token-0123456789' },
    { role: 'admin', token: 'admin-token-0123456789' },
  ],
  'none',
);
const http = new HttpFixture({}, tokens);
before(() => http.start());
after(() => http.stop());

const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });
const tokenOf: Record<Exclude<Role, 'none'>, string> = {
  read: 'reader-token-0123456789',
  write: 'writer-token-0123456789',
  admin: 'admin-token-0123456789',
};

test('each route asks for its role: 401 without a token, 403 with too little', async () => {
  for (const [method, path, needed] of [
    ['GET', '/kv/a', 'read'],
    ['GET', '/kv', 'read'],
    ['GET', '/watch?limit=1', 'read'],
    ['GET', '/cluster', 'read'],
    ['GET', '/cluster/members', 'read'],
    ['GET', '/metrics', 'read'],
    ['PUT', '/kv/a', 'write'],
    ['DELETE', '/kv/a', 'write'],
    ['POST', '/txn', 'write'],
    ['POST', '/batch', 'write'],
    ['POST', '/sessions', 'write'],
    ['POST', '/cluster/members', 'admin'],
    ['POST', '/cluster/members/4/promote', 'admin'],
    ['POST', '/cluster/members/4/replace', 'admin'],
    ['DELETE', '/cluster/members/4', 'admin'],
    ['POST', '/cluster/transfer', 'admin'],
    ['POST', '/snapshot', 'admin'],
    ['GET', '/backup', 'admin'],
    ['GET', '/debug/layers', 'admin'],
    ['GET', '/debug/layers/samples', 'admin'],
    ['GET', '/debug/events', 'admin'],
    ['GET', '/debug/syncs', 'admin'],
    ['GET', '/debug/pprof/profile?seconds=0', 'admin'],
    ['GET', '/debug/pprof/heap?seconds=0', 'admin'],
  ] as const) {
    const what = `${method} ${path}`;
    const without = await http.send(method, path);
    assert.deepEqual([without.status, errorOf(without).code], [401, 'STRATA_UNAUTHENTICATED'], what);
    assert.equal(without.headers.get('www-authenticate'), 'Bearer realm="strata"');
    const wrong = await http.send(method, path, null, bearer('guess'));
    assert.equal(wrong.status, 401, what);
    const roles = ['read', 'write', 'admin'] as const;
    for (const role of roles) {
      const { status } = await http.send(method, path, null, bearer(tokenOf[role]));
      const isAllowed = roles.indexOf(role) >= roles.indexOf(needed);
      assert.equal(status === 403, !isAllowed, `${what} as ${role}: ${status}`);
      assert.notEqual(status, 401);
    }
  }
});

test('health needs no token', async () => {
  assert.equal((await http.send('GET', '/healthz')).status, 200);
  assert.equal((await http.send('GET', '/readyz')).status, 200);
  assert.equal(
    (await http.send('GET', '/healthz', null, bearer('guess'))).status,
    401,
    'a wrong token is always told',
  );
});

test('nothing of a refused write is done, and a long body of it is thrown away', async () => {
  const calls = http.service.calls.length;
  const body = Buffer.alloc(1_000_000);
  const head = `PUT /kv/a HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`;
  const answer = await http.raw(Buffer.concat([Buffer.from(head), body]));
  assert.equal(answer.status, 401);
  assert.equal(http.service.calls.length, calls);
  assert.equal(http.metrics.reading('network_http_held_bytes'), 0);
});

test('a token is hashed once, a wrong one every time; what is remembered is bounded', () => {
  let hashed = 0;
  const counting: Authenticator = {
    required: true,
    anonymousRole: 'read',
    roleOfToken: (token) => {
      hashed += 1;
      return tokens.roleOfToken(token);
    },
  };
  const authorizer = new Authorizer(counting);
  for (let i = 0; i < 5; i++) authorizer.check(`Bearer ${tokenOf.write}`, 'write');
  assert.equal(hashed, 1);
  for (let i = 0; i < 3; i++) {
    assert.throws(() => authorizer.check('Bearer guess', 'read'), { code: 'STRATA_UNAUTHENTICATED' });
  }
  assert.equal(hashed, 4);
  assert.throws(() => authorizer.check(`Basic ${tokenOf.write}`, 'read'), { code: 'STRATA_UNAUTHENTICATED' });
  authorizer.check(undefined, 'read');
  assert.throws(() => authorizer.check(undefined, 'write'), { code: 'STRATA_FORBIDDEN' });
  for (let i = 1; i < 1_100; i++) authorizer.check(`Bearer${' '.repeat(i)}${tokenOf.read}`, 'read');
  const before = hashed;
  authorizer.check(`Bearer ${tokenOf.write}`, 'write');
  assert.equal(hashed, before + 1, 'many spellings of one token made room by forgetting');
});

test('where no tokens are asked for, one that is shown does no harm', () => {
  const authorizer = new Authorizer({ required: false, anonymousRole: 'admin', roleOfToken: () => null });
  authorizer.check('Bearer anything', 'admin');
  authorizer.check(undefined, 'admin');
});

const { requestCert: _, rejectUnauthorized: __, ...serverTls } = peerTlsOf();

function overTls(
  port: number,
  method: string,
  path: string,
  body: string | null,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const call = httpsRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        ca: readFileSync(certificatePath('ca.pem')),
        checkServerIdentity: () => undefined,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode!, text }));
      },
    );
    call.on('error', reject);
    call.end(body ?? undefined);
  });
}

test('over TLS everything is as without; plain text and broken handshakes are closed, not answered', async (context) => {
  const secure = await new HttpFixture(
    { headersTimeoutMs: 300, connectionsMax: 2 },
    undefined,
    serverTls,
  ).start();
  context.after(() => secure.stop());
  assert.equal((await overTls(secure.port, 'PUT', '/kv/a', 'secret')).status, 201);
  assert.deepEqual(await overTls(secure.port, 'GET', '/kv/a', null), { status: 200, text: 'secret' });
  await until(() => secure.metrics.reading('network_http_connections') === 0, 'all are closed');
  const plain = await exchange(secure.port, 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n').catch(() =>
    Buffer.alloc(0),
  );
  assert.doesNotMatch(plain.toString('latin1'), /HTTP/);
  const silent = [await open(secure.port), await open(secure.port)];
  for (const socket of silent) socket.on('error', () => {});
  // Two handshakes that never come fill the listener: health is answered all the same, the rest is not.
  await until(() => secure.metrics.reading('network_http_connections') === 2, 'both are counted');
  assert.equal((await overTls(secure.port, 'GET', '/healthz', null)).status, 200);
  const refused = await overTls(secure.port, 'GET', '/kv/a', null);
  assert.equal(refused.status, 503);
  assert.match(refused.text, /STRATA_CONNECTIONS_TOO_MANY/);
  await until(
    () => silent.every((socket) => socket.destroyed),
    'A2.36 handshakes that never come are cut off',
  );
});

test('a client without a certificate does not get in where one is asked for', async (context) => {
  const secure = await new HttpFixture({}, undefined, peerTlsOf()).start();
  context.after(() => secure.stop());
  await assert.rejects(overTls(secure.port, 'GET', '/healthz', null));
  const { cert, key, ca } = peerTlsOf();
  const socket = tlsConnect({
    host: '127.0.0.1',
    port: secure.port,
    cert,
    key,
    ca,
    checkServerIdentity: () => undefined,
  });
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  await until(() => text.includes('"ok"'), 'who shows one is answered');
});
