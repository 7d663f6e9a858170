import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { KeyValueService } from '../../ports/key-value-service.js';
import type { Logger } from '../../ports/logger.js';
import type { Metrics, MetricsSource } from '../../ports/metrics.js';
import type { Limits } from '../limits.js';
import { listen } from '../listen.js';
import { silentLogger } from '../silent-logger.js';
import { AdminRoutes } from './admin-routes.js';
import { ClientErrors } from './client-errors.js';
import { createHttpMetrics, type HttpMetrics } from './http-metrics.js';
import { KeyValueRoutes, keyPrefix } from './key-value-routes.js';
import { Replier } from './replier.js';

const connectionsCheckingIntervalMs = 1_000;
/** After the last answer of a drain: time for it to leave the socket. */
const lastAnswersMs = 250;

export interface HttpServerOptions {
  readonly service: KeyValueService;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** What `/metrics` shows. */
  readonly metricsSource: MetricsSource;
  readonly log?: Logger;
}

export interface HttpServer {
  /** @throws StrataError STRATA_PORT_IN_USE, STRATA_LISTEN_FAILED */
  listen(): Promise<{ readonly port: number }>;
  /** Stops accepting, refuses new operations with 503, and waits until those under way are answered, at most `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  /** Closes every connection at once. */
  close(): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  return new NodeHttpServer(options);
}

class NodeHttpServer implements HttpServer {
  readonly #options: HttpServerOptions;
  readonly #metrics: HttpMetrics;
  readonly #replier: Replier;
  readonly #keyValue: KeyValueRoutes;
  readonly #admin: AdminRoutes;
  readonly #clientErrors: ClientErrors;
  readonly #server: Server;
  readonly #closed: Promise<void>;
  #connections = 0;
  #onIdle = (): void => {};

  constructor(options: HttpServerOptions) {
    const { service, limits, clock, metrics, metricsSource } = options;
    const logger = options.log ?? silentLogger;
    this.#options = options;
    this.#metrics = createHttpMetrics(metrics);
    this.#replier = new Replier(this.#metrics, logger);
    this.#keyValue = new KeyValueRoutes({
      service,
      limits,
      clock,
      metrics: this.#metrics,
      replier: this.#replier,
      onIdle: () => this.#onIdle(),
    });
    this.#admin = new AdminRoutes({ service, clock, metricsSource, replier: this.#replier });
    this.#clientErrors = new ClientErrors(limits, clock);
    this.#server = this.#createServer();
    this.#closed = new Promise((resolve) => this.#server.once('close', resolve));
    metrics.gauge('network_http_connections', 'HTTP connections open.', () => this.#connections);
    metrics.gauge(
      'network_http_in_flight',
      'Operations accepted over HTTP and not yet answered.',
      () => this.#keyValue.inFlight,
    );
  }

  async listen(): Promise<{ readonly port: number }> {
    const port = await listen(this.#server, this.#options.host, this.#options.port);
    this.#server.on('error', (error) =>
      this.#options.log?.error({ error: error.message }, 'HTTP listener failed'),
    );
    return { port };
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#replier.draining = true;
    this.#server.close();
    this.#server.closeIdleConnections();
    if (this.#keyValue.inFlight > 0) {
      await this.#within(timeoutMs, new Promise<void>((resolve) => (this.#onIdle = resolve)));
    }
    await this.#within(Math.min(timeoutMs, lastAnswersMs), this.#closed);
  }

  async close(): Promise<void> {
    this.#replier.draining = true;
    if (!this.#server.listening && this.#connections === 0) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#closed;
  }

  #createServer(): Server {
    const { limits } = this.#options;
    const server = createServer({
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: connectionsCheckingIntervalMs,
      noDelay: true,
      // node:http would answer without a code; the handler checks it.
      requireHostHeader: false,
    });
    server.maxConnections = limits.connectionsMax;
    // Headers are bounded in bytes. A bound on their number would drop some in silence.
    server.maxHeadersCount = 0;
    server.on('connection', (socket) => this.#connected(socket));
    server.on('request', (request, response) => this.#handle(request, response, false));
    server.on('checkContinue', (request, response) => this.#handle(request, response, true));
    server.on('checkExpectation', (_request, response: ServerResponse) => {
      this.#metrics.requests.add(1);
      this.#replier.error(response, malformed('the only expectation it may have is 100-continue'));
    });
    server.on('clientError', (error, socket) => {
      if (this.#clientErrors.onClientError(error, socket)) this.#metrics.errors.add(1);
    });
    server.on('connect', (_request, socket) => {
      const error = new StrataError('STRATA_METHOD_NOT_ALLOWED', {
        method: 'CONNECT',
        path: '*',
        allowed: 'GET, HEAD, PUT, DELETE',
      });
      this.#metrics.errors.add(1);
      this.#clientErrors.answer(socket, error);
    });
    return server;
  }

  #connected(socket: Socket): void {
    this.#connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
    });
  }

  #handle(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const receivedNs = this.#options.clock.nowNs();
    this.#metrics.requests.add(1);
    const url = originForm(request.url!);
    if (request.headers.host === undefined && request.httpVersionMinor === 1) {
      this.#replier.error(response, malformed('it has no Host header'));
    } else if (url.startsWith(keyPrefix)) {
      this.#keyValue.handle(request, response, url, receivedNs, awaitsContinue);
    } else this.#admin.handle(request, response, url);
  }

  async #within(timeoutMs: number, event: Promise<void>): Promise<void> {
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(timeoutMs, resolve);
      cancel = () => timer.cancel();
    });
    await Promise.race([event, late]);
    cancel();
  }
}

/** A proxy may send the whole URL (RFC 9112 §3.2.2): what counts begins with the path. */
function originForm(url: string): string {
  if (url.charCodeAt(0) === 0x2f) return url;
  const authority = url.indexOf('://');
  const path = authority === -1 ? -1 : url.indexOf('/', authority + 3);
  return path === -1 ? url : url.slice(path);
}

function malformed(reason: string): StrataError {
  return new StrataError('STRATA_REQUEST_MALFORMED', { reason });
}
