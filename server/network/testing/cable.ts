import { connect, createServer, type Server, type Socket } from 'node:net';

/** A cable between two nodes: cut, it swallows what goes through and lets nobody new pass. */
export class Cable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  port = 0;

  constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect({ host: '127.0.0.1', port: target });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (chunk: Buffer) => this.#cut || to.write(chunk));
        from.on('error', () => {});
        from.on('close', () => this.#cut || to.destroy());
      }
    });
  }

  open(): Promise<this> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        this.port = (this.#server.address() as { port: number }).port;
        resolve(this);
      });
    });
  }

  cut(): void {
    this.#cut = true;
  }

  heal(): void {
    this.#cut = false;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
