import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { encodeFrame, FrameKind, Service } from '../../../../server/network/peers/frame.js';

const HEADER = { service: Service.Node, method: 'message', requestId: 1, kind: FrameKind.Request };

/** Bytes of the length in front of a message that is put together from reads of fixed size. */
export const LENGTH_BYTES = 4;

/** The sending side: messages of any size to the one receiver that is connected, as the receiver's arm wants them on the wire. */
export class MessageSource {
  readonly port: number;
  readonly #server: Server;
  #peer: Socket | null = null;
  /** Made once for each arm and size: what is measured is receiving. */
  readonly #wire = new Map<string, Buffer>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      // Acknowledgements are read and forgotten: whoever sent the message waits for the receiver itself.
      socket.resume();
      this.#peer = socket;
    });
  }

  static async listen(): Promise<MessageSource> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error(`listens on ${address}`);
    return new MessageSource(server, address.port);
  }

  send(arm: string, bytes: number): void {
    const key = `${arm} ${bytes}`;
    const wire = this.#wire.get(key) ?? onTheWire(arm, bytes);
    this.#wire.set(key, wire);
    if (this.#peer === null) throw new Error('no receiver is connected');
    this.#peer.write(wire);
  }

  /** Ends the connection at hand. */
  async drop(): Promise<void> {
    const peer = this.#peer;
    this.#peer = null;
    if (peer === null || peer.closed) return;
    const closed = once(peer, 'close');
    peer.destroy();
    await closed;
  }

  async close(): Promise<void> {
    await this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function onTheWire(arm: string, bytes: number): Buffer {
  const payload = Buffer.alloc(bytes, 'x');
  if (arm === 'fixed-1024') return payload;
  if (arm === 'dynamic') return encodeFrame(HEADER, payload);
  const wire = Buffer.alloc(LENGTH_BYTES + bytes, 'x');
  wire.writeUInt32BE(bytes, 0);
  return wire;
}
