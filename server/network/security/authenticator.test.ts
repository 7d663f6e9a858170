import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parseNodeConfig } from '../../config/config.js';
import { StrataError } from '../../errors.js';
import { silentLogger } from '../silent-logger.js';
import {
  allows,
  bearerToken,
  createAuthenticator,
  openToAll,
  type Role,
  requireRole,
  TokenAuthenticator,
} from './authenticator.js';
import { peerSecretBytesMin, readPeerSecret } from './peer-secret.js';
import { readTokens } from './token-file.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-security-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

function refusal(run: () => unknown): StrataError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof StrataError);
    return error;
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}

const readerToken = 'r'.repeat(16);
const writerToken = 'writer-token-0123456789';
const adminToken = 'admin.token/with+signs==';

describe('roles', () => {
  it('each includes the ones before it', () => {
    const roles: Role[] = ['none', 'read', 'write', 'admin'];
    for (const [i, role] of roles.entries()) {
      for (const [j, needed] of roles.entries())
        assert.equal(allows(role, needed), i >= j, `${role} ${needed}`);
    }
  });

  it('who showed no token is asked for one, who showed the wrong one is told which role it takes', () => {
    requireRole('write', 'read');
    assert.equal(refusal(() => requireRole('none', 'read')).code, 'STRATA_UNAUTHENTICATED');
    const forbidden = refusal(() => requireRole('read', 'write'));
    assert.equal(forbidden.code, 'STRATA_FORBIDDEN');
    assert.deepEqual(forbidden.details, { actual: 'read', needed: 'write' });
  });

  it('a bearer token is taken from its header and from nothing else', () => {
    assert.equal(bearerToken(`Bearer ${adminToken}`), adminToken);
    assert.equal(bearerToken(`bearer   ${adminToken} `), adminToken);
    for (const header of [
      '',
      'Bearer',
      'Bearer ',
      'Basic dXNlcjpwYXNz',
      'Bearer a b',
      `Bearer${adminToken}`,
    ]) {
      assert.equal(bearerToken(header), null, header);
    }
  });
});

describe('tokens', () => {
  it('are told apart, and what is not one of them has no role', () => {
    const authenticator = new TokenAuthenticator(
      [
        { role: 'read', token: readerToken },
        { role: 'write', token: writerToken },
        { role: 'admin', token: adminToken },
      ],
      'none',
    );
    assert.equal(authenticator.roleOfToken(readerToken), 'read');
    assert.equal(authenticator.roleOfToken(writerToken), 'write');
    assert.equal(authenticator.roleOfToken(adminToken), 'admin');
    for (const wrong of ['', 'r', readerToken.slice(1), `${readerToken}r`, adminToken.toUpperCase(), '\0']) {
      assert.equal(authenticator.roleOfToken(wrong), null, wrong);
    }
  });

  it('come from the file that the configuration names; without one everybody may do everything', () => {
    const tokensFile = file('tokens', `read ${readerToken}\n`);
    const security = (fields: object) =>
      parseNodeConfig({
        id: 1,
        clusterId: 'test',
        dataDir: '/data',
        members: [{ id: 1, host: '127.0.0.1', peerPort: 1, httpPort: 2 }],
        security: fields,
      }).security;
    const some = createAuthenticator(security({ tokensFile, anonymousRole: 'read' }), silentLogger);
    assert.equal(some.required, true);
    assert.equal(some.anonymousRole, 'read');
    assert.equal(some.roleOfToken(readerToken), 'read');
    const none = createAuthenticator(security({}), silentLogger);
    assert.equal(none, openToAll);
    assert.equal(none.required, false);
    assert.equal(none.anonymousRole, 'admin');
    assert.equal(none.roleOfToken(readerToken), null);
  });

  it('stand in a file of lines: role, white space, token; comments and empty lines do not count', () => {
    const path = file('many', `# of the team\r\n\nread\t${readerToken}\r\n  admin   ${adminToken}\n#write x`);
    assert.deepEqual(readTokens('security.tokensFile', path, silentLogger), [
      { role: 'read', token: readerToken },
      { role: 'admin', token: adminToken },
    ]);
  });

  it('a file that cannot be used names field, path and line, and never the token', () => {
    const cases: [string, RegExp][] = [
      ['', /empty/],
      ['# nothing\n', /no token/],
      [`root ${adminToken}`, /line 1 must be a role/],
      [`\nread ${readerToken} x`, /line 2 must be a role/],
      [`read ${readerToken}\nwrite short-token`, /line 2 has a token below 16/],
      [`read ${'x'.repeat(513)}`, /line 1 has a token above 512/],
      [`read ${readerToken}\nadmin ${readerToken}`, /line 2 repeats/],
      [`read ${readerToken}é`, /line 1 must be a role/],
    ];
    for (const [content, reason] of cases) {
      const path = file('bad', content);
      const error = refusal(() => readTokens('security.tokensFile', path, silentLogger));
      assert.equal(error.code, 'STRATA_SECRET_UNREADABLE');
      assert.equal(error.details.field, 'security.tokensFile');
      assert.equal(error.details.path, path);
      assert.match(error.message, reason);
      assert.ok(!error.message.includes(readerToken) && !error.message.includes('short-token'));
    }
  });

  it('a file that is not there, is a folder or is huge is refused', () => {
    const read = (path: string) =>
      refusal(() => readTokens('security.tokensFile', path, silentLogger)).message;
    assert.match(read(join(folder, 'nowhere')), /there is no such file/);
    assert.match(read(folder), /folder/);
    assert.match(read(file('huge', 'x'.repeat(1_048_577))), /the limit is 1048576/);
  });

  it('a file that others may read is used and told', () => {
    const warned: string[] = [];
    const logger = { ...silentLogger, warn: (_: object, message: string) => void warned.push(message) };
    readTokens('security.tokensFile', file('private', `read ${readerToken}`), logger);
    assert.deepEqual(warned, []);
    readTokens('security.tokensFile', file('open', `read ${readerToken}`, 0o644), logger);
    assert.match(warned[0]!, /security\.tokensFile names a file that others may read; chmod 600/);
  });
});

describe('the secret of the peers', () => {
  it('is the bytes of its file without the white space at its ends', () => {
    const path = file('secret', '\n  sixteen bytes ok \r\n');
    assert.equal(
      readPeerSecret('security.peerSecretFile', path, silentLogger).toString(),
      'sixteen bytes ok',
    );
  });

  it('is refused when it is too short to be one', () => {
    for (const content of ['x'.repeat(peerSecretBytesMin - 1), ' '.repeat(40)]) {
      const error = refusal(() =>
        readPeerSecret('security.peerSecretFile', file('short', content), silentLogger),
      );
      assert.equal(error.code, 'STRATA_SECRET_UNREADABLE');
      assert.match(error.message, /at least 16/);
    }
  });
});
