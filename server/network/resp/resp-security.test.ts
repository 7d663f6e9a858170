import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { type Role, TokenAuthenticator } from '../security/authenticator.js';
import { peerTlsOf } from '../testing/certificates.js';
import { FakeAdmin } from '../testing/fake-admin.js';
import { until } from '../testing/real-clock.js';
import { createCommandTable } from './command-table.js';
import { encode, plain, RespClient } from './testing/resp-client.js';
import { RespFixture } from './testing/resp-fixture.js';

const tokens = [
  { token: 'reader-token', role: 'read' },
  { token: 'writer-token', role: 'write' },
  { token: 'admin-token', role: 'admin' },
] as const;

function tokensWith(anonymousRole: Role): TokenAuthenticator {
  return new TokenAuthenticator(
    tokens.map(({ token, role }) => ({ token: Buffer.from(token).toString(), role })),
    anonymousRole,
  );
}

const noAuth = '-NOAUTH Authentication required.';
const wrong = '-WRONGPASS invalid username-password pair or user is disabled.';

describe('RESP security', () => {
  let fixture: RespFixture;
  afterEach(() => fixture.stop());

  it('asks for a token before anything else', async () => {
    fixture = await new RespFixture({}, { auth: tokensWith('none') }).start();
    const client = await fixture.client();
    for (const command of [['GET', 'a'], ['PING'], ['INFO'], ['MULTI'], ['COMMAND']]) {
      assert.equal(plain(await client.call(...command)), noAuth);
    }
    assert.match(String(plain(await client.call('HELLO', '3'))), /^-NOAUTH HELLO must be called/);
    assert.equal(plain(await client.call('AUTH', 'nonsense')), wrong);
    assert.equal(plain(await client.call('AUTH', 'default', 'nonsense')), wrong);
    assert.equal(plain(await client.call('HELLO', '3', 'AUTH', 'x', 'nonsense')), wrong);
    assert.equal(fixture.metrics.value('network_resp_auth_failures_total'), 3);
    assert.equal(await client.call('AUTH', 'writer-token'), 'OK');
    assert.equal(await client.call('SET', 'a', '1'), 'OK');
    assert.equal(await client.call('RESET'), 'RESET');
    assert.equal(plain(await client.call('GET', 'a')), noAuth);
    const hello = plain(await client.call('HELLO', '3', 'AUTH', 'any', 'reader-token', 'SETNAME', 'me'));
    assert.equal((hello as Record<string, unknown>).proto, 3);
    assert.equal(await client.call('GET', 'a'), '1');
  });

  it('pipelined, AUTH counts for what comes behind it', async () => {
    fixture = await new RespFixture({}, { auth: tokensWith('none') }).start();
    const client = await fixture.client();
    const answers = await client.pipeline([
      ['GET', 'a'],
      ['AUTH', 'user', 'writer-token'],
      ['SET', 'a', '1'],
      ['GET', 'a'],
    ]);
    assert.deepEqual(answers.map(plain), [noAuth, 'OK', 'OK', '1']);
  });

  it('holds each role to what it may do', async () => {
    fixture = await new RespFixture({}, { auth: tokensWith('read'), admin: new FakeAdmin() }).start();
    const client = await fixture.client();
    const refused = (role: string, command: string): string =>
      `-NOPERM Role ${role} has no permissions to run the '${command}' command`;
    assert.equal(await client.call('GET', 'a'), null);
    assert.equal(plain(await client.call('SET', 'a', '1')), refused('read', 'set'));
    assert.equal(plain(await client.call('CLIENT', 'LIST')), refused('read', 'client|list'));
    assert.equal(await client.call('MULTI'), 'OK');
    assert.equal(plain(await client.call('DEL', 'a')), refused('read', 'del'));
    assert.match(String(plain(await client.call('EXEC'))), /^-EXECABORT/);
    await client.call('AUTH', 'writer-token');
    assert.equal(await client.call('SET', 'a', '1'), 'OK');
    assert.equal(plain(await client.call('SAVE')), refused('write', 'save'));
    await client.call('AUTH', 'admin-token');
    assert.equal(await client.call('SAVE'), 'OK');
    assert.equal(await client.call('BGSAVE'), 'Background saving started');
    assert.equal(await client.call('FAILOVER'), 'OK');
    assert.match(String(await client.call('CLIENT', 'LIST')), /^id=1 addr=127\.0\.0\.1:\d+ .* user=admin /);
  });

  it('every command that writes needs the role write, every one of the operator the role admin', () => {
    for (const { name, effect, role } of createCommandTable().all) {
      if (effect === 'write' && name !== 'exec') assert.equal(role, 'write', name);
      if (['save', 'bgsave', 'failover'].includes(name)) assert.equal(role, 'admin', name);
      if (role === 'none') assert.ok(['auth', 'hello', 'quit', 'reset'].includes(name), name);
    }
  });

  it('A2.36 closes a stranger who does not authenticate in time, and lets him say little meanwhile', async () => {
    fixture = await new RespFixture({ headersTimeoutMs: 50 }, { auth: tokensWith('none') }).start();
    const [silent, loud, good] = [await fixture.client(), await fixture.client(), await fixture.client()];
    assert.equal(await good!.call('AUTH', 'reader-token'), 'OK');
    loud!.send(encode('SET', 'a', Buffer.alloc(20_000)));
    assert.equal(plain(await loud!.answer()), '-ERR Protocol error: unauthenticated bulk length');
    assert.match(String(plain(await silent!.answer())), /^-STRATA_REQUEST_TIMEOUT /);
    await silent!.closed;
    assert.equal(await good!.call('PING'), 'PONG');
  });

  it('without tokens answers AUTH as Redis without a password', async () => {
    fixture = await new RespFixture().start();
    const client = await fixture.client();
    assert.match(
      String(plain(await client.call('AUTH', 'x'))),
      /^-ERR AUTH <password> called without any password/,
    );
    assert.equal(await client.call('AUTH', 'default', 'x'), 'OK');
    assert.match(String(plain(await client.call('SAVE'))), /^-ERR SAVE is not supported/);
  });

  it('speaks TLS, and with requestCert only to who shows a certificate', async () => {
    const { ca, cert, key, ...rest } = peerTlsOf();
    fixture = await new RespFixture({}, { tls: { ca, cert, key, ...rest } as RespTls }).start();
    const secure = connectTls({
      host: '127.0.0.1',
      port: fixture.port,
      ca,
      cert,
      key,
      checkServerIdentity: () => undefined,
    });
    const client = new RespClient(secure);
    assert.deepEqual(plain(await client.call('SET', 'a', 'x'.repeat(50_000))), 'OK');
    assert.equal(String(await client.call('GET', 'a')).length, 50_000);
    client.destroy();
    const bare = new RespClient(
      connectTls({ host: '127.0.0.1', port: fixture.port, ca, checkServerIdentity: () => undefined }),
    );
    assert.equal(plain(await bare.call('PING')), '-(closed)');
    const plainText = await fixture.client();
    plainText.send('PING\r\n');
    await plainText.closed;
    await until(
      () => fixture.metrics.value('network_resp_protocol_errors_total') >= 2,
      'two handshakes that failed',
    );
  });
});

type RespTls = ReturnType<typeof peerTlsOf>;
