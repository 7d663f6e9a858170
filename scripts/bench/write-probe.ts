import type { NodeProcess } from '../lib/node-process.js';

/** One client that writes one small value after the other. */
export class WriteProbe {
  readonly #node: NodeProcess;

  constructor(node: NodeProcess) {
    this.#node = node;
  }

  async during(work: () => Promise<void>): Promise<unknown> {
    const delays: number[] = [];
    const startMs = performance.now();
    let errors = 0;
    let isOver = false;
    const writing = (async () => {
      while (!isOver) {
        const sentMs = performance.now();
        const ok = await fetch(`${this.#node.url}/kv/probe`, { method: 'PUT', body: 'x' }).then(
          (response) => response.arrayBuffer().then(() => response.ok),
          () => false,
        );
        if (!ok) errors += 1;
        delays.push(performance.now() - sentMs);
      }
    })();
    await work();
    isOver = true;
    await writing;
    delays.sort((a, b) => a - b);
    const at = (quantile: number): number =>
      Math.round(delays[Math.min(delays.length - 1, Math.floor(delays.length * quantile))]! * 10) / 10;
    return {
      seconds: Math.round((performance.now() - startMs) / 100) / 10,
      writes: delays.length,
      errors,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
    };
  }
}
