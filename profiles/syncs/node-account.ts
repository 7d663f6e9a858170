import { NodeSyncs } from '../../results/schema/index.js';
import { httpGet } from '../http-get.js';
import type { ProcessSync } from './join-syncs.js';

/** Asks a node where its account stands without being sent any of it. */
const AFTER_ALL = 1e12;
const TIMEOUT_MS = 5_000;
const BYTES_MAX = 64 * 1024 * 1024;
/** A node keeps the newest few thousand syncs: asked this often, even one with a thousand syncs a second loses none. */
const ASK_EVERY_MS = 1_000;
const SYNCS_MAX = 500_000;

/**
 * The node's own account of its syncs over a capture, `GET /debug/syncs`: asked again and again, since it keeps only the newest. A process without that
 * endpoint has none.
 */
export class NodeAccount {
  readonly #url: string;
  readonly #syncs: ProcessSync[] = [];
  readonly #timer: NodeJS.Timeout;
  #next: number;
  #asking: Promise<void> = Promise.resolve();

  private constructor(url: string, next: number) {
    this.#url = url;
    this.#next = next;
    this.#timer = setInterval(() => {
      this.#asking = this.#asking.then(() => this.#ask());
    }, ASK_EVERY_MS);
    this.#timer.unref();
  }

  /** Begins now; null for a process that keeps no account. */
  static async begin(url: string | null): Promise<NodeAccount | null> {
    if (url === null) return null;
    const answer = await fetchSyncs(url, AFTER_ALL);
    return answer === null ? null : new NodeAccount(url, answer.next);
  }

  /** All syncs since the begin that were done by now. */
  async end(): Promise<readonly ProcessSync[]> {
    clearInterval(this.#timer);
    await this.#asking;
    await this.#ask();
    return this.#syncs;
  }

  /** Stops asking; for a capture that failed. */
  cancel(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    const answer = await fetchSyncs(this.#url, this.#next);
    // One missed answer loses nothing yet: the next one begins where this one would have.
    if (answer === null) return;
    this.#next = answer.next;
    this.#syncs.push(...answer.syncs.slice(0, SYNCS_MAX - this.#syncs.length));
  }
}

async function fetchSyncs(url: string, since: number): Promise<NodeSyncs | null> {
  try {
    const answer = await httpGet(new URL(`/debug/syncs?since=${since}`, url), {
      timeoutMs: TIMEOUT_MS,
      bytesMax: BYTES_MAX,
    });
    if (answer.status !== 200) return null;
    return NodeSyncs.safeParse(JSON.parse(answer.body)).data ?? null;
  } catch {
    return null;
  }
}
