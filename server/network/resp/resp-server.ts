import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Clock, Timer } from '../../ports/clock.js';
import type { ClusterAdmin } from '../../ports/cluster-admin.js';
import type { KeyValueService } from '../../ports/key-value-service.js';
import type { Logger } from '../../ports/logger.js';
import type { Metrics } from '../../ports/metrics.js';
import type { Limits } from '../limits.js';
import { listen } from '../listen.js';
import { RateLimitedLog } from '../rate-limited-log.js';
import type { Authenticator } from '../security/authenticator.js';
import type { TlsOptions } from '../security/tls.js';
import { silentLogger } from '../silent-logger.js';
import { CallPool } from './call.js';
import { createCommandTable } from './command-table.js';
import { Connection, type ConnectionKeeper } from './connection.js';
import { tooManyClients } from './error-replies.js';
import type { RespContext, RespInfo } from './resp-context.js';
import { argumentsMax, socketBytes, sweepIntervalMs } from './resp-limits.js';
import { createRespMetrics } from './resp-metrics.js';
import { ScanCursors } from './scan-cursors.js';
import { Session } from './session.js';
import { sweepConnection } from './time-limits.js';

/** After the last answer of a drain: time for it to leave the socket. */
const lastAnswersMs = 250;
/** Sockets in their TLS handshake, beside the connections: they are counted when it is done. */
const handshakesMax = 1_024;
/** Unused connections are probed by the system, so that those of dead machines go away. */
const keepAliveDelayMs = 60_000;

export interface RespServerOptions {
  readonly service: KeyValueService;
  /** For SAVE, BGSAVE and FAILOVER; without it they are refused. */
  readonly admin?: ClusterAdmin | null;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly limits: Limits;
  readonly auth: Authenticator;
  /** Null: plain text. */
  readonly tls: TlsOptions | null;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log?: Logger;
  readonly info: RespInfo;
  /** How often time limits are looked at; tests are in a hurry. */
  readonly sweepIntervalMs?: number;
}

export interface RespServer {
  /** @throws StrataError STRATA_PORT_IN_USE, STRATA_LISTEN_FAILED */
  listen(): Promise<{ readonly port: number }>;
  /**
   * Stops accepting and reading, answers what was accepted, and ends each connection then, at most `timeoutMs`. A client that reads the end of its
   * connection knows that what has no answer was not begun, unless the time was over.
   */
  drain(timeoutMs: number): Promise<void>;
  /** Closes every connection at once. */
  close(): Promise<void>;
}

export function createRespServer(options: RespServerOptions): RespServer {
  return new NodeRespServer(options);
}

