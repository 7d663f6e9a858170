import { Agent, request } from 'undici';

const REQUEST_TIMEOUT_MS = 5_000;
const PAUSE_AFTER_ERROR_MS = 5;

/** When a write was acknowledged, of `performance.now()`; null when no answer came. */
export type WriteRecord = ReadonlyMap<string, number | null>;

/**
 * Clients that write without pause, every write to a key of its own: nothing lies over anything else, so each acknowledged write can be looked for by
 * itself. The value repeats the key.
 */
export class PowerCutLoad {
  readonly #url: string;
  readonly #prefix: string;
  readonly #filler: string;
  readonly #agent: Agent;
  readonly #written = new Map<string, number | null>();
  readonly #loops: Promise<void>[];
  #stopped = false;

  constructor(options: { url: string; clients: number; prefix: string; valueBytes: number }) {
    this.#url = options.url;
    this.#prefix = options.prefix;
    this.#filler = '.'.repeat(options.valueBytes);
    this.#agent = new Agent({ connections: options.clients, headersTimeout: REQUEST_TIMEOUT_MS });
    this.#loops = Array.from({ length: options.clients }, (_, client) => this.#write(client));
  }

  get acknowledged(): number {
    let count = 0;
    for (const atMs of this.#written.values()) if (atMs !== null) count++;
    return count;
  }

  valueFor(key: string): string {
    return `${key}${this.#filler}`;
  }

  async stop(): Promise<WriteRecord> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    await this.#agent.destroy();
    return this.#written;
  }

  async #write(client: number): Promise<void> {
    for (let number = 1; !this.#stopped; number++) {
      const key = `${this.#prefix}${client}-${number}`;
      this.#written.set(key, null);
      try {
        const { statusCode, body } = await request(`${this.#url}/kv/${key}`, {
          method: 'PUT',
          body: this.valueFor(key),
          dispatcher: this.#agent,
        });
        // The status line is the acknowledgement; the rest of the answer may come after the power is gone.
        const nowMs = performance.now();
        if (statusCode < 300) this.#written.set(key, nowMs);
        await body.dump();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_ERROR_MS));
      }
    }
  }
}
