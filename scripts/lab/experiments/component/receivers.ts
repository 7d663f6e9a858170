import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FrameDecoder } from '../../../../server/network/peers/frame.js';
import { LENGTH_BYTES } from './message-source.js';
import { FRAME_BYTES_MAX } from './rpc-limits.js';

const FIXED_BYTES = 1_024;
const ACKNOWLEDGEMENT = Buffer.from([1]);

/** The receiving side of an arm; one message is awaited at a time. */
export interface Receiver {
  /** Read events of the event loop so far. */
  readonly reads: number;
  /** Bytes of the next message that its reader gets to see. */
  next(): Promise<number>;
  close(): void;
}

export async function receiverOf(arm: string, port: number, messageBytes: number): Promise<Receiver> {
  const receiver = new SocketReceiver();
  if (arm === 'dynamic') {
    const decoder = new FrameDecoder(FRAME_BYTES_MAX, (_, payload) => receiver.took(payload.length));
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.on('data', (chunk) => {
      receiver.reads += 1;
      decoder.push(chunk);
    });
    return receiver.on(socket);
  }
  const take = arm === 'fixed-1024' ? firstRead(receiver, messageBytes) : assembled(receiver);
  // Node reads into this one buffer and nothing else, as a server with a buffer on its stack does.
  const onread = {
    buffer: Buffer.alloc(FIXED_BYTES),
    callback: (bytes: number, buffer: Uint8Array): boolean => {
      receiver.reads += 1;
      take(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
      return true;
    },
  };
  return receiver.on(connect({ host: '127.0.0.1', port, noDelay: true, onread }));
}

/** What the first read gave is the message; what follows of it on the wire is read and lost. */
function firstRead(receiver: SocketReceiver, messageBytes: number): (bytes: Buffer) => void {
  let first = 0;
  let seen = 0;
  return (bytes) => {
    if (seen === 0) first = bytes.length;
    seen += bytes.length;
    if (seen < messageBytes) return;
    seen = 0;
    receiver.took(first);
  };
}

/** Reads are copied, because the buffer is used again, and put together when all are there. */
function assembled(receiver: SocketReceiver): (bytes: Buffer) => void {
  let pieces: Buffer[] = [];
  let seen = 0;
  return (bytes) => {
    pieces.push(Buffer.from(bytes));
    seen += bytes.length;
    const length = pieces[0]!.length < LENGTH_BYTES ? Number.POSITIVE_INFINITY : pieces[0]!.readUInt32BE(0);
    if (seen < LENGTH_BYTES + length) return;
    const message = Buffer.concat(pieces, seen).subarray(LENGTH_BYTES);
    pieces = [];
    seen = 0;
    receiver.took(message.length);
  };
}

class SocketReceiver implements Receiver {
  reads = 0;
  #socket: Socket | null = null;
  #waiting: { resolve(bytes: number): void; reject(error: Error): void } | null = null;

  async on(socket: Socket): Promise<this> {
    this.#socket = socket;
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
    await once(socket, 'connect');
    return this;
  }

  /** A whole message was received, and its reader saw so many bytes of it. */
  took(bytes: number): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#socket!.write(ACKNOWLEDGEMENT);
    waiting?.resolve(bytes);
  }

  next(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  close(): void {
    this.#socket!.destroy();
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
