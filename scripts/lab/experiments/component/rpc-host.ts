import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** The server of `rpc-server.ts` on its thread. */
export class RpcHost {
  readonly port: number;
  readonly #worker: Worker;

  private constructor(worker: Worker, port: number) {
    this.#worker = worker;
    this.port = port;
  }

  static async start(): Promise<RpcHost> {
    const worker = new Worker(new URL('./rpc-server.js', import.meta.url));
    // `once` rejects when the thread fails before it has a port.
    const [port] = (await once(worker, 'message')) as [number];
    return new RpcHost(worker, port);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
