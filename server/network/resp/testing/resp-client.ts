import { connect, type Socket } from 'node:net';
import { type Answer, Failed, ReplyReader } from './reply-reader.js';

export type Argument = string | number | Buffer;

/** A command as clients send it. Text is Latin-1. */
export function encode(...args: readonly Argument[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = Buffer.isBuffer(arg) ? arg : Buffer.from(String(arg), 'latin1');
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

/** A client in the hands of a test. */
export class RespClient {
  readonly socket: Socket;
  /** Replies that came and were not waited for. */
  readonly #answers: Answer[] = [];
  readonly #waiting: ((answer: Answer) => void)[] = [];
  readonly #reader = new ReplyReader();
  readonly closed: Promise<void>;
  isClosed = false;
  /** Bytes that came, and chunks: how often the server wrote, at most. */
  bytes = 0;
  chunks = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      this.chunks += 1;
      this.#reader.push(chunk);
      for (let answer = this.#reader.next(); answer !== undefined; answer = this.#reader.next()) {
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#answers.push(answer);
        else waiting(answer);
      }
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.isClosed = true;
        for (const waiting of this.#waiting.splice(0)) waiting(new Failed('(closed)'));
        resolve();
      });
    });
  }

  static open(port: number): Promise<RespClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RespClient(socket)));
    });
  }

  /** What came and nobody asked for. */
  get unread(): readonly Answer[] {
    return this.#answers;
  }

  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The next reply; an error `(closed)` when the connection ends before. */
  answer(): Promise<Answer> {
    const [ready] = this.#answers;
    if (ready !== undefined) return Promise.resolve(this.#answers.shift()!);
    if (this.isClosed) return Promise.resolve(new Failed('(closed)'));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async call(...args: readonly Argument[]): Promise<Answer> {
    this.send(encode(...args));
    return this.answer();
  }

  /** All in one write. */
  async pipeline(commands: readonly (readonly Argument[])[]): Promise<Answer[]> {
    this.send(Buffer.concat(commands.map((command) => encode(...command))));
    const answers: Answer[] = [];
    for (const _ of commands) answers.push(await this.answer());
    return answers;
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** An answer as a test writes it down: errors as `-LINE`, maps as lists of pairs. */
export function plain(answer: Answer): unknown {
  if (answer instanceof Failed) return `-${answer.line}`;
  if (answer instanceof Map) return Object.fromEntries([...answer].map(([k, v]) => [String(k), plain(v)]));
  if (Array.isArray(answer)) return answer.map((item: Answer) => plain(item));
  return answer;
}
