import { Client, type Dispatcher } from 'undici';

const RETRY_MS_MIN = 10;
const RETRY_MS_MAX = 500;

export interface Answer {
  /** Null: the key does not exist. */
  readonly value: Buffer | null;
}

/** One connection that asks, and moves on to the next target when there is no answer. */
export class KeyReader {
  readonly #targets: readonly string[];
  readonly #requestTimeoutMs: number;
  #target: number;
  #client: Client | null = null;

  constructor(targets: readonly string[], number: number, requestTimeoutMs: number) {
    this.#targets = targets;
    this.#target = number % targets.length;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  async read(key: string, keyTimeoutMs: number): Promise<Answer | null> {
    const deadlineMs = performance.now() + keyTimeoutMs;
    for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(RETRY_MS_MAX, delayMs * 2)) {
      const answer = await this.#ask(key);
      if (answer !== null) return answer;
      if (performance.now() + delayMs >= deadlineMs) return null;
      await this.close();
      this.#target = (this.#target + 1) % this.#targets.length;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }

  /** Null when there is neither the value nor word that there is none. */
  async #ask(key: string): Promise<Answer | null> {
    this.#client ??= new Client(this.#targets[this.#target]!, { headersTimeout: 0, bodyTimeout: 0 });
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.#requestTimeoutMs);
    try {
      const response: Dispatcher.ResponseData = await this.#client.request({
        method: 'GET',
        path: `/kv/${encodeURIComponent(key)}?consistency=linearizable`,
        signal: abort.signal,
      });
      const body = Buffer.from(await response.body.arrayBuffer());
      if (response.statusCode === 200) return { value: body };
      return response.statusCode === 404 ? { value: null } : null;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.destroy();
  }
}
