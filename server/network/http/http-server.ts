import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { ClusterAdmin } from '../../ports/cluster-admin.js';
import type { KeyValueService } from '../../ports/key-value-service.js';
import type { Logger } from '../../ports/logger.js';
import type { Metrics, MetricsSource } from '../../ports/metrics.js';
import type { Limits } from '../limits.js';
import { listen } from '../listen.js';
import type { Authenticator } from '../security/authenticator.js';
import type { TlsOptions } from '../security/tls.js';
import { silentLogger } from '../silent-logger.js';
import { Admission } from './admission.js';
import { Authorizer } from './authorizer.js';
import { ClientErrors } from './client-errors.js';
import { ConnectionGate, connectionOf } from './connection-gate.js';
import type { RouteTools } from './exchange.js';
import { createHttpMetrics, watchHttpGauges } from './http-metrics.js';
import { KeyValueRoutes, keyPrefix } from './key-value-routes.js';
import { Replier } from './replier.js';
import { Router } from './router.js';
import { createRoutes } from './routes.js';
import { WatchRoutes } from './watch-routes.js';

const connectionsCheckingIntervalMs = 1_000;
/** After the last answer of a drain: time for it to leave the socket. */
const lastAnswersMs = 250;

export interface HttpServerOptions {
  readonly service: KeyValueService;
  readonly admin: ClusterAdmin;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly limits: Limits;
  readonly auth: Authenticator;
  /** Null: plain text. */
  readonly tls: TlsOptions | null;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** What `/metrics` shows. */
  readonly metricsSource: MetricsSource;
  /** Labels of `strata_build_info`, such as the version. */
  readonly build?: Readonly<Record<string, string>>;
  readonly log?: Logger;
}

export interface HttpServer {
  /** @throws StrataError STRATA_PORT_IN_USE, STRATA_LISTEN_FAILED */
  listen(): Promise<{ readonly port: number }>;
  /** Stops accepting, ends watches, refuses new operations with 503, and waits until those under way are answered, at most `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  /** Closes every connection at once. */
  close(): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  return new NodeHttpServer(options);
}

class NodeHttpServer implements HttpServer {
  readonly #options: HttpServerOptions;
  readonly #tools: RouteTools;
  readonly #gate: ConnectionGate;
  readonly #keyValue: KeyValueRoutes;
  readonly #watches: WatchRoutes;
  readonly #router: Router;
  readonly #clientErrors: ClientErrors;
  readonly #server: Server;
  readonly #closed: Promise<void>;
  #onIdle = (): void => {};

  constructor(options: HttpServerOptions) {
    const { service, limits, clock, auth } = options;
    const metrics = createHttpMetrics(options.metrics, clock);
    const replier = new Replier(metrics, options.log ?? silentLogger);
    const admission = new Admission(limits, () => this.#onIdle());
    this.#options = options;
    this.#tools = { limits, clock, metrics, replier, admission, authorizer: new Authorizer(auth) };
    this.#gate = new ConnectionGate(limits.connectionsMax);
    this.#keyValue = new KeyValueRoutes(service, this.#tools);
    this.#watches = new WatchRoutes(service, this.#tools);
    this.#router = new Router(this.#tools, createRoutes(options, this.#tools, this.#watches));
    this.#clientErrors = new ClientErrors(limits, clock);
    this.#server = this.#createServer();
    this.#closed = new Promise((resolve) => this.#server.once('close', resolve));
    watchHttpGauges(options.metrics, {
      connections: () => this.#gate.count,
      inFlight: () => admission.inFlight,
      bodyBytes: () => admission.bodyBytes,
      answerBytes: () => replier.waitingBytes,
      watches: () => this.#watches.openCount,
    });
  }

  async listen(): Promise<{ readonly port: number }> {
    const port = await listen(this.#server, this.#options.host, this.#options.port);
    this.#server.on('error', (error) =>
      this.#options.log?.error({ error: error.message }, 'HTTP listener failed'),
    );
    return { port };
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#tools.replier.draining = true;
    this.#server.close();
    this.#server.closeIdleConnections();
    this.#watches.closeAll(new StrataError('STRATA_SHUTTING_DOWN'));
    if (this.#tools.admission.inFlight > 0) {
      await this.#within(timeoutMs, new Promise<void>((resolve) => (this.#onIdle = resolve)));
    }
    await this.#within(Math.min(timeoutMs, lastAnswersMs), this.#closed);
  }

  async close(): Promise<void> {
    this.#tools.replier.draining = true;
    if (!this.#server.listening && this.#gate.count === 0) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#closed;
  }

  #createServer(): Server {
    const { limits, tls } = this.#options;
    const options: ServerOptions = {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: connectionsCheckingIntervalMs,
      noDelay: true,
      // node:http would answer without a code; the handler checks it.
      requireHostHeader: false,
    };
    const server =
      tls === null
        ? createServer(options)
        : createTlsServer({ ...options, ...tls, handshakeTimeout: limits.headersTimeoutMs });
    // Headers are bounded in bytes. A bound on their number would drop some in silence.
    server.maxHeadersCount = 0;
    // Nobody may keep an answer waiting for ever: a connection on which no byte moves either way is closed.
    server.timeout = Math.max(limits.keepAliveTimeoutMs, limits.operationTimeoutMs + limits.requestTimeoutMs);
    this.#hear(server, tls !== null);
    return server;
  }

  #hear(server: Server, isTls: boolean): void {
    const { metrics, replier } = this.#tools;
    server.on('connection', (socket: Socket) => this.#gate.admit(socket, isTls));
    if (isTls) server.on('secureConnection', (socket: Socket) => this.#gate.secure(socket));
    server.on('request', (request, response) => this.#handle(request, response, false));
    server.on('checkContinue', (request, response) => this.#handle(request, response, true));
    server.on('checkExpectation', (_request, response: ServerResponse) => {
      metrics.requests.add(1);
      replier.error(response, malformed('the only expectation it may have is 100-continue'));
    });
    server.on('clientError', (error, socket) => {
      if (this.#clientErrors.onClientError(error, socket)) metrics.errors.add(1);
    });
    server.on('connect', (_request, socket) => {
      const error = new StrataError('STRATA_METHOD_NOT_ALLOWED', {
        method: 'CONNECT',
        path: '*',
        allowed: 'GET, HEAD, PUT, POST, DELETE',
      });
      metrics.errors.add(1);
      this.#clientErrors.answer(socket, error);
    });
  }

  #handle(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const receivedNs = this.#options.clock.nowNs();
    const { metrics, replier } = this.#tools;
    metrics.requests.add(1);
    // One answer each: the next probe finds room.
    if (connectionOf(request).reserved) response.shouldKeepAlive = false;
    const url = originForm(request.url!);
    if (request.headers.host === undefined && request.httpVersionMinor === 1) {
      replier.error(response, malformed('it has no Host header'));
    } else if (url.startsWith(keyPrefix)) {
      this.#keyValue.handle(request, response, url, receivedNs, awaitsContinue);
    } else this.#router.handle(request, response, url, receivedNs, awaitsContinue);
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