class NodeRespServer implements RespServer, ConnectionKeeper {
  readonly #options: RespServerOptions;
  readonly #log: Logger;
  readonly #context: RespContext;
  readonly #server: Server;
  readonly #closed: Promise<void>;
  readonly #sessions = new Map<number, Session>();
  readonly #connections = new Set<Connection>();
  /** Under TLS. */
  readonly #sockets = new Set<Socket>();
  #ready: Connection[] = [];
  #nextId = 1;
  #sweep: Timer | null = null;
  #onIdle = (): void => {};
  readonly #flushReady = (): void => {
    const ready = this.#ready;
    this.#ready = [];
    for (const connection of ready) connection.flush();
  };

  constructor(options: RespServerOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLogger;
    this.#context = this.#createContext();
    this.#server = this.#createServer();
    this.#closed = new Promise((resolve) => this.#server.once('close', resolve));
    const { metrics } = options;
    const { load } = this.#context;
    metrics.gauge('network_resp_connections', 'RESP connections open.', () => this.#connections.size);
    metrics.gauge(
      'network_resp_in_flight',
      'Commands accepted over RESP and not yet answered.',
      () => load.calls,
    );
    metrics.gauge(
      'network_resp_in_flight_bytes',
      'Bytes of those, and of commands that are not complete.',
      () => load.bytes,
    );
  }

  async listen(): Promise<{ readonly port: number }> {
    const { host, port, clock } = this.#options;
    this.#context.port = await listen(this.#server, host, port);
    this.#server.on('error', (error) => this.#log.error({ error: error.message }, 'RESP listener failed'));
    this.#sweep = clock.every(this.#options.sweepIntervalMs ?? sweepIntervalMs, () => this.#sweepAll());
    return { port: this.#context.port };
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#context.draining = true;
    if (!this.#server.listening) return;
    this.#server.close();
    for (const connection of this.#connections) connection.end();
    if (!this.#isIdle()) {
      await this.#within(timeoutMs, new Promise<void>((resolve) => (this.#onIdle = resolve)));
    }
    await this.#within(Math.min(timeoutMs, lastAnswersMs), this.#closed);
  }

  async close(): Promise<void> {
    this.#context.draining = true;
    this.#sweep?.cancel();
    if (!this.#server.listening && this.#connections.size + this.#sockets.size === 0) return;
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await this.#closed;
  }

  // ConnectionKeeper.

  /** After the callback that is running: an answer does not wait for a turn of the loop, and all answers of the callback leave together. */
  flushSoon(connection: Connection): void {
    if (this.#ready.length === 0) process.nextTick(this.#flushReady);
    this.#ready.push(connection);
  }

  idle(): void {
    if (this.#context.draining && this.#isIdle()) this.#onIdle();
  }

  #isIdle(): boolean {
    for (const connection of this.#connections) if (!connection.isIdle) return false;
    return true;
  }

  #createContext(): RespContext {
    const { service, admin, limits, auth, clock, metrics, info, port } = this.#options;
    const calls = new CallPool();
    const context: RespContext = {
      service,
      admin: admin ?? null,
      limits,
      parserLimits: {
        argumentsMax: argumentsMax(limits),
        argumentBytesMax: limits.valueBytesMax,
        commandBytesMax: limits.commandBytesMax,
      },
      auth,
      clock,
      log: this.#log,
      clientLog: new RateLimitedLog(this.#log, clock),
      metrics: createRespMetrics(metrics, clock),
      info,
      table: createCommandTable(),
      calls,
      cursors: new ScanCursors(),
      load: { calls: 0, bytes: 0 },
      sessions: this.#sessions,
      startedNs: clock.nowNs(),
      port,
      draining: false,
    };
    calls.attach(context);
    return context;
  }

  #createServer(): Server {
    const { tls, limits } = this.#options;
    const socketOptions = {
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelayMs,
      highWaterMark: socketBytes,
      // A client may send its commands, end its side, and read the answers.
      allowHalfOpen: true,
    };
    const accept = (socket: Socket): void => this.#accept(socket);
    if (tls === null) return createServer(socketOptions, accept);
    // Those in their handshake are connections of the server and of nobody else yet.
    const server = createTlsServer(
      { ...socketOptions, ...tls, handshakeTimeout: limits.headersTimeoutMs },
      accept,
    );
    server.maxConnections = limits.connectionsMax + handshakesMax;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('tlsClientError', (error, socket) => {
      this.#context.metrics.protocolErrors.add(1);
      this.#context.clientLog.warn(
        { client: socket.remoteAddress, reason: error.message },
        'RESP TLS handshake failed',
      );
    });
    return server;
  }

  #accept(socket: Socket): void {
    const { limits, auth, clock } = this.#options;
    const { metrics } = this.#context;
    if (this.#connections.size >= limits.connectionsMax || this.#context.draining) {
      metrics.rejectedConnections.add(1);
      socket.on('error', () => socket.destroy());
      socket.end(tooManyClients, 'latin1');
      socket.destroySoon();
      return;
    }
    metrics.connections.add(1);
    const id = this.#nextId;
    this.#nextId += 1;
    const address = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
    const session = new Session(id, address, auth.anonymousRole, clock.nowNs(), this.#context.load);
    const connection = new Connection(this.#context, this, socket, session);
    this.#sessions.set(id, session);
    this.#connections.add(connection);
    socket.once('close', () => {
      this.#sessions.delete(id);
      this.#connections.delete(connection);
      this.idle();
    });
  }

  #sweepAll(): void {
    const nowNs = this.#options.clock.nowNs();
    for (const connection of this.#connections) {
      if (sweepConnection(connection, this.#options.limits, nowNs)) this.#context.metrics.timeouts.add(1);
    }
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
