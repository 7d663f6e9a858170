import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Message } from '../../consensus/messages.js';
import type { StrataError } from '../../errors.js';
import { encodeFrame, FrameDecoder, type FrameHeader, FrameKind, Service } from '../peers/frame.js';
import {
  decodeGreeting,
  decodeRefusal,
  decodeWelcome,
  encodeBytes,
  encodeGreeting,
  encodeWelcome,
  type Greeting,
  protocolVersion,
} from '../peers/handshake.js';
import { decodeBatch } from '../peers/message-decoder.js';
import { encodeBatch } from '../peers/message-encoder.js';
import { PeerProof } from '../security/peer-proof.js';

const frameBytesMax = 64 * 1_048_576;
const noBytes = Buffer.alloc(0);
const channel = noBytes;
/** Fixed: what a test sends is the same in every run. */
const nonce = Buffer.alloc(32, 7);

export function controlFrame(kind: FrameKind, payload: Uint8Array = noBytes, requestId = 0): Buffer {
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
    protocolVersion,
    clusterId: 'test',
    nodeId,
    instanceId: `raw-${nodeId}`,
    toNodeId,
    lane: 1,
    storageId: `disk-${nodeId}`,
    nonce,
    appliedIndex: 0,
    host: '127.0.0.1',
    peerPort: 0,
    ...fields,
  };
}

export interface DiallerOptions {
  /** What the dialler knows; without it the exchange proves nothing. */
  readonly secret?: Uint8Array | null;
  /** Sent in place of the right proof; null for none at all. */
  readonly proof?: Uint8Array | null;
  /** Sent in the same breath as the proof, as one who does not wait for the answer. */
  readonly after?: Buffer;
  /** Hangs up behind it. */
  readonly ends?: boolean;
}

/** A dialling peer in the hands of a test: sends what it is told, keeps what comes. */
export class RawDialler {
  readonly socket: Socket;
  readonly frames: { header: FrameHeader; payload: Buffer }[] = [];
  /** The proof that was sent. */
  mac: Uint8Array | null = null;
  closed = false;

  constructor(port: number) {
    const decoder = new FrameDecoder(frameBytesMax, (header, payload) => {
      this.frames.push({ header, payload });
      if (header.kind === FrameKind.Challenge) this.#onChallenge(payload);
    });
    this.socket = connect({ host: '127.0.0.1', port });
    this.socket.on('data', (chunk: Buffer) => decoder.push(chunk));
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
    });
  }

  /** Says hello and answers the challenge. */
  greet(greeting: Greeting, options: DiallerOptions = {}): this {
    const hello = encodeGreeting(greeting);
    this.socket.write(controlFrame(FrameKind.Hello, hello));
    this.#onChallenge = (challenge) => {
      const right = new PeerProof(options.secret ?? null).ofDialler({ channel, hello, challenge });
      const mac = options.proof === undefined ? right : options.proof;
      this.mac = mac;
      const proof = mac === null ? noBytes : controlFrame(FrameKind.Proof, encodeBytes(mac));
      this.socket.write(Buffer.concat([proof, options.after ?? noBytes]));
      if (options.ends === true) this.socket.end();
    };
    return this;
  }

  get challenge(): Buffer | null {
    return this.#payloadOf(FrameKind.Challenge);
  }

  get welcome(): Greeting | null {
    const payload = this.#payloadOf(FrameKind.Welcome);
    return payload === null ? null : decodeGreeting(decodeWelcome(payload).greeting);
  }

  get refusal(): StrataError | null {
    const payload = this.#payloadOf(FrameKind.Refusal);
    return payload === null ? null : decodeRefusal(payload);
  }

  #onChallenge: (payload: Buffer) => void = () => {};

  #payloadOf(kind: FrameKind): Buffer | null {
    return this.frames.find(({ header }) => header.kind === kind)?.payload ?? null;
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
  /** Payloads of proofs that came. */
  readonly proofs: Buffer[] = [];
  /** Names of the requests that came, with the lane of each. */
  readonly requests: { method: string; lane: number }[] = [];
  /** Frames on these lanes are not read once the handshake is done: their queue grows at the sender. */
  readonly deafLanes = new Set<number>();
  answerPings = true;
  /** What the peer says of itself, when not the truth. */
  disguise: Partial<Greeting> = {};
  /** What it knows of the cluster's secret. */
  secret: Uint8Array | null = null;
  /** Skips the challenge, as one who cannot check an answer. */
  welcomesAtOnce = false;
  readonly #id: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(id: number) {
    this.#id = id;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  listen(port = 0): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(port, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    let lane: RawLane | null = null;
    let hello: Buffer = noBytes;
    const challenge = encodeBytes(nonce);
    const decoder = new FrameDecoder(frameBytesMax, (header, payload) => {
      if (header.kind === FrameKind.Hello) {
        hello = Buffer.from(payload);
        this.greetings.push(decodeGreeting(hello));
        if (this.welcomesAtOnce) this.#welcome(socket, hello, challenge);
        else socket.write(controlFrame(FrameKind.Challenge, challenge));
      } else if (header.kind === FrameKind.Proof) {
        this.proofs.push(Buffer.from(payload));
        const to = this.#welcome(socket, hello, challenge);
        lane = { socket, messages: [], frames: 0 };
        this.lanes.set(to, lane);
        if (this.deafLanes.has(to)) socket.pause();
      } else if (header.kind === FrameKind.Ping) {
        if (this.answerPings) socket.write(controlFrame(FrameKind.Pong, undefined, header.requestId));
      } else if (header.service === Service.Node) {
        this.requests.push({ method: header.method, lane: decodeGreeting(hello).lane });
        socket.write(encodeFrame({ ...header, method: '', kind: FrameKind.Response }, payload));
      } else if (header.service === Service.Raft && lane !== null) {
        lane.frames += 1;
        lane.messages.push(...decodeBatch(payload));
      }
    });
    socket.on('data', (chunk: Buffer) => decoder.push(chunk));
    socket.on('error', () => {});
  }

  #welcome(socket: Socket, hello: Buffer, challenge: Buffer): number {
    const { nodeId, lane } = decodeGreeting(hello);
    const greeting = encodeGreeting(greetingOf(this.#id, nodeId, { lane, nonce: noBytes, ...this.disguise }));
    const mac = new PeerProof(this.secret).ofAcceptor({ channel, hello, challenge }, greeting);
    socket.write(controlFrame(FrameKind.Welcome, encodeWelcome({ greeting, mac })));
    return lane;
  }
}
