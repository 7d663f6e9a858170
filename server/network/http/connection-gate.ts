import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { InvariantError } from '../../errors.js';
import { healthConnectionsMax } from '../limits.js';
import { Connection } from './connection.js';

const connectionKey = Symbol('connection');

interface TrackedSocket extends Socket {
  [connectionKey]?: Connection;
}

/**
 * Bounds the connections of a listener. Those beyond the limit are not cut off: a probe that finds a full node dead would have it restarted,
 * and with it goes what made it full. A small reserve takes them; when it is full too, its oldest connection gives way, so that nobody
 * can sit on it: who asks for health asks at once.
 */
export class ConnectionGate {
  readonly #connectionsMax: number;
  /** In the order of their coming. */
  readonly #reserve = new Set<Socket>();
  /** Only for TLS, between the two events of one connection: its addresses tell which is which. */
  readonly #handshakes = new Map<string, Connection>();
  #count = 0;

  constructor(connectionsMax: number) {
    this.#connectionsMax = connectionsMax;
  }

  get count(): number {
    return this.#count;
  }

  admit(socket: Socket, isTls: boolean): void {
    const reserved = this.#count >= this.#connectionsMax;
    const connection = new Connection(reserved);
    const address = isTls ? addressOf(socket) : '';
    this.#count += 1;
    socket.once('close', () => {
      this.#count -= 1;
      this.#reserve.delete(socket);
      if (isTls) this.#handshakes.delete(address);
      connection.close();
    });
    if (isTls) this.#handshakes.set(address, connection);
    else (socket as TrackedSocket)[connectionKey] = connection;
    if (reserved) this.#takeIn(socket);
  }

  /** `socket` is the TLS socket around one that was admitted. */
  secure(socket: Socket): void {
    const address = addressOf(socket);
    // Gone already: what it sends is answered by nobody, but the record has to be there.
    const connection = this.#handshakes.get(address) ?? new Connection(true);
    (socket as TrackedSocket)[connectionKey] = connection;
    this.#handshakes.delete(address);
  }

  #takeIn(socket: Socket): void {
    this.#reserve.add(socket);
    if (this.#reserve.size <= healthConnectionsMax) return;
    for (const oldest of this.#reserve) {
      this.#reserve.delete(oldest);
      oldest.destroy();
      return;
    }
  }
}

export function connectionOf(request: IncomingMessage): Connection {
  const connection = (request.socket as TrackedSocket)[connectionKey];
  if (connection === undefined)
    throw new InvariantError('a request came over a connection that was not admitted');
  return connection;
}

function addressOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`;
}
