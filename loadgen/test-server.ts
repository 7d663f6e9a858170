import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Answers a request otherwise than the store would; true when it has taken the request over. */
export type Interceptor = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A key-value store over HTTP for tests: a map behind `PUT` and `GET /kv/{key}`, and counts of what came in. */
export class TestServer {
  readonly store = new Map<string, Buffer>();
  readonly traceparents = new Map<string, number>();
  puts = 0;
  gets = 0;
  connections = 0;
  underWay = 0;
  underWayMax = 0;
  /** Most requests that were under way on one connection. */
  pipelinedMax = 0;
  intercept: Interceptor = () => false;
  /** Answers are held back until this time, ms of `performance.now()`. */
  stalledUntilMs = 0;
  delayMs = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #underWayOn = new Map<Socket, number>();

  private constructor() {
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (request, response) =>
      this.#handle(request, response),
    );
    this.#server.on('connection', (socket: Socket) => {
      this.connections++;
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
      socket.on('error', () => {});
    });
  }

  static async start(port = 0): Promise<TestServer> {
    const server = new TestServer();
    await new Promise<void>((resolve) => server.#server.listen(port, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get openConnections(): number {
    return this.#open.size;
  }

  /** Also ends what is under way, as a crash would. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === '/healthz') {
      response.end();
      return;
    }
    this.#count(request, response);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const waitMs = Math.max(this.delayMs, this.stalledUntilMs - performance.now());
      const answer = () => {
        if (!this.intercept(request, response)) this.#answer(request, response, Buffer.concat(chunks));
      };
      if (waitMs > 0) setTimeout(answer, waitMs);
      else answer();
    });
  }

  #count(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    if (request.method === 'PUT') this.puts++;
    else this.gets++;
    const traceparent = request.headers.traceparent;
    if (typeof traceparent === 'string') {
      const [seconds, nanoseconds] = process.hrtime();
      this.traceparents.set(traceparent, seconds * 1e9 + nanoseconds);
    }
    this.underWay++;
    this.underWayMax = Math.max(this.underWayMax, this.underWay);
    const onConnection = (this.#underWayOn.get(socket) ?? 0) + 1;
    this.#underWayOn.set(socket, onConnection);
    this.pipelinedMax = Math.max(this.pipelinedMax, onConnection);
    response.on('close', () => {
      this.underWay--;
      this.#underWayOn.set(socket, this.#underWayOn.get(socket)! - 1);
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const key = decodeURIComponent(new URL(request.url!, 'http://store').pathname.slice('/kv/'.length));
    if (request.method === 'PUT') {
      response.statusCode = this.store.has(key) ? 200 : 201;
      this.store.set(key, body);
      response.end();
      return;
    }
    const value = this.store.get(key);
    if (value === undefined) response.statusCode = 404;
    response.end(value);
  }
}
