import { connect, createServer, type Server, type Socket } from 'node:net';
import { Random } from '../../../loadgen/random.js';
import { FrameDecoder, FrameKind } from '../../../server/network/peers/frame.js';
import { decodeGreeting } from '../../../server/network/peers/handshake.js';
import type { LinkTable } from './link-table.js';
import { Pipe, type PipeOptions } from './pipe.js';

const HELLO_BYTES_MAX = 4_096;
const HELLO_TIMEOUT_MS = 3_000;

export interface PeerProxyOptions {
  readonly links: LinkTable;
  readonly seed: number;
  /** The node behind it. */
  readonly node: number;
  /** Where the other nodes dial: what the members advertise. */
  readonly host: string;
  readonly port: number;
  /** Where the node listens: `config.peerHost` and the same port. */
  readonly targetHost: string;
}

/**
 * Stands where a node says that it can be reached. The first frame of a connection says who dials (`server/network/peers/handshake.ts`), so one
 * listener treats every link on its own. A connection that A dialled to B carries A's messages to B, and B's answers back: each direction is
 * under the conditions of its own link. Plain TCP only.
 */
export class PeerProxy {
  readonly #options: PeerProxyOptions;
  readonly #server: Server;
  readonly #conversations = new Set<Conversation>();
  #accepted = 0;

  constructor(options: PeerProxyOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  listen(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve());
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const conversation of [...this.#conversations]) conversation.break();
    await closed;
  }

  #accept(socket: Socket): void {
    const conversation = new Conversation(socket, this.#options, this.#accepted++, () =>
      this.#conversations.delete(conversation),
    );
    this.#conversations.add(conversation);
  }
}

/** One connection through the proxy. */
class Conversation {
  readonly #client: Socket;
  readonly #options: PeerProxyOptions;
  readonly #number: number;
  readonly #onEnd: () => void;
  readonly #timer: NodeJS.Timeout;
  #pipes: readonly Pipe[] = [];
  #upstream: Socket | null = null;
  #unsubscribe: () => void = () => {};
  #ended = false;

  constructor(client: Socket, options: PeerProxyOptions, number: number, onEnd: () => void) {
    this.#client = client;
    this.#options = options;
    this.#number = number;
    this.#onEnd = onEnd;
    this.#timer = setTimeout(() => this.break(), HELLO_TIMEOUT_MS);
    client.on('error', () => {});
    this.#awaitHello();
  }

  /** Both sides see a reset. */
  break(): void {
    this.#end((socket) => (socket.connecting ? socket.destroy() : socket.resetAndDestroy()));
  }

  /** Both sides see the end of the stream, behind the last byte. */
  #close(): void {
    this.#end((socket) => socket.destroySoon());
  }

  #end(release: (socket: Socket) => void): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#unsubscribe();
    for (const pipe of this.#pipes) pipe.end();
    for (const socket of [this.#client, this.#upstream]) if (socket !== null) release(socket);
    this.#onEnd();
  }

  #awaitHello(): void {
    const chunks: Buffer[] = [];
    const onClose = () => this.break();
    const decoder = new FrameDecoder(HELLO_BYTES_MAX, ({ kind }, payload) => {
      decoder.stop();
      this.#client.off('data', onData).off('close', onClose);
      if (kind === FrameKind.Hello) this.#begin(decodeGreeting(payload).nodeId, Buffer.concat(chunks));
      else this.break();
    });
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      try {
        decoder.push(chunk);
      } catch {
        this.break();
      }
    };
    this.#client.on('data', onData).on('close', onClose);
  }

  #begin(dialler: number, hello: Buffer): void {
    clearTimeout(this.#timer);
    const { links, seed, node } = this.#options;
    const random = new Random(seed, node * 1_000_000 + this.#number);
    const ends = { onBroken: () => this.break(), onClosed: () => this.#close() };
    const forward = new Pipe({
      ...{ links, random, ...ends, from: dialler, to: node },
      source: this.#client,
      target: () => this.#upstream,
    });
    this.#pipes = [forward];
    const dial = () => this.#dial(dialler, random, ends);
    this.#unsubscribe = links.subscribe(dialler, node, { conditionChanged: dial, reset: () => {} });
    forward.push(hello);
    dial();
  }

  /** As a packet that opens a connection would, it gets through only when the link is not cut. */
  #dial(dialler: number, random: Random, ends: Pick<PipeOptions, 'onBroken' | 'onClosed'>): void {
    const { links, node, port, targetHost } = this.#options;
    if (this.#ended || this.#upstream !== null || links.condition(dialler, node).blocked !== null) return;
    const upstream = connect({ host: targetHost, port, noDelay: true });
    upstream.on('error', () => {});
    this.#upstream = upstream;
    const backward = new Pipe({
      ...{ links, random, ...ends, from: node, to: dialler },
      source: upstream,
      target: () => this.#client,
    });
    this.#pipes = [...this.#pipes, backward];
    for (const pipe of this.#pipes) pipe.conditionChanged();
  }
}
