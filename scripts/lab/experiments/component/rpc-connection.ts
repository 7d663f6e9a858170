import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeFrame, FrameDecoder, FrameKind, Service } from '../../../../server/network/peers/frame.js';
import { FRAME_BYTES_MAX } from './rpc-limits.js';

interface Waiting {
  resolve(payload: Buffer): void;
  reject(error: Error): void;
}

/** A connection to the server of `rpc-server.ts`; any number of calls may be under way. */
export class RpcConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const decoder = new FrameDecoder(FRAME_BYTES_MAX, ({ requestId }, payload) => {
      this.#waiting.get(requestId)?.resolve(payload);
      this.#waiting.delete(requestId);
    });
    socket.on('data', (chunk) => decoder.push(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  static async open(port: number): Promise<RpcConnection> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new RpcConnection(socket);
  }

  call(method: string, payload: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error('the connection is closed'));
        return;
      }
      this.#lastId += 1;
      const header = { service: Service.Node, method, requestId: this.#lastId, kind: FrameKind.Request };
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#socket.write(encodeFrame(header, payload));
    });
  }

  close(): void {
    // A reset leaves no port behind in TIME_WAIT: thousands of calls, each on its own connection, would use them up.
    this.#socket.resetAndDestroy();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
