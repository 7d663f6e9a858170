import http from 'node:http';
import https from 'node:https';
import { ProbeError } from './probe-error.js';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface HttpLimits {
  /** From the call to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
  /** Bearer token, where the server wants one. */
  readonly token?: string | undefined;
}

/** One GET on a connection of its own, so that no pooled socket keeps a process alive or is shared with the load. */
export function httpGet(url: URL, limits: HttpLimits): Promise<HttpAnswer> {
  const headers = limits.token === undefined ? {} : { Authorization: `Bearer ${limits.token}` };
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      request.destroy();
      reject(new ProbeError('STRATA_PROBE_FAILED', `GET ${url.href} failed: ${reason}.`));
    };
    const request = client.get(url, { agent: false, headers }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > limits.bytesMax) return fail(`the answer exceeds ${limits.bytesMax} bytes`);
        chunks.push(chunk);
      });
      response.on('error', (error) => fail(error.message));
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    const timer = setTimeout(
      () => fail(`no complete answer within ${limits.timeoutMs} ms`),
      limits.timeoutMs,
    );
    request.on('error', (error) => fail(error.message));
  });
}
