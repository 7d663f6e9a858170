import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Logger } from '../../ports/logger.js';
import { peerConnectionsMax, peerStrangersMax } from '../limits.js';
import { listen } from '../listen.js';
import type { RateLimitedLog } from '../rate-limited-log.js';
import type { TlsOptions } from '../security/tls.js';
import type { PeerMetrics } from './peer-metrics.js';

export interface PeerListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | null;
  readonly handshakeTimeoutMs: number;
  readonly metrics: PeerMetrics;
  readonly log: Logger;
  readonly strangers: RateLimitedLog;
  /** A socket that may be spoken to: with TLS its certificate was checked. */
  readonly onSocket: (socket: Socket) => void;
}

/** The port that peers come to. Counts every socket as a stranger until it is told otherwise. */
export class PeerListener {
  readonly #options: PeerListenerOptions;
  readonly #server: Server;
  /** Sockets of those who have not proven who they are, oldest first. TLS wraps a socket: the plain ones stand here. */
  readonly #strangers = new Set<Socket>();
  #port = 0;

  constructor(options: PeerListenerOptions) {
    this.#options = options;
    const { tls, handshakeTimeoutMs: handshakeTimeout } = options;
    if (tls === null) {
      this.#server = createServer({ noDelay: true }, options.onSocket);
    } else {
      const strict = { ...tls, requestCert: true, rejectUnauthorized: true };
      const server = createTlsServer({ ...strict, noDelay: true, handshakeTimeout }, options.onSocket);
      server.on('tlsClientError', (error, socket) => this.#failed(error, socket));
      this.#server = server;
    }
    this.#server.maxConnections = peerConnectionsMax;
    this.#server.prependListener('connection', (socket: Socket) => this.#came(socket));
  }

  /** The port that listens; 0 before. */
  get port(): number {
    return this.#port;
  }

  get strangers(): number {
    return this.#strangers.size;
  }

  /** @throws StrataError STRATA_PORT_IN_USE, STRATA_LISTEN_FAILED */
  async open(): Promise<void> {
    this.#port = await listen(this.#server, this.#options.host, this.#options.port);
    this.#server.on('error', (error) =>
      this.#options.log.error({ error: error.message }, 'peer listener failed'),
    );
  }

  /** This one has proven who it is and does not count any more. */
  known(socket: Socket): void {
    const { remotePort, remoteAddress } = socket;
    for (const stranger of this.#strangers) {
      if (
        stranger === socket ||
        (stranger.remotePort === remotePort && stranger.remoteAddress === remoteAddress)
      ) {
        this.#strangers.delete(stranger);
      }
    }
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#strangers) socket.destroy();
    return closed;
  }

  /**
   * Above the limit the oldest stranger goes, not the newest: an honest peer needs milliseconds, so who sits here is not one, and nobody
   * keeps the members out by sitting.
   */
  #came(socket: Socket): void {
    socket.on('close', () => this.#strangers.delete(socket));
    if (this.#strangers.size >= peerStrangersMax) {
      const [oldest] = this.#strangers;
      this.#strangers.delete(oldest!);
      this.#options.metrics.turnedAway.add(1);
      this.#options.strangers.warn(
        { limit: peerStrangersMax, from: oldest!.remoteAddress ?? '' },
        'too many connections to the peer port that do not prove who they are; the oldest was closed',
      );
      oldest!.destroy();
    }
    this.#strangers.add(socket);
  }

  #failed(error: Error & { code?: string }, socket: Socket): void {
    const { metrics, strangers } = this.#options;
    metrics.refused.add(1);
    metrics.unauthenticated.add(1);
    const from = socket.remoteAddress ?? '';
    strangers.warn({ from, reason: error.code ?? error.message }, 'a peer failed the TLS handshake');
    // Node tells of a handshake that takes too long and leaves the rest to us.
    socket.destroy();
  }
}
