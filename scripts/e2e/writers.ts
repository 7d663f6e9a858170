import { Agent, request } from 'undici';

const TIMEOUT_MS = 3_000;
const PAUSE_AFTER_ERROR_MS = 10;

interface Register {
  readonly key: string;
  /** Highest number that was acknowledged, and the highest that was ever sent. */
  acknowledged: number;
  attempted: number;
}

/**
 * Clients that write without pause, each the numbers 1, 2, 3 … to a key of its own. What a register must hold at the end follows: no less than
 * the last number acknowledged, no more than the last one sent.
 */
export class Writers {
  readonly #registers: Register[];
  readonly #urls: readonly string[];
  readonly #agent = new Agent({ connections: 8, keepAliveTimeout: 1_000 });
  readonly #acknowledgedAtMs: number[] = [];
  readonly #loops: Promise<void>[];
  #stopped = false;
  errors = 0;

  constructor(urls: readonly string[], count: number, prefix = 'writer') {
    this.#urls = urls;
    this.#registers = Array.from({ length: count }, (_, at) => ({
      key: `${prefix}-${at}`,
      acknowledged: 0,
      attempted: 0,
    }));
    this.#loops = this.#registers.map((register, at) => this.#write(register, at));
  }

  get acknowledged(): number {
    return this.#acknowledgedAtMs.length;
  }

  /** Longest time between two acknowledgements of anybody since `sinceMs` (of `performance.now()`). */
  longestGapMs(sinceMs: number, untilMs: number = performance.now()): number {
    let last = sinceMs;
    let longest = 0;
    for (const atMs of this.#acknowledgedAtMs) {
      if (atMs <= sinceMs || atMs > untilMs) continue;
      longest = Math.max(longest, atMs - last);
      last = atMs;
    }
    return Math.max(longest, untilMs - last);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  /** Reads every register back; an empty list means that nothing acknowledged is lost and nothing was made up. */
  async faults(urls: readonly string[] = this.#urls): Promise<string[]> {
    const faults: string[] = [];
    for (const [at, { key, acknowledged, attempted }] of this.#registers.entries()) {
      const found = await this.#read(urls, at, key);
      if (found < acknowledged || found > attempted)
        faults.push(`${key} holds ${found}, acknowledged ${acknowledged}, sent ${attempted}`);
    }
    await this.#agent.close();
    return faults;
  }

  async #write(register: Register, at: number): Promise<void> {
    for (let turn = at; !this.#stopped; turn++) {
      const next = register.attempted + 1;
      register.attempted = next;
      try {
        const { statusCode, body } = await request(
          `${this.#urls[turn % this.#urls.length]}/kv/${register.key}`,
          {
            method: 'PUT',
            body: String(next),
            dispatcher: this.#agent,
            headersTimeout: TIMEOUT_MS,
          },
        );
        await body.dump();
        if (statusCode >= 300) throw new Error(`status ${statusCode}`);
        register.acknowledged = next;
        this.#acknowledgedAtMs.push(performance.now());
      } catch {
        this.errors += 1;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_ERROR_MS));
      }
    }
  }

  async #read(urls: readonly string[], at: number, key: string): Promise<number> {
    for (let attempt = 0; attempt < 200; attempt++) {
      try {
        const { statusCode, body } = await request(`${urls[(at + attempt) % urls.length]}/kv/${key}`, {
          dispatcher: this.#agent,
          headersTimeout: TIMEOUT_MS,
        });
        const text = await body.text();
        if (statusCode === 200) return Number(text);
        if (statusCode === 404) return 0;
      } catch {
        // Another node, another try.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return Number.NaN;
  }
}
