import { Agent, request as httpRequest } from 'node:http';
import type { Clock } from '../../ports/clock.js';
import { createHttpServer, type HttpServer } from '../http/http-server.js';
import type { Limits } from '../limits.js';
import { type Authenticator, openToAll } from '../security/authenticator.js';
import type { TlsOptions } from '../security/tls.js';
import { FakeAdmin } from './fake-admin.js';
import { FakeService } from './fake-service.js';
import { MemoryMetrics } from './memory-metrics.js';
import { exchange, parseAnswer, type RawAnswer } from './raw-http.js';
import { realClock } from './real-clock.js';
import { testLimits } from './test-limits.js';

/** An HTTP server before a store in memory. */
export class HttpFixture {
  readonly service = new FakeService();
  readonly admin = new FakeAdmin();
  readonly metrics = new MemoryMetrics();
  readonly logged: { fields: Record<string, unknown>; message: string }[] = [];
  readonly server: HttpServer;
  readonly agent = new Agent({ keepAlive: true });
  port = 0;

  constructor(
    limits: Partial<Limits> = {},
    auth: Authenticator = openToAll,
    tls: TlsOptions | null = null,
    clock: Clock = realClock,
  ) {
    const keep = (fields: Record<string, unknown>, message: string): void => {
      this.logged.push({ fields, message });
    };
    this.server = createHttpServer({
      service: this.service,
      admin: this.admin,
      auth,
      tls,
      build: { version: '1.2.3' },
      host: '127.0.0.1',
      port: 0,
      limits: testLimits(limits),
      clock,
      metrics: this.metrics,
      metricsSource: this.metrics,
      log: { debug: keep, info: keep, warn: keep, error: keep },
    });
  }

  async start(): Promise<this> {
    this.port = (await this.server.listen()).port;
    return this;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.service.release();
    await this.server.close();
  }

  /** A request over a connection that is kept and used again. */
  send(
    method: string,
    path: string,
    body: string | Buffer | null = null,
    headers: Record<string, string> = {},
  ): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port: this.port, method, path, headers, agent: this.agent },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              headers: new Map(
                Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
              ),
              body: Buffer.concat(chunks),
            }),
          );
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(body ?? undefined);
    });
  }

  /** Bytes as they are, over a connection that the server has to close. */
  async raw(bytes: string | Buffer, endAfter = false): Promise<RawAnswer> {
    return parseAnswer(await exchange(this.port, bytes, endAfter));
  }
}

export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details?: Readonly<Record<string, string | number>>;
  };
}

export function errorOf(answer: RawAnswer): ErrorDocument['error'] {
  return (JSON.parse(answer.body.toString()) as ErrorDocument).error;
}

export function jsonOf(answer: RawAnswer): Record<string, unknown> {
  return JSON.parse(answer.body.toString()) as Record<string, unknown>;
}
