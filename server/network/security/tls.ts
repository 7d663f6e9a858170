import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { StrataError } from '../../errors.js';
import type { Logger } from '../../ports/logger.js';
import { readBounded, readSecret, unusable } from './secret-file.js';

/** What `node:tls` and `node:https` are handed. With `requestCert` a side that shows no certificate of the CA is not let in. */
export type TlsOptions = SecureContextOptions & {
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
};

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile?: string | undefined;
}

/** TLS 1.0 and 1.1 are broken; RFC 8996 forbids them. */
const minVersion = 'TLSv1.2';
const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads and checks the files of a listener, so that a wrong one stops the start and not the first connection.
 * `field` is where they stand in the configuration: `security.clientTls` or `security.peerTls`.
 * @throws StrataError STRATA_SECRET_UNREADABLE naming field, path and reason
 */
export function readTls(field: string, files: TlsFiles, logger: Logger): TlsOptions {
  const cert = readBounded(`${field}.certFile`, files.certFile);
  const [own] = certificatesOf(`${field}.certFile`, files.certFile, cert);
  checkDates(`${field}.certFile`, files.certFile, own!, logger);
  const key = readSecret(`${field}.keyFile`, files.keyFile, logger);
  checkKey(`${field}.keyFile`, files.keyFile, key, own!);
  const options: SecureContextOptions = { cert, key, minVersion };
  if (files.caFile !== undefined) {
    const ca = readBounded(`${field}.caFile`, files.caFile);
    certificatesOf(`${field}.caFile`, files.caFile, ca);
    options.ca = ca;
  }
  try {
    createSecureContext(options);
  } catch (error) {
    throw unusable(`${field}.certFile`, files.certFile, (error as Error).message);
  }
  return files.caFile === undefined ? options : { ...options, requestCert: true, rejectUnauthorized: true };
}

function certificatesOf(field: string, path: string, pem: Buffer): X509Certificate[] {
  const found = pem.toString('latin1').match(certificate);
  if (found === null) throw unusable(field, path, 'it holds no certificate in PEM form');
  return found.map((text, index) => {
    try {
      return new X509Certificate(text);
    } catch {
      throw unusable(field, path, `certificate ${index + 1} cannot be read`);
    }
  });
}

function checkKey(field: string, path: string, pem: Buffer, own: X509Certificate): void {
  let fault: StrataError | null = null;
  try {
    if (!own.checkPrivateKey(createPrivateKey(pem))) {
      fault = unusable(field, path, 'it is not the key of the first certificate in certFile');
    }
  } catch {
    // A key's own error may quote what it read.
    fault = unusable(field, path, 'it holds no private key in PEM form without a passphrase');
  }
  if (fault !== null) throw fault;
}

/** Only told: the clock of a machine may be wrong, and a listener that does not start serves nobody. */
function checkDates(field: string, path: string, own: X509Certificate, logger: Logger): void {
  const now = Date.now();
  if (now > Date.parse(own.validTo)) {
    logger.warn({ field, path, validTo: own.validTo }, `${field} names a certificate that has expired`);
  } else if (now < Date.parse(own.validFrom)) {
    logger.warn(
      { field, path, validFrom: own.validFrom },
      `${field} names a certificate that is not valid yet`,
    );
  }
}
