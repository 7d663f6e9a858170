import { Agent, request } from 'node:http';
import type { Reply } from './outcome.js';

const SOCKETS_MAX = 64;

/** Before a byte was sent the kernel said that nobody listens. */
const UNSENT = new Set(['ECONNREFUSED', 'EADDRNOTAVAIL']);

export interface Call {
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

/** HTTP for clients of a nemesis: one attempt a call, nothing is ever sent twice behind the caller's back. */
export class HttpCaller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  call({ url, method, path, headers = {}, body, timeoutMs }: Call): Promise<Reply> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve) => {
      const sent = request({ hostname, port, method, path, headers, agent: this.#agent });
      const settle = (reply: Reply) => {
        clearTimeout(timer);
        resolve(reply);
      };
      const timer = setTimeout(() => {
        settle({ kind: 'lost' });
        sent.destroy();
      }, timeoutMs);
      sent.on('error', (error: NodeJS.ErrnoException) =>
        settle(UNSENT.has(error.code ?? '') ? { kind: 'unsent' } : { kind: 'lost' }),
      );
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => settle({ kind: 'lost' }));
        response.on('close', () => settle({ kind: 'lost' }));
        response.on('end', () => {
          if (!response.complete) return;
          const text = Buffer.concat(chunks).toString('utf8');
          const etag = response.headers.etag ?? null;
          settle({ kind: 'answer', status: response.statusCode ?? 0, body: text, etag });
        });
      });
      if (body !== undefined) sent.setHeader('Content-Length', Buffer.byteLength(body));
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
