import { readFileSync } from 'node:fs';
import type { TlsOptions } from '../security/tls.js';
import { projectFile } from './project-file.js';

const folder = 'server/network/testing/certificates';

export function certificatePath(name: string): string {
  return projectFile(`${folder}/${name}`);
}

/** What a member of a cluster under TLS is handed; `name` says whose certificate it shows, `ca` whom it trusts. */
export function peerTlsOf(name = 'node', ca = 'ca'): TlsOptions {
  const read = (file: string): Buffer => readFileSync(certificatePath(file));
  return {
    cert: read(`${name}.pem`),
    key: read(`${name}.key`),
    ca: read(`${ca}.pem`),
    minVersion: 'TLSv1.2',
    requestCert: true,
    rejectUnauthorized: true,
  };
}
