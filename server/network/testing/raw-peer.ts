import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Message } from '../../consensus/messages.js';
import type { StrataError } from '../../errors.js';
import { encodeFrame, FrameDecoder, type FrameHeader, FrameKind, Service } from '../peers/frame.js';
import { decodeGreeting, decodeRefusal, encodeGreeting, type Greeting } from '../peers/handshake.js';
import { decodeBatch } from '../peers/message-decoder.js';
import { encodeBatch } from '../peers/message-encoder.js';

const frameBytesMax = 64 * 1_048_576;

export function controlFrame(
  kind: FrameKind,
  payload: Uint8Array = new Uint8Array(0),
  requestId = 0,
): Buffer {
  return encodeFrame({ service: Service.Control, method: '', requestId, kind }, payload);
}

export function raftFrame(messages: readonly Message[]): Buffer {
  return encodeFrame(
    { service: Service.Raft, method: '', requestId: 0, kind: FrameKind.OneWay },
    encodeBatch(messages),
  );
}

export function greetingOf(nodeId: number, toNodeId: number, fields: Partial<Greeting> = {}): Greeting {
  return {
    protocolVersion: 1,
    clusterId: 'test',
    nodeId,
    instanceId: `raw-${nodeId}`,
    toNodeId,
    lane: 1,
    ...fields,
  };
}

/** A dialling peer in the hands of a test: sends what it is told, keeps what comes. */
export class RawDialler {
  readonly socket: Socket;
  readonly frames: { header: FrameHeader; payload: Buffer }[] = [];
  closed = false;

  constructor(port: number) {
    const decoder = new FrameDecoder(frameBytesMax, (header, payload) =>
      this.frames.push({ header, payload }),
    );
    this.socket = connect({ host: '127.0.0.1', port });
    this.socket.on('data', (chunk: Buffer) => decoder.push(chunk));
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
    });
  }

  greet(greeting: Greeting): this {
    this.socket.write(controlFrame(FrameKind.Hello, encodeGreeting(greeting)));
    return this;
  }

  get welcome(): Greeting | null {
    const frame = this.frames.find(({ header }) => header.kind === FrameKind.Welcome);
    return frame === undefined ? null : decodeGreeting(frame.payload);
  }

  get refusal(): StrataError | null {
    const frame = this.frames.find(({ header }) => header.kind === FrameKind.Refusal);
    return frame === undefined ? null : decodeRefusal(frame.payload);
  }
}

export interface RawLane {
  readonly socket: Socket;
  readonly messages: Message[];
  frames: number;
}

/** A listening peer in the hands of a test: greets properly, then does what the test says. */
export class RawListener {
  readonly lanes = new Map<number, RawLane>();
  readonly greetings: Greeting[] = [];
  /** Frames on these lanes are not read once the greeting is done: their queue grows at the sender. */
  readonly deafLanes = new Set<number>();
  answerPings = true;
  /** What the peer says of itself, when not the truth. */
  disguise: Partial<Greeting> = {};
  readonly #id: number;
  readonly #server: Server;

  constructor(id: number) {
    this.#id = id;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  close(): void {
    this.#server.close();
    for (const { socket } of this.lanes.values()) socket.destroy();
  }

  #accept(socket: Socket): void {
    let lane: RawLane | null = null;
    const decoder = new FrameDecoder(frameBytesMax, (header, payload) => {
      if (header.kind === FrameKind.Hello) {
        const hello = decodeGreeting(payload);
        this.greetings.push(hello);
        lane = { socket, messages: [], frames: 0 };
        this.lanes.set(hello.lane, lane);
        const answer = greetingOf(this.#id, hello.nodeId, { lane: hello.lane, ...this.disguise });
        socket.write(controlFrame(FrameKind.Welcome, encodeGreeting(answer)));
        if (this.deafLanes.has(hello.lane)) socket.pause();
      } else if (header.kind === FrameKind.Ping) {
        if (this.answerPings) socket.write(controlFrame(FrameKind.Pong, undefined, header.requestId));
      } else if (header.service === Service.Raft && lane !== null) {
        lane.frames += 1;
        lane.messages.push(...decodeBatch(payload));
      }
    });
    socket.on('data', (chunk: Buffer) => decoder.push(chunk));
    socket.on('error', () => {});
  }
}
