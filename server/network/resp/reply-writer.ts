import type { Socket } from 'node:net';
import { SendStall } from '../send-stall.js';
import type { Call } from './call.js';
import { concat, type Reply, type ReplyPart, replyBytes } from './reply.js';
import type { RespContext } from './resp-context.js';

const MINUS = 0x2d;

/** Gathers the answers of a turn and hands them to the socket at once. */
export class ReplyWriter {
  readonly #context: RespContext;
  readonly #socket: Socket;
  readonly #stall: SendStall;
  #text = '';
  #parts: ReplyPart[] | null = null;
  /** Who wants to be told when the answers have gone. */
  #sampled: ((repliedNs: number) => void)[] | null = null;

  constructor(context: RespContext, socket: Socket) {
    this.#context = context;
    this.#socket = socket;
    this.#stall = new SendStall(socket, context.metrics.backpressure);
  }

  /** The client has not taken what was written since then, 0 when it has. */
  get stalledSinceNs(): number {
    return this.#stall.sinceNs;
  }

  add(reply: Reply): void {
    if (typeof reply === 'string') {
      if (reply.charCodeAt(0) === MINUS) this.#context.metrics.errors.add(1);
      this.#text += reply;
    } else {
      const joined = concat(this.#text, [reply]);
      this.#text = '';
      if (typeof joined === 'string') this.#text = joined;
      else {
        this.#parts ??= [];
        this.#parts.push(...joined);
      }
    }
  }

  sampled(call: Call): void {
    this.#sampled ??= [];
    this.#sampled.push(call.onReplied!);
  }

  /** `readyNs`: when the answers were known. */
  send(readyNs: number): void {
    const { metrics } = this.#context;
    const text = this.#text;
    const parts = this.#parts;
    this.#text = '';
    this.#parts = null;
    if (this.#socket.writable && (parts !== null || text.length > 0)) {
      metrics.writes.add(1);
      if (parts === null) this.#write(text);
      else this.#writeParts(text.length > 0 ? [...parts, text] : parts);
    }
    metrics.replyNs.record(metrics.stamps.nowNs() - readyNs);
    if (this.#sampled === null) return;
    const sampled = this.#sampled;
    this.#sampled = null;
    for (const onReplied of sampled) onReplied(readyNs);
  }

  /** A string leaves by one call into the kernel, without a buffer of our own. */
  #write(text: string): void {
    this.#context.metrics.bytesOut.add(text.length);
    if (!this.#socket.write(text, 'latin1')) this.#stall.note();
  }

  #writeParts(parts: readonly ReplyPart[]): void {
    this.#context.metrics.bytesOut.add(replyBytes(parts));
    let taken = true;
    this.#socket.cork();
    for (const part of parts) {
      taken = typeof part === 'string' ? this.#socket.write(part, 'latin1') : this.#socket.write(part);
    }
    this.#socket.uncork();
    if (!taken) this.#stall.note();
  }
}
