import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { StrataError } from '../../errors.js';
import { silentLogger } from '../silent-logger.js';
import { certificatePath } from '../testing/certificates.js';
import { readTls, type TlsFiles } from './tls.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-tls-'));
after(() => rmSync(folder, { recursive: true }));

const good: TlsFiles = {
  certFile: certificatePath('node.pem'),
  keyFile: certificatePath('node.key'),
  caFile: certificatePath('ca.pem'),
};

function written(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

it('gives what node:tls takes; with a CA the other side has to show a certificate', () => {
  const mutual = readTls('security.peerTls', good, silentLogger);
  assert.equal(mutual.requestCert, true);
  assert.equal(mutual.rejectUnauthorized, true);
  assert.equal(mutual.minVersion, 'TLSv1.2');
  const oneSided = readTls('security.clientTls', { ...good, caFile: undefined }, silentLogger);
  assert.equal(oneSided.requestCert, undefined);
  assert.equal(oneSided.ca, undefined);
});

it('a file that cannot be used stops the start, naming field, path and reason', () => {
  const text = written('text.pem', 'this is no certificate');
  const broken = written('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const cases: [Partial<TlsFiles>, string, RegExp][] = [
    [{ certFile: join(folder, 'nowhere') }, 'certFile', /no such file/],
    [{ certFile: text }, 'certFile', /no certificate in PEM form/],
    [{ certFile: broken }, 'certFile', /certificate 1 cannot be read/],
    [{ keyFile: text }, 'keyFile', /no private key/],
    [{ keyFile: certificatePath('stranger.key') }, 'keyFile', /not the key of the first certificate/],
    [{ caFile: text }, 'caFile', /no certificate in PEM form/],
    [{ caFile: broken }, 'caFile', /certificate 1 cannot be read/],
    [{ caFile: join(folder, 'nowhere') }, 'caFile', /no such file/],
  ];
  for (const [files, field, reason] of cases) {
    assert.throws(
      () => readTls('security.peerTls', { ...good, ...files }, silentLogger),
      (error: unknown) => {
        assert.ok(error instanceof StrataError);
        assert.equal(error.code, 'STRATA_SECRET_UNREADABLE');
        assert.equal(error.details.field, `security.peerTls.${field}`);
        assert.equal(error.details.path, (files as Record<string, string>)[field]);
        assert.match(error.message, reason);
        return true;
      },
    );
  }
});
